import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { visit } from "./cloud/visit.ts";

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
	const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
	/** Resolves with the exit code, all that was written, and what is left of the folders. */
	const ended = closed.then((code) => ({ code, stdout, stderr, left: [...readdirSync(temp), ...readdirSync(home)] }));
	onTestFinished(() => {
		child.kill("SIGKILL");
		rmSync(folder, { recursive: true, force: true });
	});
	return {
		child,
		/** Resolves when a code is shown. */
		seen,
		ended,
		/** Has somebody open every link that is shown, and goes on to the end. */
		answering(open: (link: string) => Promise<void>) {
			const opened = new Set<string>();
			child.stderr.on("data", () => {
				for (const [link] of stderr.matchAll(/^http:\S+(?=\n)/gm)) {
					if (opened.has(link)) continue;
					opened.add(link);
					void open(link);
				}
			});
			return ended;
		},
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

/** Those that a person signs in to: by a code, a password, or a page that a browser has to open. */
const FOR_PEOPLE = ["ada", "break-glass", "corp-auditor", "corp-developer", "globex/audit", "grace", "grace-metrics"];

test("every identity that needs no person signs in, and those that need one are the others", async () => {
	const project = parse(readFileSync(join(root, "demo/project/atmos.yaml"), "utf8"), { logLevel: "error" });
	const names = Object.keys(project.auth.identities).filter((name) => !FOR_PEOPLE.includes(name));
	expect(names).toHaveLength(Object.keys(project.auth.identities).length - FOR_PEOPLE.length);
	const kinds = new Set(names.map((name) => project.auth.identities[name].kind));
	expect([...kinds].sort()).toEqual([
		"ambient",
		"aws/ambient",
		"aws/assume-role",
		"aws/assume-root",
		"aws/permission-set",
		"aws/roles-anywhere",
	]);
	const { code, stderr } = await demo("--fast", "--", "login", ...names, "--plain").ended;
	expect(stderr).toContain(`Successfully authenticated as ${names.length} identities`);
	for (const name of names) expect(stderr).toMatch(new RegExp(`^✓ ${name} `, "m"));
	expect(code).toBe(0);
}, 20_000);

test("pages of AWS that somebody opens and allows sign in, and so does a role over that", async () => {
	const { code, stderr } = await demo("--fast", "--", "login", "globex/audit", "grace-metrics", "--plain").answering(
		async (link) => {
			const page = await fetch(link);
			if ((await page.text()).includes("<form")) await visit(link, "allow");
		},
	);
	expect(stderr).toMatch(/^✓ globex\/audit +PartnerAudit in globex integration/m);
	expect(stderr).toMatch(/^✓ grace-metrics +Metrics in 444455556666/m);
	expect(code).toBe(0);
}, 20_000);

test("the project is valid", async () => {
	const { code, stdout, stderr } = await demo("--fast", "--", "validate").ended;
	expect(stdout + stderr).toBe("✓ Authentication configuration is valid\n");
	expect(code).toBe(0);
});

test("the code of the MFA device is told without a cloud, a home or a program", async () => {
	const { code, stdout, left } = await demo("--mfa-code").ended;
	expect(stdout).toMatch(/^\d{6}\n$/);
	expect(code).toBe(0);
	expect(left).toEqual([]);
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
	expect(stderr).toMatch(/--autoapprove.*--auto-approve, --fast, --mfa-code/);
	expect(code).toBe(2);
});
