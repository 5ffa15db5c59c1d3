import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { boardDetails, identityRows, providerRows } from "../../src/auth/board.ts";
import { loadConfig } from "../../src/auth/config/load.ts";
import { noteSession, noteUse, updateState } from "../../src/auth/storage/state.ts";
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

async function remember(identity: string, provider: string, expiresAt: number): Promise<void> {
	await updateState(ctx, (state) => {
		noteUse(state, "test", identity, NOW - HOUR);
		noteSession(state, "test", provider, identity, { expiresAt, issuedAt: NOW - HOUR, accountName: "development" });
	});
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
		const { saveAwsCredentials } = await import("../../src/auth/storage/aws-files.ts");
		const { Secret } = await import("../../src/auth/credentials.ts");
		const config = await loadConfig(ctx, {});
		const credentials = (expiresAt: number) => ({
			type: "aws" as const,
			accessKeyId: "ASIAEXAMPLE",
			secretAccessKey: new Secret("s"),
			sessionToken: new Secret("t"),
			region: "us-east-1",
			expiresAt,
			issuedAt: NOW - HOUR,
		});
		await saveAwsCredentials(ctx, config.realm, "company-sso", "dev-admin", credentials(NOW - 1), {});
		await saveAwsCredentials(ctx, config.realm, "company-sso", "over", credentials(NOW + HOUR), {});
		await saveAwsCredentials(ctx, config.realm, "elsewhere", "other", credentials(NOW + HOUR), {
			basePath: join(ctx.home, "keys"),
		});
		await remember("other", "elsewhere", NOW + HOUR);
		const rows = await identityRows(ctx, config);
		expect(rows[0]).toMatchObject({ name: "other", lastUsed: NOW - HOUR, account: "development" });
		expect(Object.fromEntries(rows.map((row) => [row.name, row.session.state]))).toMatchObject({
			"Dev-Admin": "expired",
			over: "valid",
			other: "valid",
			astray: "none",
		});
		expect(rows[0]?.session).toEqual({ state: "valid", expiresAt: NOW + HOUR, issuedAt: NOW - HOUR });
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
	const rows = await identityRows(ctx, await loadConfig(ctx, {}));
	expect(rows).toHaveLength(3000);
	expect(rows.every((row) => row.session.state === "valid" && row.session.expiresAt === NOW + HOUR)).toBe(true);
});
