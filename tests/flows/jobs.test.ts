/** The built program where nobody is: a job that is vouched for, and what a machine has by itself. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { smallWorld } from "../cloud/world.ts";
import { BUILT, type Program, program } from "./program.ts";

const YAML = `auth:
  realm: test
  providers:
    ci: {kind: github/oidc}
  identities:
    deploy: {kind: aws/assume-role, via: {provider: ci}, principal: {assume_role: "arn:aws:iam::123456789012:role/GithubDeployer"}}
    here: {kind: aws/ambient, principal: {region: eu-west-1}}
    nothing: {kind: ambient}
`;

const start = (): Promise<Program> => program({ entry: BUILT, yaml: YAML, world: smallWorld({ pollSeconds: 0 }) });
const PRINT = ["--", process.execPath, "-p", "JSON.stringify(process.env)"];
const OFF = { AWS_EC2_METADATA_DISABLED: "true" };

describe("a job of GitHub Actions", () => {
	test("runs a program with the keys of its role, and asks nobody", async () => {
		const it = await start();
		const { code, stdout } = await it.run(["exec", "-i", "deploy", ...PRINT], { CI: "true", ...it.cloud.githubJob() })
			.ended;
		expect(code).toBe(0);
		expect(stdout).toContain('"AWS_PROFILE":"deploy"');
		expect(it.cloud.requests.map(({ operation }) => operation)).toEqual([
			"github:IdToken",
			"sts:AssumeRoleWithWebIdentity",
		]);
	});

	test("is told why it gets none", async () => {
		const it = await start();
		const { code, stderr } = await it.run(["login", "deploy"], {
			CI: "true",
			...it.cloud.githubJob({ subject: "repo:eve/fork:ref:refs/heads/main" }),
		}).ended;
		expect(code).toBe(1);
		expect(stderr).toContain("sub  repo:eve/fork:ref:refs/heads/main");
		expect(stderr).toContain('"token.actions.githubusercontent.com:sub":"repo:eve/fork:ref:refs/heads/main"');
		// The runner is told what to mask, and nobody else.
		const shown = stderr.split("\n").filter((line) => !line.startsWith("::add-mask::"));
		expect(it.cloud.secrets().filter((secret) => shown.join("\n").includes(secret))).toEqual([]);
	});
});

describe("a machine", () => {
	test("gives a program what it has, and a region", async () => {
		const it = await start();
		const keys = {
			...OFF,
			AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
			AWS_SECRET_ACCESS_KEY: "own",
			AWS_PROFILE: "mine",
		};
		const { code, stdout } = await it.run(["exec", "-i", "here", ...PRINT], keys).ended;
		expect(code).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject({ ...keys, AWS_REGION: "eu-west-1" });
		expect(readdirSync(it.home, { recursive: true }).filter((file) => String(file).endsWith("credentials"))).toEqual(
			[],
		);
	});

	test("that has nothing runs nothing", async () => {
		const it = await start();
		const { code, stdout, stderr } = await it.run(["exec", "-i", "here", ...PRINT], OFF).ended;
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toContain("this machine has no AWS credentials of its own");
	});

	test("without any credentials runs a program as it is", async () => {
		const it = await start();
		const keys = { AWS_PROFILE: "mine", AWS_ACCESS_KEY_ID: "AKIA" };
		const { code, stdout } = await it.run(["exec", "-i", "nothing", ...PRINT], keys).ended;
		expect(code).toBe(0);
		expect(JSON.parse(stdout)).toMatchObject(keys);
		const { code: told, stderr } = await it.run(["env", "-i", "nothing"]).ended;
		expect({ told, stderr }).toEqual({ told: 0, stderr: "" });
	});
});
