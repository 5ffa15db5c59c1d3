import { afterEach, describe, expect, test } from "vitest";
import { forwardingOf } from "../../src/output/forwarding.ts";
import { fakeLogin } from "./support/fake-login.ts";
import { closeScreens, NOW, show, turns } from "./support/screen.tsx";
import { approving, choosing, onPage, PAGE, waysTo } from "./support/snapshots.ts";

afterEach(closeScreens);

const STEP = "provider:company-sso";
const SIZES = [
	[80, 24],
	[120, 40],
	[50, 15],
] as const;

const words = (text: string): string => text.replace(/\s+/g, " ");
const motion = { display: { motion: true } };

const overSsh = {
	forwarding: (port: number) =>
		forwardingOf(port, {
			env: { SSH_TTY: "/dev/pts/1", USER: "ada" },
			platform: "linux",
			exists: () => false,
			hostname: "build-host-3",
		}),
};

/** The addresses and the texts of all hyperlinks. */
function links(raw: string): { readonly urls: ReadonlySet<string>; readonly text: string } {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence that is looked for
	const found = [...raw.matchAll(/\u001b\]8;[^;]*;([^\u001b\u0007]+)(?:\u001b\\|\u0007)(.*?)\u001b\]8;;/gs)];
	// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are taken away
	const text = found.map(([, , piece]) => piece?.replace(/\u001b\[[0-9;]*m/g, "")).join("");
	return { urls: new Set(found.map(([, url]) => url ?? "")), text };
}

describe("a page that returns by itself", () => {
	const prompt = { callbackPort: 53682, ways: waysTo("browser") };

	test.each(SIZES)("at %i×%i shows what to do, the link, the time, and what is waited for", (columns, rows) => {
		const screen = show(fakeLogin(onPage(NOW, prompt)), { columns, rows, ...motion });
		const text = words(screen.text());
		expect(screen.lines()).toHaveLength(rows);
		expect(text).toContain("Sign in to company-sso");
		expect(text).toContain("for dev-admin · acme.awsapps.com");
		expect(text).toContain("Sign in on this page:");
		expect(text).toContain("expires in 9m 42s");
		expect(text).toContain("waiting for you in the browser");
		expect(screen.lines().at(-1)).toMatch(/^ ⏎ open · .*esc cancel/);
		expect(links(screen.raw()).urls).toEqual(new Set([PAGE]));
	});

	test("says where it returns to, when it was started, and why this way was taken", () => {
		const text = words(show(fakeLogin(onPage(NOW, prompt))).text());
		expect(text).toContain("comes back to this terminal by itself, through port 53682");
		expect(text).toMatch(/only if you started this at \d\d:42:07 on build-host-3/);
		expect(text).toContain("This way because the browser of this machine can be used.");
	});

	test.each(SIZES)("has the command that forwards its port over SSH, whole, at %i×%i", (columns, rows) => {
		const screen = show(fakeLogin(onPage(NOW, prompt)), { columns, rows, ...overSsh });
		expect(screen.text()).toContain("ssh -L 53682:127.0.0.1:53682 ada@build-host-3\n");
		expect(screen.text()).not.toContain("by itself");
	});

	test("shows the whole link where there is room, in one hyperlink, and shortens it where there is none", () => {
		const wide = show(fakeLogin(onPage(NOW, prompt)), { columns: 80, rows: 24 });
		expect(links(wide.raw()).text).toBe(PAGE);
		const long = `${PAGE}&scopes=${"a".repeat(2_000)}`;
		const screen = show(fakeLogin(onPage(NOW, { ...prompt, url: long })), { columns: 80, rows: 24 });
		expect(links(screen.raw())).toEqual({ urls: new Set([long]), text: `${long.slice(0, 75)}…` });
		expect(words(screen.text())).toContain("waiting for you");
	});

	test("is opened with Enter, in the browser that was asked for; its link is copied and printed", async () => {
		const screen = show(fakeLogin(onPage(NOW, { ...prompt, browser: { name: "firefox" } })));
		await screen.press("enter", "o", "l", "u");
		expect(screen.actions).toEqual([
			`open ${PAGE} in firefox`,
			`open ${PAGE} in firefox`,
			`copy ${PAGE}`,
			`plain ${PAGE}`,
		]);
	});

	test("says what came of opening it by itself, as soon as that is known", async () => {
		let outcome: string | undefined;
		let tell: () => void = () => undefined;
		const pages = {
			outcome: (url: string) => (url === PAGE ? outcome : undefined),
			subscribe: (listener: (url: string, outcome: string) => void) => {
				tell = () => listener(PAGE, "");
				return () => undefined;
			},
		};
		const screen = show(fakeLogin(onPage(NOW, prompt)), { pages });
		expect(screen.text()).not.toContain("opened");
		outcome = "opened in Firefox";
		tell();
		await screen.until("waiting for you in the browser · opened in Firefox");
	});

	test("of another process is only waited for", () => {
		const screen = show(fakeLogin(onPage(NOW, { ...prompt, waitingForPid: 4242 })));
		const text = words(screen.text());
		expect(text).toContain("Process 4242 is already signing in there.");
		expect(text).toContain("waiting for process 4242, which opened this page");
		expect(text).not.toContain("53682");
	});

	test("in a window of its own has no link, and no key for one", async () => {
		const login = fakeLogin(onPage(NOW, { opensItself: true, browser: { name: "chrome" } }));
		const screen = show(login);
		expect(screen.text()).toContain("Sign in in the window that has opened.");
		expect(screen.text()).not.toContain("https://");
		expect(screen.lines().at(-1)).toBe(" ? keys · esc cancel");
		await screen.press("enter", "o", "l", "u", "m");
		expect(screen.actions).toEqual([]);
		expect(login.sent).toEqual([]);
	});
});

