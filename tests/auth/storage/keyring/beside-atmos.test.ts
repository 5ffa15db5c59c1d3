/**
 * Our entries beside those of Cloud Posse's program: it signs in with keys that this program stored, and this program renews
 * and removes the session that it stored. Where it is at hand: `ATMOS_BINARY=/path/to/atmos npx vitest run
 * tests/auth/storage/keyring/beside-atmos.test.ts`.
 */
import { type SpawnSyncReturns, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { keyKind } from "../../../../src/auth/aws/user/entered-keys.ts";
import type { Identity } from "../../../../src/auth/config/model.ts";
import { Secret } from "../../../../src/auth/credentials.ts";
import { type Keyring, openKeyring } from "../../../../src/auth/storage/keyring/keyring.ts";
import { type Cloud, startCloud } from "../../../cloud/cloud.ts";
import { iamUser } from "../../../cloud/iam.ts";
import { smallWorld } from "../../../cloud/world.ts";
import { type TestContext, testContext } from "../../../helpers/context.ts";
import { nobody } from "../../aws/identity-center/sign-in.ts";
import { lacking, startSecretService } from "./secret-service.ts";

const atmos = process.env.ATMOS_BINARY;
const realm = { value: "test", source: "env" } as const;
const { signal } = new AbortController();
const USER = iamUser({ accountId: "123456789012", name: "ada" });

interface Setup {
	readonly cloud: Cloud;
	readonly ctx: TestContext;
	/** Runs the Go program. */
	go(...args: string[]): Promise<Pick<SpawnSyncReturns<string>, "status" | "stderr">>;
	keyring(): Promise<Keyring>;
}

async function beside(type: "file" | "system"): Promise<Setup> {
	const cloud = await startCloud({ world: smallWorld({ pollSeconds: 0, users: [USER] }) });
	onTestFinished(() => cloud.close());
	cloud.approveAlways(0);
	const bus = type === "system" ? await startSecretService() : undefined;
	if (bus !== undefined) onTestFinished(() => bus.close());
	const ctx = testContext();
	mkdirSync(join(ctx.home, ".config"), { recursive: true });
	Object.assign(ctx.env, {
		ATMOS_KEYRING_TYPE: type,
		ATMOS_KEYRING_PASSWORD: "correct horse",
		ATMOS_AUTH_REALM: "test",
		AWS_ENDPOINT_URL: cloud.url,
		...(bus === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: bus.env.DBUS_SESSION_BUS_ADDRESS }),
	});
	const [portal] = cloud.world.portals;
	writeFileSync(
		join(ctx.cwd, "atmos.yaml"),
		`auth:
  providers:
    sso: {kind: aws/iam-identity-center, start_url: "${portal?.startUrl}", region: ${portal?.region}, spec: {endpoint_url: "${cloud.url}"}}
  identities:
    dev/ada: {kind: aws/user, spec: {endpoint_url: "${cloud.url}"}}
`,
	);
	return {
		cloud,
		ctx,
		async go(...args) {
			const child = spawn(atmos ?? "", ["auth", ...args], {
				cwd: ctx.cwd,
				env: {
					...(ctx.env as Record<string, string>),
					ATMOS_TELEMETRY_ENABLED: "false",
					GO_TEST: "1",
					ATMOS_FORCE_TTY: "true",
				},
				stdio: ["ignore", "ignore", "pipe"],
				timeout: 30_000,
				killSignal: "SIGKILL",
			});
			const [stderr] = await Promise.all([text(child.stderr), once(child, "close")]);
			return { status: child.exitCode, stderr };
		},
		keyring: () => openKeyring({ ctx, realm, signal }),
	};
}

const IDENTITY: Identity = { name: "dev/ada", key: "dev/ada", kind: "aws/user", file: "", via: {}, config: {} };

describe.each(["file", "system"] as const)("the keyring %s, with atmos", (type) => {
	test("lends it the keys of a user", async ({ skip }) => {
		skip(atmos === undefined, "there is no Atmos: set ATMOS_BINARY");
		skip(type === "system" && lacking !== undefined, `there is no ${lacking}`);
		const { cloud, ctx, go } = await beside(type);
		const keys = { id: USER.accessKeyId, secret: new Secret(USER.secretAccessKey), duration: "1h" };
		await keyKind.store(IDENTITY, keys, { ctx, realm, signal, interaction: nobody() });
		const { status, stderr } = await go("login", "-i", "dev/ada");
		expect(stderr).toContain("Authentication successful");
		expect(status).toBe(0);
		const made = cloud.requests.filter(({ operation }) => operation === "sts:GetSessionToken");
		expect(made.at(-1)?.facts).toMatchObject({ principal: "arn:aws:iam::123456789012:user/ada", duration: "3600" });
		await keyKind.remove(IDENTITY, { ctx, realm, signal, interaction: nobody() });
	});

	test("has its session, which is renewed for it", async ({ skip }) => {
		skip(atmos === undefined, "there is no Atmos: set ATMOS_BINARY");
		skip(type === "system" && lacking !== undefined, `there is no ${lacking}`);
		const { cloud, ctx, go, keyring } = await beside(type);
		expect((await go("login", "--provider", "sso")).stderr).toContain("Authentication successful");
		const entry = await (await keyring()).get("sso");
		expect(entry?.type).toBe("aws");
		const first = entry?.secret("access_key_id")?.reveal() ?? "";
		expect(cloud.secrets()).toContain(first);
		const { renewSharedEntry, removeSharedEntry } = await import(
			"../../../../src/auth/aws/identity-center/shared-entry.ts"
		);
		const session = {
			accessToken: new Secret("renewed"),
			region: "us-east-1",
			expiresAt: ctx.clock.now() + 3_600_000,
		};
		await renewSharedEntry(ctx, realm, "sso", session);
		const renewed = await (await keyring()).get("sso");
		expect(renewed?.secret("access_key_id")?.reveal()).toBe("renewed");
		if (type === "file") expect(readdirSync(join(ctx.home, ".local/share/atmos/keyring"))).toEqual(["atmos_test_sso"]);
		// It takes the renewed one for its own, and asks nobody.
		const before = cloud.count("sso-oidc:StartDeviceAuthorization");
		expect((await go("login", "--provider", "sso")).status).toBe(0);
		expect(cloud.count("sso-oidc:StartDeviceAuthorization")).toBe(before);
		expect(await removeSharedEntry(ctx, realm, "sso", signal)).toBe((await keyring()).name);
		expect(await (await keyring()).get("sso")).toBeUndefined();
	});
});
