/** How long a session of a role is asked to last. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use.html */
import { durationMs } from "../../config/duration.ts";
import type { Config } from "./assume-role-schema.ts";

const SHORTEST_SECONDS = 900;
const LONGEST_SECONDS = 12 * 3600;

/** @returns `principal.duration` in seconds; undefined where it is not set: AWS gives an hour then */
export function configuredSeconds({ principal }: Config): number | undefined {
	const ms = durationMs(principal.duration ?? "");
	return ms === undefined ? undefined : Math.round(ms / 1000);
}

/** @returns what somebody else wants, within what AWS takes */
export const withinLimits = (seconds: number): number =>
	Math.min(Math.max(Math.round(seconds), SHORTEST_SECONDS), LONGEST_SECONDS);
