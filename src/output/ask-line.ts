/** Questions on the plain face: asked on stderr, answered with a line on the terminal's input. */
import { createInterface } from "node:readline";
import type { AuthorizationPrompt, CodePrompt, Prompt, SecretPrompt } from "../auth/interaction.ts";
import type { LoginHandle, LoginSnapshot, StepId } from "../flows/snapshot.ts";
import { type MaybeTerminal, readHiddenLine } from "../terminal/hidden-line.ts";
import { counted } from "./counted.ts";
import type { Printer } from "./printer.ts";

export interface LineInput {
	/** Lines as they are typed, until `signal` is aborted. */
	lines(signal: AbortSignal): AsyncIterable<string>;
	/**
	 * One line that is not shown while it is typed or pasted, however long it is; from the moment of the call.
	 *
	 * @returns undefined when `signal` is aborted or the input has ended
	 */
	hidden(signal: AbortSignal): Promise<string | undefined>;
}

/**
 * The lines of a stream. The terminal echoes them and makes signals of its keys, as at any shell; but for those that are hidden.
 *
 * @param terminal how a hidden line is read where the stream is a terminal
 */
export function lineInput(
	stream: MaybeTerminal,
	terminal: { readonly platform: NodeJS.Platform; write(sequence: string): void },
): LineInput {
	const lines = (signal: AbortSignal): AsyncIterable<string> => {
		const reader = createInterface({ input: stream, terminal: false });
		signal.addEventListener("abort", () => reader.close(), { once: true });
		return reader;
	};
	return {
		lines,
		hidden: (signal) =>
			stream.setRawMode === undefined
				? firstOf(lines(signal))
				: readHiddenLine({ stdin: stream, signal, platform: terminal.platform, write: terminal.write }),
	};
}

async function firstOf(lines: AsyncIterable<string>): Promise<string | undefined> {
	for await (const line of lines) return line;
	return undefined;
}

/** What is answered with a line. */
type Asked = CodePrompt | SecretPrompt | AuthorizationPrompt;

interface Asking {
	readonly printer: Printer;
	readonly input: LineInput;
	readonly signal: AbortSignal;
}

/** @returns undefined when the signal is aborted or the input has ended */
function answerTo(prompt: Asked, asking: Asking): Promise<string | undefined> {
	switch (prompt.type) {
		case "code":
			return askForCode(prompt, asking);
		case "secret": {
			const { question, source, problem } = prompt;
			return askHidden(asking, {
				prefix: "secret",
				lines: [...told(problem), `${question} (${source})`, "type or paste it, then Enter; it is not shown"],
				empty: "nothing was typed",
			});
		}
		case "authorization": {
			const { label, problem } = prompt.paste ?? { label: "" };
			return askHidden(asking, {
				prefix: "paste",
				lines: [...told(problem), `paste ${label}, then Enter; it is not shown`],
				empty: "nothing was pasted",
				trimmed: true,
			});
		}
	}
}

const told = (problem: string | undefined): string[] => (problem === undefined ? [] : [problem]);

/** Asks for the digits of a code until it has them. */
async function askForCode(prompt: CodePrompt, { printer, input, signal }: Asking): Promise<string | undefined> {
	const ask = (...before: readonly string[]): void =>
		printer.print([
			...before,
			`code: ${prompt.question} (${prompt.source})`,
			`code: type the ${prompt.digits} digits, then Enter`,
		]);
	ask(...(prompt.problem === undefined ? [] : [`code: ${prompt.problem}`]));
	for await (const line of input.lines(signal)) {
		const digits = line.replace(/[\s-]/g, "");
		if (/^\d+$/.test(digits) && digits.length === prompt.digits) return digits;
		ask(`code: that is not ${prompt.digits} digits`);
	}
	return undefined;
}

/** Asks for a line that is not shown until there is something on it. Only its length is told. */
async function askHidden(
	{ printer, input, signal }: Asking,
	ask: {
		readonly prefix: string;
		readonly lines: readonly string[];
		readonly empty: string;
		/** Blanks around it came with the paste. */
		readonly trimmed?: boolean;
	},
): Promise<string | undefined> {
	const say = (lines: readonly string[]): void => printer.print(lines.map((line) => `${ask.prefix}: ${line}`));
	let said = ask.lines;
	while (!signal.aborted) {
		// Before the question is there: whoever sees it may type at once, and must not see what.
		const reading = input.hidden(signal);
		say(said);
		const line = await reading;
		if (line === undefined) return undefined;
		const value = ask.trimmed === true ? line.trim() : line;
		if (value !== "") {
			if (ask.trimmed === true) say([counted(value.length, "character")]);
			return value;
		}
		said = [ask.empty, ...ask.lines.slice(-1)];
	}
	return undefined;
}

function isAsked(prompt: Prompt): prompt is Asked {
	return (
		prompt.type === "code" ||
		prompt.type === "secret" ||
		(prompt.type === "authorization" && prompt.paste !== undefined && prompt.waitingForPid === undefined)
	);
}

/**
 * Answers a login's questions, one after the other, as somebody types.
 *
 * @returns ends it
 */
export function answerQuestions(login: LoginHandle, printer: Printer, input: LineInput): () => void {
	let current: { readonly prompt: Prompt; readonly stop: AbortController } | undefined;
	const ask = async (step: StepId, prompt: Asked): Promise<void> => {
		const stop = new AbortController();
		current = { prompt, stop };
		const value = await answerTo(prompt, { printer, input, signal: stop.signal });
		const isOver = stop.signal.aborted;
		stop.abort();
		if (isOver) return;
		if (value !== undefined) login.send({ type: "ANSWER", step, value });
		// The input has ended: nobody is going to answer.
		else if (current?.prompt === prompt) login.send({ type: "CANCEL" });
	};
	const take = ({ prompts }: LoginSnapshot): void => {
		const first = prompts.find(({ prompt }) => isAsked(prompt));
		const prompt = first?.prompt;
		if (prompt === current?.prompt) return;
		current?.stop.abort();
		current = undefined;
		if (first !== undefined && prompt !== undefined && isAsked(prompt)) void ask(first.step, prompt);
	};
	take(login.snapshot());
	const end = login.subscribe(take);
	return () => {
		end();
		const last = current;
		current = undefined;
		last?.stop.abort();
	};
}
