import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AwsCredentials } from "../../src/auth/aws/credentials.ts";
import { saveAwsCredentials } from "../../src/auth/aws/files.ts";
import { loadConfig } from "../../src/auth/config/load.ts";
import { stampOf } from "../../src/auth/config/stamp.ts";
import { type Credentials, Secret } from "../../src/auth/credentials.ts";
import { noteConfig, updateState } from "../../src/auth/storage/state.ts";
import { storedCredentials, tokenForKubectl } from "../../src/auth/token.ts";
import { realClock, type TestContext, testContext } from "../helpers/context.ts";

const HOUR = 3_600_000;
const YAML = `auth:
  realm: test
  providers: { sso: { kind: aws/iam-identity-center, start_url: "https://acme.awsapps.com/start", region: us-east-1 } }
  identities: { dev: { kind: aws/permission-set, via: { provider: sso }, principal: { name: A, account: { name: b } } } }
`;
const keys = (expiresAt: number): AwsCredentials => ({
	type: "aws",
	accessKeyId: "ASIAEXAMPLE",
	secretAccessKey: new Secret("secret"),
	sessionToken: new Secret("token"),
	expiresAt,
	purpose: "this",
});

/** Credentials that a login has stored, and what the entry in a kubeconfig says of them. */
async function signedIn({ leftMs = HOUR, basePath }: { leftMs?: number; basePath?: string } = {}) {
	// What was just written is old.
	const ctx = testContext({ clock: { ...realClock, now: () => Date.now() + 1000 } });
	writeFileSync(join(ctx.cwd, "atmos.yaml"), YAML);
	const config = await loadConfig(ctx, {});
	const expiresAt = ctx.clock.now() + leftMs;
	await saveAwsCredentials(ctx, config.realm, "sso", "dev", keys(expiresAt), { basePath });
	const stamp = stampOf(ctx, config, "dev");
	await updateState(ctx, (state) => noteConfig(state, "test", "sso", "dev", "this", stamp));
	const entry = {
		ATMOS_AUTH_REALM: "test",
		ATMOS_AUTH_PROVIDER: "sso",
		...(basePath && { ATMOS_AUTH_FILES: basePath }),
	};
	const env: Record<string, string | undefined> = { ...ctx.env, ...config.locator, ...entry };
	const load = (changed: Record<string, string | undefined> = {}, identity: string | undefined = "Dev") =>
		storedCredentials("aws", { ...ctx, env: { ...env, ...changed } } as TestContext, identity);
	return { ctx, load };
}

describe("the credentials for kubectl", () => {
	test("are found by what its entry says, wherever they are kept", async () => {
		for (const basePath of [undefined, "~/keys"]) {
			const { load } = await signedIn(basePath === undefined ? {} : { basePath });
			expect(await load()).toMatchObject({ accessKeyId: "ASIAEXAMPLE" });
			expect(await load({ ATMOS_AUTH_FILES: "~/other" })).toBeUndefined();
		}
	});

	test.each([
		["no realm", { ATMOS_AUTH_REALM: undefined }, "dev"],
		["an empty realm", { ATMOS_AUTH_REALM: "" }, "dev"],
		["another realm", { ATMOS_AUTH_REALM: "other" }, "dev"],
		["no provider", { ATMOS_AUTH_PROVIDER: undefined }, "dev"],
		["no identity", {}, ""],
		["another identity", {}, "prod"],
		["another configuration", { ATMOS_PROFILE: "other" }, "dev"],
	])("are not found with %s", async (_what, changed, identity) => {
		const { load } = await signedIn();
		expect(await load(changed, identity)).toBeUndefined();
	});

	test("are left for a configuration that has changed since", async () => {
		const { ctx, load } = await signedIn();
		mkdirSync(join(ctx.cwd, "atmos.d"));
		writeFileSync(join(ctx.cwd, "atmos.d", "more.yaml"), "");
		expect(await load()).toBeUndefined();
	});

	test("are not used for their last minute", async () => {
		const { load } = await signedIn({ leftMs: 59_000 });
		expect(await load()).toBeUndefined();
	});
});

describe("the answer to kubectl", () => {
	const cluster = { name: "dev-cluster", region: "us-east-2" };

	test("has a token that ends with the credentials, in the version that was asked for", async () => {
		const ctx = testContext();
		const env = { KUBERNETES_EXEC_INFO: '{"apiVersion":"client.authentication.k8s.io/v1"}' };
		const answer = await tokenForKubectl("aws", { ...ctx, env }, keys(ctx.clock.now() + 60_000), cluster);
		expect(JSON.parse(answer)).toMatchObject({
			apiVersion: "client.authentication.k8s.io/v1",
			status: {
				token: expect.stringMatching(/^k8s-aws-v1\./),
				expirationTimestamp: new Date(ctx.clock.now() + 60_000).toISOString().replace(/\.\d+Z/, "Z"),
			},
		});
	});

	test("is made of the cloud's own credentials alone", async () => {
		const others = { type: "sso" } as Credentials;
		await expect(tokenForKubectl("aws", testContext(), others, cluster)).rejects.toMatchObject({ code: "config" });
		await expect(tokenForKubectl("none", testContext(), others, cluster)).rejects.toMatchObject({ code: "bug" });
	});
});
