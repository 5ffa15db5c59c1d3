import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { isContainer, isRemote, isWsl } from "../../src/auth/system/place.ts";
import { run } from "../../src/commands/login-run.ts";
import { settleColour, wantsColour } from "../../src/terminal/colour.ts";
import { gitBashHint } from "../../src/terminal/git-bash.ts";
import { copySequence, hyperlink, pushTitle } from "../../src/terminal/osc.ts";
import { readKey } from "../../src/terminal/read-key.ts";
import { onEndingSignal } from "../../src/terminal/signals.ts";
import type { Terminal } from "../../src/terminal/streams.ts";
import { wantsUnicode } from "../../src/terminal/unicode.ts";
import { FakeStdin } from "../components/support/screen.tsx";

describe("colours", () => {
	test.each([
		["on a terminal", {}, true, undefined, true],
		["not in a file", {}, false, undefined, false],
		["not on a dumb terminal", { TERM: "dumb" }, true, undefined, false],
		["not with NO_COLOR", { NO_COLOR: "1" }, true, undefined, false],
		["with an empty NO_COLOR", { NO_COLOR: "" }, true, undefined, true],
		["not with NO_COLOR, even forced", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, undefined, false],
		["forced, in a file", { FORCE_COLOR: "1" }, false, undefined, true],
		["not with FORCE_COLOR=0", { FORCE_COLOR: "0" }, true, undefined, false],
		["with --color against NO_COLOR", { NO_COLOR: "1" }, false, true, true],
		["not with --no-color, even forced", { FORCE_COLOR: "3" }, true, false, false],
	] as const)("%s", (_, env, isTerminal, flag, expected) => {
		expect(wantsColour({ env, isTerminal, flag })).toBe(expected);
		const own: Record<string, string | undefined> = { ...env };
		settleColour(own, expected);
		expect(own.FORCE_COLOR).toBe(expected ? "1" : "0");
		if (expected) expect(own.NO_COLOR).toBeUndefined();
	});
});

describe("characters beyond ASCII", () => {
	test.each([
		[{ LANG: "en_US.UTF-8" }, "linux", true],
		[{ LANG: "de_DE.utf8" }, "linux", true],
		[{ LC_ALL: "C", LANG: "en_US.UTF-8" }, "linux", false],
		[{ LANG: "en_US.UTF-8", TERM: "linux" }, "linux", false],
		[{}, "linux", true],
		[{}, "win32", false],
		[{ WT_SESSION: "x" }, "win32", true],
	] as const)("%j on %s: %s", (env, platform, expected) => {
		expect(wantsUnicode(env, platform)).toBe(expected);
	});
});

describe("sequences", () => {
	test("end where they should, whatever is in them", () => {
		expect(hyperlink("https://x/\u0007\u001b\\evil", "text", "a;b")).toBe(
			"\u001b]8;id=ab;https://x/\\evil\u001b\\text\u001b]8;;\u001b\\",
		);
		expect(pushTitle("a\u0007b\u001b")).toBe("\u001b[22;2t\u001b]2;ab\u0007");
		expect(copySequence("ü\u0007")).toBe(`\u001b]52;c;${Buffer.from("ü\u0007").toString("base64")}\u0007`);
	});
});

describe("where the person is", () => {
	test("is seen from the environment", () => {
		expect(isRemote({ SSH_CONNECTION: "1.2.3.4 5 6.7.8.9 22" })).toBe(true);
		expect(isRemote({})).toBe(false);
		expect(isWsl({ WSL_INTEROP: "/run/x" }, "linux")).toBe(true);
		expect(isWsl({ WSL_INTEROP: "/run/x" }, "win32")).toBe(false);
		expect(isContainer({ CODESPACES: "true" }, () => false)).toBe(true);
		expect(isContainer({}, (path) => path === "/.dockerenv")).toBe(true);
		expect(isContainer({}, () => false)).toBe(false);
	});
});

