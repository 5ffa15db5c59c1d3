import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { program } from "./program.ts";

const schema = JSON.parse(readFileSync(new URL("../../schema/events.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ formats: { "date-time": true, uri: true } }).compile(schema);

describe("login", () => {
	test("shows the code, waits, and ends with the summary on stderr alone", async () => {
		const { cloud, run } = await program();
		const running = run(["login"]);
		await running.saw(/approve: expires/);
		cloud.approve();
		const { code, stdout, stderr } = await running.ended;
		expect(stdout).toBe("");
		expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/device\?user_code=[A-Z]{4}-[A-Z]{4}$/m);
		expect(stderr).toMatch(
			/^Successfully authenticated as dev-admin\n\n {2}Provider {2}company-sso\n {2}Account {3}123456789012 \(development\)\n {2}Region {4}us-east-2\n {2}Expires {3}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(59m\)\n\n✓ ECR login: 123456789012\.dkr\.ecr\.us-east-2\.amazonaws\.com \(expires in 11h59m\)\n✓ EKS kubeconfig: dev-eks → ~\/\.config\/atmos\/kube\/config\n! EKS kubeconfig: gone-eks failed: .+\n {2}try: check spec\.cluster\.name .+\n {2}retry: atmos-auth aws eks update-kubeconfig --integration gone\/eks\n$/m,
		);
		expect(code).toBe(0);
	});

	test("again is still valid and asks nothing; --strict tells of the failed integration", async () => {
		const { cloud, run } = await program();
		cloud.approveAlways(0);
		expect((await run(["login"]).ended).code).toBe(0);
		const asked = cloud.requests.length;
		const { code, stderr } = await run(["login", "--plain", "--strict"]).ended;
		expect(stderr).toContain("Successfully authenticated as dev-admin (still valid)");
		expect(code).toBe(3);
		const since = cloud.requests.slice(asked).map(({ operation }) => operation);
		expect(since.filter((operation) => operation !== "eks:DescribeCluster")).toEqual([]);
	});

	test("--json writes events of the schema on stdout", async () => {
		const { cloud, run } = await program();
		cloud.approveAlways(0);
		const { code, stdout } = await run(["login", "--json"]).ended;
		expect(code).toBe(0);
		const events = stdout
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line));
		for (const event of events) expect(validate(event), JSON.stringify([event, validate.errors])).toBe(true);
		const types = events.map((event) => event.type);
		expect(types.slice(0, 5)).toEqual([
			"login.started",
			"identity.selected",
			"approval.required",
			"provider.signed-in",
			"identity.assumed",
		]);
		expect(types.at(-1)).toBe("login.succeeded");
		expect(types.filter((type) => type === "integration.ready")).toHaveLength(2);
		expect(types.filter((type) => type === "integration.failed")).toHaveLength(1);
	});

	test("says a failure once, on stderr, also with --json", async () => {
		const { cloud, run } = await program();
		const running = run(["login", "--json"]);
		await running.saw(/approval.required/);
		cloud.deny();
		const { code, stdout, stderr } = await running.ended;
		expect(code).toBe(1);
		expect(stderr.match(/^Error: /gm)).toHaveLength(1);
		const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) as string);
		expect(last).toMatchObject({ type: "login.failed", error: { code: "denied" } });
		expect(validate(last)).toBe(true);
	});

	test.each([
		[["login", "nobody"], /no identity is called "nobody"/],
		[["login", "-i"], /needs a terminal/],
		[["login", "--frobnicate"], /unknown flag --frobnicate/],
		[["login", "--identity="], /empty value/],
		[["login", "dev-admin", "-p", "company-sso"], /"dev-admin" and the provider "company-sso" cannot be used together/],
		[["login", "a", "b"], /no identity is called "a"/],
		[["validate", "a"], /unexpected argument/],
	])("%j ends with 2", async (args, message) => {
		const { cloud, run } = await program();
		const { code, stdout, stderr } = await run(args).ended;
		expect(stderr).toMatch(message);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(cloud.requests).toHaveLength(0);
	});

	test.each([
		["ATMOS_INTERACTIVE", "nope", /ATMOS_INTERACTIVE is "nope", which is neither true nor false/],
		["ATMOS_LOGS_LEVEL", "loud", /ATMOS_LOGS_LEVEL is "loud", which is not a log level/],
	])("a bad value of %s is refused", async (name, value, message) => {
		const { cloud, run } = await program();
		const { code, stderr } = await run(["login"], { [name]: value }).ended;
		expect(stderr).toMatch(message);
		expect(code).toBe(2);
		expect(cloud.requests).toHaveLength(0);
	});

	test("opens the page once in the browser of a desktop, and nowhere else", async () => {
		const { cloud, home, run } = await program();
		cloud.approveAlways(0);
		const browser = join(home, "browse");
		writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${home}/opened'\n`, { mode: 0o755 });
		const opened = (): string[] =>
			existsSync(join(home, "opened")) ? readFileSync(join(home, "opened"), "utf8").trimEnd().split("\n") : [];
		const desktop = { DISPLAY: ":0", BROWSER: browser };
		for (const [args, env] of [
			[["--plain", "--no-browser"], desktop],
			[["--json"], desktop],
		] as const) {
			await run(["login", ...args], env).ended;
			expect(opened()).toEqual([]);
			rmSync(join(home, ".cache"), { recursive: true });
			rmSync(join(home, ".config"), { recursive: true });
		}
		const { stderr } = await run(["login"], desktop).ended;
		const link = stderr.split("\n").find((line) => line.startsWith("http://"));
		// The browser outlives the login and may be slower. In a container it is used because BROWSER names it.
		await expect.poll(opened).toEqual([link]);
	});

	test.each([
		["SIGINT", 130],
		["SIGTERM", 143],
		["SIGHUP", 129],
	] as const)("%s ends it at once with %d", async (signal, expected) => {
		const { run } = await program();
		const running = run(["login"]);
		await running.saw(/approve: expires/);
		const before = performance.now();
		running.process.kill(signal);
		const { code, stderr } = await running.ended;
		expect(code).toBe(expected);
		expect(stderr.endsWith(`cancelled: received ${signal}\n`)).toBe(true);
		expect(performance.now() - before).toBeLessThan(3000);
	});
});

