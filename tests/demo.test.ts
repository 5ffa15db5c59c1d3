import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** The demo as `npm run demo` starts it, without a terminal, with an empty home and a temporary folder of its own. */
function demo(...args: readonly string[]) {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), "demo-test-")));
	const home = join(folder, "home");
	const temp = join(folder, "tmp");
	for (const path of [home, temp]) mkdirSync(path);
	const child = spawn(process.execPath, [join(root, "demo/demo.ts"), ...args], {
		cwd: root,
		env: {
			PATH: process.env.PATH,
			HOME: home,
			USERPROFILE: home,
			TMPDIR: temp,
			TEMP: temp,
			// None of these may reach the program.
			AWS_PROFILE: "none",
			KUBECONFIG: join(home, "kubeconfig"),
			DOCKER_CONFIG: join(home, "docker"),
			HTTP_PROXY: "http://127.0.0.1:9",
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (chunk) => {
		stdout += chunk;
	});
	const seen = new Promise<void>((resolve) => {
		child.stderr.on("data", (chunk) => {
			stderr += chunk;
			if (/^approve: expires/m.test(stderr)) resolve();
		});
	});
	const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
	onTestFinished(() => {
		child.kill("SIGKILL");
		rmSync(folder, { recursive: true, force: true });
	});
	return {
		child,
		/** Resolves when a code is shown. */
		seen,
		/** Resolves with the exit code, all that was written, and what is left of the folders. */
		ended: ended.then((code) => ({ code, stdout, stderr, left: [...readdirSync(temp), ...readdirSync(home)] })),
	};
}

test("without a terminal it signs in alone, to the summary, and leaves nothing behind", async () => {
	const { code, stdout, stderr, left } = await demo("--fast").ended;
	expect(stderr).toContain("Successfully authenticated as staging-admin");
	expect(stderr).toMatch(/^ {2}Account {3}345678901234 \(staging\)$/m);
	expect(stderr).toMatch(
		/^✓ ECR login: 345678901234\.dkr\.ecr\.us-east-2\.amazonaws\.com \(expires in 11h59m\)\n✓ EKS kubeconfig: staging-blue → ~\/\.config\/atmos\/kube\/config\n! EKS kubeconfig: staging-green failed: not authorized to perform eks:DescribeCluster\n {2}try: allow eks:DescribeCluster.*\n {2}retry: atmos-auth aws eks update-kubeconfig --integration staging\/eks-green$/m,
	);
	expect(stdout).toBe("");
	expect(code).toBe(0);
	expect(left).toEqual([]);
});

test("what follows -- is for the program: a session from earlier is still there", async () => {
	const { code, stderr } = await demo("--fast", "--", "login", "dev-admin", "--plain").ended;
	expect(stderr).toContain("Successfully authenticated as dev-admin (still valid)");
	expect(stderr).toMatch(/^ {2}Expires .*\(3h5[12]m\)$/m);
	expect(code).toBe(0);
});

test("the program's exit code is the demo's", async () => {
	const { code, stderr, left } = await demo("--fast", "--", "login", "nobody", "--plain").ended;
	expect(stderr).toContain("nobody");
	expect(code).toBe(2);
	expect(left).toEqual([]);
});

test("a signal ends the program, and the home goes all the same", async () => {
	const { child, seen, ended } = demo();
	await seen;
	child.kill("SIGTERM");
	const { code, left } = await ended;
	expect(code).toBe(143);
	expect(left).toEqual([]);
});

test("an unknown flag is told, with those that there are", async () => {
	const { code, stderr } = await demo("--autoapprove").ended;
	expect(stderr).toMatch(/--autoapprove.*--auto-approve, --fast/);
	expect(code).toBe(2);
});
