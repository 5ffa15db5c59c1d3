import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeProblem } from "../../../src/auth/config/problems.ts";
import type { AuthError } from "../../../src/auth/errors.ts";
import { identity, project, withIdentities } from "./project.ts";

describe("names", () => {
	test("mixed case, dots and slashes work everywhere", async () => {
		const { load } = project({
			"atmos.yaml": `auth:
  providers:
    My.SSO/Main: {kind: aws/iam-identity-center, start_url: https://acme.awsapps.com/start, region: us-east-1}
  identities:
    Team.A/Dev: {kind: aws/permission-set, via: {provider: my.sso/MAIN}, principal: {name: Admin, account: {id: 012345678901}}}
  integrations:
    Dev/ECR.main: {kind: aws/ecr, via: {identity: TEAM.a/dev}, spec: {registry: {account_id: 012345678901, region: us-east-2}}}
    By.Provider: {kind: aws/ecr, via: {provider: MY.SSO/main}, spec: {registry: {account_id: 012345678901, region: us-east-1}}}
`,
		});
		const config = await load();
		expect(await config.identity("team.a/DEV")).toMatchObject({ name: "Team.A/Dev", key: "team.a/dev" });
		expect(config.chain("TEAM.A/dev")).toEqual({
			provider: "my.sso/main",
			root: "my.sso/main",
			identities: ["team.a/dev"],
		});
		expect(config.integrationsOf("team.a/dev")).toEqual(["dev/ecr.main", "by.provider"]);
		expect(await config.integration("DEV/ecr.MAIN")).toMatchObject({ name: "Dev/ECR.main" });
	});

	test("account ids keep their leading zeros without quotes", async () => {
		const { load } = project({
			"atmos.yaml": withIdentities(
				"    a: {kind: aws/permission-set, via: {provider: company-sso}, principal: {name: X, account: {id: 012345678901}}}\n",
			),
		});
		expect((await (await load()).identity("a")).config).toMatchObject({
			principal: { account: { id: "012345678901" } },
		});
	});

	test("an unknown name suggests the near ones", async () => {
		const config = await project({
			"atmos.yaml": withIdentities(identity("dev-admin") + identity("prod-admin")),
		}).load();
		await expect(config.identity("dev-amdin")).rejects.toThrow(
			'there is no identity "dev-amdin", did you mean "dev-admin"?',
		);
	});

	test("keys such as __proto__ are ordinary keys", async () => {
		const { load } = project({
			"atmos.yaml": withIdentities(`${identity("__proto__")}${identity("constructor")}`),
		});
		const config = await load();
		expect(config.identities().map(({ name }) => name)).toEqual(["__proto__", "constructor"]);
		expect(({} as { kind?: unknown }).kind).toBeUndefined();
	});
});

describe("functions", () => {
	const account = (value: string): string =>
		withIdentities(
			`    a:\n      kind: aws/permission-set\n      via: {provider: company-sso}\n      principal:\n        name: X\n        account:\n          name: ${value}\n`,
		);
	const read = async (value: string, files: Record<string, string> = {}, env: Record<string, string> = {}) => {
		const p = project({ "atmos.yaml": account(value), ...files });
		const { config } = await (await p.load({}, { env: { ...p.ctx.env, ...env } })).identity("a");
		return (config as { principal: { account: { name: string } } }).principal.account.name;
	};

	test("!env reads a variable, or takes the default", async () => {
		expect(await read("!env ACCOUNT", {}, { ACCOUNT: " dev " })).toBe("dev");
		expect(await read('!env ACCOUNT "the default"')).toBe("the default");
	});

	test("!include, !cwd and !repo-root", async () => {
		expect(await read("!include account.txt", { "account.txt": "from a file\n" })).toBe("from a file");
		const p = project({ "atmos.yaml": account("!repo-root"), ".git/HEAD": "" });
		expect(JSON.stringify((await (await p.load()).identity("a")).config)).toContain(p.ctx.cwd);
		expect(await read("!cwd")).toMatch(/project$/);
	});

	test("a whole entry can be included", async () => {
		const { load } = project({
			"atmos.yaml": withIdentities("    a: !include a.yaml\n"),
			"a.yaml": "kind: aws/permission-set\nvia: {provider: company-sso}\nprincipal: {name: X, account: {name: dev}}\n",
		});
		const config = await load();
		expect(config.identities()[0]).toMatchObject({ name: "a", account: "dev" });
		expect(await config.identity("a")).toMatchObject({ kind: "aws/permission-set" });
	});

	test("!exec runs only when its value is needed, without a terminal", async () => {
		const p = project({
			"atmos.yaml": withIdentities(
				`${identity("quiet")}    loud: {kind: aws/permission-set, via: {provider: company-sso}, principal: {name: X, account: {name: !exec "touch ran; test -t 0 && echo terminal || echo account"}}}\n`,
			),
		});
		const config = await p.load();
		config.identities();
		await config.identity("quiet");
		expect(existsSync(join(p.ctx.cwd, "ran"))).toBe(false);
		expect((await config.identity("loud")).config).toMatchObject({ principal: { account: { name: "account" } } });
		expect(existsSync(join(p.ctx.cwd, "ran"))).toBe(true);
	});

	test("!exec is ended with its children when it takes too long", async () => {
		const { load } = project({ "atmos.yaml": account('!exec "sleep 30 | cat"') });
		await expect((await load()).identity("a")).rejects.toThrow(
			/atmos\.yaml:14:11: auth\.identities\.a\.principal\.account\.name: !exec failed: it took more than 0\.5 s and was stopped/,
		);
	});

	test("what !exec prints never gets into its error", async () => {
		const { load } = project({ "atmos.yaml": account('!exec "echo hunter2; exit 3"') });
		const error = (await (await load()).identity("a").catch((thrown: unknown) => thrown)) as AuthError;
		expect(error.message).toContain("!exec failed: it exited with code 3");
		expect(JSON.stringify([error.message, error.reason, error.details])).not.toContain("hunter2;\n");
	});

	test("another function is an error with tag, file and line, where it is needed", async () => {
		const { load } = project({ "atmos.yaml": `${account("!store prod/vpc id")}${identity("fine")}` });
		const config = await load();
		await expect(config.identity("fine")).resolves.toBeDefined();
		await expect(config.identity("a")).rejects.toThrow(/atmos\.yaml:14:11: .*the function !store is not supported/);
	});
});

