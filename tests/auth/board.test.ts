import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { AwsCredentials } from "../../src/auth/aws/credentials.ts";
import { saveAwsCredentials } from "../../src/auth/aws/files.ts";
import { boardDetails, identityRows, providerRows } from "../../src/auth/board.ts";
import { loadConfig } from "../../src/auth/config/load.ts";
import type { AuthConfig } from "../../src/auth/config/model.ts";
import { Secret } from "../../src/auth/credentials.ts";
import { noteSession, noteUse, updateState } from "../../src/auth/storage/state.ts";
import { realDependencies } from "../../src/flows/dependencies.ts";
import { planLogin, targetOf } from "../../src/flows/plan.ts";
import { fakeClock, type TestContext, testContext } from "../helpers/context.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const HOUR = 3_600_000;

const YAML = `
auth:
  realm: test
  providers:
    Company-SSO: { kind: aws/iam-identity-center, start_url: "https://acme.awsapps.com/start", region: us-east-1 }
    elsewhere:
      kind: aws/iam-identity-center
      start_url: "https://other.awsapps.com/start"
      region: us-east-1
      spec: { files: { base_path: ~/keys } }
  identities:
    Dev-Admin:
      kind: aws/permission-set
      default: true
      tags: [dev, admin]
      via: { provider: company-sso }
      principal: { name: AdministratorAccess, account: { id: "123456789012" }, region: us-east-2 }
    other:
      kind: aws/permission-set
      via: { provider: elsewhere }
      principal: { name: ReadOnlyAccess, account: { name: staging } }
    over:
      kind: aws/assume-role
      via: { identity: DEV-ADMIN }
      principal: { assume_role: "arn:aws:iam::999999999999:role/Deploy" }
    astray: { kind: aws/permission-set, via: { provider: nowhere }, principal: { name: X, account: { name: y } } }
    ring-a: { kind: aws/assume-role, via: { identity: ring-b }, principal: { assume_role: "arn:aws:iam::1:role/x" } }
    ring-b: { kind: aws/assume-role, via: { identity: ring-a }, principal: { assume_role: "arn:aws:iam::1:role/x" } }
  integrations:
    dev/ecr:
      kind: aws/ecr
      via: { identity: dev-admin }
      spec: { registry: { account_id: "123456789012", region: us-east-2 } }
    broken: { kind: aws/eks, via: { identity: dev-admin } }
    unknown: { kind: acme/thing, via: { provider: company-sso } }
`;

let ctx: TestContext;

function keys(file: string, entries: Readonly<Record<string, number>>): void {
	mkdirSync(dirname(file), { recursive: true });
	const sections = Object.entries(entries).map(
		([name, expiresAt]) =>
			`; atmos: expiration=${new Date(expiresAt).toISOString().slice(0, 19)}Z\n[${name}]\naws_access_key_id = ASIAX\naws_secret_access_key = s\naws_session_token = t\n`,
	);
	writeFileSync(file, sections.join("\n"), { mode: 0o600 });
}

beforeEach(() => {
	ctx = testContext({ clock: fakeClock(NOW) });
	writeFileSync(join(ctx.cwd, "atmos.yaml"), YAML);
});

const credentials = (expiresAt: number): AwsCredentials => ({
	type: "aws",
	accessKeyId: "ASIAX",
	secretAccessKey: new Secret("s"),
	sessionToken: new Secret("t"),
	region: "us-east-2",
	expiresAt,
	issuedAt: NOW - HOUR,
	accountId: "999999999999",
	accountName: "made-for",
	role: "MadeForAccess",
});

/** What the credentials of an identity would be for now. */
async function purposeNow(config: AuthConfig, key: string): Promise<string> {
	const target = targetOf({ type: "identity", name: key, key });
	const step = (await planLogin(ctx, config, realDependencies, [target], { force: true })).steps.get(target.id);
	return step?.type === "identity" ? step.purpose : "";
}

