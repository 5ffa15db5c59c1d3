import { createHash, randomBytes } from "node:crypto";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isRegistered } from "./authorize.ts";
import { CHROMIUM, startChromium } from "./browser.ts";
import { postJson, type Reply, request, type Setup, START_URL, setUp } from "./client.ts";

const REDIRECT = "http://127.0.0.1/oauth/callback";
const WITH_PORT = "http://127.0.0.1:65000/oauth/callback";
const BY_BROWSER = {
	grantTypes: ["authorization_code", "refresh_token"],
	redirectUris: [REDIRECT],
	issuerUrl: START_URL,
};

let set: Setup;
let client: { clientId: string; clientSecret: string };
beforeEach(async () => {
	set = await setUp();
	client = (await set.register(BY_BROWSER)).body;
});
afterEach(() => set.cloud.close());

const verifier = randomBytes(40).toString("base64url");
const challenge = createHash("sha256").update(verifier).digest("base64url");

function pageUrl(changes: Record<string, string | undefined> = {}): string {
	const query = {
		response_type: "code",
		client_id: client.clientId,
		redirect_uri: WITH_PORT,
		state: "the state & more",
		code_challenge_method: "S256",
		scopes: "sso:account:access",
		code_challenge: challenge,
		...changes,
	};
	const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
	return `${set.cloud.url}/authorize?${new URLSearchParams(given)}`;
}

/** Presses a button of the page, and looks where it leads without going there. */
async function press(
	decision: string,
	url = pageUrl(),
	changes: Record<string, string> = {},
	headers = {},
): Promise<Reply> {
	const { text } = await request(url);
	const token = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? "";
	const body = new URLSearchParams({ form_token: token, decision, ...changes });
	return request(`${set.cloud.url}/authorize`, { method: "POST", body, headers });
}

const ledTo = (reply: Reply): URL => new URL(reply.headers.get("location") ?? "");
const codeOf = async (url?: string): Promise<string> => ledTo(await press("allow", url)).searchParams.get("code") ?? "";

const redeem = (code: string, changes: Record<string, unknown> = {}): Promise<Reply> =>
	postJson(`${set.cloud.url}/token`, {
		...client,
		grantType: "authorization_code",
		code,
		redirectUri: WITH_PORT,
		codeVerifier: verifier,
		...changes,
	});

describe("registration for a browser", () => {
	test.each([
		["nowhere to return to", { redirectUris: [] }, "InvalidRedirectUriException"],
		["an address in the clear elsewhere", { redirectUris: ["http://evil.example/cb"] }, "InvalidRedirectUriException"],
		["a name that DNS decides about", { redirectUris: ["http://localhost/cb"] }, "InvalidRedirectUriException"],
		["a scheme of another program", { redirectUris: ["javascript:alert(1)"] }, "InvalidRedirectUriException"],
		["a fragment", { redirectUris: [`${REDIRECT}#x`] }, "InvalidRedirectUriException"],
		["no portal", { issuerUrl: undefined }, "InvalidRequestException"],
		["a portal that there is not", { issuerUrl: `${START_URL}/#` }, "InvalidRequestException"],
	])("%s is refused", async (_, changes, error) => {
		const { status, headers } = await set.register({ ...BY_BROWSER, ...changes });
		expect([status, headers.get("x-amzn-errortype")]).toEqual([400, error]);
	});
});

test.each([
	[WITH_PORT, true],
	[REDIRECT, true],
	["http://127.0.0.1:1/oauth/callback/", false],
	["http://127.0.0.1:1/oauth/other", false],
	["http://127.0.0.1:1/oauth/callback?a=b", false],
	["http://127.0.0.1:1/oauth/callback#a", false],
	["http://127.0.0.1:1/oauth/../oauth/callback", false],
	["http://localhost:1/oauth/callback", false],
	["http://127.0.0.2:1/oauth/callback", false],
	["http://evil.example:1/oauth/callback", false],
	["http://127.0.0.1:1@evil.example/oauth/callback", false],
	["http://user@127.0.0.1:1/oauth/callback", false],
	["https://127.0.0.1:1/oauth/callback", false],
	["", false],
])("a browser may return to %s: %s", (uri, expected) => {
	expect(isRegistered(uri, [REDIRECT])).toBe(expected);
});

