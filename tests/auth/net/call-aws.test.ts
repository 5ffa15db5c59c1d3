import { GetRoleCredentialsCommand, SSOClient } from "@aws-sdk/client-sso";
import { CreateTokenCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AuthError } from "../../../src/auth/errors.ts";
import { awsClientConfig } from "../../../src/auth/net/aws-clients.ts";
import { oauthCode, retryAfterMs } from "../../../src/auth/net/aws-errors.ts";
import { type AwsCall, callAws } from "../../../src/auth/net/call-aws.ts";
import { type Cloud, startCloud } from "../../cloud/cloud.ts";
import type { Behaviour } from "../../cloud/script.ts";
import { fakeClock, testContext } from "../../helpers/context.ts";

const OPERATION = "sso:GetRoleCredentials";

async function cloud(): Promise<Cloud> {
	const started = await startCloud();
	onTestFinished(() => started.close());
	return started;
}

type Options = Partial<Pick<AwsCall, "attempts" | "signal" | "onRetry">>;

async function call(aws: Cloud, ctx = testContext(), options: Options = {}): Promise<unknown> {
	const client = new SSOClient(
		await awsClientConfig(ctx, "sso", { region: "us-east-1", endpoint: aws.url, maxAttempts: 1 }),
	);
	const command = new GetRoleCredentialsCommand({ accessToken: "t", accountId: "123456789012", roleName: "R" });
	const signal = options.signal ?? new AbortController().signal;
	return callAws({ ctx, operation: OPERATION, attempts: 1, ...options, signal }, (abortSignal) =>
		client.send(command, { abortSignal }),
	);
}

async function failure(promise: Promise<unknown>): Promise<AuthError> {
	return promise.then(
		() => {
			throw new Error("it should have failed");
		},
		(error) => error,
	);
}

const error = (status: number, name: string, message = "It is so.", headers = {}): Behaviour => ({
	type: "error",
	status,
	name,
	message,
	headers,
});

describe("what a user is told", () => {
	test.each<[string, Behaviour, Partial<AuthError>]>([
		["403", error(403, "AccessDeniedException"), { code: "denied", message: `not authorized to perform ${OPERATION}` }],
		[
			"403 that names the action",
			error(
				403,
				"AccessDeniedException",
				"User: arn:x is not authorized to perform: eks:DescribeCluster on resource: *",
			),
			{ code: "denied", message: "not authorized to perform eks:DescribeCluster" },
		],
		[
			"expired keys",
			error(400, "ExpiredTokenException"),
			{ code: "expired", remedy: "Sign in again: atmos-auth login --force" },
		],
		["unknown keys", error(403, "UnrecognizedClientException"), { code: "denied" }],
		["throttling", error(429, "TooManyRequestsException"), { code: "service", remedy: "Wait a minute and try again" }],
		[
			"a region that is off",
			error(403, "RegionDisabledException"),
			{ message: "the region does not accept these credentials" },
		],
		["a malformed token", error(400, "ValidationError", "The provided token is malformed"), { code: "denied" }],
		["500", error(500, "InternalServerException"), { message: "the access portal has a problem (HTTP 500)" }],
		[
			"503 in HTML",
			{ type: "raw", status: 503, contentType: "text/html", body: "<p>" },
			{ message: "the access portal has a problem (HTTP 503)" },
		],
		[
			"an unknown error",
			error(400, "WeirdException"),
			{ code: "service", message: `${OPERATION} failed with WeirdException`, reason: "It is so." },
		],
		["a cut connection", { type: "drop" }, { code: "network", message: expect.stringContaining("broke off") }],
		[
			"200 in HTML",
			{ type: "raw", contentType: "text/html", body: "<p>hi</p>" },
			{ code: "service", reason: "a proxy or a captive portal may have answered in its place" },
		],
		["403 in HTML", { type: "raw", status: 403, contentType: "text/html", body: "<p>no</p>" }, { code: "service" }],
		[
			"a redirect",
			{ type: "raw", status: 302, body: "" },
			{ reason: "a proxy or a captive portal may have answered in its place" },
		],
		["null", { type: "raw", body: "null" }, { code: "service", message: expect.stringContaining("cannot be read") }],
	])("%s", async (_, behaviour, expected) => {
		const aws = await cloud();
		aws.script.always(OPERATION, behaviour);
		const shown = await failure(call(aws));
		expect(shown).toMatchObject({ name: "AuthError", ...expected });
		if (behaviour.type === "error") {
			expect(shown.service).toMatchObject({ status: behaviour.status, operation: OPERATION });
			expect(shown.service?.requestId).toMatch(/^[0-9a-f-]{36}$/);
		}
	});

	test("half an answer is never quoted: it may hold a key", async () => {
		const aws = await cloud();
		const body = '{"roleCredentials":{"secretAccessKey":"HUSHHUSH","x":oops';
		aws.script.always(OPERATION, { type: "raw", body });
		const shown = await failure(call(aws));
		expect(`${shown.message} ${shown.reason} ${JSON.stringify(shown.service)} ${shown.cause}`).not.toMatch(/HUSH|oops/);
	});

	test("what the server writes loses its escape sequences and its length", async () => {
		const aws = await cloud();
		aws.script.always(OPERATION, error(400, "Bad", `\u001b]0;title\u0007red\u202e${"x".repeat(100_000)}`));
		const shown = await failure(call(aws));
		expect(shown.service?.message).toMatch(/^redx+…$/);
		expect(shown.service?.message?.length).toBeLessThanOrEqual(400);
	});

	test("a wrong clock is measured and said", async () => {
		const aws = await startCloud({ now: () => Date.now() + 12 * 60_000 });
		onTestFinished(() => aws.close());
		const late = "Signature expired: 20261123T120000Z is now earlier than 20261123T120700Z";
		aws.script.always(OPERATION, error(403, "InvalidSignatureException", late));
		const shown = await failure(call(aws, testContext({ platform: "linux" })));
		expect(shown.message).toBe("the clock of this machine is 12 minutes slow");
		expect(shown.remedy).toContain("timedatectl");
	});

	test("a host that is not there: the region in its name", async () => {
		const ctx = testContext();
		const client = new SSOClient(await awsClientConfig(ctx, "sso", { region: "us-eest-9", maxAttempts: 1 }));
		const shown = await failure(
			callAws({ ctx, operation: OPERATION, attempts: 1, signal: new AbortController().signal }, (abortSignal) =>
				client.send(new GetRoleCredentialsCommand({ accessToken: "t", accountId: "1", roleName: "R" }), {
					abortSignal,
				}),
			),
		);
		expect(shown.code).toBe("network");
		// Without any name server the answer is another one; both name the host.
		expect(shown.message).toContain("portal.sso.us-eest-9.amazonaws.com");
		if (shown.message.endsWith("was not found")) expect(shown.remedy).toContain("region");
	});

	test("OAuth's words, with the header and without", async () => {
		const aws = await cloud();
		const ctx = testContext();
		const client = new SSOOIDCClient(
			await awsClientConfig(ctx, "sso-oidc", { region: "us-east-1", endpoint: aws.url, maxAttempts: 1 }),
		);
		const send = () =>
			failure(
				callAws(
					{ ctx, operation: "sso-oidc:CreateToken", attempts: 1, signal: new AbortController().signal },
					(abortSignal) =>
						client.send(new CreateTokenCommand({ clientId: "i", clientSecret: "s", grantType: "g" }), { abortSignal }),
				),
			);
		const known = await send();
		expect(known.service).toMatchObject({
			name: "InvalidClientException",
			message: "Invalid client provided",
			status: 401,
		});
		expect(oauthCode(known.cause)).toBe("invalid_client");
		const body = '{"error":"invalid_grant","error_description":"Nope"}';
		aws.script.always("sso-oidc:CreateToken", { type: "raw", status: 400, body });
		const bare = await send();
		expect(bare.service).toMatchObject({ name: "InvalidGrantException", message: "Nope" });
		expect(oauthCode(bare.cause)).toBe("invalid_grant");
	});
});

