/** What must not be seen, on a real terminal without the dashboard: it is not echoed, it may be long, the terminal is given back. */
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { killAll, launch, personalEnv } from "./terminal.ts";

afterEach(killAll);

/** In a shell that says at the end whether the terminal echoes and makes lines again. */
function asking(what: "secret" | "page") {
	const script = join(import.meta.dirname, "plain-questions.ts");
	return launch({
		program: "/bin/sh",
		args: [
			"-c",
			`trap : INT; "$0" --no-warnings "$1" ${what}; stty -a | tr ' ;' '\\n\\n' | grep -x -e icanon -e echo -e isig`,
			process.execPath,
			script,
		],
		cwd: import.meta.dirname,
		env: personalEnv("/nonexistent"),
		columns: 100,
		rows: 30,
	});
}

const GIVEN_BACK = /isig\s+icanon\s+echo/;

describe.skipIf(process.platform === "win32")("what must not be seen", () => {
	test("is not echoed, and the terminal is given back", async () => {
		const program = asking("secret");
		await program.waitFor("it is not shown");
		program.press("canary-pass", "enter");
		await program.waitFor("answered with 11 characters");
		await program.waitFor(GIVEN_BACK);
		expect(program.raw()).not.toContain("canary");
		expect((await program.exited).code).toBe(0);
	});

	test("may be a paste of 100 kB, over several lines", async () => {
		const program = asking("page");
		await program.waitFor("paste the code, then Enter");
		const line = "PHNhbWxw".repeat(8);
		program.press(`\u001b[200~${`${line}\n`.repeat(1_600)}\u001b[201~`, "enter");
		await program.waitFor("102 400 characters");
		await program.waitFor("answered with 102400 characters");
		await program.waitFor(GIVEN_BACK);
		expect(program.raw()).not.toContain("PHNhbWxw");
	});

	test("is given up with Ctrl-C, which is a signal as at any shell", async () => {
		const program = asking("secret");
		await program.waitFor("it is not shown");
		program.press("canary", "ctrl-c");
		await program.waitFor("CANCEL");
		await program.waitFor(GIVEN_BACK);
		expect(program.raw()).not.toContain("canary");
	});
});