describe("the authorization page", () => {
	test("says who asks and for whom, and may lead back to that program alone", async () => {
		const { status, text, headers } = await request(pageUrl());
		expect(status).toBe(200);
		expect(text).toContain("<strong>test</strong>");
		expect(text).toContain("signed in as ada@acme.example");
		expect(headers.get("content-security-policy")).toContain("form-action 'self' http://127.0.0.1:65000;");
	});

	test("sends the browser back with a code and the state, or with a refusal", async () => {
		const allowed = await press("allow");
		expect(allowed.status).toBe(303);
		expect(ledTo(allowed).href.startsWith(`${WITH_PORT}?`)).toBe(true);
		expect(Object.fromEntries(ledTo(allowed).searchParams)).toEqual({
			code: expect.stringMatching(/^\S{40,}$/),
			state: "the state & more",
		});
		expect(Object.fromEntries(ledTo(await press("deny")).searchParams)).toEqual({
			error: "access_denied",
			error_description: expect.any(String),
			state: "the state & more",
		});
	});

	test.each<[string, Record<string, string | undefined>]>([
		["an unknown client", { client_id: "guessed" }],
		["no client", { client_id: undefined }],
		["an address that is not the client's", { redirect_uri: "http://127.0.0.1:1/other" }],
		["no address", { redirect_uri: undefined }],
	])("sends nobody anywhere for %s", async (_, changes) => {
		const { status, headers, text } = await request(pageUrl(changes));
		expect([status, headers.get("location")]).toEqual([400, null]);
		expect(text).not.toContain("<form");
	});

	test.each<[string, Record<string, string | undefined>, string]>([
		["another response", { response_type: "token" }, "unsupported_response_type"],
		["a scope that was not registered", { scopes: "sso:everything" }, "invalid_scope"],
		["the name of scopes in other services", { scopes: undefined, scope: "sso:account:access" }, "invalid_scope"],
		["no challenge", { code_challenge: undefined }, "invalid_request"],
		["a plain challenge", { code_challenge_method: "plain" }, "invalid_request"],
		["a method by another name", { code_challenge_method: "SHA-256" }, "invalid_request"],
		["a challenge that is no digest", { code_challenge: verifier.slice(0, 42) }, "invalid_request"],
		["a challenge with padding", { code_challenge: `${challenge}=` }, "invalid_request"],
	])("sends back at once for %s", async (_, changes, error) => {
		const reply = await request(pageUrl(changes));
		expect(reply.status).toBe(303);
		expect(ledTo(reply).searchParams.get("error")).toBe(error);
		expect(ledTo(reply).searchParams.get("state")).toBe("the state & more");
	});

	test("is not for a client of the device flow, nor for one that is over", async () => {
		const { clientId } = (await set.register({ redirectUris: [REDIRECT], issuerUrl: START_URL })).body;
		expect(ledTo(await request(pageUrl({ client_id: clientId }))).searchParams.get("error")).toBe(
			"unauthorized_client",
		);
		set.cloud.expireRegistrations();
		expect((await request(pageUrl())).status).toBe(400);
	});

	test("takes a form once, and from itself alone", async () => {
		const evil = await press("allow", pageUrl(), {}, { origin: "https://evil.example" });
		expect(evil.status).toBe(403);
		expect((await press("allow", pageUrl(), { form_token: "guessed" })).status).toBe(403);
		expect((await press("nonsense")).status).toBe(400);
		const { text } = await request(pageUrl());
		const token = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? "";
		const send = () =>
			request(`${set.cloud.url}/authorize`, {
				method: "POST",
				body: new URLSearchParams({ form_token: token, decision: "allow" }),
			});
		expect((await send()).status).toBe(303);
		expect((await send()).status).toBe(403);
	});

	test("is not served under a name that somebody else's DNS leads here", async () => {
		const { port, pathname, search } = new URL(pageUrl());
		const status = await new Promise((resolve, reject) => {
			httpRequest({ host: "127.0.0.1", port, path: pathname + search, headers: { host: "evil.example" } })
				.on("response", (response) => resolve(response.resume().statusCode))
				.on("error", reject)
				.end();
		});
		expect(status).toBe(421);
	});
});

