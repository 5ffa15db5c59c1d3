/** The dashboard's manners on a terminal that records every byte. */
import { EventEmitter } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { runDashboard } from "../../src/components/dashboard.tsx";
import type { Terminal } from "../../src/terminal/streams.ts";
import { type FakeLogin, fakeLogin } from "./support/fake-login.ts";
import { FakeStdin, FakeStdout, NOW, plain, sequence, turns } from "./support/screen.tsx";
import { approving, asked, attention, broken, choosing } from "./support/snapshots.ts";

const ENTER = "\u001b[?1049h";
const LEAVE = "\u001b[?1049l";
const SHOW_CURSOR = "\u001b[?25h";

const open: FakeLogin[] = [];
const forced = process.env.FORCE_COLOR;

afterEach(() => {
	for (const login of open.splice(0)) login.show({ phase: "cancelled" });
	if (forced === undefined) delete process.env.FORCE_COLOR;
	else process.env.FORCE_COLOR = forced;
});

function run(login: FakeLogin, env: Record<string, string> = {}) {
	open.push(login);
	const screen = new FakeStdout(80, 24);
	const stdin = new FakeStdin();
	const stdout = new FakeStdout(80, 24);
	const terminal = {
		stdin,
		stdout,
		stderr: screen,
		stdinIsTerminal: true,
		stdoutIsTerminal: true,
		stderrIsTerminal: true,
		env: { TERM: "xterm-256color", LC_ALL: "C.UTF-8", PATH: "", ...env },
		platform: "linux",
	} as unknown as Terminal;
	const over = runDashboard({
		login,
		terminal,
		clock: { now: () => NOW },
		hostname: "build-host-3",
		cwd: "/",
		openPage: async () => ({ opened: false, reason: "there is none" }),
	});
	const written = (): string => screen.frames.join("");
	return {
		screen,
		stdin,
		stdout,
		over,
		written,
		/** What a person types after having seen the screen. */
		async type(...texts: string[]): Promise<void> {
			for (const text of texts) {
				await turns(3);
				stdin.type(text);
			}
			await turns(1);
		},
		async until(text: string): Promise<void> {
			while (!plain(written()).includes(text)) {
				await new Promise<void>((resolve) => void screen.once("frame", () => resolve()));
			}
		},
	};
}

