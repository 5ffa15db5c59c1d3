/** What every command is: flags in, exit code out. */
import type { Terminal } from "../terminal/streams.ts";

export interface CommandInput {
	/** The words after the command's own name. */
	readonly argv: readonly string[];
	readonly terminal: Terminal;
}

/** @returns the process's exit code: 0 · 1 authentication failed · 2 usage or configuration · 3 `--strict` · 130 · 143. */
export type Command = (input: CommandInput) => Promise<number>;