describe("a page whose outcome is pasted", () => {
	const label = "the code that the page shows";
	const prompt = { paste: { label }, ways: waysTo("paste", "this is an SSH session") };

	test.each(SIZES)("at %i×%i shows the page and where to paste", (columns, rows) => {
		const screen = show(fakeLogin(onPage(NOW, prompt)), { columns, rows });
		const text = words(screen.text());
		expect(text).toContain("Open this page in any browser, and sign in:");
		expect(text).toContain("Then paste the code that the page shows here: ❯ ▏nothing yet");
		expect(links(screen.raw()).urls).toEqual(new Set([PAGE]));
		expect(screen.lines().at(-1)).toContain("esc cancel");
		expect(screen.lines().at(-1)).not.toContain("⏎");
	});

	test("takes a text of 100 kB in one paste, shows its length alone, and sends it with Enter", async () => {
		const login = fakeLogin(onPage(NOW, prompt));
		const screen = show(login);
		const response = "PHNhbWxwOl".repeat(10_240);
		await screen.paste(`${response}\r\n`);
		expect(screen.text()).toContain("❯ 102 400 characters▏");
		expect(login.sent).toEqual([]);
		await screen.press("enter");
		expect(login.sent).toEqual([{ type: "ANSWER", step: STEP, value: response }]);
		expect(screen.text()).toContain("nothing yet");
		expect(screen.stdout.frames.join("")).not.toContain("PHNhbWxwOl");
	});

	test("takes what comes in pieces and over several lines, as terminals hand it on that mark no pastes", async () => {
		const login = fakeLogin(onPage(NOW, prompt));
		const screen = show(login);
		await screen.press("  olmcqu?\r", "ab\tcd", "e ", "enter");
		expect(login.sent).toEqual([{ type: "ANSWER", step: STEP, value: "olmcqu?abcde" }]);
		expect(screen.actions).toEqual([]);
	});

	test("takes every letter that is typed for text, and gives its commands other keys", async () => {
		const login = fakeLogin(onPage(NOW, prompt));
		const screen = show(login);
		await screen.press("o", "l", "u", "m", "q", "?");
		expect(screen.text()).toContain("6 characters");
		await screen.press("backspace");
		expect(screen.text()).toContain("5 characters");
		await screen.press("ctrl-u");
		expect(screen.text()).toContain("nothing yet");
		expect([login.sent, screen.actions]).toEqual([[], []]);
		await screen.press("\u000f", "\u000c", "\u0010");
		expect(screen.actions).toEqual([`open ${PAGE}`, `copy ${PAGE}`, `plain ${PAGE}`]);
	});

	test("says what was wrong, and begins empty", async () => {
		const login = fakeLogin(onPage(NOW, prompt));
		const screen = show(login);
		await screen.paste("wrong");
		login.show(onPage(NOW, { ...prompt, paste: { label, problem: "the code was not accepted" } }));
		await screen.until("the code was not accepted");
		expect(screen.text()).toContain("nothing yet");
		expect(screen.text()).not.toContain("characters");
	});
});

