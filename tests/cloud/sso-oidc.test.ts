import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEVICE_GRANT, postJson, type Setup, START_URL, setUp } from "./client.ts";

let set: Setup;
beforeEach(async () => {
	set = await setUp();
});
afterEach(() => set.cloud.close());

describe("registration", () => {
	test.each([
		["a confidential client", { clientType: "confidential" }, "InvalidClientMetadataException"],
		["no name", { clientName: "" }, "InvalidClientMetadataException"],
		["an unknown grant", { grantTypes: ["password"] }, "UnsupportedGrantTypeException"],
		["an unknown scope", { scopes: ["sso:everything"] }, "InvalidScopeException"],
	])("%s is refused", async (_, changes, error) => {
		const { status, headers } = await set.register(changes);
		expect(status).toBe(400);
		expect(headers.get("x-amzn-errortype")).toBe(error);
	});

	test("lasts ninety days", async () => {
		const { clientIdIssuedAt, clientSecretExpiresAt } = (await set.register()).body;
		expect(clientIdIssuedAt).toBe(set.clock.now() / 1000);
		expect(clientSecretExpiresAt - clientIdIssuedAt).toBe(90 * 86_400);
		const device = await set.startDevice();
		set.clock.advance(90 * 86_400);
		expect((await set.redeem(device)).body.error).toBe("invalid_client");
	});
});

describe("device authorization", () => {
	const start = async (changes: Record<string, unknown>) => {
		const { clientId, clientSecret } = (await set.register()).body;
		return postJson(`${set.cloud.url}/device_authorization`, {
			clientId,
			clientSecret,
			startUrl: START_URL,
			...changes,
		});
	};

	test("has a code, where to enter it, and how long it lasts", async () => {
		const { body } = await start({});
		expect(body.userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
		expect(body).toMatchObject({
			verificationUri: `${set.cloud.url}/device`,
			verificationUriComplete: `${set.cloud.url}/device?user_code=${body.userCode}`,
			expiresIn: 600,
			interval: 5,
		});
	});

	test.each([
		["an unknown portal", { startUrl: "https://other.awsapps.com/start" }, 400, "InvalidRequestException"],
		["another spelling of the portal", { startUrl: `${START_URL}/` }, 400, "InvalidRequestException"],
		["a wrong secret", { clientSecret: "guessed" }, 401, "InvalidClientException"],
		["an unknown client", { clientId: "guessed" }, 401, "InvalidClientException"],
	])("%s is refused", async (_, changes, status, error) => {
		const answer = await start(changes);
		expect(answer.status).toBe(status);
		expect(answer.headers.get("x-amzn-errortype")).toBe(error);
		expect(answer.headers.get("x-amzn-requestid")).toMatch(/^[\da-f-]{36}$/);
		expect(answer.body.error_description).toBeTypeOf("string");
	});
});

describe("polling", () => {
	test("the first may come at once, the next after the interval", async () => {
		const device = await set.startDevice();
		expect((await set.redeem(device)).body.error).toBe("authorization_pending");
		set.clock.advance(5);
		expect((await set.redeem(device)).body.error).toBe("authorization_pending");
		set.clock.advance(4);
		expect((await set.redeem(device)).body.error).toBe("slow_down");
	});

	test("every slow_down adds five seconds", async () => {
		const device = await set.startDevice();
		await set.redeem(device);
		for (const wait of [1, 9, 14]) {
			set.clock.advance(wait);
			expect((await set.redeem(device)).body.error).toBe("slow_down");
		}
		set.cloud.approve(device.userCode);
		set.clock.advance(19);
		expect((await set.redeem(device)).body.error).toBe("slow_down");
		set.clock.advance(25);
		expect((await set.redeem(device)).status).toBe(200);
	});

	test("a code is good for one token", async () => {
		const device = await set.startDevice();
		set.cloud.approve(device.userCode);
		const { body } = await set.redeem(device);
		expect(body).toMatchObject({ tokenType: "Bearer", expiresIn: 8 * 3600 });
		set.clock.advance(5);
		expect((await set.redeem(device)).body.error).toBe("invalid_grant");
	});

	test("a code that was denied, or ran out, is refused", async () => {
		const denied = await set.startDevice();
		set.cloud.deny(denied.userCode);
		expect((await set.redeem(denied)).body.error).toBe("access_denied");
		const old = await set.startDevice();
		set.clock.advance(600);
		expect((await set.redeem(old)).body.error).toBe("expired_token");
		expect(() => set.cloud.approve(old.userCode)).toThrow(/no pending device code/);
	});

	test("a code belongs to the client that asked for it", async () => {
		const device = await set.startDevice();
		set.cloud.approve(device.userCode);
		const { clientId, clientSecret } = (await set.register()).body;
		expect((await set.redeem({ ...device, clientId, clientSecret })).body.error).toBe("invalid_grant");
	});
});

describe("renewal", () => {
	const refresh = (session: Record<string, string>, refreshToken = session.refreshToken) =>
		postJson(`${set.cloud.url}/token`, {
			clientId: session.clientId,
			clientSecret: session.clientSecret,
			grantType: "refresh_token",
			refreshToken,
		});
	const accounts = async (token: string) => (await set.portal("/assignment/accounts", token)).status;

	test("gives new tokens of both kinds", async () => {
		const session = await set.signIn();
		set.cloud.expireTokens();
		expect(await accounts(session.accessToken as string)).toBe(401);
		const { body } = await refresh(session);
		expect(body.refreshToken).not.toBe(session.refreshToken);
		expect(await accounts(body.accessToken)).toBe(200);
	});

	test("a refresh token that comes twice ends the whole session", async () => {
		const session = await set.signIn();
		const { body } = await refresh(session);
		expect((await refresh(session)).body.error).toBe("invalid_grant");
		expect((await refresh(session, body.refreshToken)).body.error).toBe("invalid_grant");
		expect(await accounts(body.accessToken)).toBe(401);
	});

	test("is not for a client that did not register for it", async () => {
		const { clientId, clientSecret } = (await set.register({ grantTypes: [DEVICE_GRANT] })).body;
		const device = (
			await postJson(`${set.cloud.url}/device_authorization`, { clientId, clientSecret, startUrl: START_URL })
		).body;
		set.cloud.approve();
		const { body } = await set.redeem({ clientId, clientSecret, ...device });
		expect(body).not.toHaveProperty("refreshToken");
		expect((await refresh({ clientId, clientSecret }, "any")).headers.get("x-amzn-errortype")).toBe(
			"UnauthorizedClientException",
		);
	});

	test("ends with the session: revoked, or too old", async () => {
		const session = await set.signIn();
		set.cloud.revokeSessions();
		expect((await refresh(session)).body.error).toBe("invalid_grant");
		expect(await accounts(session.accessToken as string)).toBe(401);

		const portal = set.cloud.world.portals[0];
		if (portal) set.cloud.world.portals[0] = { ...portal, refreshSeconds: 3600 };
		const short = await set.signIn();
		set.clock.advance(3600);
		expect((await refresh(short)).body.error).toBe("invalid_grant");
	});
});