describe("the identities board", () => {
	test("has every identity by name, with what local files say of it", async () => {
		const rows = await identityRows(ctx, await loadConfig(ctx, {}));
		expect(rows.map((row) => row.name)).toEqual(["Dev-Admin", "astray", "other", "over", "ring-a", "ring-b"]);
		expect(rows[0]).toMatchObject({
			key: "dev-admin",
			isDefault: true,
			tags: ["dev", "admin"],
			account: "123456789012",
			role: "AdministratorAccess",
			region: "us-east-2",
			chain: ["Company-SSO", "Dev-Admin"],
			session: { state: "none" },
		});
		expect(rows[3]).toMatchObject({ role: "via DEV-ADMIN", account: "999999999999" });
		expect(rows[3]?.chain).toEqual(["Company-SSO", "Dev-Admin", "over"]);
	});

	test("says what is broken about an entry and still shows the others", async () => {
		const rows = await identityRows(ctx, await loadConfig(ctx, {}));
		const problems = Object.fromEntries(rows.map((row) => [row.name, row.problem]));
		expect(problems).toEqual({
			"Dev-Admin": undefined,
			other: undefined,
			over: undefined,
			astray: 'there is no provider "nowhere"',
			"ring-a": "identities refer to each other in a circle",
			"ring-b": "identities refer to each other in a circle",
		});
	});

	test("reads each provider's credentials where they are, and puts the recently used first", async () => {
		const config = await loadConfig(ctx, {});
		const save = async (provider: string, key: string, expiresAt: number, basePath?: string) => {
			const made = { ...credentials(expiresAt), purpose: await purposeNow(config, key) };
			await saveAwsCredentials(ctx, config.realm, provider, key, made, { basePath });
		};
		await save("company-sso", "dev-admin", NOW - 1);
		await save("elsewhere", "other", NOW + HOUR, join(ctx.home, "keys"));
		await updateState(ctx, (state) => noteUse(state, "test", "other", NOW - HOUR));
		const rows = await identityRows(ctx, config);
		expect(rows[0]).toMatchObject({ name: "other", lastUsed: NOW - HOUR, account: "made-for", role: "MadeForAccess" });
		expect(Object.fromEntries(rows.map((row) => [row.name, row.session.state]))).toMatchObject({
			"Dev-Admin": "expired",
			over: "none",
			other: "valid",
			astray: "none",
		});
		expect(rows[0]?.session).toEqual({ state: "valid", expiresAt: NOW + HOUR, issuedAt: NOW - HOUR });
		expect((await boardDetails(ctx, config, "other")).account).toBe("made-for");
	});

	test.each([
		["the role", "name: AdministratorAccess", "name: ReadOnlyAccess"],
		["the account", 'id: "123456789012"', 'id: "012345678901"'],
		["the region", "region: us-east-2", "region: eu-west-1"],
		["the portal", "https://acme", "https://acme2"],
		[
			"the endpoint",
			"region: us-east-1 }\n    elsewhere",
			'region: us-east-1, spec: { endpoint_url: "https://e.test" } }\n    elsewhere',
		],
	])("does not take credentials for an identity's once %s is another", async (_, before, after) => {
		const config = await loadConfig(ctx, {});
		const made = { ...credentials(NOW + HOUR), purpose: await purposeNow(config, "dev-admin") };
		await saveAwsCredentials(ctx, config.realm, "company-sso", "dev-admin", made);
		expect((await identityRows(ctx, config))[0]?.session.state).toBe("valid");
		expect(YAML).toContain(before);
		writeFileSync(join(ctx.cwd, "atmos.yaml"), YAML.replace(before, after));
		const changed = await loadConfig(ctx, {});
		const [row] = await identityRows(ctx, changed);
		expect(row).toMatchObject({ name: "Dev-Admin", session: { state: "none" } });
		expect(row?.account).not.toBe("made-for");
		expect((await boardDetails(ctx, changed, "dev-admin")).account).not.toBe("made-for");
	});

	test("runs no program to know whose credentials are there", async () => {
		const marker = join(ctx.cwd, "ran");
		const slow = YAML.replace("name: AdministratorAccess", `name: !exec "touch '${marker}'; echo AdministratorAccess"`);
		writeFileSync(join(ctx.cwd, "atmos.yaml"), slow);
		const config = await loadConfig(ctx, {});
		const made = { ...credentials(NOW + HOUR), purpose: "of whatever it printed" };
		await saveAwsCredentials(ctx, config.realm, "company-sso", "dev-admin", made);
		const [row] = await identityRows(ctx, config);
		expect(row).toMatchObject({ account: "made-for", role: "MadeForAccess", session: { state: "valid" } });
		expect(existsSync(marker)).toBe(false);
	});

	test("survives files that cannot be read", async () => {
		keys(join(ctx.home, ".config/atmos/test/aws/company-sso/credentials/nested"), {});
		const rows = await identityRows(ctx, await loadConfig(ctx, {}));
		expect(rows).toHaveLength(6);
	});

	test("shows providers with the state of their sessions", async () => {
		const rows = await providerRows(ctx, await loadConfig(ctx, {}));
		expect(rows).toMatchObject([
			{ name: "Company-SSO", key: "company-sso", session: { state: "none" }, chain: ["Company-SSO"] },
			{ name: "elsewhere", session: { state: "none" } },
		]);
	});
});