describe("retries", () => {
	test("errors of the server, throttling and cut connections are tried again, refusals are not", async () => {
		const aws = await cloud();
		aws.script.next(
			OPERATION,
			error(503, "X"),
			error(429, "TooManyRequestsException"),
			{ type: "drop" },
			error(403, "ForbiddenException"),
		);
		const clock = fakeClock();
		const ctx = testContext({ clock });
		const done = failure(call(aws, ctx, { attempts: 10 }));
		for (let retry = 0; retry < 3; retry++) clock.advance(await clock.asleep());
		expect(await done).toMatchObject({ code: "denied" });
		expect(aws.count(OPERATION)).toBe(4);
	});

	test("Retry-After is kept", async () => {
		const aws = await cloud();
		aws.script.next(OPERATION, error(429, "TooManyRequestsException", "slow", { "retry-after": "7" }));
		const clock = fakeClock();
		const delays: number[] = [];
		const done = failure(call(aws, testContext({ clock }), { attempts: 2, onRetry: (_, ms) => delays.push(ms) }));
		expect(await clock.asleep()).toBe(7000);
		clock.advance(7000);
		await done;
		expect(delays).toEqual([7000]);
	});

	test.each([
		["7", 7000],
		["0.5", 500],
		["-3", 0],
		["999999", 60_000],
		["soon", undefined],
		["Mon, 23 Nov 2026 12:00:09 GMT", 9000],
	])("Retry-After: %s", (value, ms) => {
		const response = { $response: { headers: { "retry-after": value } } };
		expect(retryAfterMs(response, Date.UTC(2026, 10, 23, 12))).toBe(ms);
	});

	test("a cancelled call ends at once: during a request, between two, and before the first", async () => {
		const aws = await cloud();
		aws.script.next(OPERATION, { type: "hang" });
		const reason = new Error("cancelled by the user");
		const during = new AbortController();
		const hanging = failure(call(aws, testContext(), { signal: during.signal }));
		await aws.waitFor(({ operation }) => operation === OPERATION);
		const started = performance.now();
		during.abort(reason);
		expect(await hanging).toBe(reason);
		expect(performance.now() - started).toBeLessThan(50);

		aws.script.next(OPERATION, error(503, "X"));
		const clock = fakeClock();
		const between = new AbortController();
		const sleeping = failure(call(aws, testContext({ clock }), { signal: between.signal, attempts: 3 }));
		await clock.asleep();
		between.abort(reason);
		expect(await sleeping).toBe(reason);

		expect(await failure(call(aws, testContext(), { signal: AbortSignal.abort(reason) }))).toBe(reason);
		expect(aws.count(OPERATION)).toBe(2);
	});
});
