import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { Hash } from "@smithy/hash-node";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Setup, setUp } from "./client.ts";
import { permissionSetRoleArn } from "./principals.ts";
import {
	ADA,
	ADA_ARN,
	BREAK_GLASS,
	DEPLOYER,
	DEVICE,
	INVALID_KEYS,
	type Keys,
	keysOf,
	notAuthorized,
	PRODUCTION,
	refusal,
	stsCalls,
} from "./sts-client.ts";
import { smallWorld } from "./world.ts";

const SESSION_ARN = "arn:aws:sts::123456789012:assumed-role/Deployer/test";

let set: Setup;
let calls: ReturnType<typeof stsCalls>;
beforeEach(async () => {
	// Nothing of the machine's own AWS configuration.
	vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
	vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
	set = await setUp({ world: smallWorld({ users: [ADA] }) });
	calls = stsCalls(set);
});
afterEach(async () => {
	vi.unstubAllEnvs();
	await set.cloud.close();
});

const deployer = async (): Promise<Keys> => keysOf(await calls.assume(ADA));
/** Lets `Deployer` be assumed by these alone. */
const trust = (...principals: string[]): void => calls.changeRole("Deployer", { trust: { principals } });

describe("a role trusts", () => {
	test("an account, and nobody of another", async () => {
		trust("arn:aws:iam::999999999999:root");
		await expect(calls.assume(ADA)).rejects.toMatchObject(notAuthorized(ADA_ARN, DEPLOYER));
		trust("arn:aws:iam::123456789012:root");
		expect((await calls.assume(ADA)).Credentials).toBeDefined();
	});

	test("a user and the user's sessions, and no other", async () => {
		trust(`${ADA_ARN}-lovelace`);
		await expect(calls.assume(ADA)).rejects.toMatchObject(notAuthorized(ADA_ARN, DEPLOYER));
		trust(ADA_ARN);
		expect((await calls.assume(ADA)).Credentials).toBeDefined();
		expect((await calls.assume(keysOf(await calls.sessionToken(ADA)))).Credentials).toBeDefined();
	});

	test("a role, whatever the session, or one session of it; itself only if it says so", async () => {
		const keys = await deployer();
		trust(ADA_ARN);
		await expect(calls.assume(keys)).rejects.toMatchObject(notAuthorized(SESSION_ARN, DEPLOYER));
		trust(DEPLOYER);
		expect((await calls.assume(keys)).Credentials).toBeDefined();
		trust(`${SESSION_ARN}-2`);
		await expect(calls.assume(keys)).rejects.toMatchObject(notAuthorized(SESSION_ARN, DEPLOYER));
		trust(SESSION_ARN);
		expect((await calls.assume(keys)).Credentials).toBeDefined();
	});

	test("a role by its path, which its sessions do not show", async () => {
		const production = keysOf(await calls.assume(ADA, { RoleArn: PRODUCTION, ExternalId: "acme:deploy" }));
		trust(PRODUCTION.replace("teams/platform/", ""));
		await expect(calls.assume(production)).rejects.toMatchObject({ name: "AccessDenied" });
		trust(PRODUCTION);
		expect((await calls.assume(production)).Credentials).toBeDefined();
	});

	test("a permission set's role", async () => {
		const keys = await set.roleCredentials();
		trust(permissionSetRoleArn({ accountId: "123456789012", role: "ReadOnlyAccess" }, "us-east-1"));
		await expect(calls.assume(keys)).rejects.toMatchObject({
			message: expect.stringMatching(
				/^User: arn:aws:sts::123456789012:assumed-role\/AWSReservedSSO_AdministratorAccess_[\da-f]{16}\/ada@acme\.example is not authorized/,
			),
		});
		const arn = permissionSetRoleArn({ accountId: "123456789012", role: "AdministratorAccess" }, "us-east-1");
		expect(arn).toMatch(/:role\/aws-reserved\/sso\.amazonaws\.com\/AWSReservedSSO_AdministratorAccess_[\da-f]{16}$/);
		trust(arn);
		expect((await calls.assume(keys)).AssumedRoleUser?.Arn).toBe(SESSION_ARN);
		expect(permissionSetRoleArn({ accountId: "123456789012", role: "Reader" }, "eu-west-1")).toContain(
			"/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Reader_",
		);
	});

	test("who gives the external ID, and does not ask for one otherwise", async () => {
		const refused = notAuthorized(ADA_ARN, PRODUCTION);
		await expect(calls.assume(ADA, { RoleArn: PRODUCTION })).rejects.toMatchObject(refused);
		await expect(calls.assume(ADA, { RoleArn: PRODUCTION, ExternalId: "acme" })).rejects.toMatchObject(refused);
		expect((await calls.assume(ADA, { RoleArn: PRODUCTION, ExternalId: "acme:deploy" })).Credentials).toBeDefined();
		expect((await calls.assume(ADA, { ExternalId: "acme" })).Credentials).toBeDefined();
	});

	test("nobody, if there is no such role", async () => {
		const arn = "arn:aws:iam::123456789012:role/None";
		await expect(calls.assume(ADA, { RoleArn: arn, DurationSeconds: 43_200 })).rejects.toMatchObject(
			notAuthorized(ADA_ARN, arn),
		);
	});
});

