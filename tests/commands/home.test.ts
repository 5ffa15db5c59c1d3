import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryPath } from "../../src/auth/storage/temporary.ts";
import { homeFolder } from "../../src/commands/home.ts";
import { type Ended, type Program, program } from "../flows/program.ts";

const BUILT = fileURLToPath(new URL("../../dist/atmos-auth.mjs", import.meta.url));
const isRoot = process.getuid?.() === 0;
const windows = process.platform === "win32";

/** What a failure must not look like: a stack trace, or the system's own words. */
const RAW = /^\s+at |ENO[A-Z]+|EACCES|EROFS|mkdir/m;

/** Mounts a small disk for the time of a test. @returns false where that is not allowed */
function mountDisk(folder: string, options: string): boolean {
	if (!isRoot || process.platform !== "linux") return false;
	try {
		execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
	} catch {
		return false;
	}
	onTestFinished(() => void execFileSync("umount", ["-l", folder]));
	return true;
}

/** Nobody was asked for anything: no code, no page, no request. */
function expectRefused({ cloud }: Program, { code, stdout, stderr }: Ended, home: string, reason: RegExp): void {
	expect(stderr).toMatch(reason);
	expect(stderr).toContain(home);
	expect(stderr).toMatch(/^ {2}Try: /m);
	expect(stderr).not.toMatch(RAW);
	expect(stderr).not.toContain("/device");
	expect({ code, stdout, requests: cloud.requests }).toEqual({ code: 1, stdout: "", requests: [] });
}

describe("a home folder that is none", () => {
	test.each([
		["", /^Error: HOME is empty$/m],
		["somewhere", /^Error: HOME is not an absolute path: somewhere$/m],
	])("HOME=%j is refused, and nothing is written into the project", async (home, message) => {
		const { cloud, folder, run } = await program();
		cloud.approveAlways(0);
		for (const args of [["login", "--plain"], ["aws", "ecr", "login"], ["validate"]]) {
			const { code, stderr } = await run(args, { HOME: home, PWD: folder }).ended;
			expect(stderr).toMatch(message);
			expect(stderr).toMatch(/^ {2}Try: export HOME=\//m);
			expect(code).toBe(2);
		}
		expect(cloud.requests).toEqual([]);
		expect(readdirSync(folder)).toEqual(["atmos.yaml"]);
	});

	test("is known on Windows without HOME", () => {
		expect(() => homeFolder({ env: { HOME: "home" }, platform: "win32" })).toThrow("not an absolute path");
		expect(homeFolder({ env: { HOME: "C:\\Users\\ann" }, platform: "win32" })).toBe("C:\\Users\\ann");
	});
});

describe.skipIf(windows)("a home folder that cannot be written is found out before anybody is asked", () => {
	test.skipIf(process.platform !== "linux")("because nothing can be made in it, however often one tries", async () => {
		const all = await program();
		expectRefused(
			all,
			await all.run(["login"], { HOME: "/proc" }).ended,
			"/proc/.cache",
			/nothing can be created in \/proc$/m,
		);
	});

	test("because it is a file, or a folder of it", async () => {
		const all = await program();
		writeFileSync(join(all.home, ".cache"), "");
		expectRefused(all, await all.run(["login"]).ended, all.home, /a folder in its path is a file/);
		const { code, stderr } = await all.run(["login"], { HOME: join(all.home, ".cache") }).ended;
		expect(stderr).toMatch(/a folder in its path is a file/);
		expect(stderr).not.toMatch(RAW);
		expect(code).toBe(2);
	});

	test("because it may not be written", async () => {
		const all = await program();
		chmodSync(all.home, 0o555);
		onTestFinished(() => chmodSync(all.home, 0o755));
		// Root may do anything: the program is run by somebody who may not.
		if (isRoot) for (const path of [all.home, dirname(all.home)]) chownSync(path, 65534, 65534);
		const { status, stdout, stderr } = await builtAs(isRoot ? 65534 : undefined, all);
		expectRefused(all, { code: status, signal: null, stdout, stderr }, all.home, /has mode 0555/);
		expect(stderr).toContain(`chmod u+rwx ${all.home}`);
	});

	test("because its disk is read-only", async ({ skip }) => {
		const all = await program();
		if (!mountDisk(all.home, "ro")) skip("only root can mount a disk");
		expectRefused(all, await all.run(["login"]).ended, all.home, /is read-only/);
	});

	test("because its disk is full", async ({ skip }) => {
		const all = await program();
		if (!mountDisk(all.home, "size=64k")) skip("only root can mount a disk");
		writeFileSync(join(all.home, "filling"), "x".repeat(56 * 1024));
		expectRefused(all, await all.run(["login"]).ended, all.home, /no space left/);
		expect(
			readdirSync(join(all.home, ".cache"), { recursive: true }).filter((name) => /tmp$/.test(String(name))),
		).toEqual([]);
	});

	test("and one that can be is left as it was", async () => {
		const { home, cloud, run } = await program();
		const running = run(["login", "--provider", "company-sso"]);
		await running.saw(/approve: expires/);
		expect(existsSync(join(home, ".config"))).toBe(false);
		cloud.deny();
		await running.ended;
	});
});

/** Runs the built program, as another user if one is given. */
function builtAs(uid: number | undefined, { cloud, home, folder }: Program) {
	return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
		void import("node:child_process").then(({ execFile }) => {
			execFile(
				process.execPath,
				[BUILT, "login", "--plain"],
				{
					cwd: folder,
					...(uid === undefined ? {} : { uid, gid: uid }),
					env: { PATH: process.env.PATH, HOME: home, AWS_ENDPOINT_URL: cloud.url, ATMOS_AUTH_REALM: "test" },
				},
				(error, stdout, stderr) =>
					resolve({ status: error === null ? 0 : (error.code as unknown as number), stdout, stderr }),
			);
		});
	});
}

