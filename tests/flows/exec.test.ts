import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { smallWorld } from "../cloud/world.ts";
import { BUILT, type Program, program } from "./program.ts";
import { PROJECT } from "./project.ts";

const OWN_VARIABLES = `
      env:
        - { key: TF_VAR_team, value: "data  & analytics" }
        - { key: AWS_REGION, value: eu-west-1 }
        - { key: AWS_PROFILE, value: other }
        - { key: AWS_ACCESS_KEY_ID, value: AKIAOTHER }
        - { key: PATH, value: ./bin }
        - { key: LD_PRELOAD, value: ./evil.so }
        - { key: "A B", value: x }`;

/** The built program, whose default identity has signed in. */
async function signedIn(yaml = PROJECT): Promise<Program> {
	const started = await program({ entry: BUILT, yaml, world: smallWorld({ pollSeconds: 0 }) });
	started.cloud.approveAlways(0);
	expect((await started.run(["login", "dev-admin"]).ended).code).toBe(0);
	return started;
}

/** Runs it as `run` does, with something on standard input. */
async function piped(it: Program, args: readonly string[], input: Buffer): Promise<{ code: number; out: Buffer }> {
	const child = spawn(process.execPath, [BUILT, ...args], {
		cwd: it.folder,
		stdio: ["pipe", "pipe", "inherit"],
		env: { PATH: process.env.PATH, HOME: it.home, AWS_ENDPOINT_URL: it.cloud.url, ATMOS_AUTH_REALM: "test" },
	});
	const parts: Buffer[] = [];
	child.stdout.on("data", (part: Buffer) => parts.push(part));
	child.stdin.end(input);
	const [code] = (await once(child, "close")) as [number];
	return { code, out: Buffer.concat(parts) };
}

const environmentIn = (stdout: string): Record<string, string> =>
	Object.fromEntries(
		stdout
			.split("\0")
			.filter((entry) => entry !== "")
			.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
	);

const loseRole = ({ home }: Program): void => rmSync(join(home, ".config", "atmos", "test"), { recursive: true });
const loseSession = ({ home }: Program): void => rmSync(join(home, ".cache"), { recursive: true });