describe("the terminal", () => {
	test("is taken for the login and given back before the promise is kept", async () => {
		const login = fakeLogin(choosing(NOW));
		const { until, over, written, stdin, stdout } = run(login);
		await until("IDENTITY");
		expect(written().indexOf(ENTER)).toBeLessThan(written().indexOf("IDENTITY"));
		expect(stdin.raw).toBe(true);
		login.show({ phase: "done" });
		await over;
		const end = written();
		expect(end.lastIndexOf(LEAVE)).toBeGreaterThan(end.lastIndexOf("IDENTITY"));
		expect(end.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(end.lastIndexOf("\u001b[?25l"));
		expect(stdin.raw).toBe(false);
		expect(stdout.frames).toEqual([]);
	});

	test("gets its title back", async () => {
		const login = fakeLogin(approving(NOW));
		const { until, over, written } = run(login);
		await until("code expires");
		expect(written()).toContain("\u001b]2;approve WDDD-HRQV");
		login.show({ phase: "done", prompts: [] });
		await over;
		expect(written().split("\u001b[22;2t")).toHaveLength(2);
		expect(written().split("\u001b[23;2t")).toHaveLength(2);
		// A terminal without a stack of titles keeps what was set last.
		const titles = [...written().matchAll(sequence("ESC\\]2;([^\u0007]*)\u0007", "g"))].map(([, title]) => title);
		expect(titles.at(-1)).toBe("Terminal");
	});

	test("has a title that says what is wanted", async () => {
		const login = fakeLogin(approving(NOW));
		const { until, over, written } = run(login);
		await until("code expires");
		const question = { type: "code", question: "MFA code", source: "phone", digits: 6 } as const;
		login.show({ prompts: asked(question, "identity:ada") });
		await until("MFA code");
		expect(written()).toContain("\u001b]2;type a code · atmos auth login");
		login.show({ phase: "done", prompts: [] });
		await over;
	});

	test("is not taken at all for a login that is over at once", async () => {
		const login = fakeLogin({ phase: "assuming" });
		const { over, written } = run(login);
		login.show({ phase: "done" });
		await over;
		expect(written()).toBe("");
	});

	test("is given back when the login fails or waits for nothing more", async () => {
		for (const state of [attention(NOW), broken()]) {
			const login = fakeLogin(state);
			login.onAction = (action) => {
				if (action.type === "DONE") login.show({ phase: state.error ? "failed" : "done" });
			};
			const { until, over, stdin, written } = run(login);
			await until("keys");
			stdin.type("q");
			await over;
			expect(written()).toContain(LEAVE);
		}
	});

	test("is given back after Ctrl-C, once the login has cleaned up", async () => {
		const login = fakeLogin(approving(NOW));
		const cancelled = new EventEmitter();
		login.onAction = (action) => cancelled.emit(action.type);
		const { until, over, stdin, written } = run(login);
		await until("code expires");
		const asked = new Promise((resolve) => cancelled.once("CANCEL", resolve));
		stdin.type("\u0003");
		await asked;
		expect(written()).not.toContain(LEAVE);
		login.show({ phase: "cancelled" });
		await over;
		expect(written()).toContain(LEAVE);
	});

	test("is given back when a component throws, and the login is cancelled", async () => {
		const login = fakeLogin(choosing(NOW));
		login.onAction = (action) => {
			if (action.type === "CANCEL") login.show({ phase: "cancelled" });
		};
		const { until, over, written } = run(login);
		await until("IDENTITY");
		const failure = over.then(
			() => undefined,
			(error: unknown) => error,
		);
		// Not a row that the machine could make: stands for any mistake in drawing one.
		login.show({ choice: { of: "identities", reason: "requested", rows: [null as never] } });
		expect(await failure).toBeInstanceOf(TypeError);
		expect(login.sent).toContainEqual({ type: "CANCEL" });
		expect(written()).toContain(LEAVE);
	});

	test("survives a stream that breaks", async () => {
		const login = fakeLogin(choosing(NOW));
		const { until, over, screen } = run(login);
		await until("IDENTITY");
		screen.emit("error", Object.assign(new Error("write EIO"), { code: "EIO" }));
		login.show({ phase: "cancelled" });
		await over;
	});

	test("is handed over for the plain link, on one line, and taken again after a key", async () => {
		const login = fakeLogin(approving(NOW));
		const { until, stdin, written, screen } = run(login);
		await until("code expires");
		const before = screen.frames.length;
		stdin.type("u");
		await until("Press any key");
		const plainPart = screen.frames.slice(before).join("");
		expect(plainPart).toContain("\nhttps://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV\n");
		expect(written().lastIndexOf(LEAVE)).toBeGreaterThan(written().lastIndexOf(ENTER));
		stdin.emit("data", "x");
		while (written().lastIndexOf(ENTER) < written().lastIndexOf(LEAVE)) {
			await new Promise<void>((resolve) => void screen.once("frame", () => resolve()));
		}
	});

	test("is handed over for a second plain link, but not for two at once", async () => {
		const login = fakeLogin(approving(NOW));
		const { until, stdin, type, written, screen } = run(login);
		const count = (text: string): number => plain(written()).split(text).length - 1;
		const back = async (times: number): Promise<void> => {
			while (written().split(ENTER).length - 1 < times) {
				await new Promise<void>((resolve) => void screen.once("frame", () => resolve()));
			}
		};
		await until("code expires");
		// Both read before the screen is left.
		stdin.type("u");
		stdin.type("u");
		await until("Press any key");
		stdin.emit("data", "u");
		await back(2);
		await type("u");
		while (count("Press any key") < 2) await new Promise<void>((resolve) => void screen.once("frame", () => resolve()));
		stdin.emit("data", "x");
		await back(3);
		expect(count("Press any key")).toBe(2);
		expect(plain(written())).not.toContain("not handed over");
	});

	test("comes back from the plain link by itself when the approval has come", async () => {
		const login = fakeLogin(approving(NOW));
		const { until, stdin, over, written } = run(login);
		await until("code expires");
		stdin.type("u");
		await until("Press any key");
		login.show({ phase: "done", prompts: [] });
		await over;
		expect(written()).toContain(LEAVE);
		expect(stdin.raw).toBe(false);
	});

	test("is cancelled by Ctrl-C at the plain link, also when it is held down", async () => {
		const login = fakeLogin(approving(NOW));
		const cancelled = new Promise((resolve) => {
			login.onAction = resolve;
		});
		const { until, type, stdin } = run(login);
		await until("code expires");
		await type("u");
		await until("Press any key");
		stdin.emit("data", "\u0003\u0003");
		expect(await cancelled).toEqual({ type: "CANCEL" });
	});

	test("is told of a copy through OSC 52 where there is no program for it", async () => {
		const login = fakeLogin(approving(NOW));
		const { until, stdin, written } = run(login, { SSH_TTY: "/dev/pts/1" });
		await until("code expires");
		stdin.type("c");
		await until("code sent to the terminal's clipboard");
		expect(written()).toContain(`\u001b]52;c;${Buffer.from("WDDD-HRQV").toString("base64")}\u0007`);
	});

	test("is told why no page was opened", async () => {
		const login = fakeLogin(approving(NOW));
		const { until, stdin } = run(login);
		await until("code expires");
		stdin.type("o");
		await until("not opened: there is none");
	});
});

describe("for a screen reader", () => {
	test.each([["INK_SCREEN_READER"], ["ACCESSIBLE"]])("%s: lines are added, never changed", async (variable) => {
		const login = fakeLogin(choosing(NOW));
		login.onAction = (action) => {
			if (action.type === "SELECT") login.show(approving(NOW));
		};
		const { until, type, over, written } = run(login, { [variable]: "true" });
		await until("1 of 6: dev-admin, default, account development, AdministratorAccess, signed in, 3h 52m left");
		await type("\u001b[B");
		await until("2 of 6: prod-admin");
		await type("/", "stag");
		await until("Filter stag: 1 of 1: staging-deploy");
		await type("\r");
		await until("Spelled: W, D, D, D, dash, H, R, Q, V");
		await type("l");
		await until("link sent to the terminal's clipboard");
		login.show({ ...attention(NOW), prompts: [] });
		await until("prod/eks failed: not authorized to perform eks:DescribeCluster. Try: allow");
		await until("1 of 2 integrations failed");
		await type("d");
		await until("prod/eks: AccessDeniedException");
		await type("?");
		await until("r: retry only the selected failed row");
		login.show({ phase: "done" });
		await over;
		expect(written()).not.toContain(ENTER);
		expect(written()).toContain("\nhttps://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV\n");
		// Nothing goes up or wipes more than the empty line it stands on.
		expect(written()).not.toMatch(sequence("ESC\\[\\d*[AJ]"));
	});

	const question = {
		type: "choice",
		question: "Which account?",
		options: [
			{ value: "1a", label: "one" },
			{ value: "2b", label: "two" },
		],
	} as const;

	test("menus are read row by row", async () => {
		const login = fakeLogin({ phase: "approving", prompts: asked(question) });
		const { until, type } = run(login, { ACCESSIBLE: "1" });
		await until("1 of 2: one");
		await type("j");
		await until("2 of 2: two");
		await type("\r");
		expect(login.sent).toEqual([{ type: "ANSWER", step: "provider:company-sso", value: "2b" }]);
	});

	test("a line of a menu is chosen by its number", async () => {
		const login = fakeLogin({ phase: "approving", prompts: asked(question) });
		const { until, type } = run(login, { ACCESSIBLE: "1" });
		await until("1 of 2: one");
		await type("3", "2");
		expect(login.sent).toEqual([{ type: "ANSWER", step: "provider:company-sso", value: "2b" }]);
	});

	test("the help of a menu names the menu's keys", async () => {
		const { until, type, written } = run(fakeLogin({ phase: "approving", prompts: asked(question) }), {
			ACCESSIBLE: "1",
		});
		await until("1 of 2: one");
		await type("?");
		await until("q: quit without signing in");
		expect(written()).toContain("return: choose the selected line (or press its number)");
		expect(written()).toContain("escape: quit without signing in");
		expect(written()).not.toMatch(/filter|marked identity/);
	});

	test("Esc leaves a menu for the list that it came from, else the login", async () => {
		const rows = choosing(NOW).choice?.rows ?? [];
		for (const [state, action] of [
			[{ phase: "approving", prompts: asked(question) }, "CANCEL"],
			[{ ...choosing(NOW), phase: "approving", prompts: asked(question) }, "BACK"],
			[{ phase: "choosing", choice: { of: "providers", reason: "no-identities", rows } }, "CANCEL"],
		] as const) {
			const login = fakeLogin(state);
			const acted = new Promise((resolve) => {
				login.onAction = resolve;
			});
			const { until, type } = run(login, { ACCESSIBLE: "1" });
			await until("1 of");
			await type("\u001b");
			expect(await acted).toEqual({ type: action });
			login.onAction = undefined;
			login.show({ phase: "cancelled" });
		}
	});

	test("a paste is text for the filter, and no Enter", async () => {
		const login = fakeLogin(choosing(NOW));
		const { until, type } = run(login, { ACCESSIBLE: "1" });
		await until("1 of 6");
		await type("\u001b[200~staging-deploy\r\u001b[201~");
		await until("Filter staging-deploy: 1 of 1: staging-deploy");
		await type("qqq\r");
		await until("Filter staging-deployqqq: nothing matches");
		expect(login.sent).toEqual([]);
	});
});