describe("Git Bash", () => {
	const pipes = { stdinIsTerminal: false, stderrIsTerminal: false };
	test.each([
		["in its own window", "win32", { MSYSTEM: "MINGW64" }, pipes, true],
		["with only its input a pipe", "win32", { MSYSTEM: "UCRT64" }, { ...pipes, stderrIsTerminal: true }, true],
		[
			"with winpty or ConPTY",
			"win32",
			{ MSYSTEM: "MINGW64" },
			{ stdinIsTerminal: true, stderrIsTerminal: true },
			false,
		],
		["not: PowerShell in a pipe", "win32", {}, pipes, false],
		["not: a variable that was carried to Linux", "linux", { MSYSTEM: "MINGW64" }, pipes, false],
	] as const)("%s", (_, platform, env, streams, hinted) => {
		expect(gitBashHint({ env, platform, ...streams })?.includes("winpty atmos-auth login") ?? false).toBe(hinted);
	});

	test("gets the hint from the login, unless plain lines were asked for", async () => {
		const write: string[] = [];
		const terminal = (env: Record<string, string>) =>
			({
				...pipes,
				platform: "win32",
				env: { MSYSTEM: "MINGW64", HOME: "/nonexistent", ATMOS_CLI_CONFIG_PATH: "/nonexistent", ...env },
				stderr: { write: (text: string) => write.push(text) },
				stdout: { write: (text: string) => write.push(text) },
			}) as unknown as Terminal;
		const login = async (argv: readonly string[], env: Record<string, string> = {}): Promise<string> => {
			write.length = 0;
			await run({ argv, terminal: terminal(env) });
			return write.join("");
		};
		const nowhere = ["--chdir", "/"];
		expect(await login(nowhere)).toMatch(/^Git Bash's window is not a terminal/);
		expect(await login([...nowhere, "--plain"])).not.toContain("Git Bash");
		expect(await login([...nowhere, "--interactive=false"])).not.toContain("Git Bash");
		expect(await login(nowhere, { CI: "true" })).not.toContain("Git Bash");
	});
});

describe("a key", () => {
	test("is waited for in raw mode, which ends with it", async () => {
		const stdin = new FakeStdin();
		const key = readKey(stdin as never, new AbortController().signal);
		expect(stdin.raw).toBe(true);
		stdin.emit("data", Buffer.from("x"));
		expect(await key).toBe("x");
		expect(stdin.raw).toBe(false);
		expect(stdin.listenerCount("data")).toBe(0);
	});

	test("is no longer waited for when nobody wants it", async () => {
		const stdin = new FakeStdin();
		const stop = new AbortController();
		const key = readKey(stdin as never, stop.signal);
		stop.abort();
		expect(await key).toBeUndefined();
		expect(await readKey(stdin as never, stop.signal)).toBeUndefined();
		expect(stdin.raw).toBe(false);
	});
});

describe("signals", () => {
	test("are told, the second one ends the program, and nobody is left listening", () => {
		const heard: unknown[] = [];
		const before = process.listenerCount("SIGTERM");
		const stop = onEndingSignal(
			(signal) => void heard.push(signal),
			(code) => void heard.push(code),
		);
		process.emit("SIGTERM", "SIGTERM");
		expect(heard).toEqual(["SIGTERM"]);
		process.emit("SIGINT", "SIGINT");
		stop();
		expect(heard).toEqual(["SIGTERM", 130]);
		expect(process.listenerCount("SIGTERM")).toBe(before);
	});

	test("end a program that does not heed them after a while, unless it has stopped listening", () => {
		vi.useFakeTimers();
		try {
			const left: number[] = [];
			for (const heeded of [false, true]) {
				const stop = onEndingSignal(
					() => {},
					(code) => void left.push(code),
				);
				process.emit("SIGHUP", "SIGHUP");
				if (heeded) stop();
				vi.advanceTimersByTime(5_000);
				stop();
			}
			expect(left).toEqual([129]);
		} finally {
			vi.useRealTimers();
		}
	});

	test.skipIf(process.platform === "win32")("never make a program unkillable", async () => {
		const signals = new URL("../../src/terminal/signals.ts", import.meta.url).href;
		const deaf = `const { onEndingSignal } = await import(${JSON.stringify(signals)});
			onEndingSignal(() => console.log("told"));
			setInterval(() => {}, 1_000);
			console.log("ready");`;
		const child = spawn(process.execPath, ["--input-type=module", "--eval", deaf], {
			stdio: ["ignore", "pipe", "ignore"],
		});
		onTestFinished(() => void child.kill("SIGKILL"));
		const ended = once(child, "exit");
		for (const expected of ["ready", "told"]) {
			expect(String((await once(child.stdout, "data"))[0])).toBe(`${expected}\n`);
			child.kill("SIGINT");
		}
		expect(await ended).toEqual([130, null]);
	});
});