describe("a role that wants MFA", () => {
	const glass = (keys: Keys, more = {}) => calls.assume(keys, { RoleArn: BREAK_GLASS, ...more });

	test("is refused without, and given with a code", async () => {
		await expect(glass(ADA)).rejects.toMatchObject(notAuthorized(ADA_ARN, BREAK_GLASS));
		const assumed = await glass(ADA, { ...calls.withCode(), DurationSeconds: 43_200 });
		expect(calls.secondsLeft(assumed)).toBe(43_200);
		await expect(glass(ADA, { SerialNumber: DEVICE, TokenCode: "000000" })).rejects.toMatchObject({
			message: "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
		});
	});

	test("takes the session of a user who gave a code, and no other", async () => {
		await expect(glass(keysOf(await calls.sessionToken(ADA)))).rejects.toMatchObject(
			notAuthorized(ADA_ARN, BREAK_GLASS),
		);
		const session = keysOf(await calls.sessionToken(ADA, calls.withCode()));
		// The session's length is the role's: a user's session is no role's.
		expect(calls.secondsLeft(await glass(session, { DurationSeconds: 43_200 }))).toBe(43_200);
	});

	test("does not pass it on", async () => {
		calls.changeRole("BreakGlass", { trust: { principals: [ADA_ARN, BREAK_GLASS], requireMfa: true } });
		const first = keysOf(await glass(ADA, calls.withCode()));
		await expect(glass(first)).rejects.toMatchObject({ name: "AccessDenied" });
	});
});

describe("a role of a role's session", () => {
	const refused = refusal(
		"ValidationError",
		"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
	);

	test.each([
		["a role's", deployer],
		["a permission set's", () => set.roleCredentials()],
	])("lasts an hour at most: %s", async (_, chained) => {
		const keys = await chained();
		const production = { RoleArn: PRODUCTION, ExternalId: "acme:deploy" };
		expect(calls.secondsLeft(await calls.assume(keys, production))).toBe(3600);
		expect(calls.secondsLeft(await calls.assume(keys, { ...production, DurationSeconds: 3600 }))).toBe(3600);
		await expect(calls.assume(keys, { ...production, DurationSeconds: 3601 })).rejects.toMatchObject(refused);
	});

	test("of a user's session it does not", async () => {
		const keys = keysOf(await calls.sessionToken(ADA));
		const assumed = await calls.assume(keys, {
			RoleArn: PRODUCTION,
			ExternalId: "acme:deploy",
			DurationSeconds: 4 * 3600,
		});
		expect(calls.secondsLeft(assumed)).toBe(4 * 3600);
	});
});

