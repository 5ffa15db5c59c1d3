/** What a command that runs integrations alone says of them: lines for a person on stderr, or events on stdout. */
import type { Clock } from "../auth/context.ts";
import type { ErrorView } from "../auth/errors.ts";
import type { IntegrationRow } from "../flows/snapshot.ts";
import { errorLines } from "../output/error-lines.ts";
import { commandEvent, eventError, integrationEvent } from "../output/events.ts";
import { jsonLine } from "../output/json.ts";
import { createPrinter } from "../output/printer.ts";
import { integrationLines } from "../output/summary.ts";
import { type EndingSignal, EXIT_CODES } from "../terminal/signals.ts";
import type { Terminal } from "../terminal/streams.ts";

export interface RunReport {
	/** An integration begins. */
	started(row: IntegrationRow): void;
	/** It is ready, or it failed. */
	ended(row: IntegrationRow): void;
	/** All of them have ended. @returns the exit code: 1 if one failed */
	finish(): number;
	/** A signal ended the command. */
	interrupted(signal: EndingSignal): void;
}

/** @param options.command the command's words, for the last event */
export function createRunReport(options: {
	readonly terminal: Terminal;
	readonly colour: boolean | undefined;
	readonly clock: Clock;
	readonly command: string;
	readonly json: boolean;
}): RunReport {
	const { terminal, clock, command, json } = options;
	const { print, style } = createPrinter(terminal, options.colour);
	const emit = (event: Parameters<typeof jsonLine>[0]): void => void terminal.stdout.write(jsonLine(event));
	const failures: ErrorView[] = [];
	let ready = 0;
	return {
		started(row) {
			if (json) emit(integrationEvent(row, clock.now()));
		},
		ended(row) {
			if (row.error === undefined) ready++;
			else failures.push(row.error);
			if (json) emit(integrationEvent(row, clock.now()));
			else if (row.error === undefined) print(integrationLines(row, clock.now(), style));
			else {
				// Run alone, an error has room for all that it has to say.
				const what = [row.label, row.target.split(" → ")[0]].filter((part) => part !== "").join(": ");
				print([`${style.paint("bad", style.failed)} ${what || row.name} failed`, ...errorLines(row.error, style)]);
			}
		},
		finish() {
			const exitCode = failures.length > 0 ? 1 : 0;
			if (!json) return exitCode;
			const common = { command, integrations: { ready, failed: failures.length }, exitCode };
			const [first] = failures;
			emit(
				first === undefined
					? commandEvent({ type: "command.succeeded", ...common }, clock.now())
					: commandEvent({ type: "command.failed", ...common, error: eventError(first) }, clock.now()),
			);
			return exitCode;
		},
		interrupted(signal) {
			if (json) {
				const body = { type: "command.cancelled", command, reason: signal, exitCode: EXIT_CODES[signal] } as const;
				emit(commandEvent(body, clock.now()));
			} else print([`cancelled: received ${signal}`]);
		},
	};
}
