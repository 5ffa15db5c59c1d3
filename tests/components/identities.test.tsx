import { afterEach, describe, expect, test } from "vitest";
import { boardRow, DETAILS, fakeLogin, HOUR } from "./support/fake-login.ts";
import { closeScreens, NOW, plain, sequence, show } from "./support/screen.tsx";
import { choosing, target } from "./support/snapshots.ts";

afterEach(closeScreens);

const SIZES = [
	[80, 24],
	[120, 40],
	[50, 15],
	[30, 8],
] as const;

describe("the identities", () => {
	test.each(SIZES)(
		"at %i×%i fill the window, with the keys on the last line and the session beside each name",
		(columns, rows) => {
			const screen = show(fakeLogin(choosing(NOW, 50)), { columns, rows });
			const lines = screen.lines();
			expect(lines).toHaveLength(rows);
			expect(lines[0]).toContain("atmos auth login");
			expect(lines.at(-1)).toContain("q quit");
			expect(lines.find((line) => line.includes("dev-admin"))).toMatch(/❯ ● dev-admin.*3h 52m$/);
			expect(lines.find((line) => line.includes("prod-admin"))).toMatch(/◐ prod-admin.* 6m$/);
		},
	);

	test("show account, role and the place where there is room for them", () => {
		const [head, , , , header, first] = show(fakeLogin(choosing(NOW)), { columns: 100 }).lines();
		expect(head).toMatch(/acme-infra · profile developer$/);
		expect(header).toMatch(/^ {3}IDENTITY +ACCOUNT +ROLE +SESSION$/);
		expect(first).toMatch(/dev-admin {2}default +development +AdministratorAccess +━+/);
	});

	test("lose the role first, then the account, never the session", () => {
		const heading = (columns: number): string =>
			show(fakeLogin(choosing(NOW)), { columns, rows: 24 })
				.lines()
				.find((line) => line.includes("IDENTITY")) ?? "";
		expect(heading(80)).toMatch(/ACCOUNT +ROLE +SESSION/);
		expect(heading(56)).toMatch(/IDENTITY +ACCOUNT +SESSION/);
		expect(heading(34)).toMatch(/IDENTITY +SESSION/);
	});

	test("keep their columns while the list scrolls", async () => {
		const rows = [
			...Array.from({ length: 40 }, (_, index) => boardRow({ name: `id-${index}` })),
			boardRow({ name: "x".repeat(30) }),
		];
		const screen = show(fakeLogin({ phase: "choosing", choice: { of: "identities", reason: "requested", rows } }));
		const before = screen.lines()[5]?.indexOf("development");
		await screen.press("end");
		expect(screen.text()).toContain("x".repeat(30));
		expect(screen.lines()[5]?.indexOf("development")).toBe(before);
	});

	test("say what a session is in words, not by colour alone", () => {
		const text = show(fakeLogin(choosing(NOW)), { columns: 110 }).text();
		expect(text).toMatch(/○ prod-readonly.*expired 2h ago/);
		expect(text).toMatch(/· azure-dev.*not signed in/);
		expect(text).toMatch(/! broken-one.*its provider `compny-sso` does not exist.*broken/);
	});

	test("count down, and show that a session has ended", async () => {
		const screen = show(fakeLogin(choosing(NOW)));
		expect(screen.text()).toMatch(/staging-deploy.*3m 0s|staging-deploy.*3m/);
		await screen.tick(4 * 60_000);
		expect(screen.text()).toMatch(/○ staging-deploy.*expired just now/);
		await screen.tick(2 * HOUR);
		expect(screen.text()).toMatch(/dev-admin.*1h 48m/);
	});

	test("draw nothing again when no countdown has changed its words", async () => {
		const rows = [
			boardRow({ name: "a", session: { state: "valid", expiresAt: NOW + 3 * HOUR + 30_000, issuedAt: NOW } }),
		];
		const screen = show(fakeLogin({ phase: "choosing", choice: { of: "identities", reason: "requested", rows } }));
		await new Promise((resolve) => setTimeout(resolve, 80));
		const frames = screen.stdout.frames.length;
		for (let second = 0; second < 10; second++) await screen.tick(1_000);
		expect(screen.stdout.frames).toHaveLength(frames);
	});

	test("are moved through with arrows, letters, pages, Home and End", async () => {
		const screen = show(fakeLogin(choosing(NOW, 100)));
		const selectedEntry = (): string => /❯ . (\S+)/.exec(screen.text())?.[1] ?? "";
		await screen.press("down");
		expect(selectedEntry()).toBe("prod-admin");
		await screen.press("j", "k", "up");
		expect(selectedEntry()).toBe("dev-admin");
		await screen.press("G");
		expect(selectedEntry()).toBe("team-0099-admin");
		await screen.press("g", "pagedown");
		expect(selectedEntry()).not.toBe("dev-admin");
		await screen.press("home");
		expect(selectedEntry()).toBe("dev-admin");
		await screen.press("end", "up");
		expect(selectedEntry()).toBe("team-0098-billing");
	});

	test("sign in with the selected identity", async () => {
		const login = fakeLogin(choosing(NOW));
		const screen = show(login);
		await screen.press("down", "enter");
		expect(login.sent).toEqual([{ type: "SELECT", key: "prod-admin" }]);
	});

	test("refuse a broken entry and say why", async () => {
		const login = fakeLogin(choosing(NOW));
		const screen = show(login, { columns: 100 });
		await screen.press("end", "enter");
		expect(login.sent).toEqual([]);
		expect(screen.text()).toContain("broken-one cannot be used: its provider `compny-sso` does not exist");
	});

	test("show details of the selected identity between two rules", async () => {
		const login = fakeLogin(choosing(NOW), (name) => ({ ...DETAILS, region: `region-of-${name}` }));
		const screen = show(login);
		await screen.until("region-of-dev-admin");
		const lines = screen.lines();
		const rules = lines.flatMap((line, index) => (/^ ─{70,}$/.test(line) ? [index] : []));
		expect(rules).toHaveLength(2);
		expect(lines.slice(rules[0], rules[1]).join("\n")).toMatch(
			/✓ dev\/eks {3}dev-eks → ~\/.config\/atmos\/kube\/config +ready/,
		);
		await screen.press("down");
		await screen.until("region-of-prod-admin");
	});

	test("have no details pane on a short window", () => {
		const text = show(fakeLogin(choosing(NOW)), { columns: 80, rows: 14 }).text();
		expect(text).not.toMatch(/─{70,}/);
		expect(text).toContain("prod-readonly");
	});

	test("quit with q and with Esc", async () => {
		for (const key of ["q", "esc"]) {
			const login = fakeLogin(choosing(NOW));
			const cancelled = new Promise((resolve) => {
				login.onAction = resolve;
			});
			await show(login).press(key);
			expect(await cancelled).toEqual({ type: "CANCEL" });
		}
	});

	test("are the same list, at the same row, after another screen", async () => {
		const login = fakeLogin(choosing(NOW, 30));
		const screen = show(login);
		await screen.press("down", "down");
		login.show({ phase: "signing-in", targets: [target("prod-readonly")] });
		login.show({ ...choosing(NOW, 30), targets: [] });
		expect(screen.text()).toMatch(/❯ ○ prod-readonly/);
	});
});

