/** `session.duration` of a provider. */
import { durationMs } from "../../config/duration.ts";
import type { Config } from "./schema.ts";

const HOUR_MS = 3_600_000;

/**
 * How long a session lasts whose token does not say so: `session.duration`, or an hour. The access portal always says so; this
 * is for services that stand in for it.
 *
 * @returns milliseconds
 */
export function sessionDuration(config: Config): number {
	return durationMs(config.session?.duration ?? "") || HOUR_MS;
}