describe("checks", () => {
	test("all problems of an entry are told at once, with place, expectation and near miss", async () => {
		const { load, ctx } = project({
			"atmos.yaml": `auth:
  providers:
    sso:
      kind: aws/iam-identity-center
      start-url: https://acme.awsapps.com/start
      region: us-east1
      auto_provision_identities: perhaps
`,
		});
		const error = (await (await load()).provider("sso").catch((thrown: unknown) => thrown)) as AuthError & {
			problems: never[];
		};
		expect(error.problems.map((problem) => describeProblem(problem, { from: ctx.cwd }))).toEqual([
			'atmos.yaml:5:7: auth.providers.sso.start-url: unknown key, and start_url is missing; expected the address of the access portal, such as https://acme.awsapps.com/start, did you mean "start_url"?',
			'atmos.yaml:6:7: auth.providers.sso.region: expected an AWS region such as us-east-1, did you mean "us-east-1"?',
			"atmos.yaml:7:7: auth.providers.sso.auto_provision_identities: expected true or false",
		]);
	});

	test("a broken identity does not block another", async () => {
		const config = await project({
			"atmos.yaml": withIdentities(`${identity("fine")}    broken: {kind: aws/nonsense}\n    text: hello\n`),
		}).load();
		await expect(config.identity("fine")).resolves.toBeDefined();
		await expect(config.identity("broken")).rejects.toThrow('unknown kind "aws/nonsense"');
		await expect(config.identity("text")).rejects.toThrow("expected a map");
	});

	test("a kind that only Atmos has is listed, refused when used, and a warning when checked", async () => {
		const config = await project({
			"atmos.yaml": "auth:\n  identities:\n    here: {kind: aws/emulator}\n",
		}).load();
		expect(config.identities()[0]).toMatchObject({ name: "here", kind: "aws/emulator" });
		await expect(config.identity("here")).rejects.toThrow("the kind aws/emulator is not supported by this version");
		expect(await config.check()).toEqual([expect.objectContaining({ severity: "warning" })]);
	});

	test("circles and missing links", async () => {
		const config = await project({
			"atmos.yaml": `auth:
  identities:
    a: {kind: aws/assume-role, via: {identity: b}}
    b: {kind: aws/assume-role, via: {identity: a}}
    c: {kind: aws/assume-role, via: {provider: gone}}
`,
		}).load();
		expect(() => config.chain("a")).toThrow("identities refer to each other in a circle: a → b → a");
		expect(() => config.chain("c")).toThrow('there is no provider "gone"');
	});

	test("unknown keys are warnings of the check alone", async () => {
		const config = await project({
			"atmos.yaml": `${withIdentities(identity("a", ", tagz: [x]"))}  identitys: {}\n`,
		}).load();
		await expect(config.identity("a")).resolves.toBeDefined();
		const problems = await config.check();
		expect(problems.map(({ severity, key, suggestion }) => [severity, key, suggestion])).toEqual([
			["warning", "auth.identitys", "identities"],
			["warning", "auth.identities.a.tagz", "tags"],
		]);
	});

	test("the mode of a kubeconfig is read as it is written", async () => {
		const eks = (mode: string): string => `auth:
  identities: {a: {kind: aws/permission-set, via: {provider: p}, principal: {name: x, account: {name: y}}}}
  integrations:
    e: {kind: aws/eks, via: {identity: a}, spec: {cluster: {name: c, region: us-east-2, kubeconfig: {mode: ${mode}}}}}
`;
		for (const mode of ["0640", '"0640"', "640"]) {
			const config = await project({ "atmos.yaml": eks(mode) }).load();
			expect((await config.integration("e")).config).toMatchObject({
				spec: { cluster: { kubeconfig: { mode: 0o640 } } },
			});
		}
		await expect((await project({ "atmos.yaml": eks("07777") }).load()).integration("e")).rejects.toThrow(
			'at most "0644"',
		);
	});
});

