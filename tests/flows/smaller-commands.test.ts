import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { smallWorld } from "../cloud/world.ts";
import { BUILT, type Program, program as start } from "./program.ts";
import { PROJECT } from "./project.ts";

const schema = JSON.parse(readFileSync(new URL("../../schema/events.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ formats: { "date-time": true, uri: true } }).compile(schema);

/** The built program: so many starts would take minutes from the sources. */
const program = (options: { readonly yaml?: string } = {}): Promise<Program> =>
	start({ ...options, entry: BUILT, world: smallWorld({ pollSeconds: 0 }) });

interface Event {
	readonly type: string;
	readonly [field: string]: unknown;
}

/** The lines of standard output as events, each held against the schema. */
function eventsOf(stdout: string): Event[] {
	const events = stdout
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line) as Event);
	for (const event of events) expect(validate(event), JSON.stringify([event, validate.errors])).toBe(true);
	return events;
}

const NO_DEFAULT = PROJECT.replace("      default: true\n", "");
const FROM_CONFIGURATION = `${NO_DEFAULT}env:\n  ATMOS_IDENTITY: dev-admin\n`;

/** A program whose default identity has signed in. */
async function signedIn(yaml?: string): Promise<Program> {
	const started = await program(yaml === undefined ? {} : { yaml });
	started.cloud.approveAlways(0);
	expect((await started.run(["login", "dev-admin"]).ended).code).toBe(0);
	return started;
}

const ECR = ["aws", "ecr", "login"];
const UPDATE = ["aws", "eks", "update-kubeconfig"];
const CLUSTER = ["--name", "dev-cluster", "--region", "us-east-2"];

/** Each command that asks a service, with what it asks. */
const ASKING = [
	[[...ECR, "dev/ecr"], "ecr:GetAuthorizationToken"],
	[ECR, "ecr:GetAuthorizationToken"],
	[[...UPDATE, "--integration", "dev/eks"], "eks:DescribeCluster"],
	[[...UPDATE, ...CLUSTER], "eks:DescribeCluster"],
] as const;

describe("a signal while a request hangs", () => {
	test.each(ASKING)("ends %j at once", async (args, operation) => {
		const { cloud, run } = await signedIn();
		cloud.script.always(operation, { type: "hang" });
		for (const [signal, code] of [
			["SIGINT", 130],
			["SIGTERM", 143],
			["SIGHUP", 129],
		] as const) {
			const from = cloud.requests.length;
			const running = run([...args, "--json"]);
			await cloud.waitFor((request) => request.operation === operation, from);
			const before = performance.now();
			running.process.kill(signal);
			const ended = await running.ended;
			expect(ended.code).toBe(code);
			expect(eventsOf(ended.stdout).at(-1)).toMatchObject({
				type: "command.cancelled",
				reason: signal,
				exitCode: code,
			});
			expect(performance.now() - before).toBeLessThan(2_000);
		}
	});

	test("is told to a person, without an error", async () => {
		const { cloud, run } = await signedIn();
		cloud.script.always("ecr:GetAuthorizationToken", { type: "hang" });
		const from = cloud.requests.length;
		const running = run(ECR);
		await cloud.waitFor(({ operation }) => operation === "ecr:GetAuthorizationToken", from);
		running.process.kill("SIGINT");
		expect(await running.ended).toMatchObject({ code: 130, stdout: "", stderr: "cancelled: received SIGINT\n" });
	});

	test("while the role's credentials are renewed", async () => {
		const { cloud, home, run } = await signedIn();
		renameSync(join(home, ".config"), join(home, ".config-before"));
		cloud.script.always("sso:GetRoleCredentials", { type: "hang" });
		const from = cloud.requests.length;
		const running = run(ECR);
		await cloud.waitFor(({ operation }) => operation === "sso:GetRoleCredentials", from);
		const before = performance.now();
		running.process.kill("SIGINT");
		expect(await running.ended).toMatchObject({ code: 130, stderr: "cancelled: received SIGINT\n" });
		// What does not heed the signal is left behind after two seconds.
		expect(performance.now() - before).toBeLessThan(2_000);
	});
});

describe("text of a service", () => {
	const message = "::add-mask::x\n##[add-mask]y ##vso[task.setvariable variable=z]w\n::set-env name=PATH::/tmp";

	test.each(ASKING)("is no command for the runner that shows %j", async (args, operation) => {
		const { cloud, run } = await signedIn();
		cloud.script.always(operation, { type: "error", status: 400, name: "InvalidParameterException", message });
		const { code, stderr, stdout } = await run(args, { GITHUB_ACTIONS: "true" }).ended;
		expect(code).toBe(1);
		expect(stderr).toContain("add-mask");
		for (const line of stderr.split("\n")) {
			expect(line).not.toMatch(/^\s*::/);
			expect(line).not.toMatch(/##(?:\[|vso)/i);
		}
		expect(stdout).toBe("");
		const json = await run([...args, "--json"], { GITHUB_ACTIONS: "true" }).ended;
		expect(json.stdout).not.toMatch(/##(?:\[|vso)/i);
		expect(eventsOf(json.stdout).at(-1)).toMatchObject({ type: "command.failed", exitCode: 1 });
	});

	test("is none in an annotation", async () => {
		const { cloud, run } = await program();
		cloud.approveAlways(0);
		cloud.script.always("eks:DescribeCluster", { type: "error", status: 400, name: "X", message });
		const { stderr } = await run(["login", "--device-code"], { GITHUB_ACTIONS: "true" }).ended;
		const lines = stderr.split("\n").filter((line) => !line.startsWith("::add-mask::"));
		expect(lines.filter((line) => line.startsWith("::")).every((line) => line.startsWith("::warning "))).toBe(true);
		expect(lines.join("\n")).not.toMatch(/##(?:\[|vso)/i);
	});
});

describe("ATMOS_IDENTITY in the configuration's env:", () => {
	test("is the identity of every command that chooses one", async () => {
		const { cloud, run } = await signedIn(FROM_CONFIGURATION);
		for (const args of [["login", "--plain"], ECR, [...UPDATE, ...CLUSTER], ["aws", "eks", "token", ...tokenFlags()]]) {
			expect(await run(args).ended).toMatchObject({ code: 0 });
		}
		expect(cloud.count("ecr:GetAuthorizationToken")).toBe(2);
	});

	test.each([ECR, [...UPDATE, ...CLUSTER], ["aws", "eks", "token", ...tokenFlags()]])(
		"loses to the environment and the flag: %j",
		async (...args) => {
			const { run } = await signedIn(FROM_CONFIGURATION);
			const nobody = { ATMOS_IDENTITY: "someone" };
			expect((await run(args, nobody).ended).stderr).toContain("someone");
			expect(await run([...args, "--identity", "dev-admin"], nobody).ended).toMatchObject({ code: 0 });
		},
	);
});

function tokenFlags(): string[] {
	return ["--cluster-name", "dev-cluster", "--region", "us-east-2"];
}

describe("--json", () => {
	test("has what a row is made of as fields", async () => {
		const { cloud, home, run } = await program();
		cloud.approveAlways(0);
		const login = eventsOf((await run(["login", "--json"]).ended).stdout);
		const kubeconfig = join(home, ".config", "atmos", "kube", "config");
		const account = { id: "123456789012", name: "development" };
		const role = "AdministratorAccess";
		const registry = "123456789012.dkr.ecr.us-east-2.amazonaws.com";
		const find = (type: string, integration?: string) =>
			login.find((event) => event.type === type && event.integration === integration);
		expect(login.find(({ type }) => type === "identity.assumed")).toMatchObject({ account, role });
		expect(find("integration.ready", "dev/ecr")).toMatchObject({ registry });
		expect(find("integration.ready", "dev/eks")).toMatchObject({
			cluster: "dev-cluster",
			context: "dev-eks",
			kubeconfig,
		});
		expect(find("integration.failed", "gone/eks")).toMatchObject({ cluster: "no-such-cluster", context: "gone-eks" });
		expect(login.at(-1)).toMatchObject({ type: "login.succeeded", account, role, exitCode: 0 });

		const strict = eventsOf((await run(["login", "--json", "--strict"]).ended).stdout);
		expect(strict.at(-1)).toMatchObject({ type: "login.succeeded", exitCode: 3 });

		const again = await run([...ECR, "--json"]).ended;
		expect(again).toMatchObject({ code: 0, stderr: "" });
		expect(eventsOf(again.stdout)).toMatchObject([
			{ type: "integration.started", integration: "dev/ecr" },
			{ type: "integration.ready", registry },
			{ type: "command.succeeded", command: "aws ecr login", integrations: { ready: 1, failed: 0 }, exitCode: 0 },
		]);
		const failed = await run([...UPDATE, "--integration", "gone/eks", "--json"]).ended;
		expect(failed.code).toBe(1);
		expect(eventsOf(failed.stdout).slice(1)).toMatchObject([
			{ type: "integration.failed", cluster: "no-such-cluster" },
			{ type: "command.failed", integrations: { ready: 0, failed: 1 }, error: { code: "service" }, exitCode: 1 },
		]);
		const named = await run([...UPDATE, ...CLUSTER, "--json"]).ended;
		expect(eventsOf(named.stdout)).toMatchObject([
			{ type: "integration.ready", cluster: "dev-cluster", kubeconfig },
			{ type: "command.succeeded", exitCode: 0 },
		]);
	});

	test.each([
		[
			["login", "nobody"],
			["dev-admin", "prod-readonly"],
		],
		[["login", "dev-amdin"], ["dev-admin"]],
		[
			["login", "-i"],
			["dev-admin", "prod-readonly"],
		],
		[["login", "-p", "company-soo"], ["company-sso"]],
		[["login", "--tags", "x"], []],
		[
			["login", "--log-level", "loud"],
			["trace", "debug", "info", "warning", "error", "off"],
		],
		[["login", "--frobnicate"], undefined],
		[
			["login", "a", "b"],
			["dev-admin", "prod-readonly"],
		],
		[["aws", "ecr", "login", "a", "b"], undefined],
		[[...ECR, "--frobnicate"], undefined],
		[[...ECR, "dev/ecr", "-i", "x"], undefined],
		[[...UPDATE], undefined],
		[["aws", "ecr", "logni"], ["aws ecr login"]],
	] as const)("%j is an event, with candidates %j", async (args, candidates) => {
		const { run } = await program();
		const { code, stdout, stderr } = await run([...args, "--json"]).ended;
		expect(code).toBe(2);
		expect(stderr).toMatch(/^Error: /);
		const events = eventsOf(stdout);
		expect(events.at(-1)).toMatchObject({
			type: args[0] === "login" ? "login.failed" : "command.failed",
			error: { code: "usage" },
			exitCode: 2,
		});
		expect((events.at(-1) as { error?: { candidates?: unknown } }).error?.candidates).toEqual(candidates);
	});

	test("a cancelled login says why", async () => {
		const { run } = await program();
		const running = run(["login", "--json"]);
		await running.saw(/approval.required/);
		running.process.kill("SIGTERM");
		const { code, stdout } = await running.ended;
		expect(code).toBe(143);
		expect(eventsOf(stdout).at(-1)).toMatchObject({ type: "login.cancelled", reason: "SIGTERM", exitCode: 143 });
	});
});

describe("without anything to sign in to", () => {
	test.each([["login"], ECR, [...UPDATE, ...CLUSTER], ["aws", "eks", "token", ...tokenFlags()]])(
		"%s says where it looked",
		async (...args) => {
			const { folder, home, run } = await program({ yaml: "settings: {}\n" });
			const empty = await run(args).ended;
			expect(empty.code).toBe(2);
			expect(empty.stderr).toMatch(/there is nothing to sign in to/);
			expect(empty.stderr).toContain(join(folder, "atmos.yaml"));
			renameSync(join(folder, "atmos.yaml"), join(folder, "other.yaml"));
			const none = await run(args).ended;
			expect(none.code).toBe(2);
			expect(none.stderr).toMatch(/no atmos\.yaml was found/);
			for (const path of [folder, join(home, ".atmos")]) expect(none.stderr).toContain(`\n    ${path}\n`);
		},
	);

	test.each([
		["auht:\n  providers: {}\n", "1:1", "auth"],
		["auth:\n  identites: {}\n", "2:3", "identities"],
	])("a key that was meant otherwise is told with its place: %j", async (yaml, place, meant) => {
		const { folder, run } = await program({ yaml });
		const { code, stderr } = await run(["login"]).ended;
		expect(code).toBe(2);
		expect(stderr).toContain(`${join(folder, "atmos.yaml")}:${place}: `);
		expect(stderr).toContain(`did you mean "${meant}"?`);
	});
});

describe("kubectl's plugin in a project that was moved", () => {
	test("names the folder, and takes no other project's configuration", async () => {
		const { folder, home, run } = await signedIn();
		const moved = `${folder}-moved`;
		renameSync(folder, moved);
		mkdirSync(folder);
		const elsewhere = { ATMOS_CLI_CONFIG_PATH: folder, ATMOS_IDENTITY: "dev-admin" };
		writeFileSync(join(home, "atmos.yaml"), PROJECT);
		for (const gone of [elsewhere, { ATMOS_CONFIG: join(folder, "atmos.yaml"), ATMOS_IDENTITY: "dev-admin" }]) {
			const { code, stdout, stderr } = await run(["aws", "eks", "token", ...tokenFlags(), "-C", home], gone).ended;
			expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
			expect(stderr).toContain(`the project of this kubeconfig entry is no longer in ${folder}`);
			expect(stderr).toMatch(/where the project is now: atmos-auth login dev-admin\n$/);
		}
		const there = { ATMOS_CLI_CONFIG_PATH: moved, ATMOS_IDENTITY: "dev-admin" };
		expect((await run(["aws", "eks", "token", ...tokenFlags(), "-C", home], there).ended).code).toBe(0);
	});
});

test("the program looks for certificate authorities where AWS_CA_BUNDLE says", async () => {
	const { run } = await program();
	const env = { AWS_ENDPOINT_URL: "https://127.0.0.1:1", AWS_CA_BUNDLE: "/nowhere.pem" };
	const { code, stderr } = await run(["login"], env).ended;
	expect(code).toBe(2);
	expect(stderr).toContain("AWS_CA_BUNDLE cannot be used: /nowhere.pem");
});

describe("a name with ; or #", () => {
	const yaml = PROJECT.replaceAll("dev-admin", "dev;admin");

	test("is warned of at the first sign-in", async () => {
		const { cloud, run } = await program({ yaml });
		cloud.approveAlways(0);
		const first = await run(["login", "dev;admin"]).ended;
		expect(first).toMatchObject({ code: 0 });
		expect(first.stderr).toMatch(/warning: dev;admin: Terraform .*aws-sdk-go-v2/);
		const second = await run(["login", "dev;admin", "--force"]).ended;
		expect(second).toMatchObject({ code: 0 });
		expect(second.stderr).not.toContain("warning:");
	});
});

describe("no words of a library reach a person", () => {
	test.each([
		[".docker/config.json", "{} // mine", ECR, /comments are not allowed/],
		[".config/atmos/kube/config", "a: 1\n---\nb: 2\n", [...UPDATE, ...CLUSTER], /it contains several documents/],
	] as const)("of %s", async (path, text, args, words) => {
		const { home, run } = await signedIn();
		writeFileSync(join(home, path), text);
		const { code, stderr } = await run(args).ended;
		expect(code).toBe(1);
		expect(stderr).toMatch(words);
		expect(stderr).not.toMatch(/YAML\.|InvalidComment/);
	});

	test.each([
		["--foo", "unknown flag --foo"],
		["--region", "--region needs a value"],
		["--no-color=x", "--no-color takes no value"],
		["x", 'unexpected argument "x"'],
	])("of a flag of kubectl's plugin: %s", async (flag, words) => {
		const { run } = await program();
		const { code, stderr } = await run(["aws", "eks", "token", flag]).ended;
		expect({ code, stderr }).toEqual({ code: 2, stderr: `Error: ${words}\n  Try: atmos-auth aws eks token --help\n` });
	});
});

describe("a reader that goes away", () => {
	test.each([
		[["login", "--plain"], 141],
		[["login", "--json"], 141],
		[["login", "nobody"], 2],
		[["aws", "eks", "token"], 2],
		[["frobnicate"], 2],
		[["aws"], 0],
	])("ends %j without a word", async (args, expected) => {
		const { cloud, folder, home } = await program();
		const child = spawn(process.execPath, [BUILT, ...args], {
			cwd: folder,
			env: { PATH: process.env.PATH, HOME: home, AWS_ENDPOINT_URL: cloud.url },
			stdio: ["ignore", "pipe", "pipe"],
		});
		child.stdout.destroy();
		child.stderr.destroy();
		const [code] = await once(child, "exit");
		expect(code).toBe(expected);
	});
});

describe("the log", () => {
	test("at debug tells the story of a login", async () => {
		const { cloud, folder, home, run } = await program();
		cloud.approveAlways(0);
		const first = (await run(["login", "--log-level", "debug"]).ended).stderr;
		for (const line of [
			/^debug: atmos-auth \d+\.\d+\.\d+ node="[\d.]+" platform="\w+"/m,
			`debug: read the configuration files="${join(folder, "atmos.yaml")}" realm="test" realmFrom="env"`,
			'debug: chosen identity="dev-admin" rule="default: true"',
			/^debug: asking for approval provider="company-sso"/m,
			/^debug: provider: signed in provider="company-sso"/m,
			/^debug: identity: signed in identity="dev-admin".* result="AdministratorAccess in development"/m,
			`debug: file written path="${join(home, ".config/atmos/test/aws/company-sso/credentials")}"`,
			`debug: file written path="${join(home, ".docker/config.json")}"`,
			/^debug: integration: written integration="dev\/ecr"/m,
			/^debug: integration: failed integration="gone\/eks".* service="eks:DescribeCluster" status=404/m,
			'debug: signed in target="dev-admin"',
		]) {
			expect(first).toMatch(line);
		}
		const second = (await run(["login"], { ATMOS_LOGS_LEVEL: "debug", ATMOS_IDENTITY: "DEV-ADMIN" }).ended).stderr;
		for (const line of [
			'debug: chosen identity="dev-admin" rule="ATMOS_IDENTITY"',
			`debug: file read path="${join(home, ".config/atmos/test/aws/company-sso/credentials")}"`,
			/^debug: identity: reused: still valid identity="dev-admin".* expires="/m,
			/^debug: integration: unchanged: still valid integration="dev\/eks"/m,
		]) {
			expect(second).toMatch(line);
		}
		const ecr = (await run([...ECR, "--log-level", "debug"]).ended).stderr;
		expect(ecr).toMatch(/^debug: reusing stored credentials identity="dev-admin" expiresAt=\d+$/m);
		expect((await run(["login"]).ended).stderr).not.toContain("debug:");
	});

	test("holds no secret, whatever is run at the highest level", async () => {
		const { cloud, home, run } = await program();
		cloud.approveAlways(0);
		const trace = { ATMOS_LOGS_LEVEL: "trace" };
		const outputs: string[] = [];
		const runs: readonly (readonly string[])[] = [
			["login", "--plain"],
			["login", "--force", "--json"],
			["login", "-p", "company-sso", "--force"],
			ECR,
			[...ECR, "dev/ecr", "--json"],
			[...UPDATE, "--integration", "dev/eks"],
			[...UPDATE, ...CLUSTER, "--json"],
			["validate"],
		];
		for (const args of runs) {
			const { stdout, stderr } = await run(args, trace).ended;
			outputs.push(stdout, stderr);
		}
		// kubectl is given its token on standard output.
		outputs.push((await run(["aws", "eks", "token", ...tokenFlags()], trace).ended).stderr);
		renameSync(join(home, ".config"), join(home, ".config-before"));
		cloud.script.always("sso:GetRoleCredentials", { type: "error", status: 403, name: "ForbiddenException" });
		const refused = await run(["login"], trace).ended;
		outputs.push(refused.stdout, refused.stderr);
		const secrets = cloud.secrets();
		expect(secrets.length).toBeGreaterThan(8);
		expect(outputs.some((output) => output.includes("debug: "))).toBe(true);
		for (const secret of secrets) expect(outputs.filter((output) => output.includes(secret))).toEqual([]);
	});
});
