import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Setup, setUp } from "./client.ts";
import {
	ADA,
	ADA_ARN,
	DEPLOYER,
	DEVICE,
	EXPIRED,
	INVALID_KEYS,
	keysOf,
	notAuthorized,
	PRODUCTION,
	refusal,
	stsCalls,
	violation,
} from "./sts-client.ts";
import { smallWorld } from "./world.ts";

const INVALID_CODE = refusal("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ");

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

describe("a user's own keys", () => {
	test("are the user's", async () => {
		expect(await calls.whoAmI(ADA)).toMatchObject({
			Account: "123456789012",
			Arn: ADA_ARN,
			UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
		});
		expect(ADA.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
	});

	test("do not end", async () => {
		set.clock.advance(400 * 86_400);
		expect((await calls.whoAmI(ADA)).Arn).toBe(ADA_ARN);
	});

	test("are refused with another secret, and with a session token", async () => {
		await expect(calls.whoAmI({ ...ADA, secretAccessKey: "guessed" })).rejects.toMatchObject({
			name: "SignatureDoesNotMatch",
			$metadata: { httpStatusCode: 403 },
		});
		await expect(calls.whoAmI({ ...ADA, sessionToken: "guessed" })).rejects.toMatchObject(INVALID_KEYS);
	});

	test("are refused when they are unknown, deactivated, or their user's is deleted", async () => {
		await expect(calls.whoAmI({ ...ADA, accessKeyId: "AKIAAAAAAAAAAAAAAAAA" })).rejects.toMatchObject(INVALID_KEYS);
		calls.changeUser({ inactive: true });
		await expect(calls.whoAmI(ADA)).rejects.toMatchObject(INVALID_KEYS);
		calls.changeUser({ inactive: false });
		expect((await calls.whoAmI(ADA)).Arn).toBe(ADA_ARN);
		set.cloud.world.users = [];
		await expect(calls.whoAmI(ADA)).rejects.toMatchObject(INVALID_KEYS);
	});

	test("do what the user's policies allow", async () => {
		expect((await calls.describeCluster(ADA, "dev-cluster")).cluster?.name).toBe("dev-cluster");
		calls.changeUser({ denied: ["eks:DescribeCluster/dev-cluster"] });
		await expect(calls.describeCluster(ADA, "dev-cluster")).rejects.toMatchObject({ name: "AccessDeniedException" });
		calls.changeUser({ allowed: ["sts:AssumeRole/Deployer"] });
		await expect(calls.describeCluster(ADA, "dev-cluster")).rejects.toMatchObject({ name: "AccessDeniedException" });
		expect((await calls.assume(ADA)).AssumedRoleUser?.Arn).toContain("Deployer");
		calls.changeUser({ denied: ["sts:AssumeRole"] });
		await expect(calls.assume(ADA)).rejects.toMatchObject(notAuthorized(ADA_ARN, DEPLOYER));
	});
});

describe("GetSessionToken", () => {
	test("gives keys of the same user, for twelve hours or as long as was asked for", async () => {
		const session = await calls.sessionToken(ADA);
		expect(calls.secondsLeft(session)).toBe(12 * 3600);
		expect(session.Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
		expect(await calls.whoAmI(keysOf(session))).toMatchObject({
			Arn: ADA_ARN,
			UserId: (await calls.whoAmI(ADA)).UserId,
			Account: "123456789012",
		});
		for (const DurationSeconds of [900, 129_600]) {
			expect(calls.secondsLeft(await calls.sessionToken(ADA, { DurationSeconds }))).toBe(DurationSeconds);
		}
		// To the second, as the answer's date is.
		set.cloud.shiftClock(1500);
		expect(calls.secondsLeft(await calls.sessionToken(ADA))).toBe(12 * 3600 + 1);
	});

	test("keeps to the limits of its length", async () => {
		await expect(calls.sessionToken(ADA, { DurationSeconds: 899 })).rejects.toMatchObject(
			violation(
				"Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
			),
		);
		await expect(calls.sessionToken(ADA, { DurationSeconds: 129_601 })).rejects.toMatchObject(
			violation(
				"Value '129601' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 129600",
			),
		);
	});

	test("is for a user's own keys alone", async () => {
		const refused = refusal("AccessDenied", "Cannot call GetSessionToken with session credentials");
		for (const keys of [
			keysOf(await calls.sessionToken(ADA)),
			keysOf(await calls.assume(ADA)),
			await set.roleCredentials(),
		]) {
			await expect(calls.sessionToken(keys)).rejects.toMatchObject(refused);
		}
	});

	test("needs no permission, and can be denied", async () => {
		calls.changeUser({ allowed: [] });
		expect((await calls.sessionToken(ADA)).Credentials).toBeDefined();
		calls.changeUser({ denied: ["sts:GetSessionToken"] });
		await expect(calls.sessionToken(ADA)).rejects.toMatchObject({
			name: "AccessDenied",
			message: expect.stringContaining(`${ADA_ARN} is not authorized to perform: sts:GetSessionToken`),
		});
	});

	test("gives keys that end with their time, and with their user", async () => {
		const keys = keysOf(await calls.sessionToken(ADA, { DurationSeconds: 900 }));
		set.clock.advance(899);
		expect((await calls.whoAmI(keys)).Arn).toBe(ADA_ARN);
		set.clock.advance(1);
		await expect(calls.whoAmI(keys)).rejects.toMatchObject(EXPIRED);
		const others = keysOf(await calls.sessionToken(ADA));
		set.cloud.world.users = [];
		await expect(calls.whoAmI(others)).rejects.toMatchObject(INVALID_KEYS);
	});
});

describe("an MFA code", () => {
	test("is good once, and the next one again", async () => {
		const code = calls.withCode();
		expect((await calls.sessionToken(ADA, code)).Credentials).toBeDefined();
		await expect(calls.sessionToken(ADA, code)).rejects.toMatchObject(INVALID_CODE);
		await expect(calls.assume(ADA, code)).rejects.toMatchObject(INVALID_CODE);
		set.clock.advance(30);
		await expect(calls.sessionToken(ADA, code)).rejects.toMatchObject(INVALID_CODE);
		expect((await calls.sessionToken(ADA, calls.withCode())).Credentials).toBeDefined();
	});

	test("is not good any more once a later one was used", async () => {
		const first = calls.withCode();
		set.clock.advance(30);
		expect((await calls.sessionToken(ADA, calls.withCode())).Credentials).toBeDefined();
		await expect(calls.sessionToken(ADA, first)).rejects.toMatchObject(INVALID_CODE);
	});

	test("may be a step late, not two", async () => {
		const first = calls.withCode();
		set.clock.advance(60);
		await expect(calls.sessionToken(ADA, first)).rejects.toMatchObject(INVALID_CODE);
		const second = calls.withCode();
		set.clock.advance(30);
		expect((await calls.sessionToken(ADA, second)).Credentials).toBeDefined();
	});

	test("has six digits", async () => {
		await expect(calls.sessionToken(ADA, { SerialNumber: DEVICE, TokenCode: "12345" })).rejects.toMatchObject(
			violation(
				"Value '12345' at 'tokenCode' failed to satisfy constraint: Member must have length greater than or equal to 6",
			),
		);
		await expect(calls.sessionToken(ADA, { SerialNumber: DEVICE, TokenCode: "12345x" })).rejects.toMatchObject(
			violation(
				"Value '12345x' at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\d]*",
			),
		);
	});

	test("comes with its device, the caller's own", async () => {
		const { SerialNumber, TokenCode } = calls.withCode();
		const half = refusal(
			"AccessDenied",
			"MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. ",
		);
		await expect(calls.sessionToken(ADA, { SerialNumber })).rejects.toMatchObject(half);
		await expect(calls.sessionToken(ADA, { TokenCode })).rejects.toMatchObject(half);
		const strange = refusal(
			"AccessDenied",
			"MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
		);
		await expect(calls.sessionToken(ADA, { SerialNumber: `${DEVICE}-phone`, TokenCode })).rejects.toMatchObject(
			strange,
		);
		const role = await set.roleCredentials();
		await expect(calls.assume(role, { SerialNumber, TokenCode })).rejects.toMatchObject(strange);
		expect(() => set.cloud.mfaCode("none")).toThrow("no MFA device none");
	});
});

describe("AssumeRole", () => {
	test("gives keys of the role, for an hour or as long as was asked for", async () => {
		const assumed = await calls.assume(ADA, {
			RoleArn: PRODUCTION,
			RoleSessionName: "ada@laptop",
			ExternalId: "acme:deploy",
		});
		expect(calls.secondsLeft(assumed)).toBe(3600);
		expect(assumed.AssumedRoleUser).toEqual({
			Arn: "arn:aws:sts::999999999999:assumed-role/ProductionDeployer/ada@laptop",
			AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:ada@laptop$/),
		});
		expect(await calls.whoAmI(keysOf(assumed))).toMatchObject({
			Account: "999999999999",
			Arn: assumed.AssumedRoleUser?.Arn,
			UserId: assumed.AssumedRoleUser?.AssumedRoleId,
		});
		const long = { RoleArn: PRODUCTION, ExternalId: "acme:deploy", DurationSeconds: 4 * 3600 };
		expect(calls.secondsLeft(await calls.assume(ADA, long))).toBe(4 * 3600);
		expect(calls.secondsLeft(await calls.assume(ADA, { DurationSeconds: 900 }))).toBe(900);
	});

	test("gives keys that end with their time, and with their role", async () => {
		const keys = keysOf(await calls.assume(ADA));
		set.clock.advance(3600);
		await expect(calls.whoAmI(keys)).rejects.toMatchObject(EXPIRED);
		const others = keysOf(await calls.assume(ADA));
		expect((await calls.whoAmI(others)).Arn).toContain("Deployer");
		set.cloud.world.roles = [];
		await expect(calls.whoAmI(others)).rejects.toMatchObject(INVALID_KEYS);
	});

	const constraints: [string, Partial<AssumeRoleCommandInput>, string][] = [
		[
			"an ARN too short",
			{ RoleArn: "role" },
			"'role' at 'roleArn' …: Member must have length greater than or equal to 20",
		],
		[
			"an ARN too long",
			{ RoleArn: "a".repeat(2049) },
			`'${"a".repeat(2049)}' at 'roleArn' …: Member must have length less than or equal to 2048`,
		],
		["no ARN", { RoleArn: undefined }, "null at 'roleArn' …: Member must not be null"],
		[
			"a session name too short",
			{ RoleSessionName: "a" },
			"'a' at 'roleSessionName' …: Member must have length greater than or equal to 2",
		],
		[
			"a session name too long",
			{ RoleSessionName: "a".repeat(65) },
			`'${"a".repeat(65)}' at 'roleSessionName' …: Member must have length less than or equal to 64`,
		],
		[
			"another letter in a session name",
			{ RoleSessionName: "ada/laptop" },
			"'ada/laptop' at 'roleSessionName' …: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
		],
		[
			"an external ID too short",
			{ ExternalId: "x" },
			"'x' at 'externalId' …: Member must have length greater than or equal to 2",
		],
		[
			"an external ID too long",
			{ ExternalId: "x".repeat(1225) },
			`'${"x".repeat(1225)}' at 'externalId' …: Member must have length less than or equal to 1224`,
		],
		[
			"another letter in an external ID",
			{ ExternalId: "acme deploy" },
			"'acme deploy' at 'externalId' …: Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]*",
		],
		[
			"another letter in a device's serial",
			{ SerialNumber: "GAHT 12345678", TokenCode: "123456" },
			"'GAHT 12345678' at 'serialNumber' …: Member must satisfy regular expression pattern: [\\w+=/:,.@-]*",
		],
		[
			"a session too short",
			{ DurationSeconds: 899 },
			"'899' at 'durationSeconds' …: Member must have value greater than or equal to 900",
		],
		[
			"a session too long",
			{ DurationSeconds: 43_201 },
			"'43201' at 'durationSeconds' …: Member must have value less than or equal to 43200",
		],
	];
	test.each(constraints)("refuses %s", async (_, changes, words) => {
		await expect(calls.assume(ADA, changes)).rejects.toMatchObject(
			violation(`Value ${words.replace("…", "failed to satisfy constraint")}`),
		);
	});

	// What the client itself would not send.
	test.each([
		["RoleSessionName=other", "Unexpected parameter: RoleSessionName"],
		[
			"DurationSeconds=9e2",
			"1 validation error detected: Value '9e2' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
		],
	])("refuses a form with another %s", async (more, message) => {
		const client = new STSClient(calls.config(ADA));
		client.middlewareStack.add(
			(next) => (sent) => {
				(sent.request as { body: string }).body += `&${more}`;
				return next(sent);
			},
			{ step: "build", priority: "high" },
		);
		await expect(
			client.send(new AssumeRoleCommand({ RoleArn: DEPLOYER, RoleSessionName: "test" })),
		).rejects.toMatchObject(refusal("ValidationError", message));
	});

	test("names all that is wrong at once", async () => {
		await expect(calls.assume(ADA, { RoleSessionName: "/", DurationSeconds: 1 })).rejects.toMatchObject({
			message: expect.stringMatching(
				/^3 validation errors detected: Value '\/' at 'roleSessionName' .+ pattern: \S+; Value '\/' .+ 2; Value '1' at 'durationSeconds' .+ 900$/,
			),
		});
	});

	test("refuses what is no role's ARN, and parameters that it would not act on", async () => {
		await expect(calls.assume(ADA, { RoleArn: "this-is-not-an-arn-at-all" })).rejects.toMatchObject(
			refusal("ValidationError", "this-is-not-an-arn-at-all is invalid"),
		);
		await expect(calls.assume(ADA, { RoleArn: ADA_ARN })).rejects.toMatchObject(
			refusal("ValidationError", "Request ARN is invalid"),
		);
		await expect(calls.assume(ADA, { SourceIdentity: "ada" })).rejects.toMatchObject(
			refusal("ValidationError", "Unexpected parameter: SourceIdentity"),
		);
	});

	test("keeps to the role's own limit", async () => {
		const refused = refusal(
			"ValidationError",
			"The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
		);
		await expect(calls.assume(ADA, { DurationSeconds: 3601 })).rejects.toMatchObject(refused);
		calls.changeRole("Deployer", { maxSessionSeconds: 7200 });
		expect(calls.secondsLeft(await calls.assume(ADA, { DurationSeconds: 7200 }))).toBe(7200);
		await expect(calls.assume(ADA, { DurationSeconds: 7201 })).rejects.toMatchObject(refused);
	});
});