describe("the program that exec runs", () => {
	test("has the exit code, the arguments and the streams to itself", async () => {
		const it = await signedIn();
		for (const code of [0, 1, 7, 255]) {
			expect(await it.run(["exec", "--", "sh", "-c", `exit ${code}`]).ended).toEqual({
				code,
				signal: null,
				stdout: "",
				stderr: "",
			});
		}
		const words = ["-i", "x", "--help", "--version", "--json", "--", "a=b", "", "a  b", "'\"$HOME\n*"];
		const said = await it.run(["exec", "-i", "DEV-ADMIN", "--", "printf", "<%s>", ...words]).ended;
		expect(said).toMatchObject({ code: 0, stdout: words.map((word) => `<${word}>`).join(""), stderr: "" });
		expect(await it.run(["exec", "--", "sh", "-c", "echo out; echo err >&2"]).ended).toMatchObject({
			stdout: "out\n",
			stderr: "err\n",
		});
		const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256));
		const { code, out } = await piped(it, ["exec", "--", "cat"], bytes);
		expect(code).toBe(0);
		expect(out.equals(bytes)).toBe(true);
	});

	test("is told that of its environment which is ours alone, and no other credentials", async () => {
		const it = await signedIn(PROJECT.replace("      default: true", `      default: true${OWN_VARIABLES}`));
		const foreign = {
			AWS_ACCESS_KEY_ID: "AKIAFOREIGN",
			AWS_SECRET_ACCESS_KEY: "x",
			AWS_SESSION_TOKEN: "x",
			AWS_SECURITY_TOKEN: "x",
			AWS_DEFAULT_PROFILE: "x",
			AWS_WEB_IDENTITY_TOKEN_FILE: "/x",
			AWS_ROLE_ARN: "x",
			AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1/",
		};
		const given = { ...foreign, AWS_PROFILE: "mine", "odd.name-": "kept", EMPTY: "", IDENTITY: "dev-admin" };
		const { stdout, stderr } = await it.run(["exec", "--", "env", "-0"], given).ended;
		expect(stderr).toBe("");
		const env = environmentIn(stdout);
		const files = join(it.home, ".config/atmos/test/aws/company-sso");
		expect(env).toMatchObject({
			AWS_SHARED_CREDENTIALS_FILE: join(files, "credentials"),
			AWS_CONFIG_FILE: join(files, "config"),
			AWS_PROFILE: "dev-admin",
			AWS_DEFAULT_REGION: "us-east-2",
			// The identity's own `env:`.
			AWS_REGION: "eu-west-1",
			TF_VAR_team: "data  & analytics",
			ATMOS_IDENTITY: "dev-admin",
			"odd.name-": "kept",
			EMPTY: "",
			HOME: it.home,
			PATH: process.env.PATH,
		});
		for (const name of [...Object.keys(foreign), "LD_PRELOAD", "A B"]) expect(env).not.toHaveProperty([name]);
	});

	test("starts ours again as the same identity, by what the flags have chosen", async () => {
		const it = await signedIn(PROJECT.replace("      default: true\n", ""));
		mkdirSync(join(it.folder, "sub"));
		const nested = [process.execPath, BUILT, "env", "-f", "json"];
		for (const [flags, env] of [
			[["-i", "prod-readonly"], { ATMOS_IDENTITY: "dev-admin" }],
			[["-i", "prod-readonly", "--config", "atmos.yaml", "-C", "."], {}],
			[[], { ATMOS_IDENTITY: "Prod-ReadOnly" }],
			[[], { IDENTITY: "prod-readonly", ATMOS_CHDIR: "sub" }],
		] as const) {
			const { code, stdout } = await it.run(["exec", ...flags, "--", ...nested], env).ended;
			expect(code).toBe(0);
			expect(JSON.parse(stdout)).toMatchObject({ AWS_PROFILE: "prod-readonly" });
		}
		const { stdout } = await it.run(["exec", "-i", "dev-admin", "-C", "sub", "--", "sh", "-c", "pwd; echo $PWD"]).ended;
		expect(stdout).toBe(`${join(it.folder, "sub")}\n`.repeat(2));
	});

	test.runIf(process.platform === "linux")("inherits blocking pipes, and no signal that is ignored", async () => {
		const it = await signedIn();
		const look = "cat /proc/self/fdinfo/1 /proc/self/fdinfo/2; grep SigIgn /proc/self/status";
		const { stdout } = await it.run(["exec", "--", "sh", "-c", look]).ended;
		const flags = Array.from(stdout.matchAll(/^flags:\s*(\d+)$/gm), ([, octal]) => Number.parseInt(octal as string, 8));
		expect(flags).toHaveLength(2);
		for (const each of flags) expect(each & 0o4000).toBe(0);
		expect(stdout).toMatch(/^SigIgn:\s*0+$/m);
	});

	test.runIf(process.platform !== "win32")("is our process, and nothing of ours is left half done", async () => {
		const it = await signedIn();
		loseRole(it);
		const child = it.run([
			"exec",
			"--",
			process.execPath,
			"-e",
			"console.log(process.pid); setInterval(() => {}, 1000)",
		]);
		await child.saw(/\n/);
		const left = readdirSync(it.home, { recursive: true, encoding: "utf8" }).filter((name) =>
			/\.tmp$|-lock$/.test(name),
		);
		child.process.kill("SIGTERM");
		const { signal, stdout } = await child.ended;
		expect({ signal, pid: stdout.trim() }).toEqual({ signal: "SIGTERM", pid: String(child.process.pid) });
		expect(left).toEqual([]);
	});

	test.runIf(process.platform !== "win32")("is ended by what ends us, as a shell sees it", async () => {
		const it = await signedIn();
		const env = { PATH: process.env.PATH, HOME: it.home, AWS_ENDPOINT_URL: it.cloud.url, ATMOS_AUTH_REALM: "test" };
		const script = `"$0" "$1" exec -- sh -c 'kill -TERM $$' ; echo $?`;
		const said = execFileSync("sh", ["-c", script, process.execPath, BUILT], { cwd: it.folder, env, encoding: "utf8" });
		expect(said).toBe("143\n");
	});
});

