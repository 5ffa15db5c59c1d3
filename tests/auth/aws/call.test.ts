import { ListAccountsCommand, SSOClient } from "@aws-sdk/client-sso";
import { CreateTokenCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { describe, expect, onTestFinished, test } from "vitest";
import { callAws } from "../../../src/auth/aws/call.ts";
import { awsClientConfig } from "../../../src/auth/aws/clients.ts";
import { awsError, oauthCode, wantedPauseMs } from "../../../src/auth/aws/errors.ts";
import type { AuthError } from "../../../src/auth/errors.ts";
import { createNetwork } from "../../../src/auth/net/create-network.ts";
import { noteRoute } from "../../../src/auth/net/route.ts";
import type { Behaviour } from "../../cloud/script.ts";
import { fakeClock, testContext } from "../../helpers/context.ts";
import { remedyOf } from "../../helpers/remedy.ts";
import { call, cloud, error, failure, OPERATION } from "../net/calls.ts";

describe("what a user is told", () => {
	test.each<[string, Behaviour, Partial<AuthError>]>([
		[
			"403",
			error(403, "AccessDeniedException"),
			{
				code: "denied",
				message: `not authorized to perform ${OPERATION}`,
				reason: "It is so.",
				remedy: { say: `allow ${OPERATION} in the permissions of this identity's role` },
			},
		],
		[
			"403 that names the action",
			error(
				403,
				"AccessDeniedException",
				"User: arn:x is not authorized to perform: eks:DescribeCluster on resource: *",
			),
			{
				code: "denied",
				message: "not authorized to perform eks:DescribeCluster",
				reason: undefined,
				remedy: { say: "allow eks:DescribeCluster in the permissions of this identity's role" },
			},
		],
		[
			"403 that names the resource, too",
			error(403, "AccessDenied", "User: arn:x is not authorized to perform: eks:DescribeCluster on resource: arn:y"),
			{ remedy: { say: "allow eks:DescribeCluster on arn:y in the permissions of this identity's role" } },
		],
		[
			"403 by a policy that denies",
			error(
				403,
				"AccessDenied",
				"x is not authorized to perform: a:B on resource: * with an explicit deny in a policy",
			),
			{ message: "not authorized to perform a:B", reason: expect.stringContaining("with an explicit deny") },
		],
		[
			"expired keys",
			error(400, "ExpiredTokenException"),
			{ code: "expired", remedy: { say: "sign in again", run: ["atmos-auth", "login", "--force"] } },
		],
		["unknown keys", error(403, "UnrecognizedClientException"), { code: "denied" }],
		[
			"throttling",
			error(429, "TooManyRequestsException"),
			{ code: "service", remedy: { say: "wait a minute, then run the command again" } },
		],
		[
			"a region that is off",
			error(403, "RegionDisabledException"),
			{ message: "the region does not accept these credentials" },
		],
		["a malformed token", error(400, "ValidationError", "The provided token is malformed"), { code: "denied" }],
		["500", error(500, "InternalServerException"), { message: "the access portal returned an error (HTTP 500)" }],
		[
			"503 in HTML",
			{ type: "raw", status: 503, contentType: "text/html", body: "<p>" },
			{ message: "the access portal returned an error (HTTP 503)" },
		],
		[
			"an unknown error",
			error(400, "WeirdException"),
			{ code: "service", message: `${OPERATION} failed with WeirdException`, reason: "It is so." },
		],
		["a cut connection", { type: "drop" }, { code: "network", message: expect.stringContaining("was lost") }],
		[
			"200 in HTML",
			{ type: "raw", contentType: "text/html", body: "<p>hi</p>" },
			{ code: "service", reason: "a proxy or a captive portal may have answered instead" },
		],
		["403 in HTML", { type: "raw", status: 403, contentType: "text/html", body: "<p>no</p>" }, { code: "service" }],
		[
			"a redirect",
			{ type: "raw", status: 302, body: "" },
			{ reason: "a proxy or a captive portal may have answered instead" },
		],
		["null", { type: "raw", body: "null" }, { code: "service", message: expect.stringContaining("unreadable") }],
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

	test.each([
		[
			"another name has an address: the region",
			{ offline: false },
			"portal.sso.us-eest-9.amazonaws.com was not found",
			/`region` .*us-eest-9/,
		],
		[
			"no name has: the network",
			{ offline: true },
			"there is no network: portal.sso.us-eest-9.amazonaws.com was not found",
			/^check the network connection(?!.*region)/,
		],
		[
			"behind a proxy: the proxy",
			{ proxy: "http://proxy:3128" },
			"the proxy http://proxy:3128 was not found",
			/HTTPS_PROXY/,
		],
	])("a host that is not there, and %s", (_, route, message, remedy) => {
		const thrown = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
		noteRoute(thrown, { host: "portal.sso.us-eest-9.amazonaws.com", ...route });
		const shown = awsError(thrown, { ctx: testContext(), operation: OPERATION });
		expect(shown).toMatchObject({ code: "network", message, remedy: { say: expect.stringMatching(remedy) } });
	});

	test.each(["EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH", "ENETDOWN"])(
		"%s is the network's fault, not the region's",
		(code) => {
			const thrown = Object.assign(new Error(code), { code });
			noteRoute(thrown, { host: "portal.sso.us-eest-9.amazonaws.com" });
			const shown = awsError(thrown, { ctx: testContext(), operation: OPERATION }) as AuthError;
			expect(shown.code).toBe("network");
			expect(remedyOf(shown)).toMatch(/^check the network connection and the VPN/);
			expect(`${shown.reason} ${remedyOf(shown)}`).not.toContain("region");
		},
	);

	test.each([true, false])("whether there is a network at all is found out: %s", async (online) => {
		const asked: string[] = [];
		const base = testContext();
		const network = createNetwork({
			...base,
			resolves: async (host) => {
				asked.push(host);
				return online;
			},
		});
		onTestFinished(() => network.close());
		const ctx = { ...base, network };
		// No network of any kind knows a name under .invalid (RFC 6761 §6.4).
		const config = { region: "us-east-1", endpoint: "https://portal.invalid" };
		const client = new SSOClient(await awsClientConfig(ctx, "sso", config));
		const shown = await failure(
			callAws({ ctx, operation: OPERATION, attempts: 1, signal: new AbortController().signal }, (abortSignal) =>
				client.send(new ListAccountsCommand({ accessToken: "t" }), { abortSignal }),
			),
		);
		expect(shown.code).toBe("network");
		expect(shown.message.startsWith("there is no network")).toBe(!online);
		expect(asked).toEqual(["sts.amazonaws.com"]);
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

describe("the log", () => {
	test("has one line for each try, with what came of it and what is done about it", async () => {
		const aws = await cloud();
		aws.script.next(OPERATION, error(503, "InternalServerException"), { type: "drop" });
		const clock = fakeClock();
		const ctx = testContext({ clock });
		const done = failure(call(aws, ctx, { attempts: 10 }));
		for (let retry = 0; retry < 2; retry++) clock.advance(await clock.asleep());
		await done;
		const lines = ctx.logged.filter(({ message }) => message === "request");
		const common = { service: "sso", action: "GetRoleCredentials", ms: expect.any(Number) };
		expect(lines.map(({ fields }) => fields)).toMatchObject([
			{ ...common, attempt: 1, status: 503, error: "InternalServerException", retryInMs: expect.any(Number) },
			{ ...common, attempt: 2, status: undefined, error: "ECONNRESET", retryInMs: expect.any(Number) },
			{
				...common,
				attempt: 3,
				status: 401,
				error: "UnauthorizedException",
				requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
			},
		]);
		expect(lines.at(-1)?.fields).not.toHaveProperty("retryInMs");
		expect(lines.every(({ level }) => level === "debug")).toBe(true);
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
		["3600", "60 min"],
		// There would be time for it, but nobody is kept waiting so long.
		["45", "45 s"],
	])("who wants a pause of %s seconds gets no further try, and it is said when to come back", async (pause, amount) => {
		const aws = await cloud();
		aws.script.always(OPERATION, error(429, "TooManyRequestsException", "slow", { "retry-after": pause }));
		const shown = await failure(call(aws, testContext(), { attempts: 10 }));
		expect(shown).toMatchObject({
			code: "service",
			message: "the access portal is throttling requests",
			reason: `it asks to wait ${amount} before the next request`,
			remedy: { say: `wait ${amount}, then run the command again` },
		});
		expect(aws.count(OPERATION)).toBe(1);
	});

	test("the tries and the pauses between them end together", async () => {
		const aws = await cloud();
		aws.script.always(OPERATION, error(429, "TooManyRequestsException", "slow", { "retry-after": "25" }));
		const clock = fakeClock();
		const done = failure(call(aws, testContext({ clock }), { attempts: 100 }));
		let ended = false;
		void done.then(() => {
			ended = true;
		});
		while (!ended) await Promise.race([done, clock.asleep().then((ms) => clock.advance(ms))]);
		expect(await done).toMatchObject({ message: expect.stringContaining("throttling requests") });
		// At 0, 25 and 50 seconds; at 75 the minute is over.
		expect(aws.count(OPERATION)).toBe(3);
	});

	test("one try ends, however long its answer drips", async () => {
		const aws = await cloud();
		aws.script.always(OPERATION, { type: "drip", everyMs: 20 });
		const base = testContext();
		const network = createNetwork({ ...base, limits: { tryMs: 300, silenceMs: 10_000 } });
		onTestFinished(() => network.close());
		const started = performance.now();
		const shown = await failure(call(aws, { ...base, network }));
		expect(performance.now() - started).toBeLessThan(5000);
		expect(shown).toMatchObject({ code: "network", message: expect.stringContaining("did not answer in time") });
	});

	test.each([
		["7", 7000],
		["0.5", 500],
		["-3", 0],
		["3600", 3_600_000],
		["soon", undefined],
		["Mon, 23 Nov 2026 12:00:09 GMT", 9000],
	])("Retry-After: %s", (value, ms) => {
		const response = { $response: { headers: { "retry-after": value } } };
		expect(wantedPauseMs(response, Date.UTC(2026, 10, 23, 12))).toBe(ms);
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
		expect(performance.now() - started).toBeLessThan(1000);

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
