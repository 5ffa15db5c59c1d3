/** The face for programs: one JSON object a line on stdout, described by `schema/events.schema.json`. */
import type { Clock } from "../auth/context.ts";
import type { LoginHandle, LoginSnapshot } from "../flows/snapshot.ts";
import { follow } from "./follow.ts";
import { disarmJson } from "./workflow-commands.ts";

export interface JsonOptions {
	readonly login: LoginHandle;
	readonly clock: Clock;
	/** Takes finished lines, line break included. */
	write(text: string): void;
}

/** Follows a login to its end. @returns the last snapshot */
export function runJson(options: JsonOptions): Promise<LoginSnapshot> {
	return follow(options, (event) => options.write(`${disarmJson(JSON.stringify(event))}\n`));
}
