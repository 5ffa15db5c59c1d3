import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { kindsOf } from "../../src/auth/registry.ts";
import { testContext } from "../helpers/context.ts";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

function validate(files: Readonly<Record<string, string>>, ...flags: string[]) {
	const { cwd, home } = testContext();
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(cwd, path)), { recursive: true });
		writeFileSync(join(cwd, path), text);
	}
	const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "validate", ...flags], {
		cwd,
		encoding: "utf8",
		env: { HOME: home, PATH: process.env.PATH, PWD: cwd },
	});
	return { status, stdout, lines: stderr.trimEnd().split("\n"), cwd };
}

const provider = `auth:
  providers:
    company-sso:
      kind: aws/iam-identity-center
      start_url: https://acme.awsapps.com/start
      region: us-east-1
`;

describe("validate", () => {
	test("a good configuration: one line on stderr, exit 0", () => {
		const { status, stdout, lines } = validate({ "atmos.yaml": provider });
		expect({ status, stdout, lines }).toEqual({
			status: 0,
			stdout: "",
			lines: ["✓ Authentication configuration is valid"],
		});
	});

	test("warnings alone are told and counted, and the exit code stays 0", () => {
		const { status, lines } = validate({
			"atmos.yaml": `${provider}      regoin: x\n  identities:\n    here: {kind: aws/emulator}\n`,
		});
		expect(status).toBe(0);
		expect(lines).toEqual([
			"atmos.yaml:7:7: warning: auth.providers.company-sso.regoin: unknown key",
			"atmos.yaml:9:12: warning: auth.identities.here.kind: the kind aws/emulator is not supported by this version",
			"✓ Authentication configuration is valid (2 warnings)",
		]);
	});

	test("many broken things at once: each with its place, key, expectation and near miss, in the order of the files", () => {
		const { status, stdout, lines, cwd } = validate({
			"atmos.yaml": `import: [more.yaml]
auth:
  identitys: {}
  providers:
    company-sso:
      kind: aws/iam-identity-centre
    sso:
      kind: aws/iam-identity-center
      start_url: http://acme.awsapps.com/start
      region: us-est-1
      session: {duration: 1 hour}
  identities:
    dev:
      kind: aws/permission-set
      via: {provider: ss}
      principal:
        name: Admin
        acount: {id: 12345}
    ex:
      kind: aws/permission-set
      via: {provider: sso}
      principal: {name: !exec "touch ran", account: {id: 12345678901}}
    list: [a]
    one: {kind: aws/assume-role, via: {identity: two}}
    two: {kind: aws/assume-role, via: {identity: one}, principal: {assume_role: Admin}}
`,
			"more.yaml": `auth:
  integrations:
    ecr: {kind: aws/ecr, via: {identity: dev}, spec: {registry: {account_id: 012345678901}}}
    eks: {kind: aws/eks, vai: {identity: dev}, spec: {cluster: {name: c, region: us-east-1, kubeconfig: {mode: 0999, update: mrege}}}}
`,
		});
		expect(status).toBe(2);
		expect(stdout).toBe("");
		expect(existsSync(join(cwd, "ran"))).toBe(false);
		expect(lines).toEqual([
			'atmos.yaml:3:3: warning: auth.identitys: unknown key, did you mean "identities"?',
			`atmos.yaml:6:7: error: auth.providers.company-sso.kind: unknown kind "aws/iam-identity-centre"; expected one of ${kindsOf("providers").join(", ")}, did you mean "aws/iam-identity-center"?`,
			"atmos.yaml:9:7: error: auth.providers.sso.start_url: expected the address of the access portal, such as https://acme.awsapps.com/start, with https (http only on this machine)",
			'atmos.yaml:10:7: warning: auth.providers.sso.region: "us-est-1" is not supported by this version, did you mean "us-east-1"?',
			"atmos.yaml:11:17: error: auth.providers.sso.session.duration: expected a duration such as 1h30m, 3600 (seconds) or 1d",
			'atmos.yaml:15:13: error: auth.identities.dev.via.provider: there is no provider "ss", did you mean "sso"?',
			'atmos.yaml:18:9: error: auth.identities.dev.principal.acount: unknown key, and account is missing; expected a map with id, name, did you mean "account"?',
			"atmos.yaml:22:54: error: auth.identities.ex.principal.account.id: expected a 12-digit AWS account ID",
			"atmos.yaml:23:5: error: auth.identities.list: expected a map with the keys of the identity",
			"atmos.yaml:24:5: error: auth.identities.one.principal.assume_role: missing; expected the ARN of a role, such as arn:aws:iam::123456789012:role/Deployer",
			"atmos.yaml:24:40: error: auth.identities.one.via.identity: identities refer to each other in a circle: one → two → one",
			"atmos.yaml:25:40: error: auth.identities.two.via.identity: identities refer to each other in a circle: two → one → two",
			"atmos.yaml:25:68: error: auth.identities.two.principal.assume_role: expected the ARN of a role, such as arn:aws:iam::123456789012:role/Deployer",
			"more.yaml:3:55: error: auth.integrations.ecr.spec.registry.region: missing; expected an AWS region such as us-east-1",
			'more.yaml:4:26: error: auth.integrations.eks.vai: unknown key, and via is missing; expected via.provider or via.identity, did you mean "via"?',
			'more.yaml:4:106: error: auth.integrations.eks.spec.cluster.kubeconfig.mode: expected a mode such as "0600", at most "0644": only the owner may write to a kubeconfig, and nobody may execute it',
			'more.yaml:4:118: error: auth.integrations.eks.spec.cluster.kubeconfig.update: expected merge, replace or error, did you mean "merge"?',
			"✗ 15 errors and 2 warnings",
		]);
	});

	test("what is no YAML is told with its place", () => {
		const { status, lines } = validate({ "atmos.yaml": "auth:\n\tproviders: {}\n" });
		expect(status).toBe(2);
		expect(lines).toEqual(["atmos.yaml:2:1: error: not valid YAML: tabs are not allowed in indentation", "✗ 1 error"]);
	});

	test("control characters of a file never reach the terminal", () => {
		const { lines } = validate({
			"atmos.yaml": `${provider}  identities:\n    "a\\e]0;title\\a\\e[31mb\\u202e": {kind: "x\\e[2J"}\n`,
		});
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
		expect(lines.join("\n")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
		expect(lines[0]).toContain("auth.identities.ab: the name contains control characters");
	});

	test("no configuration at all: it says where one is looked for, exit 2", () => {
		const { status, lines } = validate({});
		expect(status).toBe(2);
		expect(lines[0]).toMatch(/^No atmos\.yaml was found/);
	});
});
