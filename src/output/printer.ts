/**
 * What a command says to a person: lines on stderr. Every command writes through here, so that text of a service or of a
 * configuration is never a command for the CI runner that shows the output.
 */
import type { Terminal } from "../terminal/streams.ts";
import { type Style, shown, stderrStyle } from "./style.ts";
import { escapeWorkflowCommands } from "./workflow-commands.ts";

export interface Printer {
	/** How the lines are to be written. */
	readonly style: Style;
	/** Writes lines, in one piece. Line breaks are added, and those within a line count as ones of their own. */
	print(lines: readonly string[]): void;
}

/** @param colour `true` for `--color`, `false` for `--no-color`, else what the terminal takes */
export function createPrinter(terminal: Terminal, colour?: boolean | undefined): Printer {
	return printerTo(stderrStyle(terminal, colour), (text) => terminal.stderr.write(text));
}

/** @param write takes finished lines, line breaks included */
export function printerTo(style: Style, write: (text: string) => void): Printer {
	return {
		style,
		print(lines) {
			if (lines.length === 0) return;
			const safe = lines.flatMap((line) => shown(line, style).split("\n")).map(escapeWorkflowCommands);
			write(`${safe.join("\n")}\n`);
		},
	};
}
