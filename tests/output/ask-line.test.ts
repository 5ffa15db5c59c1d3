import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { CodePrompt } from "../../src/auth/interaction.ts";
import type { LoginAction, StepId } from "../../src/flows/snapshot.ts";
import { answerQuestions, lineInput } from "../../src/output/ask-line.ts";
import { printerTo } from "../../src/output/printer.ts";
import { plainStyle } from "../../src/output/style.ts";
import { fakeLogin } from "../components/support/fake-login.ts";

const PROMPT: CodePrompt = { type: "code", question: "MFA code", source: "phone of ada", digits: 6 };
const ASKED = "code: MFA code (phone of ada)\ncode: type the 6 digits, then Enter\n";

function asking(first: CodePrompt = PROMPT) {
	const input = new PassThrough();
	const login = fakeLogin({ phase: "approving", prompts: [{ step: "identity:ada", prompt: first }] });
	let written = "";
	let heard: () => void = () => undefined;
	const changed = (): Promise<void> =>
		new Promise((resolve) => {
			heard = resolve;
		});
	login.onAction = () => heard();
	const stop = answerQuestions(
		login,
		printerTo(plainStyle, (text) => {
			written += text;
			heard();
		}),
		lineInput(input, { platform: "linux", write: () => undefined }),
	);
	return {
		input,
		login,
		stop,
		written: () => written,
		/** Types, and waits for what comes of it. */
		async type(text: string): Promise<void> {
			const done = changed();
			input.write(text);
			await done;
		},
		async closed(): Promise<void> {
			const done = changed();
			input.end();
			await done;
		},
		ask: (prompt: CodePrompt, step: StepId = "identity:ada") => login.show({ prompts: [{ step, prompt }] }),
	};
}

const answer = (value: string, step: StepId = "identity:ada"): LoginAction => ({ type: "ANSWER", step, value });

describe("a question on the plain face", () => {
	test("is answered with a line", async () => {
		const { login, type, written } = asking();
		expect(written()).toBe(ASKED);
		await type("123456\n");
		expect(login.sent).toEqual([answer("123456")]);
	});

	test.each(["123 456\n", " 123-456 \r\n"])("takes %j as authenticators write it", async (line) => {
		const { login, type } = asking();
		await type(line);
		expect(login.sent).toEqual([answer("123456")]);
	});

	test.each(["12345", "1234567", "", "12345x", "١٢٣٤٥٦"])("is asked again after %j", async (line) => {
		const { login, type, written } = asking();
		await type(`${line}\n`);
		expect(written()).toBe(`${ASKED}code: that is not 6 digits\n${ASKED}`);
		expect(login.sent).toEqual([]);
		await type("123456\n");
		expect(login.sent).toEqual([answer("123456")]);
	});

	test("says why it is asked once more", async () => {
		const { ask, login, type, written } = asking();
		await type("123456\n");
		ask({ ...PROMPT, problem: "the code was not accepted" });
		expect(written()).toBe(`${ASKED}code: the code was not accepted\n${ASKED}`);
		await type("654321\n");
		expect(login.sent).toEqual([answer("123456"), answer("654321")]);
	});

	test("is followed by the next one, with a line of its own", async () => {
		const { ask, login, type, written } = asking();
		await type("123456\n");
		ask({ ...PROMPT, source: "phone of bob" }, "identity:bob");
		expect(written()).toContain("phone of bob");
		await type("654321\n");
		expect(login.sent).toEqual([answer("123456"), answer("654321", "identity:bob")]);
	});

	test("is asked once, whatever else goes on", () => {
		const { login, written } = asking();
		login.show({ warnings: ["something else"] });
		expect(written()).toBe(ASKED);
	});

	test("cancels the login when the input has ended", async () => {
		const { closed, login } = asking();
		await closed();
		expect(login.sent).toEqual([{ type: "CANCEL" }]);
	});

	test("that is taken away is read no more, and cancels nothing", async () => {
		const { input, login } = asking();
		login.show({ prompts: [] });
		expect(input.listenerCount("data") + input.listenerCount("readable")).toBe(0);
		expect(input.isPaused()).toBe(true);
		input.write("123456\n");
		await new Promise((resolve) => setImmediate(resolve));
		expect(login.sent).toEqual([]);
	});

	test("is left alone when the login is over", async () => {
		const { input, login, stop } = asking();
		stop();
		expect(input.isPaused()).toBe(true);
		await new Promise((resolve) => setImmediate(resolve));
		expect(login.sent).toEqual([]);
	});
});