describe("hostile files", () => {
	test.each([
		["a tab", "auth:\n\tproviders: {}\n", /atmos\.yaml:2:\d+: not valid YAML/],
		["a key twice", "auth:\n  realm: a\n  realm: b\n", /atmos\.yaml:3:\d+: not valid YAML/],
		["a list", "- a\n- b\n", /atmos\.yaml:1:1: expected a map/],
		["an unclosed quote", 'auth:\n  realm: "a\n', /atmos\.yaml:\d+:\d+: not valid YAML/],
	])("%s is an error with file and line", async (_, text, message) => {
		await expect(project({ "atmos.yaml": text }).load()).rejects.toThrow(message);
	});

	test.each([
		["nothing", ""],
		["comments only", "# nothing\n\n"],
		["a byte order mark", `\ufeff${withIdentities(identity("a"))}`],
		["Windows line ends", withIdentities(identity("a")).replaceAll("\n", "\r\n")],
		["sections of null", "auth:\n  providers:\n  identities:\n"],
	])("%s is read", async (_, text) => {
		await expect(project({ "atmos.yaml": text }).load()).resolves.toBeDefined();
	});

	test("aliases that multiply are an error before they take the memory", async () => {
		const levels = Array.from(
			{ length: 24 },
			(_, index) => `l${index + 1}: &l${index + 1} [${Array(9).fill(`*l${index}`).join(", ")}]`,
		);
		const { load } = project({ "atmos.yaml": `l0: &l0 x\n${levels.join("\n")}\n${withIdentities(identity("a"))}` });
		await expect(load()).rejects.toThrow("its aliases expand to too much");
	});

	test("a large file is the same when it comes from the cache", async () => {
		const many = Array.from({ length: 900 }, (_, index) =>
			identity(`team-${index}`, `, tags: [!env TEAM, t${index}]`),
		).join("");
		const p = project({ "atmos.yaml": withIdentities(many) });
		const env = { ...p.ctx.env, TEAM: "core" };
		const first = await p.load({}, { env });
		const kept = join(p.ctx.home, ".cache/atmos/atmos-auth/parsed");
		await expect.poll(() => existsSync(kept) && readdirSync(kept).some((name) => name.endsWith(".json"))).toBe(true);
		const again = await p.load({}, { env });
		expect(again.identities()).toEqual(first.identities());
		expect(await again.identity("team-7")).toEqual(await first.identity("team-7"));
	});

	test.each([
		"{kind: aws/user, credentials: {secret_access_key: canary-value}}",
		"{kind: aws/user, credentials: {secret_access_key: !env KEY canary-value}}",
		"{kind: aws/user, credentials: {secret_access_key: !include canary}}",
		"{kind: aws/user, tags: [!env KEY canary-value]}",
		"{kind: aws/user, tags: [!exec echo canary-value]}",
		"{kind: aws/user, env: [{key: API_TOKEN, value: !env NAME}]}",
		"{kind: aws/user, alias: 'https://me:canary-value@example.com'}",
	])("a large file with a secret in it is not kept: %s", async (user) => {
		const many = Array.from({ length: 900 }, (_, index) => identity(`team-${index}`)).join("");
		const p = project({ "atmos.yaml": withIdentities(`${many}    u: ${user}\n`) });
		await p.load();
		// Files are kept one after the other: when a second one is there, the first one is not to come.
		p.write("other.yaml", withIdentities(many));
		await p.load({ config: ["atmos.yaml", "other.yaml"] });
		const kept = join(p.ctx.home, ".cache/atmos/atmos-auth/parsed");
		const files = () => (existsSync(kept) ? readdirSync(kept).filter((name) => name.endsWith(".json")) : []);
		await expect.poll(() => files().length).toBeGreaterThan(0);
		expect(files()).toHaveLength(1);
	});
});