describe("an assumed role's keys", () => {
	test("describe clusters of the role's account, as far as its policy goes", async () => {
		const production = keysOf(await calls.assume(ADA, { RoleArn: PRODUCTION, ExternalId: "acme:deploy" }));
		expect((await calls.describeCluster(production, "prod-cluster")).cluster?.arn).toContain(":999999999999:");
		await expect(calls.describeCluster(ADA, "prod-cluster")).rejects.toMatchObject({
			name: "ResourceNotFoundException",
		});
		calls.changeRole("ProductionDeployer", { denied: ["eks:DescribeCluster"] });
		await expect(calls.describeCluster(production, "prod-cluster")).rejects.toMatchObject({
			name: "AccessDeniedException",
			message: expect.stringMatching(/^User: arn:aws:sts::999999999999:assumed-role\/ProductionDeployer\/test is not/),
		});
	});

	test("get a registry's token", async () => {
		const keys = await deployer();
		const ask = () => new ECRClient(calls.config(keys)).send(new GetAuthorizationTokenCommand({}));
		expect((await ask()).authorizationData?.[0]?.proxyEndpoint).toMatch(/^https:\/\/123456789012\.dkr\./);
		calls.changeRole("Deployer", { denied: ["ecr:GetAuthorizationToken"] });
		await expect(ask()).rejects.toMatchObject({ name: "AccessDeniedException" });
	});

	test("sign a cluster's bearer token", async () => {
		const host = "sts.us-east-2.amazonaws.com";
		const signer = new SignatureV4({
			service: "sts",
			region: "us-east-2",
			sha256: Hash.bind(null, "sha256") as never,
			credentials: await deployer(),
		});
		const { query = {} } = await signer.presign(
			new HttpRequest({
				protocol: "https:",
				hostname: host,
				path: "/",
				query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
				headers: { host, "x-k8s-aws-id": "dev-cluster" },
			}),
			{ expiresIn: 60, signingDate: new Date(set.clock.now()) },
		);
		const url = `https://${host}/?${new URLSearchParams(query as Record<string, string>)}`;
		const token = `k8s-aws-v1.${Buffer.from(url).toString("base64url")}`;
		expect(set.cloud.sts.verifyEksToken(token, "dev-cluster")).toMatchObject({
			arn: SESSION_ARN,
			assignment: { accountId: "123456789012", role: "Deployer" },
		});
		expect(() => set.cloud.sts.verifyEksToken(token, "prod-cluster")).toThrow(/does not match/);
		set.cloud.world.roles = [];
		expect(() => set.cloud.sts.verifyEksToken(token, "dev-cluster")).toThrow(INVALID_KEYS.message);
	});
});

describe("the log", () => {
	test("has who asked for which keys", async () => {
		await calls.assume(ADA, { RoleArn: PRODUCTION, ExternalId: "acme:deploy", DurationSeconds: 900 });
		const principal = { principal: ADA_ARN, region: "us-east-2" };
		const asked = { role: PRODUCTION, session: "test", externalId: "given", duration: "900" };
		expect(set.cloud.requests.at(-1)).toMatchObject({ operation: "sts:AssumeRole", status: 200 });
		expect(set.cloud.requests.at(-1)?.facts).toEqual({ ...principal, ...asked });
		await expect(calls.assume(ADA, { RoleArn: BREAK_GLASS })).rejects.toThrow();
		expect(set.cloud.requests.at(-1)).toMatchObject({ error: "AccessDenied", facts: { role: BREAK_GLASS } });
		await calls.sessionToken(ADA, { ...calls.withCode(), DurationSeconds: 1800 });
		expect(set.cloud.requests.at(-1)).toMatchObject({ operation: "sts:GetSessionToken", status: 200 });
		expect(set.cloud.requests.at(-1)?.facts).toEqual({ ...principal, serial: DEVICE, duration: "1800" });
	});

	test("has no secret and no code, while all secrets are known", async () => {
		const code = calls.withCode();
		const session = keysOf(await calls.sessionToken(ADA, code));
		set.clock.advance(30);
		const another = calls.withCode();
		const role = keysOf(await calls.assume(ADA, another));
		const secrets = set.cloud.secrets();
		for (const { secretAccessKey, sessionToken } of [ADA, session, role] as Keys[]) {
			expect(secrets).toContain(secretAccessKey);
			if (sessionToken !== undefined) expect(secrets).toContain(sessionToken);
		}
		expect(secrets).toContain(ADA.mfa?.seed);
		// Six digits may be in a random ID by chance.
		const log = JSON.stringify(set.cloud.requests.map(({ requestId: _, ...entry }) => entry));
		expect([...secrets, code.TokenCode, another.TokenCode].filter((secret) => log.includes(secret))).toEqual([]);
	});

	test("is searched for keys that were replaced, too", async () => {
		await calls.whoAmI(ADA);
		calls.changeUser({ secretAccessKey: "another" });
		expect(set.cloud.secrets()).toEqual(expect.arrayContaining([ADA.secretAccessKey, "another"]));
	});

	test("may be scripted", async () => {
		const throttled = { type: "error", status: 400, name: "Throttling", message: "Rate exceeded" } as const;
		set.cloud.script.next("sts:AssumeRole", throttled);
		set.cloud.script.next("sts:GetSessionToken", throttled);
		await expect(calls.assume(ADA)).rejects.toMatchObject({ name: "Throttling", message: "Rate exceeded" });
		await expect(calls.sessionToken(ADA)).rejects.toMatchObject({ name: "Throttling" });
		expect((await calls.assume(ADA)).Credentials).toBeDefined();
	});
});
