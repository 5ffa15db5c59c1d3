/** The face for programs: one JSON object a line on stdout, described by `schema/events.schema.json`. */
import type { Clock } from "../auth/context.ts";
import type { LoginHandle, LoginSnapshot } from "../flows/snapshot.ts";
import type { CommandEvent, LoginEvent } from "./events.ts";
import type { EndingOptions } from "./exit-code.ts";
import { follow } from "./follow.ts";
import { escapeWorkflowCommandsInJson } from "./workflow-commands.ts";

export interface JsonOptions {
	readonly login: LoginHandle;
	readonly clock: Clock;
	/** What decides the exit code that the last event has. */
	readonly ending?: EndingOptions | undefined;
	/** Takes finished lines, line break included. */
	write(text: string): void;
}

/** Follows a login to its end. @returns the last snapshot */
export function runJson(options: JsonOptions): Promise<LoginSnapshot> {
	return follow(options, (event) => options.write(jsonLine(event)));
}

/** @returns an event as its line, line break included */
export function jsonLine(event: LoginEvent | CommandEvent): string {
	return `${escapeWorkflowCommandsInJson(JSON.stringify(event))}\n`;
}
