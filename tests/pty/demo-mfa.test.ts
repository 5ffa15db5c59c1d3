/** The demo's MFA device, as whoever tries the demo uses it: the question in one terminal, the code from another. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { killAll, launch, personalEnv } from "./terminal.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const launcher = join(root, "demo/demo.ts");

afterEach(killAll);

test("a role over the user of the demo is signed in to with the code that --mfa-code tells", async () => {
	const home = mkdtempSync(join(tmpdir(), "atmos-auth-demo-"));
	onTestFinished(() => rmSync(home, { recursive: true, force: true }));
	const demo = launch({
		program: process.execPath,
		args: [launcher, "--fast", "--", "login", "break-glass"],
		columns: 96,
		rows: 26,
		cwd: root,
		env: personalEnv(home),
	});
	await demo.waitFor("mfa/see-demo-README.md");
	demo.press(execFileSync(process.execPath, [launcher, "--mfa-code"], { encoding: "utf8" }).trim());
	await demo.waitFor("Successfully authenticated as break-glass");
	expect((await demo.exited).code).toBe(0);
}, 60_000);
