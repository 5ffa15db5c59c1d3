/** The end of a program that cannot go on: the terminal is given back, one clear failure is said, and the exit code is not 0. */
import { writeSync } from "node:fs";
import { toErrorView } from "../auth/errors.ts";
import { errorLines } from "../output/error-lines.ts";

/** 128 and the number of SIGPIPE: what a shell shows of a program whose reader went away. */
const READER_GONE = 141;

/** Whether standard output or error could not be written to: a full disk, a reader that went away. */
export function isOutputFailure(error: unknown): error is NodeJS.ErrnoException {
	const { syscall, code } = (error ?? {}) as NodeJS.ErrnoException;
	return syscall === "write" && code !== undefined;
}

/**
 * Ends the process. What restores the terminal listens to `exit` already, so the failure is said after it: on the screen
 * that the user goes on working on.
 *
 * @param error a failure that nobody caught
 */
export function crash(error: unknown): never {
	const gone = isOutputFailure(error) && error.code === "EPIPE";
	if (!gone) {
		const lines = isOutputFailure(error) ? [outputLine(error)] : errorLines(toErrorView(error));
		process.once("exit", () => {
			try {
				writeSync(2, `${lines.join("\n")}\n`);
			} catch {
				// Standard error is what cannot be written to.
			}
		});
	}
	// A result that is there already stands.
	process.exit(gone ? (process.exitCode ?? READER_GONE) : Number(process.exitCode) || 1);
}

/** Node says `ENOSPC: no space left on device, write`. */
function outputLine({ code, message }: NodeJS.ErrnoException): string {
	const reason = /^\w+: (.*), write$/.exec(message)?.[1] ?? code;
	return `Error: cannot write the output: ${reason}`;
}
