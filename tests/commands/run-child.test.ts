import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { batchCommand } from "../../src/commands/batch-command.ts";
import { childEnvironment } from "../../src/commands/child-environment.ts";
import { lookUp } from "../../src/commands/look-up-program.ts";

const RUN_CHILD = new URL("../../src/commands/run-child.ts", import.meta.url).href;

/** Says each signal that it hears, and ends with 5 by the first line on its input. */
const LISTENS = `
	for (const name of ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"]) process.on(name, () => console.log(name));
	process.stdin.once("data", () => process.exit(5));
	console.log("ready");
`;

/** A process that runs a program of Node's to its end, as \`exec\` does where a process cannot be replaced. */
function runs(code: string, hasTerminal: boolean): { parent: ChildProcess; said(text: string): Promise<string> } {
	const args = JSON.stringify(["-e", code]);
	const script = `
		import { runChild } from ${JSON.stringify(RUN_CHILD)};
		const outcome = await runChild({
			file: process.execPath, program: "node", args: ${args}, env: process.env,
			platform: process.platform, hasTerminal: ${hasTerminal},
		});
		process.exitCode = "exitCode" in outcome ? outcome.exitCode : 99;
	`;
	const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["pipe", "pipe", "inherit"] });
	let output = "";
	parent.stdout.setEncoding("utf8").on("data", (text: string) => {
		output += text;
	});
	onTestFinished(() => void parent.kill("SIGKILL"));
	return {
		parent,
		async said(text) {
			while (!output.includes(text)) await once(parent.stdout, "data");
			return output;
		},
	};
}

describe.runIf(process.platform !== "win32")("a program in a process of its own", () => {
	test("is given every signal, once, and its exit code is passed on", async () => {
		const { parent, said } = runs(LISTENS, false);
		await said("ready");
		for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
			parent.kill(signal);
			await said(signal);
		}
		parent.stdin?.write("\n");
		expect(await once(parent, "exit")).toEqual([5, null]);
		expect(await said("ready")).toBe("ready\nSIGINT\nSIGTERM\nSIGHUP\nSIGQUIT\n");
	});

	test("is not given again what its terminal has given it already", async () => {
		const { parent, said } = runs(LISTENS, true);
		await said("ready");
		for (const signal of ["SIGINT", "SIGQUIT", "SIGTERM"] as const) parent.kill(signal);
		await said("SIGTERM");
		parent.stdin?.write("\n");
		expect(await once(parent, "exit")).toEqual([5, null]);
		expect(await said("ready")).toBe("ready\nSIGTERM\n");
	});

	test.each([
		["SIGTERM", 143],
		["SIGKILL", 137],
		["SIGINT", 130],
	])("that %s ended comes to %i", async (signal, code) => {
		const { parent } = runs(`process.kill(process.pid, "${signal}"); setTimeout(() => {}, 10_000)`, false);
		expect(await once(parent, "exit")).toEqual([code, null]);
	});
});

test("a program is looked for as a shell does it, relative and empty entries of PATH included", () => {
	const folder = mkdtempSync(join(tmpdir(), "atmos-auth-test-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	writeFileSync(join(folder, "tool"), "", { mode: 0o755 });
	writeFileSync(join(folder, "text"), "", { mode: 0o644 });
	const look = (name: string, PATH?: string) =>
		lookUp(name, { env: PATH === undefined ? {} : { PATH }, cwd: folder, platform: "linux" });
	for (const path of [folder, "", ".", "/no-such-folder::/bin"]) {
		expect(look("tool", path)).toEqual({ file: join(folder, "tool") });
	}
	expect(look("tool", "/bin")).toMatchObject({ code: 127 });
	expect(look("./tool", "/bin")).toEqual({ file: join(folder, "tool") });
	expect(look("text", folder)).toMatchObject({ code: 126 });
	expect(look("sh")).toMatchObject({ file: expect.stringMatching(/\/sh$/) });
});

test("Windows knows a variable by any spelling", () => {
	const change = { set: { AWS_PROFILE: "dev" }, unset: ["AWS_ROLE_ARN"], fixed: [] };
	const own = { Path: "C:\\bin", aws_profile: "other", Aws_Role_Arn: "x" };
	const situation = { change, identity: "dev", locator: {}, cwd: undefined } as const;
	expect(childEnvironment(own, { ...situation, platform: "win32" })).toEqual({
		Path: "C:\\bin",
		AWS_PROFILE: "dev",
		ATMOS_IDENTITY: "dev",
	});
	expect(childEnvironment(own, { ...situation, platform: "linux" })).toEqual({
		...own,
		AWS_PROFILE: "dev",
		ATMOS_IDENTITY: "dev",
	});
});

test("arguments of a batch file are never commands of its shell", () => {
	const { file, args } = batchCommand("C:\\a b\\cdk.cmd", ['x" & calc.exe', "100%PATH%", "c:\\"], {
		ComSpec: "C:\\cmd.exe",
	});
	expect(file).toBe("C:\\cmd.exe");
	expect(args.slice(0, 3)).toEqual(["/d", "/s", "/c"]);
	expect(args[3]).toBe(
		'"C:\\a^ b\\cdk.cmd ^^^"x\\^^^"^^^ ^^^&^^^ calc.exe^^^" ^^^"100^^^%PATH^^^%^^^" ^^^"c:\\\\^^^""',
	);
	expect(() => batchCommand("x.cmd", ["a\nb"], {})).toThrow("line break");
});
