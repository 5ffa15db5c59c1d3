/** A question that is answered with digits. */
import { afterEach, describe, expect, test } from "vitest";
import type { CodePrompt } from "../../src/auth/interaction.ts";
import { codeSentences, typedSentence } from "../../src/components/sentences.ts";
import type { LoginSnapshot, StepId } from "../../src/flows/snapshot.ts";
import { fakeLogin } from "./support/fake-login.ts";
import { closeScreens, NOW, show } from "./support/screen.tsx";
import { asked, choosing, link, target } from "./support/snapshots.ts";

afterEach(closeScreens);

const PROMPT: CodePrompt = {
	type: "code",
	question: "MFA code",
	source: "arn:aws:iam::123456789012:mfa/ada",
	digits: 6,
};
const STEP: StepId = "identity:ada";

function asking(change: Partial<CodePrompt> = {}): Partial<LoginSnapshot> {
	return {
		phase: "approving",
		targets: [target("dev-admin")],
		chain: [link(STEP, { state: "running" }), link("identity:dev-admin")],
		prompts: asked({ ...PROMPT, ...change }, STEP),
	};
}

const PROBLEM = "the code was not accepted: it may have been used already, wait for the next one";

describe("the question for a code", () => {
	test.each([
		[80, 24],
		[50, 15],
		[20, 6],
	])("at %i×%i shows what is asked, what was typed, and why it is asked again", async (columns, rows) => {
		const screen = show(fakeLogin(asking()), { columns, rows });
		expect(screen.lines()[0]).toContain("MFA code");
		expect(screen.text()).toMatch(/Code {2}(?:_ _ _ _ _ _|_{6})\n/);
		if (columns > 20) expect(screen.lines()[1]).toContain("for dev-admin");
		expect(screen.text().replace(/\n\s*/g, "")).toContain("arn:aws:iam");
		await screen.press("1", "2");
		expect(screen.text()).toMatch(/Code {2}(?:1 2 _ _ _ _|12____)\n/);

		const again = show(fakeLogin(asking({ problem: columns > 20 ? PROBLEM : "wrong code" })), { columns, rows });
		expect(again.text()).toMatch(columns > 20 ? /the code was not accepted/ : /wrong code/);
		expect(again.text()).toMatch(/Code {2}/);
	});

	test("has room around its parts where there is room", () => {
		expect(
			show(fakeLogin(asking({ problem: "wrong code" })))
				.lines()
				.slice(0, 8),
		).toEqual([
			" MFA code",
			" for dev-admin",
			"",
			"   wrong code",
			"",
			"   Code  _ _ _ _ _ _",
			"",
			"   arn:aws:iam::123456789012:mfa/ada",
		]);
	});

	test("has the place for the digits, however much there is to say", () => {
		const text = show(fakeLogin(asking({ problem: PROBLEM, digits: 8 })), { columns: 20, rows: 6 }).text();
		expect(text).toMatch(/Code {2}_{8}\n/);
	});

	test("sends itself with its last digit, and not before", async () => {
		const login = fakeLogin(asking());
		const screen = show(login);
		await screen.press("1", "2", "3", "x", "q", "4", "5", "enter");
		expect(login.sent).toEqual([]);
		expect(screen.text()).toContain("Code  1 2 3 4 5 _");
		await screen.press("6");
		expect(login.sent).toEqual([{ type: "ANSWER", step: STEP, value: "123456" }]);
		// Once: Enter out of habit sends nothing more.
		await screen.press("enter");
		expect(login.sent).toHaveLength(1);
	});

	test.each(["123 456\n", "123-456", "123456"])("sends itself when %j is pasted", async (text) => {
		const login = fakeLogin(asking());
		await show(login).paste(text);
		expect(login.sent).toEqual([{ type: "ANSWER", step: STEP, value: "123456" }]);
	});

	test.each(["arn:aws:iam::123456789012:mfa/ada", "1234567"])("is not sent for %j, which is no code", async (text) => {
		const login = fakeLogin(asking());
		const screen = show(login);
		await screen.paste(text);
		expect(screen.text()).toContain("Code  1 2 3 4 5 6");
		expect(screen.lines().at(-1)).toBe(" ⏎ send · ? keys · esc cancel");
		expect(login.sent).toEqual([]);
		await screen.press("enter");
		expect(login.sent).toEqual([{ type: "ANSWER", step: STEP, value: "123456" }]);
	});

	test("is corrected with backspace, and from the start with Ctrl-U", async () => {
		const screen = show(fakeLogin(asking()));
		await screen.press("1", "2", "3", "backspace");
		expect(screen.text()).toContain("Code  1 2 _ _ _ _");
		await screen.press("ctrl-u");
		expect(screen.text()).toContain("Code  _ _ _ _ _ _");
	});

	test("is left with Esc: for the list where there was one, else altogether", async () => {
		for (const [first, type] of [
			[asking(), "CANCEL"],
			[{ ...choosing(NOW), ...asking() }, "BACK"],
		] as const) {
			const login = fakeLogin(first);
			const acted = new Promise((resolve) => {
				login.onAction = resolve;
			});
			await show(login).press("esc");
			expect(await acted).toEqual({ type });
		}
	});

	test("begins empty for the next one, though it asks for the same", async () => {
		const login = fakeLogin(asking());
		const screen = show(login);
		await screen.press("1", "2", "3");
		login.show({ prompts: asked(PROMPT, "identity:bob") });
		await screen.until("Code  _ _ _ _ _ _");
		await screen.paste("654321");
		expect(login.sent).toEqual([{ type: "ANSWER", step: "identity:bob", value: "654321" }]);
		// Asked once more, and nothing has changed but that.
		login.show({ prompts: asked({ ...PROMPT }, "identity:bob") });
		await screen.until("Code  _ _ _ _ _ _");
		await screen.press("enter");
		expect(login.sent).toHaveLength(1);
	});
});

describe("for a screen reader", () => {
	test("the question is a sentence, with the reason why it is asked again before it", () => {
		expect(codeSentences({ ...PROMPT, problem: "the code was not accepted" })).toEqual([
			"the code was not accepted",
			"MFA code: arn:aws:iam::123456789012:mfa/ada. Type the 6 digits; the last one sends them. Escape cancels.",
		]);
	});

	test("says what was typed, and that it was sent", async () => {
		expect(typedSentence("", 6)).toBe("Empty");
		const login = fakeLogin(asking());
		login.onAction = () => login.show({ phase: "assuming", prompts: [] });
		const screen = show(login, { display: { screenReader: true } });
		await screen.press("1", "2", "backspace");
		await screen.paste("23 456");
		expect(screen.said.slice(-4)).toEqual(["1", "1, 2", "1", "1, 2, 3, 4, 5, 6. Sent."]);
		expect(login.sent).toEqual([{ type: "ANSWER", step: STEP, value: "123456" }]);
	});
});
