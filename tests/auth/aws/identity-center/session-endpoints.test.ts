import { describe, expect, test } from "vitest";
import {
	checkReceiver,
	mayReceive,
	sessionEndpoints,
} from "../../../../src/auth/aws/identity-center/session-endpoints.ts";

const REGION = "us-east-1";
const MINE = "https://mine.example";
const THEIRS = "https://theirs.example";
const own = { region: REGION };
const at = (endpoint: string) => ({ region: REGION, endpoints: { oidc: endpoint, portal: endpoint } });

describe("a session that the region's own services issued", () => {
	test.each([
		["the region's own", {}, undefined, true],
		["the region's own, written out", {}, "https://portal.sso.us-east-1.amazonaws.com/", true],
		["the address of another region", {}, "https://portal.sso.eu-west-1.amazonaws.com", false],
		["a name that begins alike", {}, "https://portal.sso.us-east-1.amazonaws.com.theirs.example", false],
		["a path at the region's own", {}, "https://portal.sso.us-east-1.amazonaws.com/elsewhere", false],
		["what a configuration names", {}, THEIRS, false],
		["what the environment names", { AWS_ENDPOINT_URL: MINE }, undefined, true],
		["what the environment names for this service", { AWS_ENDPOINT_URL_SSO: MINE }, undefined, true],
		["what both name", { AWS_ENDPOINT_URL: MINE }, `${MINE}/`, true],
		["what a configuration names against the environment", { AWS_ENDPOINT_URL: MINE }, THEIRS, false],
		["what the environment names for another", { AWS_ENDPOINT_URL_SSO_OIDC: THEIRS }, THEIRS, false],
		[
			"what the environment is told to ignore",
			{ AWS_ENDPOINT_URL: THEIRS, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
			THEIRS,
			false,
		],
	])("may be shown to %s: %#", (_, env, configured, expected) => {
		expect(mayReceive(env, own, "sso", configured)).toBe(expected);
	});
});

describe("a session that an endpoint issued", () => {
	test.each([
		["itself", {}, MINE, true],
		["itself, in another spelling", {}, "HTTPS://MINE.example:443/", true],
		["itself, where the environment leads", { AWS_ENDPOINT_URL: MINE }, undefined, true],
		["the region's own", {}, undefined, false],
		["another", {}, THEIRS, false],
		["another, where the environment leads", { AWS_ENDPOINT_URL: THEIRS }, undefined, false],
		["another port", {}, `${MINE}:8443`, false],
	])("may be shown to %s: %#", (_, env, configured, expected) => {
		expect(mayReceive(env, at(MINE), "sso", configured)).toBe(expected);
		expect(mayReceive(env, at(MINE), "sso-oidc", configured)).toBe(expected);
	});
});

test("a session belongs to the two services that the environment names", () => {
	const env = { AWS_ENDPOINT_URL_SSO: MINE, AWS_ENDPOINT_URL_SSO_OIDC: THEIRS };
	const endpoints = sessionEndpoints(env, REGION, undefined);
	expect(endpoints).toEqual({ portal: MINE, oidc: THEIRS });
	expect(mayReceive(env, { region: REGION, endpoints }, "sso", undefined)).toBe(true);
	expect(mayReceive(env, { region: REGION, endpoints }, "sso-oidc", undefined)).toBe(true);
	expect(mayReceive({}, { region: REGION, endpoints }, "sso", THEIRS)).toBe(false);
	expect(sessionEndpoints({}, REGION, undefined)).toBeUndefined();
});

test("the refusal says whose it is and where it would have gone", () => {
	expect(() => checkReceiver({}, own, THEIRS)).toThrow(
		expect.objectContaining({
			code: "config",
			message: `the session is not sent to ${THEIRS}`,
			reason: "it was issued for the access portal of us-east-1, and is sent nowhere else",
		}),
	);
	expect(() => checkReceiver({}, at(MINE), undefined)).toThrow(/the region's own endpoint/);
	expect(() => checkReceiver({}, own, undefined)).not.toThrow();
});
