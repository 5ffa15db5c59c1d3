import { afterEach, describe, expect, test } from "vitest";
import type { SecretPrompt } from "../../src/auth/interaction.ts";
import { fakeLogin } from "./support/fake-login.ts";
import { closeScreens, NOW, show } from "./support/screen.tsx";
import { approving, asked, choosing } from "./support/snapshots.ts";

afterEach(closeScreens);

const STEP = "provider:company-sso";
const PROMPT: SecretPrompt = { type: "secret", question: "Passphrase of the key", source: "~/keys/ada.pem" };
const asking = (prompt: Partial<SecretPrompt> = {}) => ({
	...approving(NOW),
	prompts: asked({ ...PROMPT, ...prompt }),
});

describe("the question for a secret", () => {
	test.each([
		[80, 24],
		[120, 40],
		[50, 15],
		[20, 6],
	])("at %i×%i shows what is asked, dots, and why it is asked again", async (columns, rows) => {
		const screen = show(fakeLogin(asking({ problem: "it is wrong" })), { columns, rows });
		await screen.press("h", "u");
		const text = screen.text();
		expect(screen.lines()).toHaveLength(rows);
		expect(text).toContain("Passphrase");
		expect(text).toContain("❯ ••▏");
		expect(text).toContain("it is wrong");
	});

	test("is answered with Enter; every letter belongs to it, and none is ever shown", async () => {
		const login = fakeLogin(asking());
		const screen = show(login);
		await screen.press("enter");
		expect(login.sent).toEqual([]);
		await screen.press("q", "?", "Z", "backspace", "/");
		await screen.paste("  cänary pass \n");
		expect(screen.text()).toContain(`❯ ${"•".repeat(17)}▏`);
		await screen.press("enter");
		// With its blanks: they may be part of it.
		expect(login.sent).toEqual([{ type: "ANSWER", step: STEP, value: "q?/  cänary pass " }]);
		expect(screen.text()).toContain("❯ ▏");
		expect(screen.stdout.frames.join("")).not.toMatch(/cänary|q\?\//);
	});

	test("is told by its length where the dots have no room", async () => {
		const screen = show(fakeLogin(asking()));
		await screen.paste("x".repeat(1_234));
		expect(screen.text()).toContain("❯ 1 234 characters▏");
		await screen.press("ctrl-u");
		expect(screen.text()).toContain("❯ ▏");
	});

	test("begins empty when it is asked again", async () => {
		const login = fakeLogin(asking());
		const screen = show(login);
		await screen.paste("wrong");
		login.show(asking({ problem: "that is not it" }));
		await screen.until("that is not it");
		expect(screen.text()).toContain("❯ ▏");
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

	test("is a sentence for a screen reader, which hears its length alone", async () => {
		const login = fakeLogin(asking({ problem: "it is wrong" }));
		const screen = show(login, { display: { screenReader: true } });
		expect(screen.said.slice(-2)).toEqual([
			"it is wrong",
			"Passphrase of the key: ~/keys/ada.pem. Type or paste it, then Enter. Escape cancels.",
		]);
		await screen.press("q", "7");
		expect(screen.said.slice(-2)).toEqual(["1 character", "2 characters"]);
		await screen.press("enter");
		expect(login.sent).toEqual([{ type: "ANSWER", step: STEP, value: "q7" }]);
		expect(screen.said.join("\n")).not.toContain("q7");
	});
});