describe("in CI", () => {
	test("a code is not waited for, unless asked", async () => {
		const { cloud, run } = await program();
		const refused = await run(["login"], { CI: "true" }).ended;
		expect(refused.code).toBe(2);
		expect(refused.stderr).toContain("--device-code");
		expect(cloud.count("sso-oidc:StartDeviceAuthorization")).toBe(0);
		cloud.approveAlways(0);
		expect((await run(["login", "--device-code"], { CI: "true" }).ended).code).toBe(0);
	});

	test("GitHub Actions masks every secret before anything else and annotates failures", async () => {
		const { cloud, run } = await program();
		cloud.approveAlways(0);
		const env = { GITHUB_ACTIONS: "true" };
		const { stderr, stdout } = await run(["login", "--device-code"], env).ended;
		expect(stdout).toBe("");
		const masked = new Set(stderr.split("\n").flatMap((line) => line.match(/^::add-mask::(.+)$/)?.[1] ?? []));
		const lines = stderr.split("\n").filter((line) => !line.startsWith("::add-mask::"));
		for (const secret of cloud.secrets()) {
			expect(lines.some((line) => line.includes(secret))).toBe(false);
			// What only the service knows, or what never comes into the program, needs no mask.
			if (stderr.includes(secret)) expect(masked.has(secret)).toBe(true);
		}
		expect(masked.size).toBeGreaterThan(2);
		expect(stderr).toMatch(/^::warning title=EKS kubeconfig failed::gone\/eks: /m);
	});

	test("GitHub Actions is shown where the configuration is wrong", async () => {
		const { folder, run } = await program({
			yaml: "auth:\n  providers:\n    sso:\n      kind: aws/iam-identity-center\n      start_url: nonsense\n      region: us-east-1\n",
		});
		const { code, stderr } = await run(["login"], { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: folder }).ended;
		expect(code).toBe(2);
		expect(stderr).toMatch(/^::error file=atmos\.yaml,line=5,col=\d+,title=atmos-auth login::/m);
	});
});

test("no secret is in any output at the highest log level, nor in a file that others can read", async () => {
	const { cloud, home, run } = await program();
	cloud.approveAlways(0);
	const outputs: string[] = [];
	for (const args of [
		["login"],
		["login", "--force", "--json"],
		["login", "prod-readonly"],
		["login", "-p", "company-sso"],
	]) {
		const { stdout, stderr } = await run([...args, "--log-level", "trace"]).ended;
		outputs.push(stdout, stderr);
	}
	const secrets = cloud.secrets();
	expect(secrets.length).toBeGreaterThan(5);
	for (const secret of secrets) expect(outputs.some((output) => output.includes(secret))).toBe(false);
	const files = readdirSync(home, { recursive: true, encoding: "utf8" })
		.map((name) => join(home, name))
		.filter((path) => statSync(path).isFile());
	for (const path of files) {
		const text = readFileSync(path, "utf8");
		if (secrets.some((secret) => text.includes(secret))) expect(statSync(path).mode & 0o077, path).toBe(0);
	}
});
