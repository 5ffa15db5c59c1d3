/** The last resort of the door: an error that a command let through, once, on stderr. */
import { AuthError, toErrorView } from "../auth/errors.ts";
import { errorLines } from "../output/error-lines.ts";
import type { Terminal } from "../terminal/streams.ts";

/** @returns the exit code: 2 for usage and configuration, 130 for a cancelled run, else 1. */
export function reportFailure(error: unknown, terminal: Terminal): number {
	if (error instanceof AuthError && error.code === "cancelled") return 130;
	terminal.stderr.write(`${errorLines(toErrorView(error)).join("\n")}\n`);
	if (
		!(error instanceof AuthError) &&
		error instanceof Error &&
		terminal.env.ATMOS_LOGS_LEVEL?.toLowerCase() === "debug"
	) {
		terminal.stderr.write(`${error.stack}\n`);
	}
	return error instanceof AuthError && (error.code === "usage" || error.code === "config") ? 2 : 1;
}