describe("exec", () => {
	test("says what cannot be run as a shell does, before anything is asked of a service", async () => {
		const it = await program({ entry: BUILT });
		writeFileSync(join(it.folder, "plain"), "echo hello");
		for (const [name, code, words] of [
			["no-such-program", 127, "no-such-program: no such program"],
			["./none", 127, "./none: no such program"],
			["./plain", 126, "./plain cannot be run"],
			["./", 126, "./ cannot be run"],
			["", 127, ": no such program"],
		] as const) {
			const ended = await it.run(["exec", "--", name, "--json"]).ended;
			expect(ended).toMatchObject({ code, stdout: "" });
			expect(ended.stderr).toContain(`Error: ${words}\n`);
		}
		expect(it.cloud.requests).toEqual([]);
	});

	test("runs what a shell would run, and outlives what the system refuses", async () => {
		const it = await signedIn();
		const files = {
			"no-first-line": "echo hello $1",
			"no-interpreter": "#!/no/such/sh\n",
			"with=sign": "#!/bin/sh\necho $1",
		};
		for (const [name, text] of Object.entries(files)) {
			writeFileSync(join(it.folder, name), text);
			chmodSync(join(it.folder, name), 0o755);
		}
		expect(await it.run(["exec", "--", "./no-first-line", "you"]).ended).toMatchObject({
			code: 0,
			stdout: "hello you\n",
		});
		expect(await it.run(["exec", "--", "./with=sign", "you"]).ended).toMatchObject({ code: 0, stdout: "you\n" });
		const refused = await it.run(["exec", "--", "./no-interpreter"]).ended;
		expect(refused).toMatchObject({ code: 127, stdout: "" });
		expect(refused.stderr).toContain("no-interpreter");
		expect(refused.stderr).not.toContain("Warning");
		const long = "x".repeat(120_000);
		expect(await it.run(["exec", "--", "printf", "%s", long]).ended).toMatchObject({
			code: 0,
			stdout: long,
			stderr: "",
		});
		const tooLong = await it.run(["exec", "--", "sh", "-c", ":"], { A: "x".repeat(120_000), B: "y" }).ended;
		expect(tooLong).toMatchObject({ code: 0, stderr: "" });
	});

	test.each([
		[["exec"], "there is no program to run"],
		[["exec", "--"], "there is no program to run"],
		[["exec", "ls", "-l"], "there is no program to run"],
		[["exec", "ls", "--", "ls"], 'unexpected argument "ls"'],
		[["exec", "--frobnicate", "--", "ls"], "unknown flag --frobnicate"],
	])("%j is no way to write it", async (args, words) => {
		const it = await program({ entry: BUILT });
		const { code, stdout, stderr } = await it.run(args).ended;
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toContain(`Error: ${words}\n`);
		expect(stderr).toMatch(/Try: atmos-auth exec (?:-i NAME -- PROGRAM|--help)/);
	});

	test("renews through a living session, and says which login to run without one", async () => {
		const it = await signedIn();
		loseRole(it);
		const before = it.cloud.count("sso:GetRoleCredentials");
		expect(await it.run(["exec", "--", "echo", "done"]).ended).toMatchObject({ stdout: "done\n", stderr: "" });
		expect(it.cloud.count("sso:GetRoleCredentials")).toBe(before + 1);
		loseRole(it);
		loseSession(it);
		const codes = it.cloud.count("sso-oidc:StartDeviceAuthorization");
		const { code, stdout, stderr } = await it.run(["exec", "--", "echo", "done"]).ended;
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toContain('Error: the session of "dev-admin" has expired and cannot be renewed without you\n');
		expect(stderr).toMatch(/Try: atmos-auth login dev-admin\n$/);
		expect(it.cloud.count("sso-oidc:StartDeviceAuthorization")).toBe(codes);
	});

	test("uses what is good for a while yet and cannot be renewed", async () => {
		const it = await signedIn();
		const change = (path: string, pattern: RegExp, text: string): void => {
			const file = join(it.home, path);
			writeFileSync(file, readFileSync(file, "utf8").replace(pattern, text));
		};
		/** In both files: credentials are ours only where the two agree. */
		const endIn = (minutes: number): void => {
			const end = Math.floor(Date.now() / 1000 + minutes * 60) * 1000;
			const written = new Date(end).toISOString().replace(".000", "");
			change(".config/atmos/test/aws/company-sso/credentials", /expiration=\S+/, `expiration=${written}`);
			const facts = `"dev-admin":{"expiresAt":${end},"issuedAt":${end - 3_600_000}`;
			change(".cache/atmos/atmos-auth/state.json", /"dev-admin":\{"expiresAt":\d+,"issuedAt":\d+/, facts);
		};
		const run = () => it.run(["exec", "--", "echo", "done"]).ended;
		rmSync(join(it.home, ".cache/atmos/aws-sso"), { recursive: true });
		endIn(10);
		const kept = await run();
		endIn(0.5);
		const ending = await run();
		expect([kept.code, ending.code]).toEqual([0, 2]);
		expect(kept).toMatchObject({ stdout: "done\n", stderr: "" });
	});

	test("is ended by a signal while a request hangs", async () => {
		const it = await signedIn();
		loseRole(it);
		it.cloud.script.always("sso:GetRoleCredentials", { type: "hang" });
		const from = it.cloud.requests.length;
		const running = it.run(["exec", "--", "echo", "done"]);
		await it.cloud.waitFor(({ operation }) => operation === "sso:GetRoleCredentials", from);
		running.process.kill("SIGTERM");
		expect(await running.ended).toMatchObject({ code: 143, stdout: "", stderr: "" });
	});
});