describe("a code", () => {
	test("is good for a session that can be used and renewed", async () => {
		const { body, status } = await redeem(await codeOf());
		expect(status).toBe(200);
		expect(body).toMatchObject({ tokenType: "Bearer", expiresIn: 8 * 3600 });
		expect((await set.portal("/assignment/accounts", body.accessToken)).status).toBe(200);
		const { refreshToken } = body;
		const renewed = await postJson(`${set.cloud.url}/token`, { ...client, grantType: "refresh_token", refreshToken });
		expect(renewed.status).toBe(200);
	});

	test("is good once: the second time ends what the first has opened", async () => {
		const code = await codeOf();
		const { accessToken } = (await redeem(code)).body;
		expect((await redeem(code)).body.error).toBe("invalid_grant");
		expect((await set.portal("/assignment/accounts", accessToken)).status).toBe(401);
	});

	test.each<[string, Record<string, unknown>, string]>([
		["another verifier", { codeVerifier: randomBytes(40).toString("base64url") }, "invalid_grant"],
		["the challenge as its verifier", { codeVerifier: challenge }, "invalid_grant"],
		["no verifier", { codeVerifier: undefined }, "invalid_request"],
		["a verifier that is too short", { codeVerifier: "a".repeat(42) }, "invalid_request"],
		["another port", { redirectUri: WITH_PORT.replace("65000", "65001") }, "invalid_grant"],
		["the address without the port", { redirectUri: REDIRECT }, "invalid_grant"],
		["no address", { redirectUri: undefined }, "invalid_grant"],
		["a guess", { code: "guessed" }, "invalid_grant"],
		["another secret", { clientSecret: "guessed" }, "invalid_client"],
	])("is not taken with %s", async (_, changes, error) => {
		expect((await redeem(await codeOf(), changes)).body.error).toBe(error);
	});

	test("is not taken any more after a wrong verifier", async () => {
		const code = await codeOf();
		await redeem(code, { codeVerifier: "a".repeat(43) });
		expect((await redeem(code)).body.error).toBe("invalid_grant");
	});

	test("belongs to the client that asked for it", async () => {
		const code = await codeOf();
		const other = (await set.register(BY_BROWSER)).body;
		expect((await redeem(code, other)).body.error).toBe("invalid_grant");
	});

	test("is over after ten minutes, or when it is let run out", async () => {
		const old = await codeOf();
		set.clock.advance(600);
		expect((await redeem(old)).body.error).toBe("invalid_grant");
		const another = await codeOf();
		set.cloud.expireCodes();
		expect((await redeem(another)).body.error).toBe("invalid_grant");
	});

	test("is one of the secrets", async () => {
		const code = await codeOf();
		expect(set.cloud.secrets()).toContain(code);
	});
});

/** What a program listens with: notes where it was led to. */
async function listener() {
	const seen: string[] = [];
	const server = createServer((incoming, response) => {
		seen.push(incoming.url ?? "");
		response.end("<!doctype html><title>back</title>");
	}).listen(0, "127.0.0.1");
	await new Promise((resolve) => server.once("listening", resolve));
	const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth/callback`;
	return { seen, redirectUri, close: () => server.close() };
}

describe("a visit", () => {
	test("allows, denies or looks, and goes where that leads", async () => {
		const { seen, redirectUri, close } = await listener();
		const url = pageUrl({ redirect_uri: redirectUri });
		expect((await set.cloud.visit(url, "look")).text).toContain("Authorization requested");
		expect(seen).toEqual([]);
		expect((await set.cloud.visit(url)).text).toContain("back");
		await set.cloud.visit(url, "deny");
		expect(seen).toEqual([expect.stringContaining("?code="), expect.stringContaining("?error=access_denied")]);
		close();
	});

	test("decides about device codes as well", async () => {
		const device = await set.startDevice();
		expect((await set.cloud.visit(device.verificationUriComplete ?? "")).text).toContain("Request approved");
		expect((await set.redeem(device)).status).toBe(200);
	});

	test("is not asked while everything is allowed, and nobody is sent back without one", async () => {
		const { seen, redirectUri, close } = await listener();
		set.cloud.approveAlways();
		await set.cloud.visit(pageUrl({ redirect_uri: redirectUri }), "look");
		expect(seen).toEqual([expect.stringContaining("?code=")]);
		set.cloud.approveNever();
		await set.cloud.visit(pageUrl({ redirect_uri: redirectUri }), "look");
		expect(seen).toHaveLength(1);
		close();
	});
});

describe.skipIf(CHROMIUM === undefined)("the authorization page in Chromium", () => {
	let browser: Browser;
	beforeAll(async () => {
		browser = await startChromium();
	}, 60_000);
	afterAll(() => browser.close());

	test.each([
		["Allow access", "?code="],
		["Deny", "?error=access_denied"],
	])("%s leads back to the program", async (name, query) => {
		const { seen, redirectUri, close } = await listener();
		const page = await browser.newPage();
		await page.goto(pageUrl({ redirect_uri: redirectUri }));
		await page.getByRole("button", { name }).click();
		await page.waitForURL((url) => url.pathname === "/oauth/callback");
		expect(seen[0]).toContain(query);
		await page.close();
		close();
	});
});
