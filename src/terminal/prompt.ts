/** Questions that are answered with a line at the terminal, one after the other, in one reading of it: nothing typed ahead is lost. */
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import type { Terminal } from "./streams.ts";

export interface Prompter {
	/**
	 * @returns what was typed, without the blanks around it
	 * @throws the signal's reason when it is aborted; `cancelled()` at Ctrl-C, or when the input has ended
	 */
	line(question: string, signal: AbortSignal): Promise<string>;
	/** The same, without showing what is typed and as it was typed. */
	secret(question: string, signal: AbortSignal): Promise<string>;
	/** Gives the terminal back. */
	close(): void;
}

/** @param cancelled makes what is thrown when somebody does not want to answer */
export function createPrompter(terminal: Pick<Terminal, "stdin" | "stderr">, cancelled: () => Error): Prompter {
	const { stdin, stderr } = terminal;
	// Between questions, too: what is typed or pasted ahead may be the answer to one that is not shown.
	let isHidden = true;
	const output = new Writable({
		write(chunk: Buffer, _encoding, done) {
			if (!isHidden) stderr.write(chunk);
			done();
		},
	});
	const typed: string[] = [];
	let isOver = false;
	let wake = (): void => undefined;
	let lines: Interface | undefined;
	const open = (): Interface => {
		// In raw mode the terminal itself shows nothing; no history, which would have the secrets.
		const opened = createInterface({ input: stdin, output, terminal: true, historySize: 0 });
		opened.on("line", (line) => {
			typed.push(line);
			isHidden = true;
			wake();
		});
		const end = (): void => {
			isOver = true;
			wake();
		};
		opened.on("SIGINT", end);
		opened.on("close", end);
		return opened;
	};
	const ask = async (question: string, hidden: boolean, signal: AbortSignal): Promise<string> => {
		signal.throwIfAborted();
		lines ??= open();
		isHidden = hidden;
		const [ahead] = typed;
		if (hidden || ahead !== undefined) stderr.write(question);
		if (!hidden && ahead !== undefined) stderr.write(`${ahead}\n`);
		if (ahead === undefined) {
			lines.setPrompt(hidden ? "" : question);
			// With what there is of a line already, and the cursor behind it.
			lines.prompt(true);
		}
		const aborted = (): void => wake();
		signal.addEventListener("abort", aborted, { once: true });
		try {
			while (typed.length === 0 && !isOver && !signal.aborted) {
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			}
		} finally {
			signal.removeEventListener("abort", aborted);
			isHidden = true;
		}
		if (hidden || typed.length === 0) stderr.write("\n");
		signal.throwIfAborted();
		const answer = typed.shift();
		if (answer === undefined) throw cancelled();
		return answer;
	};
	return {
		line: async (question, signal) => (await ask(question, false, signal)).trim(),
		secret: (question, signal) => ask(question, true, signal),
		close: () => lines?.close(),
	};
}