describe("what a killed writer left", () => {
	test("goes at the next start of any command; what another one writes stays", async () => {
		const { home, folder } = await program();
		const { pid } = spawnSync(process.execPath, ["-e", "0"]);
		const folders = [
			".cache/atmos/aws-sso/sessions",
			".cache/atmos/auth/company-sso",
			".cache/atmos/atmos-auth",
			".config/atmos/test/aws/company/sso",
			".config/atmos/kube",
			".docker",
			".kube",
		].map((name) => join(home, name));
		for (const made of folders) {
			mkdirSync(made, { recursive: true });
			const living = temporaryPath(made);
			writeFileSync(living, "secret");
			writeFileSync(living.replace(`-${process.pid}-`, `-${pid}-`), "secret");
		}
		spawnSync(process.execPath, [BUILT, "validate"], { cwd: folder, env: { HOME: home, PATH: process.env.PATH } });
		for (const made of folders) {
			const left = readdirSync(made).filter((name) => name.endsWith(".tmp"));
			expect(left, made).toEqual([expect.stringContaining(`-${process.pid}-`)]);
		}
	});
});

describe.skipIf(!existsSync("/dev/full"))("an output that cannot be written", () => {
	const shell = (command: string, home: string) =>
		spawnSync("sh", ["-c", command, "sh", process.execPath, BUILT], {
			encoding: "utf8",
			cwd: home,
			env: { HOME: home, PATH: process.env.PATH },
		});

	test.each(["--version", "--help", "login --help", "help aws"])("is one line: %s > /dev/full", async (args) => {
		const { home } = await program();
		const { status, stderr } = shell(`"$1" "$2" ${args} > /dev/full`, home);
		expect(stderr).toBe("Error: cannot write the output: no space left on device\n");
		expect(status).toBe(1);
	});

	test("ends a login that writes events", async () => {
		const { home, folder } = await program();
		const { status, stderr } = shell(`cd '${folder}' && "$1" "$2" login --json > /dev/full`, home);
		expect(stderr).toBe("Error: cannot write the output: no space left on device\n");
		expect(status).toBe(1);
	});

	test.each(["nonsense", "login --plain", "login --frobnicate", "aws eks token"])(
		"ends with a code: %s 2> /dev/full",
		async (args) => {
			const { home } = await program();
			const { status, stdout } = shell(`"$1" "$2" ${args} 2> /dev/full`, home);
			expect([1, 2]).toContain(status);
			expect(stdout).toBe("");
		},
	);
});
