/** What nobody caught, and what must not be written over the screen. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { type Scene, scene } from "./scene.ts";
import { ENTRY, killAll, launch, type PtyProgram, personalEnv } from "./terminal.ts";

afterEach(killAll);

const ENTER = "\u001b[?1049h";
const LEAVE = "\u001b[?1049l";

/** Node's options that load a module into the program which does something when it gets SIGUSR2. */
function onSignal({ home }: Scene, code: string): string {
	const file = join(home, "fault.mjs");
	writeFileSync(file, `process.on("SIGUSR2", () => { ${code} });\n`);
	return `--import=${pathToFileURL(file)}`;
}

/** What was written while the alternate screen was shown, and what was written after it. */
function parts(program: PtyProgram): { during: string; after: string } {
	const raw = program.raw();
	const [from, to] = [raw.indexOf(ENTER), raw.lastIndexOf(LEAVE)];
	expect(from).toBeGreaterThan(-1);
	expect(to).toBeGreaterThan(from);
	return { during: raw.slice(from, to), after: raw.slice(to) };
}

describe("an error that nothing caught", () => {
	test.each([
		["a rejected promise", 'Promise.reject(new Error("the fault of a test"))'],
		["an exception", 'throw new Error("the fault of a test")'],
		["an exception of a timer", 'setTimeout(() => { throw new Error("the fault of a test"); }, 0)'],
		["several", 'for (const at of [0, 0]) setTimeout(() => { throw new Error("the fault of a test"); }, at)'],
	])("gives the terminal back and is told once, without a stack trace: %s", async (_, code) => {
		const place = await scene();
		const program = place.start(["login", "dev-admin"], { env: { NODE_OPTIONS: onSignal(place, code) } });
		await program.waitFor("code expires");
		program.kill("SIGUSR2");
		expect((await program.exited).code).toBe(1);
		expect(await program.alternate()).toBe(false);
		const { during, after } = parts(program);
		expect(during).not.toContain("the fault of a test");
		expect(stripVTControlCharacters(after)).toContain("Error: the fault of a test");
		expect(after).not.toMatch(/\n\s+at |node:internal|fault\.mjs/);
		// The cursor is shown, and pastes are no longer marked.
		const raw = program.raw();
		expect(raw.lastIndexOf("\u001b[?25h")).toBeGreaterThan(raw.lastIndexOf("\u001b[?25l"));
		expect(raw.lastIndexOf("\u001b[?2004l")).toBeGreaterThan(raw.lastIndexOf("\u001b[?2004h"));
	});

	test("takes the terminal out of raw mode", async () => {
		const place = await scene();
		const env = { NODE_OPTIONS: onSignal(place, 'Promise.reject(new Error("the fault of a test"))') };
		const script = 'trap : USR2; "$@"; echo "code $?"; stty -a | tr " " "\\n" | grep -xE -e "-?(icanon|echo|icrnl);?"';
		const shell = launch({
			program: "/bin/bash",
			args: ["-c", script, "bash", process.execPath, ENTRY, "login", "dev-admin"],
			columns: 80,
			rows: 24,
			cwd: place.folder,
			env: personalEnv(place.home, { AWS_ENDPOINT_URL: place.cloud.url, ...env }),
		});
		await shell.waitFor("code expires");
		// The shell's whole job: it waits for the program, and goes on with its script after it.
		process.kill(-shell.pid, "SIGUSR2");
		await shell.exited;
		const text = (await shell.everything()).join("\n");
		expect(text).toMatch(/code 1\n/);
		expect(text.split("\n")).toEqual(expect.arrayContaining(["icanon", "echo", "icrnl"]));
	});

	test("has its stack trace where somebody debugs", async () => {
		const place = await scene();
		const program = place.start(["login", "dev-admin", "--log-level", "debug"], {
			env: { NODE_OPTIONS: onSignal(place, 'Promise.reject(new Error("the fault of a test"))') },
		});
		await program.waitFor("code expires");
		program.kill("SIGUSR2");
		expect((await program.exited).code).toBe(1);
		expect(parts(program).after).toMatch(/\n\s+at .*fault\.mjs/);
	});

	test("is one line in a log, too", async () => {
		const place = await scene();
		const program = place.start(["login", "dev-admin", "--plain"], {
			env: { NODE_OPTIONS: onSignal(place, 'Promise.reject(new Error("the fault of a test"))') },
		});
		await program.waitFor("user_code");
		program.kill("SIGUSR2");
		expect((await program.exited).code).toBe(1);
		expect(program.raw()).toContain("Error: the fault of a test");
		expect(program.raw()).not.toMatch(/\n\s+at /);
	});
});

test("log lines wait until the screen is left", async () => {
	const { start, cloud } = await scene();
	// That there is no such browser is something to log while the screen is shown.
	const program = start(["login", "dev-admin", "--log-level", "trace"], { env: { BROWSER: "no-such-browser" } });
	const code = await cloud.nextCode();
	await program.waitFor("code expires");
	cloud.approve(code);
	expect((await program.exited).code).toBe(0);
	const { during, after } = parts(program);
	expect(during).not.toMatch(/(?:trace|debug|info|warning|error): /);
	expect(after).toContain("debug: the page was not opened");
	expect(after).toContain("Successfully authenticated");
});