describe("the other ways", () => {
	const one = { ...waysTo("browser"), others: waysTo("browser").others.slice(0, 1) };

	test.each([
		["an authorization page", onPage(NOW, { ways: one }), "m", "use a code", "device-code"],
		[
			"a device code",
			approving(NOW, { ways: { ...waysTo("device-code"), others: waysTo("device-code").others.slice(0, 1) } }),
			"m",
			"use browser",
			"browser",
		],
		[
			"a page that is pasted from",
			onPage(NOW, { paste: { label: "it" }, ways: { ...waysTo("paste"), others: waysTo("paste").others.slice(0, 1) } }),
			"tab",
			"use browser",
			"browser",
		],
	] as const)("of %s: the only one is taken at once, and its key says which", async (_, snapshot, key, label, flow) => {
		const login = fakeLogin(snapshot);
		const screen = show(login);
		expect(screen.lines().at(-1)).toContain(`${key} ${label}`);
		await screen.press(key);
		expect(login.sent).toEqual([{ type: "CHANGE_WAY", step: STEP, flow }]);
	});

	test.each([
		["an authorization page", () => onPage(NOW, { ways: waysTo("browser") }), "m", "device-code"],
		["a device code", () => approving(NOW, { ways: waysTo("device-code") }), "m", "browser"],
	] as const)("of %s: one of several is chosen from a menu, which Esc leaves", async (_, snapshot, key, first) => {
		const login = fakeLogin(snapshot());
		const screen = show(login);
		expect(screen.lines().at(-1)).toContain(`${key} other ways`);
		await screen.press(key);
		expect(screen.text()).toContain("Other ways to sign in to company-sso");
		expect(words(screen.text())).toContain("because the browser of this machine can be used.");
		await screen.press("esc");
		await screen.until("expires in");
		expect(login.sent).toEqual([]);
		await screen.press(key);
		await screen.press("enter");
		expect(login.sent).toEqual([{ type: "CHANGE_WAY", step: STEP, flow: first }]);
	});

	test("are looked at without losing what was pasted", async () => {
		const login = fakeLogin({
			...choosing(NOW),
			...onPage(NOW, { paste: { label: "it" }, ways: waysTo("paste") }),
		});
		const screen = show(login);
		await screen.paste("abc");
		await screen.press("tab");
		await screen.press("esc");
		await screen.until("3 characters");
		// Back to the page, and not to the list.
		expect(login.sent).toEqual([]);
	});

	test("have no key where there are none", async () => {
		const login = fakeLogin(onPage(NOW, { ways: { ...waysTo("browser"), others: [] } }));
		const screen = show(login);
		await screen.press("m");
		expect(screen.text()).not.toMatch(/other ways|Other ways/);
		expect(login.sent).toEqual([]);
	});
});

describe("for a screen reader", () => {
	const spoken = { display: { screenReader: true } };

	test("a page is told in sentences, the link and the command each on a line of its own", () => {
		const ways = waysTo("browser", "--flow is browser");
		const { said } = show(fakeLogin(onPage(NOW, { callbackPort: 53682, ways })), { ...spoken, ...overSsh });
		expect(said.slice(-7)).toEqual([
			"Sign in to company-sso. Sign in on this page:",
			PAGE,
			"The page comes back to port 53682 here. On your machine, first run:",
			"ssh -L 53682:127.0.0.1:53682 ada@build-host-3",
			expect.stringMatching(/^Go on only if you started this at .* The page expires in 9m\.$/),
			"This way because --flow is browser. m signs in another way: with a code, in any browser, or with a page in any browser.",
			"Enter opens the page, l copies the link, Escape cancels.",
		]);
	});

	test("what is pasted is told by its length, and is sent with Enter", async () => {
		const login = fakeLogin(onPage(NOW, { paste: { label: "the code", problem: "it was not accepted" } }));
		const screen = show(login, spoken);
		expect(screen.said).toContain("it was not accepted");
		expect(screen.said).toContain("Then paste the code here:");
		await screen.paste("canary-code");
		expect(screen.said.at(-1)).toBe("11 characters");
		await screen.press("enter");
		expect(login.sent).toEqual([{ type: "ANSWER", step: STEP, value: "canary-code" }]);
		expect(screen.said.join("\n")).not.toContain("canary");
	});

	test("another way is chosen by its number, or not", async () => {
		const login = fakeLogin(onPage(NOW, { ways: waysTo("browser") }));
		const screen = show(login, spoken);
		await screen.press("m");
		expect(screen.said.slice(-2)).toEqual([
			"Other ways to sign in to company-sso",
			"1 of 2: with a code, in any browser",
		]);
		await screen.press("esc");
		while (!screen.said.includes("Back to the page of company-sso.")) await turns(1);
		await screen.press("enter");
		expect(screen.actions).toEqual([`open ${PAGE}`]);
		await screen.press("m", "2");
		expect(login.sent).toEqual([{ type: "CHANGE_WAY", step: STEP, flow: "paste" }]);
	});
});
