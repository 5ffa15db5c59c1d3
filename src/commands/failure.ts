/** The last resort of the door: an error that a command let through, once, on stderr. */
import { AuthError, toErrorView } from "../auth/errors.ts";
import { sanitize } from "../auth/sanitize.ts";
import { errorLines } from "../output/error-lines.ts";
import type { Terminal } from "../terminal/streams.ts";
import { redact } from "./logger.ts";

/**
 * @param argv the command's words, for `--log-level`: with `debug` or `trace` an error of ours has its stack trace
 * @returns the exit code: 2 for usage and configuration, 130 for a cancelled run, else 1
 */
export function reportFailure(error: unknown, terminal: Terminal, argv: readonly string[] = []): number {
	if (error instanceof AuthError && error.code === "cancelled") return 130;
	terminal.stderr.write(`${errorLines(toErrorView(error)).join("\n")}\n`);
	if (!(error instanceof AuthError) && error instanceof Error && isDebugging(terminal.env, argv)) {
		terminal.stderr.write(`${(error.stack ?? "").split("\n").map(sanitize).map(redact).join("\n  ")}\n`);
	}
	return error instanceof AuthError && (error.code === "usage" || error.code === "config") ? 2 : 1;
}

function isDebugging(env: Terminal["env"], argv: readonly string[]): boolean {
	const at = argv.findLastIndex((word) => word === "--log-level" || word.startsWith("--log-level="));
	const flag = argv[at]?.split("=")[1] ?? argv[at + 1];
	return /^(?:debug|trace)$/i.test((at < 0 ? env.ATMOS_LOGS_LEVEL : flag) ?? "");
}
