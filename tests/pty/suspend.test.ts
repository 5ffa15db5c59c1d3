/** Ctrl-Z in the job of a shell, more than once. */
import { afterEach, expect, test } from "vitest";
import { scene } from "./scene.ts";
import { ENTRY, killAll, launch, personalEnv } from "./terminal.ts";

afterEach(killAll);

test("Ctrl-Z hands the terminal to the shell, fg brings the screen back, and so again", async () => {
	const { cloud, home, folder } = await scene();
	const shell = launch({
		program: "/bin/bash",
		args: ["--noprofile", "--norc", "-i"],
		columns: 80,
		rows: 24,
		cwd: folder,
		env: personalEnv(home, { AWS_ENDPOINT_URL: cloud.url, PS1: "shell> ", HISTFILE: undefined }),
	});
	await shell.waitFor("shell>");
	shell.press(`"${process.execPath}" "${ENTRY}" login dev-admin`, "enter");
	const code = await cloud.nextCode();
	await shell.waitFor("code expires");
	for (const time of [1, 2]) {
		shell.press("ctrl-z");
		await expect.poll(() => shell.alternate(), { timeout: 15_000 }).toBe(false);
		await shell.waitFor("Stopped");
		// The shell answers: it has the terminal, with lines and echo.
		shell.press(`echo "at the $((${time} + 40))"`, "enter");
		await shell.waitFor(`at the ${time + 40}`);
		shell.press("fg", "enter");
		await expect.poll(() => shell.alternate(), { timeout: 15_000 }).toBe(true);
		await shell.waitFor("code expires");
	}
	cloud.approve(code);
	// What is typed before the program has ended may still be the program's.
	await shell.waitFor(/Successfully authenticated[\s\S]*\nshell>/);
	shell.press('echo "code $?"', "enter");
	await shell.waitFor("code 0");
	expect(await shell.alternate()).toBe(false);
});
