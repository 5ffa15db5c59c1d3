import type { GenericSchema } from "valibot";
import { describe, expect, test } from "vitest";
import {
	CLUSTER,
	checkAnswer,
	DEVICE_AUTHORIZATION,
	REGISTRATION,
	REGISTRY_TOKEN,
	ROLE_CREDENTIALS,
	TOKEN,
} from "../../../src/auth/aws/answers.ts";
import { failure } from "./identity-center/sign-in.ts";

const check = (schema: GenericSchema, answer: unknown) => checkAnswer("it:Is", schema, answer);
const HUSH = "HUSH".repeat(20_000);
const keys = (changes: object) => ({
	roleCredentials: { accessKeyId: "A", secretAccessKey: "s", sessionToken: "t", expiration: 1.8e12, ...changes },
});
const basic = (text: string): string => Buffer.from(text).toString("base64");
const registry = (changes: object) => ({
	authorizationData: [{ authorizationToken: basic("AWS:password"), ...changes }],
});

describe("an answer that is none", () => {
	test.each<[string, GenericSchema, unknown, string]>([
		["RegisterClient", REGISTRATION, {}, "its clientId is missing"],
		["RegisterClient", REGISTRATION, { clientId: "a", clientSecret: null }, "its clientSecret is missing"],
		["RegisterClient", REGISTRATION, { clientId: "a b", clientSecret: "s" }, "its clientId has invalid characters"],
		["StartDeviceAuthorization", DEVICE_AUTHORIZATION, { deviceCode: 7 }, "its deviceCode is not a string"],
		["CreateToken", TOKEN, { accessToken: "" }, "its accessToken is missing"],
		["CreateToken", TOKEN, { accessToken: HUSH }, "its accessToken is too long"],
		["CreateToken", TOKEN, null, "it is missing"],
		["CreateToken", TOKEN, "HUSH", "it is not an object"],
		["GetRoleCredentials", ROLE_CREDENTIALS, {}, "its roleCredentials is missing"],
		[
			"GetRoleCredentials",
			ROLE_CREDENTIALS,
			keys({ sessionToken: undefined }),
			"its roleCredentials.sessionToken is missing",
		],
		[
			"GetRoleCredentials",
			ROLE_CREDENTIALS,
			keys({ secretAccessKey: "HU\nSH" }),
			"its roleCredentials.secretAccessKey has invalid characters",
		],
		[
			"GetRoleCredentials",
			ROLE_CREDENTIALS,
			keys({ expiration: "1800000000000" }),
			"its roleCredentials.expiration is not a number",
		],
		[
			"GetRoleCredentials",
			ROLE_CREDENTIALS,
			keys({ expiration: Number.NaN }),
			"its roleCredentials.expiration is not a number",
		],
		[
			"GetRoleCredentials",
			ROLE_CREDENTIALS,
			keys({ expiration: 0 }),
			"its roleCredentials.expiration is not a valid time",
		],
		[
			"GetRoleCredentials",
			ROLE_CREDENTIALS,
			keys({ expiration: 1_800_000_000 }),
			"its roleCredentials.expiration is not in milliseconds",
		],
		["GetAuthorizationToken", REGISTRY_TOKEN, {}, "its authorizationData is missing"],
		["GetAuthorizationToken", REGISTRY_TOKEN, { authorizationData: [] }, "its authorizationData is empty"],
		[
			"GetAuthorizationToken",
			REGISTRY_TOKEN,
			registry({ authorizationToken: basic("HUSH") }),
			"its authorizationData[0].authorizationToken is not a user name and password",
		],
		[
			"GetAuthorizationToken",
			REGISTRY_TOKEN,
			registry({ authorizationToken: basic("AWS:HU\nSH") }),
			"its authorizationData[0].authorizationToken is not a user name and password",
		],
		[
			"GetAuthorizationToken",
			REGISTRY_TOKEN,
			registry({ expiresAt: "tomorrow" }),
			"its authorizationData[0].expiresAt is not a date",
		],
		["DescribeCluster", CLUSTER, {}, "its cluster is missing"],
		["DescribeCluster", CLUSTER, { cluster: { arn: 1 } }, "its cluster.arn is not a string"],
		[
			"DescribeCluster",
			CLUSTER,
			{ cluster: { status: "ACTIVE\u001b[2J" } },
			"its cluster.status has invalid characters",
		],
	])("to %s: the field is named, and never its value", async (_, schema, answer, reason) => {
		const error = await failure(Promise.resolve().then(() => check(schema, answer)));
		expect(error).toMatchObject({ code: "service", message: "it:Is returned an unusable response", reason });
		expect(JSON.stringify({ ...error, message: error.message })).not.toContain("HUSH");
	});
});

test("what the services do not say is not missed", () => {
	expect(check(REGISTRY_TOKEN, registry({}))).toEqual({ username: "AWS", password: "password" });
	expect(check(CLUSTER, { cluster: { status: "CREATING" } })).toEqual({ cluster: { status: "CREATING" } });
	expect(check(TOKEN, { accessToken: "a", refreshToken: null })).toEqual({ accessToken: "a", refreshToken: null });
});
