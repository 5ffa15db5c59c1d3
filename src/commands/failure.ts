/** The last resort: an error that a command let through, once, on stderr, and for `--json` as the last event. */
import { AuthError, toErrorView } from "../auth/errors.ts";
import { errorLines } from "../output/error-lines.ts";
import { failureEvent } from "../output/events.ts";
import { exitCodeOf } from "../output/exit-code.ts";
import { jsonLine } from "../output/json.ts";
import { createPrinter } from "../output/printer.ts";
import type { Terminal } from "../terminal/streams.ts";
import { redact } from "./logger.ts";

export interface FailedCommand {
	/** The command's words, such as `aws ecr login`. */
	readonly name: string;
	/** What was typed after them: it may hold what went wrong. */
	readonly argv: readonly string[];
}

/** @returns the exit code */
export function reportFailure(error: unknown, terminal: Terminal, command: FailedCommand): number {
	const view = toErrorView(error);
	const exitCode = exitCodeOf(view.code);
	const argv = ownWords(command.argv);
	const { print, style } = createPrinter(terminal, argv.includes("--no-color") ? false : undefined);
	if (view.code !== "cancelled") print(errorLines(view, style));
	if (!(error instanceof AuthError) && error instanceof Error && wantsDetails(terminal, argv)) {
		print(redact(error.stack ?? "").split("\n"));
	}
	if (wantsJson(argv)) {
		terminal.stdout.write(jsonLine(failureEvent(command.name, { error: view, exitCode }, Date.now())));
	}
	return exitCode;
}

/** Without what is behind `--`, which may be another program's. */
function ownWords(argv: readonly string[]): readonly string[] {
	const end = argv.indexOf("--");
	return end < 0 ? argv : argv.slice(0, end);
}

/** Read without the parser of flags: that may be what failed. */
function wantsJson(argv: readonly string[]): boolean {
	return argv.some((word) => /^--json(?:=(?:true|t|1))?$/i.test(word));
}

/** Whether the log would show how it came to this. */
function wantsDetails(terminal: Terminal, argv: readonly string[]): boolean {
	const [, typed] = /--logs?-level[= ](\w+)/.exec(argv.join(" ")) ?? [];
	return /^(?:debug|trace)$/i.test(typed ?? terminal.env.ATMOS_LOGS_LEVEL ?? "");
}
