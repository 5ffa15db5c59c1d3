/** What the cloud's own tests send to it: plain HTTP, so that nothing is put right on the way. */
import { type Cloud, type CloudOptions, startCloud } from "./cloud.ts";
import { smallWorld } from "./world.ts";

export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
export const START_URL = "https://acme.awsapps.com/start";
export const REGISTRATION = {
	clientName: "test",
	clientType: "public",
	grantTypes: [DEVICE_GRANT, "refresh_token"],
	scopes: ["sso:account:access"],
};

export interface Reply {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	/** The body as JSON; `{}` if it is none. */
	// biome-ignore lint/suspicious/noExplicitAny: answers are compared field by field
	readonly body: any;
}

export async function request(url: string, init: RequestInit = {}): Promise<Reply> {
	const response = await fetch(url, { redirect: "manual", ...init });
	const text = await response.text();
	let body: unknown = {};
	try {
		body = JSON.parse(text);
	} catch {
		// A page, or XML.
	}
	return { status: response.status, headers: response.headers, text, body };
}

export const postJson = (url: string, body: unknown): Promise<Reply> =>
	request(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** A clock that only a test moves. */
export interface HandClock {
	now(): number;
	advance(seconds: number): void;
}

export function handClock(): HandClock {
	let now = Date.UTC(2026, 10, 23, 12);
	return {
		now: () => now,
		advance(seconds) {
			now += seconds * 1000;
		},
	};
}

export interface Setup {
	readonly cloud: Cloud;
	readonly clock: HandClock;
	register(changes?: Record<string, unknown>): Promise<Reply>;
	/** @returns client id, secret and all of the device authorization's answer */
	startDevice(): Promise<Record<string, string>>;
	/** Sends a token request with the device code of `device`. */
	redeem(device: Record<string, string>): Promise<Reply>;
	/** The whole device flow: the answer with the tokens, and the client that has them. */
	signIn(): Promise<Record<string, string>>;
	/** Asks the portal, as whoever has the token. */
	portal(path: string, accessToken: string | undefined): Promise<Reply>;
	/** Role credentials as the portal gives them. */
	roleCredentials(
		account?: string,
		role?: string,
	): Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: number }>;
}

/** A cloud with a clock of its own; the test that starts it closes it. */
export async function setUp(options: CloudOptions = {}): Promise<Setup> {
	const clock = handClock();
	const cloud = await startCloud({ world: smallWorld({ pollSeconds: 5 }), now: clock.now, ...options });
	const register = (changes: Record<string, unknown> = {}): Promise<Reply> =>
		postJson(`${cloud.url}/client/register`, { ...REGISTRATION, ...changes });
	const startDevice = async (): Promise<Record<string, string>> => {
		const { clientId, clientSecret } = (await register()).body;
		const { body } = await postJson(`${cloud.url}/device_authorization`, {
			clientId,
			clientSecret,
			startUrl: START_URL,
		});
		return { clientId, clientSecret, ...body };
	};
	const redeem = ({ clientId, clientSecret, deviceCode }: Record<string, string>): Promise<Reply> =>
		postJson(`${cloud.url}/token`, { clientId, clientSecret, deviceCode, grantType: DEVICE_GRANT });
	const signIn = async (): Promise<Record<string, string>> => {
		const device = await startDevice();
		cloud.approve(device.userCode);
		return { ...device, ...(await redeem(device)).body };
	};
	const portal = (path: string, accessToken: string | undefined): Promise<Reply> =>
		request(cloud.url + path, { headers: accessToken ? { "x-amz-sso_bearer_token": accessToken } : {} });
	return {
		cloud,
		clock,
		register,
		startDevice,
		redeem,
		signIn,
		portal,
		async roleCredentials(account = "123456789012", role = "AdministratorAccess") {
			const { accessToken } = await signIn();
			const query = new URLSearchParams({ account_id: account, role_name: role });
			return (await portal(`/federation/credentials?${query}`, accessToken)).body.roleCredentials;
		},
	};
}