describe("the filter", () => {
	test("narrows the list as it is typed, counts, and marks the best answer", async () => {
		const screen = show(fakeLogin(choosing(NOW, 208)));
		await screen.press("/", "p", "r", "o", "d");
		expect(screen.text()).toContain("/ prod▏");
		expect(screen.text()).toMatch(/\d+ of 214/);
		expect(screen.text()).toMatch(/❯ ◐ prod-admin/);
		await screen.press("-", "r", "e");
		expect(screen.text()).toMatch(/❯ ○ prod-readonly/);
		expect(screen.text()).toContain("1 of 214");
	});

	test("takes letters that are keys of the list, also when they come in one piece", async () => {
		const login = fakeLogin(choosing(NOW, 20));
		const screen = show(login);
		await screen.press("/qkjg?");
		expect(screen.text()).toContain("/ qkjg?▏");
		expect(screen.text()).toContain("nothing matches");
		await screen.press("enter");
		expect(login.sent).toEqual([]);
	});

	test("looks in account, role and tags too", async () => {
		const screen = show(fakeLogin(choosing(NOW, 20)));
		await screen.press("/readonly production");
		expect(screen.text()).toMatch(/❯ ○ prod-readonly/);
		await screen.press("ctrl-u");
		await screen.press("dev");
		expect(screen.text()).toMatch(/❯ . dev-admin/);
	});

	test("highlights what it found, underlined, so that it is seen without colours", async () => {
		const screen = show(fakeLogin(choosing(NOW)), { display: { colour: false } });
		await screen.press("/prod");
		const line =
			screen
				.raw()
				.split("\n")
				.find((one) => plain(one).includes("prod-admin")) ?? "";
		expect(line).toContain("\u001b[4mprod\u001b[24m");
		expect(line).not.toMatch(sequence("ESC\\[3[0-7]m"));
	});

	test("is erased letter by letter, cleared with Esc, and kept with Tab", async () => {
		const login = fakeLogin(choosing(NOW, 20));
		const screen = show(login);
		await screen.press("/", "p", "x", "backspace");
		expect(screen.text()).toContain("/ p▏");
		await screen.press("tab", "j", "q");
		expect(screen.text()).toMatch(/\/ p /);
		expect(login.sent).toEqual([{ type: "CANCEL" }]);
		await screen.press("/");
		await screen.press("esc");
		await screen.until("Choose an identity");
	});

	test("logs in with what it found by a single Enter", async () => {
		const login = fakeLogin(choosing(NOW, 20));
		await show(login).press("/stag", "enter");
		expect(login.sent).toEqual([{ type: "SELECT", key: "staging-deploy" }]);
	});
});

describe("the help", () => {
	test("lists the keys of the screen and goes away again", async () => {
		const screen = show(fakeLogin(choosing(NOW)));
		await screen.press("?");
		expect(screen.text()).toMatch(/Keys\n/);
		expect(screen.text()).toMatch(/ {3}\/ +filter by name/);
		expect(screen.text()).toMatch(/Ctrl-C/);
		await screen.press("?");
		expect(screen.text()).toContain("IDENTITY");
	});

	test("does not let the keys of the screen below through", async () => {
		const login = fakeLogin(choosing(NOW));
		const screen = show(login);
		await screen.press("?", "enter");
		expect(login.sent).toEqual([]);
		expect(screen.text()).toContain("IDENTITY");
	});
});
