/**
 * `npm run demo`: the dashboard against the loopback cloud, in a throw-away home. See README.md beside this file.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { constants, hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../src/auth/config/load.ts";
import type { AuthContext } from "../src/auth/context.ts";
import { createNetwork } from "../src/auth/net/create-network.ts";
import { type Cloud, startCloud } from "../tests/cloud/cloud.ts";
import { totp } from "../tests/cloud/mfa.ts";
import { equip, startIdp } from "./machine.ts";
import { setClock, signInInThePast } from "./past.ts";
import { ADA } from "./principals.ts";
import { demoWorld, FORGOTTEN, stagingDenied } from "./world.ts";

const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, "..", "dist", "atmos-auth.mjs");
const DESCRIBE = "eks:DescribeCluster";

const [own, passed] = split(process.argv.slice(2));
const autoApprove = own.includes("--auto-approve");
const fast = own.includes("--fast");
const interactive = process.stdin.isTTY && process.stderr.isTTY;
const unknown = own.find((word) => !["--auto-approve", "--fast", "--mfa-code"].includes(word));
if (unknown !== undefined) {
	console.error(`demo: unknown flag ${unknown}; --auto-approve, --fast, --mfa-code, and flags of atmos-auth after --`);
	process.exit(2);
}
if (own.includes("--mfa-code")) {
	console.log(totp(ADA.mfa?.seed ?? "", Date.now()));
	process.exit(0);
}
if (!existsSync(program)) {
	console.error("demo: the program is not built yet: npm run build");
	process.exit(2);
}

// Whatever ends the demo, its home goes with it.
let onSignal = (signal: NodeJS.Signals): void => process.exit(exitCode(signal));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => onSignal(signal));

// A home with an ordinary name, so that the paths look like a person's.
const root = mkdtempSync(join(tmpdir(), "atmos-auth-demo-"));
const home = join(root, "ada");
const project = join(home, "acme-infra");
process.on("exit", () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
mkdirSync(project, { recursive: true });
cpSync(join(here, "project"), project, { recursive: true });

const past = setClock();
const cloud = await startCloud({ world: demoWorld(), now: past.now });
const idp = await startIdp();
const env = { ...demoEnvironment(cloud.url), ...equip(cloud, home, idp) };
await prepare(cloud);

const words =
	passed.length > 0 ? passed : ["login", ...(interactive ? [] : ["staging-admin", "--plain", "--device-code"])];
process.exitCode = await runProgram(words);
await Promise.all([cloud.close(), idp.close()]);

/** What a shell reports for a program that a signal has ended. */
function exitCode(signal: NodeJS.Signals): number {
	return 128 + constants.signals[signal];
}

/** Our own flags, and what follows `--` for the program. */
function split(argv: readonly string[]): [own: readonly string[], passed: readonly string[]] {
	const at = argv.indexOf("--");
	return at < 0 ? [argv, []] : [argv.slice(0, at), argv.slice(at + 1)];
}

/** The terminal's variables stay; whatever leads to a real cloud, configuration or cache goes. */
function demoEnvironment(url: string): Record<string, string> {
	const kept = Object.entries(process.env).filter(
		([name, value]) =>
			value !== undefined &&
			!/^(?:AWS|ATMOS|XDG|AZURE|ARM|GOOGLE|KUBE|DOCKER|npm)_|^(?:https?|all|no)_proxy$|^(?:KUBECONFIG|IDENTITY|NODE_OPTIONS|PWD|OLDPWD|INIT_CWD)$/i.test(
				name,
			),
	);
	return {
		...(Object.fromEntries(kept) as Record<string, string>),
		...(process.env.XDG_RUNTIME_DIR ? { XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR } : {}),
		...(autoApprove ? { BROWSER: "none" } : {}),
		HOME: home,
		USERPROFILE: home,
		PWD: project,
		AWS_ENDPOINT_URL: url,
	};
}

/** Fills the home with sessions of every age, then lets the cloud be as slow, and as strict, as a real one. */
async function prepare(to: Cloud): Promise<void> {
	const log = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
	const { clock } = past;
	const ctx: AuthContext = {
		env,
		cwd: project,
		home,
		platform: process.platform,
		hostname: hostname(),
		pid: process.pid,
		clock,
		log,
		network: createNetwork({ env, log, clock, platform: process.platform }),
		self: { command: process.execPath, args: [program], version: "demo" },
	};
	to.approveAlways(0);
	await signInInThePast(ctx, await loadConfig(ctx, {}), past);
	ctx.network.close();

	if (autoApprove || !interactive) to.approveAlways(fast ? 200 : 4_000);
	else to.approveNever();
	const slow = fast ? 0 : 1;
	to.script.always("sso:GetRoleCredentials", { type: "answer", delayMs: 600 * slow });
	to.script.always("ecr:GetAuthorizationToken", { type: "answer", delayMs: 900 * slow });
	to.script.always(DESCRIBE, { type: "answer", delayMs: 1_400 * slow });
	void to
		.waitFor(({ operation, error }) => operation === DESCRIBE && error === "AccessDeniedException")
		.then(
			() => stagingDenied.splice(stagingDenied.indexOf(FORGOTTEN), 1),
			() => {},
		);
}

/** @returns the program's exit code; the demo leaves with it */
function runProgram(args: readonly string[]): Promise<number> {
	return new Promise((resolve) => {
		const child = spawn(process.execPath, [program, ...args], { cwd: project, env, stdio: "inherit" });
		onSignal = (signal) => {
			// The keyboard's interrupt reaches the program by itself; it decides what to do.
			if (signal !== "SIGINT") child.kill(signal);
		};
		child.once("error", (error) => {
			console.error(`demo: ${error.message}`);
			resolve(1);
		});
		child.once("close", (code, signal) => resolve(code ?? (signal ? exitCode(signal) : 1)));
	});
}