describe("the details of an identity", () => {
	test("are its chain, its account and its integrations, broken ones included", async () => {
		const details = await boardDetails(ctx, await loadConfig(ctx, {}), "Dev-Admin");
		expect(details).toMatchObject({
			chain: ["Company-SSO", "Dev-Admin"],
			account: "123456789012",
			region: "us-east-2",
			integrations: [
				{ name: "dev/ecr", target: "123456789012.dkr.ecr.us-east-2.amazonaws.com", state: "missing" },
				{ name: "broken", state: "missing" },
				{ name: "unknown", state: "missing", target: "acme/thing" },
			],
		});
	});

	test("are few for an entry that is broken or not there", async () => {
		const config = await loadConfig(ctx, {});
		expect(await boardDetails(ctx, config, "ring-a")).toMatchObject({ chain: ["ring-a"], integrations: [] });
		expect(await boardDetails(ctx, config, "nobody")).toEqual({ chain: [], integrations: [] });
	});
});

test("three thousand identities are listed with their sessions", async () => {
	const names = Array.from({ length: 3000 }, (_, index) => `workload-${index}`);
	const identities = names.map(
		(name) =>
			`    ${name}: { kind: aws/permission-set, via: { provider: sso }, principal: { name: A, account: { name: b } } }`,
	);
	writeFileSync(
		join(ctx.cwd, "atmos.yaml"),
		`auth:\n  realm: test\n  providers:\n    sso: { kind: aws/iam-identity-center, start_url: "https://a.awsapps.com/start", region: us-east-1 }\n  identities:\n${identities.join("\n")}\n`,
	);
	const file = join(ctx.home, ".config/atmos/test/aws/sso/credentials");
	keys(file, Object.fromEntries(names.map((name) => [name, NOW + HOUR])));
	const config = await loadConfig(ctx, {});
	const purpose = await purposeNow(config, "workload-0");
	const digest = createHash("sha256").update("ASIAX").digest("base64url").slice(0, 16);
	await updateState(ctx, (state) => {
		for (const name of names) {
			noteSession(state, "test", "sso", name, { expiresAt: NOW + HOUR, keys: digest, purpose });
		}
	});
	const rows = await identityRows(ctx, config);
	expect(rows).toHaveLength(3000);
	expect(rows.every((row) => row.session.state === "valid" && row.session.expiresAt === NOW + HOUR)).toBe(true);
});
