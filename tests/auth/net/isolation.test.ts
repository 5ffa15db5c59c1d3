import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { testContext } from "../../helpers/context.ts";

/** Calls every service once with our settings, in a process of its own: the SDK reads the real environment. */
const CALLER = `
	import { createNetwork } from "./src/auth/net/create-network.ts";
	import { awsClientConfig } from "./src/auth/aws/clients.ts";
	import { Secret } from "./src/auth/credentials.ts";
	import { SSOClient, ListAccountsCommand } from "@aws-sdk/client-sso";
	import { SSOOIDCClient, RegisterClientCommand } from "@aws-sdk/client-sso-oidc";
	import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
	import { EKSClient, DescribeClusterCommand } from "@aws-sdk/client-eks";
	import { STSClient, AssumeRoleCommand } from "@aws-sdk/client-sts";
	const { ENDPOINT: endpoint, ...env } = process.env;
	const log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
	const clock = { now: () => Date.now(), sleep: async () => {} };
	const network = createNetwork({ env: {}, log, clock, platform: process.platform });
	const ctx = { env: {}, log, clock, network, platform: process.platform, self: { version: "9.9.9" } };
	const credentials = { type: "aws", accessKeyId: "OURKEY", secretAccessKey: new Secret("ours"), sessionToken: new Secret("token") };
	const make = async (service, extra) => awsClientConfig(ctx, service, { region: "us-east-2", endpoint, ...extra });
	await new SSOClient(await make("sso")).send(new ListAccountsCommand({ accessToken: "bearer" }));
	await new SSOOIDCClient(await make("sso-oidc")).send(new RegisterClientCommand({ clientName: "x", clientType: "public" }));
	await new ECRClient(await make("ecr", { credentials })).send(new GetAuthorizationTokenCommand({}));
	await new EKSClient(await make("eks", { credentials })).send(new DescribeClusterCommand({ name: "dev" }));
	const role = { RoleArn: "arn:aws:iam::123456789012:role/Deployer", RoleSessionName: "ada" };
	await new STSClient(await make("sts", { credentials })).send(new AssumeRoleCommand(role)).catch(() => {});
	const failing = new SSOClient(await make("sso", { endpoint: endpoint + "/fail", maxAttempts: 1 }));
	await failing.send(new ListAccountsCommand({ accessToken: "bearer" })).catch(() => {});
	// Where the region's own endpoint is used, no variable or file may replace it.
	const regional = new SSOClient(await make("sso", { endpoint: undefined }));
	regional.middlewareStack.add((next) => async (args) => { console.log(args.request.hostname); throw new Error("enough"); }, { step: "finalizeRequest", priority: "low" });
	await regional.send(new ListAccountsCommand({ accessToken: "bearer" })).catch(() => {});
	const sts = new STSClient(await make("sts", { endpoint: undefined, region: "us-east-1", credentials }));
	sts.middlewareStack.add((next) => async (args) => { console.log(args.request.hostname); throw new Error("enough"); }, { step: "finalizeRequest", priority: "low" });
	await sts.send(new AssumeRoleCommand(role)).catch(() => {});
	network.close();`;

test("nothing of the user's AWS files, profile or keys gets into a request", async () => {
	const { home } = testContext();
	mkdirSync(join(home, ".aws"));
	writeFileSync(
		join(home, ".aws", "config"),
		[
			"[default]",
			"region = eu-south-1",
			"endpoint_url = http://127.0.0.1:1",
			"services = missing",
			"retry_mode = nonsense",
			"max_attempts = 77",
			"use_fips_endpoint = true",
			"use_dualstack_endpoint = true",
			"sdk_ua_app_id = leaked",
			"defaults_mode = nonsense",
			"[profile broken",
			"[services other]",
			"",
		].join("\n"),
	);
	writeFileSync(
		join(home, ".aws", "credentials"),
		"[default]\naws_access_key_id = FILEKEY\naws_secret_access_key = f\n",
	);
	const seen: { path: string; headers: Record<string, unknown> }[] = [];
	const server = createServer((request, response) => {
		seen.push({ path: request.url ?? "", headers: request.headers });
		if (request.url?.startsWith("/fail")) response.writeHead(500);
		response.end("{}");
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

	const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", CALLER], {
		env: {
			HOME: home,
			PATH: process.env.PATH,
			ENDPOINT: endpoint,
			AWS_PROFILE: "no-such-profile",
			AWS_REGION: "eu-north-1",
			AWS_ACCESS_KEY_ID: "ENVKEY",
			AWS_SECRET_ACCESS_KEY: "env",
			AWS_SESSION_TOKEN: "env-token",
			AWS_MAX_ATTEMPTS: "50",
			AWS_RETRY_MODE: "nonsense",
			AWS_DEFAULTS_MODE: "nonsense",
			AWS_ENDPOINT_URL_SSO: "http://127.0.0.1:1",
			AWS_ENDPOINT_URL_STS: "http://127.0.0.1:1",
			AWS_STS_REGIONAL_ENDPOINTS: "legacy",
			AWS_SDK_UA_APP_ID: "leaked",
		},
	});

	expect(stderr).toBe("");
	expect(stdout.trim().split("\n")).toEqual(["portal.sso.us-east-2.amazonaws.com", "sts.us-east-1.amazonaws.com"]);
	const [sso, oidc, ecr, eks, sts, ...failed] = seen;
	expect([sso?.path, oidc?.path, ecr?.path, eks?.path, sts?.path]).toEqual([
		"/assignment/accounts",
		"/client/register",
		"/",
		"/clusters/dev",
		"/",
	]);
	expect([sso?.headers.authorization, oidc?.headers.authorization]).toEqual([undefined, undefined]);
	for (const signed of [ecr, eks, sts]) {
		expect(signed?.headers.authorization).toMatch(/Credential=OURKEY\/\d+\/us-east-2\//);
		expect(signed?.headers["x-amz-security-token"]).toBe("token");
	}
	expect(failed.length).toBe(1);
	for (const { headers } of seen) {
		expect(headers["user-agent"]).toContain("atmos-auth/9.9.9");
		expect(JSON.stringify(headers)).not.toMatch(/leaked|ENVKEY|FILEKEY|env-token/);
	}
});

test.each([
	["us-east-2", "portal.sso.us-east-2.amazonaws.com"],
	["cn-north-1", "portal.sso.cn-north-1.amazonaws.com.cn"],
	["us-gov-west-1", "portal.sso.us-gov-west-1.amazonaws.com"],
])("%s is asked at %s", async (region, host) => {
	const { SSOClient, ListAccountsCommand } = await import("@aws-sdk/client-sso");
	const { awsClientConfig } = await import("../../../src/auth/aws/clients.ts");
	const client = new SSOClient(await awsClientConfig(testContext(), "sso", { region }));
	let asked: string | undefined;
	client.middlewareStack.add(
		() => async (args) => {
			asked = (args.request as { hostname: string }).hostname;
			throw new Error("enough");
		},
		{ step: "finalizeRequest", priority: "low" },
	);
	await expect(client.send(new ListAccountsCommand({ accessToken: "bearer" }))).rejects.toThrow("enough");
	expect(asked).toBe(host);
});

test.each(["evil.example/", "us east", "", "-a", "a".repeat(70), "us-east-2\u001b[2J"])(
	"%j is no region",
	async (region) => {
		const { awsClientConfig } = await import("../../../src/auth/aws/clients.ts");
		await expect(awsClientConfig(testContext(), "sso", { region })).rejects.toMatchObject({ code: "config" });
	},
);
