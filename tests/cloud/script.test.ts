import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Reply, type Setup, setUp } from "./client.ts";
import type { LoggedRequest } from "./cloud.ts";
import { garbage, HOSTILE_TEXT } from "./script.ts";

const LIST = "sso:ListAccounts";

let set: Setup;
let token: string | undefined;
beforeEach(async () => {
	set = await setUp({ now: Date.now });
	token = (await set.signIn()).accessToken;
});
afterEach(() => set.cloud.close());

const list = (): Promise<Reply> => set.portal("/assignment/accounts", token);

describe("scripted behaviour", () => {
	test("comes in order, once each, and then the service is itself again", async () => {
		set.cloud.script.next(LIST, { type: "error", status: 429, name: "TooManyRequestsException" }, garbage.html);
		set.cloud.script.next(LIST, { type: "drop" });
		expect((await list()).headers.get("x-amzn-errortype")).toContain("TooManyRequestsException");
		expect((await list()).text).toContain("Wi-Fi");
		await expect(list()).rejects.toThrow();
		expect((await list()).body.accountList).toHaveLength(3);
	});

	test("stands until it is taken back", async () => {
		set.cloud.script.always(LIST, { type: "error", status: 503, name: "ServiceUnavailableException" });
		expect((await list()).status).toBe(503);
		expect((await list()).status).toBe(503);
		set.cloud.script.always(LIST, undefined);
		expect((await list()).status).toBe(200);
	});

	test("hits one operation alone", async () => {
		set.cloud.script.always("sso:ListAccountRoles", { type: "drop" });
		expect((await list()).status).toBe(200);
	});

	test("can cut an answer in two, after the service has done its part", async () => {
		const device = await set.startDevice();
		set.cloud.approve(device.userCode);
		set.cloud.script.next("sso-oidc:CreateToken", { type: "cut" });
		await expect(set.redeem(device)).rejects.toThrow();
		// The code was used by the answer that was lost.
		expect((await set.redeem(device)).body.error).toMatch(/^(?:invalid_grant|slow_down)$/);
	});

	test("can leave a client without an answer", async () => {
		set.cloud.script.next(LIST, { type: "hang" });
		const gone = new AbortController();
		const waiting = fetch(`${set.cloud.url}/assignment/accounts`, { signal: gone.signal });
		expect((await set.cloud.waitFor(({ operation }) => operation === LIST)).status).toBe(0);
		gone.abort();
		await expect(waiting).rejects.toThrow();
	});

	test("can delay any answer", async () => {
		set.cloud.script.next(LIST, { type: "answer", delayMs: 50 });
		expect((await list()).status).toBe(200);
		const entry = set.cloud.requests.at(-1) as LoggedRequest;
		expect(entry.at - entry.receivedAt).toBeGreaterThanOrEqual(49);
	});

	test("can speak any service's language, and lie in it", async () => {
		set.cloud.script.next("eks:DescribeCluster", garbage.hostile);
		const eks = await set.portal("/clusters/dev-cluster", undefined);
		expect(eks.headers.get("x-amzn-errortype")).toBe("ValidationException");
		expect(eks.body.message).toBe(HOSTILE_TEXT);
		set.cloud.script.next("sso-oidc:CreateToken", { type: "error", status: 400, name: "SlowDownException" });
		expect((await set.redeem({})).body.error).toBe("slow_down");
		set.cloud.script.next("sts:GetCallerIdentity", { type: "error", status: 403, name: "AccessDenied", message: "<&" });
		const sts = await set.portal("/?Action=GetCallerIdentity", undefined);
		expect(sts.text).toContain("<Code>AccessDenied</Code><Message>&#60;&#38;</Message>");
	});
});

describe("the log", () => {
	test("has every request and no secret", async () => {
		await set.roleCredentials();
		await set.portal("/no/such/thing", token);
		const operations = set.cloud.requests.map(({ operation }) => operation);
		expect(operations).toEqual([
			...["sso-oidc:RegisterClient", "sso-oidc:StartDeviceAuthorization", "sso-oidc:CreateToken"],
			...["sso-oidc:RegisterClient", "sso-oidc:StartDeviceAuthorization", "sso-oidc:CreateToken"],
			"sso:GetRoleCredentials",
			"unknown",
		]);
		expect(set.cloud.count("sso-oidc:CreateToken")).toBe(2);
		const secrets = set.cloud.secrets();
		expect(secrets.length).toBeGreaterThan(7);
		const log = JSON.stringify(set.cloud.requests);
		expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
	});

	test("can be awaited: what comes, and what has come already", async () => {
		const next = set.cloud.waitFor(({ operation }) => operation === LIST);
		await list();
		expect((await next).status).toBe(200);
		expect(await set.cloud.waitFor(({ operation }) => operation === LIST)).toBe(await next);
		const later = set.cloud.waitFor(({ operation }) => operation === LIST, set.cloud.requests.length);
		await list();
		expect(await later).not.toBe(await next);
	});

	test("ends its waiters when the cloud closes", async () => {
		const never = set.cloud.waitFor(() => false);
		const noCode = set.cloud.nextCode();
		await set.cloud.close();
		await expect(never).rejects.toThrow();
		await expect(noCode).rejects.toThrow();
		set = await setUp();
	});
});

describe("approval", () => {
	test("by itself, until it is left to a person again", async () => {
		set.cloud.approveAlways();
		const approved = await set.startDevice();
		await expect
			.poll(async () => (await set.portal(`/device?user_code=${approved.userCode}`, undefined)).text)
			.toContain("Request approved");
		set.cloud.approveNever();
		const pending = set.cloud.nextCode();
		const device = await set.startDevice();
		expect(await pending).toBe(device.userCode);
		expect((await set.redeem(device)).body.error).toBe("authorization_pending");
	});
});
