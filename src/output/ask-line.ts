/** Questions on the plain face: asked on stderr, answered with a line on the terminal's input. */
import { createInterface } from "node:readline";
import type { CodePrompt } from "../auth/interaction.ts";
import type { LoginHandle, LoginSnapshot, StepId } from "../flows/snapshot.ts";
import type { Printer } from "./printer.ts";

export interface LineInput {
	/** Lines as they are typed, until `signal` is aborted. */
	lines(signal: AbortSignal): AsyncIterable<string>;
}

/** The lines of a stream. The terminal echoes them and makes signals of its keys, as at any shell. */
export function lineInput(stream: NodeJS.ReadableStream): LineInput {
	return {
		lines: (signal) => {
			const lines = createInterface({ input: stream, terminal: false });
			signal.addEventListener("abort", () => lines.close(), { once: true });
			return lines;
		},
	};
}

/** Asks for the digits of a code until it has them. @returns undefined when `signal` is aborted or the input has ended */
async function askForCode(
	prompt: CodePrompt,
	{ printer, input, signal }: { readonly printer: Printer; readonly input: LineInput; readonly signal: AbortSignal },
): Promise<string | undefined> {
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

/**
 * Answers a login's questions, one after the other, as somebody types.
 *
 * @returns ends it
 */
export function answerQuestions(login: LoginHandle, printer: Printer, input: LineInput): () => void {
	let current: { readonly prompt: CodePrompt; readonly stop: AbortController } | undefined;
	const ask = async (step: StepId, prompt: CodePrompt): Promise<void> => {
		const stop = new AbortController();
		current = { prompt, stop };
		const value = await askForCode(prompt, { printer, input, signal: stop.signal });
		stop.abort();
		if (value !== undefined) login.send({ type: "ANSWER", step, value });
		// The input has ended: nobody is going to answer.
		else if (current?.prompt === prompt) login.send({ type: "CANCEL" });
	};
	const take = ({ prompts }: LoginSnapshot): void => {
		const first = prompts.find(({ prompt }) => prompt.type === "code");
		const prompt = first?.prompt.type === "code" ? first.prompt : undefined;
		if (prompt === current?.prompt) return;
		current?.stop.abort();
		current = undefined;
		if (first !== undefined && prompt !== undefined) void ask(first.step, prompt);
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
