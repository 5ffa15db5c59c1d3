import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { parseTape, playTape } from "./tape.ts";
import { killAll, launch, personalEnv } from "./terminal.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

afterEach(killAll);

test("the keys of demo.tape lead through the demo to its summary", async () => {
	const home = mkdtempSync(join(tmpdir(), "atmos-auth-tape-"));
	onTestFinished(() => rmSync(home, { recursive: true, force: true }));
	const shell = launch({
		program: "/bin/bash",
		args: ["--noprofile", "--norc", "-i"],
		columns: 96,
		rows: 26,
		cwd: root,
		env: personalEnv(home, { PATH: `${dirname(process.execPath)}:${process.env.PATH}` }),
	});
	// What is typed before the prompt is echoed where it then is, too.
	await shell.waitFor(/[$#]\s*$/m);
	await playTape(parseTape(readFileSync(join(root, "demo.tape"), "utf8")), shell);
	expect((await shell.screen()).join("\n")).toContain("Successfully authenticated as staging-admin");
}, 60_000);

test("the first Enter in the demo shows an approval, the rows and a failure to be retried", async () => {
	const home = mkdtempSync(join(tmpdir(), "atmos-auth-demo-"));
	onTestFinished(() => rmSync(home, { recursive: true, force: true }));
	const demo = launch({
		program: process.execPath,
		args: [join(root, "demo/demo.ts"), "--auto-approve", "--fast"],
		columns: 96,
		rows: 26,
		cwd: root,
		env: personalEnv(home),
	});
	const rows = await demo.waitFor("q quit");
	expect(rows.find((row) => row.includes("❯"))).toMatch(/staging-admin.*expired/);
	demo.press("enter");
	await demo.waitFor("code expires");
	await demo.waitFor("integrations failed");
	demo.press("r");
	await demo.waitFor("Successfully authenticated as staging-admin");
	expect((await demo.exited).code).toBe(0);
}, 60_000);

test("the recording is there, and small enough for a README", () => {
	const picture = join(root, "docs/demo.gif");
	expect(existsSync(picture)).toBe(true);
	expect(statSync(picture).size).toBeLessThan(1_500_000);
});

test("a line of a tape that is not understood is told by its number", () => {
	expect(() => parseTape("Sleep 1s\nDance 3\n")).toThrow("line 2");
});
