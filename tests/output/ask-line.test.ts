import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { AuthorizationPrompt, CodePrompt, Question, SecretPrompt } from "../../src/auth/interaction.ts";
import type { LoginAction, StepId } from "../../src/flows/snapshot.ts";
import { answerQuestions, lineInput } from "../../src/output/ask-line.ts";
import { printerTo } from "../../src/output/printer.ts";
import { plainStyle } from "../../src/output/style.ts";
import { fakeLogin } from "../components/support/fake-login.ts";

const PROMPT: CodePrompt = { type: "code", question: "MFA code", source: "phone of ada", digits: 6 };
const ASKED = "code: MFA code (phone of ada)\ncode: type the 6 digits, then Enter\n";

function asking(first: Question | AuthorizationPrompt = PROMPT) {
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
		ask: (prompt: Question | AuthorizationPrompt, step: StepId = "identity:ada") =>
			login.show({ prompts: [{ step, prompt }] }),
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

const SECRET: SecretPrompt = { type: "secret", question: "Passphrase", source: "~/keys/ada.pem" };
const PAGE: AuthorizationPrompt = {
	type: "authorization",
	provider: "company-sso",
	url: "https://oidc.us-east-1.amazonaws.com/authorize",
	portal: "acme.awsapps.com",
	startedAt: 0,
	expiresAt: 600_000,
	paste: { label: "the code that the page shows" },
};

describe("what must not be seen", () => {
	test("is a line as it was typed, blanks and all, and is written nowhere", async () => {
		const { login, type, written } = asking({ ...SECRET, problem: "it is wrong" });
		expect(written()).toBe(
			"secret: it is wrong\nsecret: Passphrase (~/keys/ada.pem)\nsecret: type or paste it, then Enter; it is not shown\n",
		);
		await type(" canary pass \n");
		expect(login.sent).toEqual([answer(" canary pass ")]);
		expect(written()).not.toContain("canary");
	});

	test("is asked for again where nothing was typed", async () => {
		const { login, type, written } = asking(SECRET);
		await type("\n");
		expect(written()).toMatch(/secret: nothing was typed\nsecret: type or paste it, then Enter; it is not shown\n$/);
		await type("x\n");
		expect(login.sent).toEqual([answer("x")]);
	});

	test("may be pasted, however long: its length is told", async () => {
		const { login, type, written } = asking(PAGE);
		expect(written()).toBe("paste: paste the code that the page shows, then Enter; it is not shown\n");
		const response = "PHNhbWxw".repeat(12_800);
		await type(`  ${response} \n`);
		await new Promise((resolve) => setImmediate(resolve));
		expect(login.sent).toEqual([answer(response)]);
		expect(written()).toContain("paste: 102 400 characters\n");
		expect(written()).not.toContain("PHNhbWxw");
	});

	test("is not asked for by a page that returns by itself, or that is another process's", () => {
		for (const page of [
			{ ...PAGE, paste: undefined },
			{ ...PAGE, waitingForPid: 42 },
		]) {
			const { written, stop } = asking(page);
			expect(written()).toBe("");
			stop();
		}
	});

	test("is forgotten when it is taken away, as when the page has returned after all", async () => {
		const { input, login, written } = asking(PAGE);
		login.show({ prompts: [] });
		input.write("canary\n");
		await new Promise((resolve) => setImmediate(resolve));
		expect(login.sent).toEqual([]);
		expect(written()).not.toContain("characters");
	});
});
