/** What was pasted, or came in one piece, is text wherever text can be typed, and nothing anywhere else. */
import { afterEach, describe, expect, test } from "vitest";
import { type FakeLogin, fakeLogin } from "./support/fake-login.ts";
import { closeScreens, NOW, show, turns } from "./support/screen.tsx";
import { approving, asked, attention, broken, choosing } from "./support/snapshots.ts";

afterEach(closeScreens);

const NAME = "payments/prod-support";

/** The two ways in which a terminal hands a paste on. */
const WAYS = [
	["marked", (text: string) => `\u001b[200~${text}\u001b[201~`],
	["in one piece", (text: string) => text],
] as const;

describe.each(WAYS)("a paste that comes %s", (_, pasted) => {
	test.each([
		["a name and a line break", `${NAME}\n`, NAME],
		["a name and an Enter", `${NAME}\r`, NAME],
		["lines: the first one counts", `\r\n${NAME}\r\nq\r`, NAME],
		["letters that are keys of the list", "qqkjg?", "qqkjg?"],
		["the key that opens the filter, and a text", "/prod", "prod"],
	])("into the list is the filter's: %s", async (_what, text, query) => {
		const login = fakeLogin(choosing(NOW, 20));
		const screen = show(login);
		await screen.press(pasted(text));
		expect(screen.text()).toContain(`/ ${query}▏`);
		expect(login.sent).toEqual([]);
	});

	test("into the filter goes on with what is there", async () => {
		const login = fakeLogin(choosing(NOW, 20));
		const screen = show(login);
		await screen.press("/", "x", pasted("y/z\r"));
		expect(screen.text()).toContain("/ xy/z▏");
		expect(login.sent).toEqual([]);
	});

	test("of nothing but line breaks does nothing", async () => {
		const login = fakeLogin(choosing(NOW, 20));
		const screen = show(login);
		await screen.press(pasted("\r\r"));
		expect(screen.text()).not.toContain("▏");
		expect(login.sent).toEqual([]);
	});

	const provider = { of: "providers", reason: "no-identities", rows: choosing(NOW).choice?.rows ?? [] } as const;
	const question = { type: "choice", question: "Which?", options: [{ value: "a", label: "one" }] } as const;
	test.each<[string, () => FakeLogin]>([
		["the approval", () => fakeLogin({ ...choosing(NOW), ...approving(NOW) })],
		["the progress", () => fakeLogin({ phase: "assuming" })],
		["failed rows", () => fakeLogin(attention(NOW, ["a", "b"]))],
		["a failed sign-in", () => fakeLogin(broken())],
		["a menu of providers", () => fakeLogin({ phase: "choosing", choice: provider })],
		["a question", () => fakeLogin({ phase: "approving", prompts: asked(question) })],
	])("into %s does nothing", async (_screen, make) => {
		const login = make();
		const screen = show(login);
		for (const text of [`${NAME}\r`, "qolcu\r", "rad\r", "1\r", "??"]) await screen.press(pasted(text));
		expect(login.sent).toEqual([]);
		expect(screen.actions).toEqual([]);
		expect(screen.text()).not.toMatch(/Keys\n|what the service said/);
	});

	test("into the help does nothing, there and below", async () => {
		const login = fakeLogin(choosing(NOW, 20));
		const screen = show(login);
		await screen.press("?", pasted("quota\r"));
		expect(screen.text()).toMatch(/Keys\n/);
		await screen.press("?");
		expect(screen.text()).not.toContain("▏");
		expect(login.sent).toEqual([]);
	});
});

describe("single characters that were pasted", () => {
	test("are text as well, where the terminal marks them", async () => {
		for (const state of [choosing(NOW), { ...choosing(NOW), ...approving(NOW) }, attention(NOW), broken()]) {
			const login = fakeLogin(state);
			const screen = show(login);
			for (const text of ["q", "o", "r", "\r", "?"]) await screen.paste(text);
			expect(login.sent).toEqual([]);
			expect(screen.actions).toEqual([]);
			expect(screen.text()).not.toMatch(/Keys\n/);
		}
	});
});

describe("keys for the screen before", () => {
	test("do not act on the next one", async () => {
		const login = fakeLogin(choosing(NOW));
		login.onAction = (action) => {
			if (action.type === "SELECT") login.show(approving(NOW));
		};
		const screen = show(login);
		await turns(3);
		// Held back by a slow connection: Enter, and more that was meant for the list.
		for (const key of ["\r", "\r", "\u001b[B", "q", "o"]) screen.stdin.type(key);
		await screen.until("WDDD");
		expect(login.sent.filter(({ type }) => type !== "SELECT")).toEqual([]);
		expect(screen.actions).toEqual([]);
	});

	test("do not answer a question that came after them", async () => {
		const question = (text: string) =>
			({ type: "choice", question: text, options: [{ value: text, label: text }] }) as const;
		const login = fakeLogin({ phase: "approving", prompts: asked(question("first?")) });
		login.onAction = () => login.show({ prompts: asked(question("second?")) });
		const screen = show(login);
		await turns(3);
		for (const key of ["\r", "\r", "1"]) screen.stdin.type(key);
		await screen.until("second?");
		expect(login.sent).toEqual([{ type: "ANSWER", step: "provider:company-sso", value: "first?" }]);
	});
});
