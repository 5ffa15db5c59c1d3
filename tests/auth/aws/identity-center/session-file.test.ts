import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { mayReceive } from "../../../../src/auth/aws/identity-center/session-endpoints.ts";
import {
	dropSsoSession,
	loadSsoSession,
	type StoredSsoSession,
	saveSsoSession,
	ssoSessionFile,
} from "../../../../src/auth/aws/identity-center/session-file.ts";
import { Secret } from "../../../../src/auth/credentials.ts";
import { type TestContext, testContext } from "../../../helpers/context.ts";

const startUrl = "https://acme.awsapps.com/start?a=1&b=<2>";
const region = "us-east-1";
const session: StoredSsoSession = {
	accessToken: new Secret("aoa+token"),
	expiresAt: Date.UTC(2030, 0, 2, 3, 4, 5, 120),
	issuedAt: Date.UTC(2030, 0, 1, 19, 4, 5),
	region,
	startUrl,
	refreshToken: new Secret("refresh"),
	clientId: "client",
	clientSecret: new Secret("secret"),
	registrationExpiresAt: Date.UTC(2030, 3, 1),
};
const load = (ctx: TestContext): Promise<StoredSsoSession | undefined> => loadSsoSession(ctx, startUrl, region);

function given(ctx: TestContext, text: string): string {
	const path = ssoSessionFile(ctx, startUrl, region);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text, { mode: 0o600 });
	return path;
}

describe("a session", () => {
	test("is stored as the Go program stores it", async () => {
		const ctx = testContext();
		await saveSsoSession(ctx, session);
		const name = createHash("sha1").update(`${startUrl}|${region}`).digest("hex");
		const path = join(ctx.home, ".cache", "atmos", "aws-sso", "sessions", `${name}.json`);
		expect(readFileSync(path, "utf8")).toBe(`{
  "accessToken": "aoa+token",
  "expiresAt": "2030-01-02T03:04:05.12Z",
  "region": "us-east-1",
  "startUrl": "https://acme.awsapps.com/start?a=1\\u0026b=\\u003c2\\u003e",
  "refreshToken": "refresh",
  "clientId": "client",
  "clientSecret": "secret",
  "registrationExpiresAt": "2030-04-01T00:00:00Z"
}`);
		expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700]);
	});

	test("that was signed in to by browser has one more key, which others pass over", async () => {
		const ctx = testContext();
		await saveSsoSession(ctx, { ...session, flow: "browser" });
		expect((await load(ctx))?.flow).toBe("browser");
		const text = readFileSync(ssoSessionFile(ctx, startUrl, region), "utf8");
		expect(text.endsWith('"registrationExpiresAt": "2030-04-01T00:00:00Z",\n  "atmosAuthFlow": "browser"\n}')).toBe(
			true,
		);
		given(ctx, text.replace('"browser"', "7"));
		expect((await load(ctx))?.flow).toBeUndefined();
	});

	test("without a refresh token has Go's zero time", async () => {
		const ctx = testContext();
		const { accessToken, expiresAt } = session;
		await saveSsoSession(ctx, { accessToken, expiresAt, region, startUrl });
		const path = ssoSessionFile(ctx, startUrl, region);
		expect(Object.keys(JSON.parse(readFileSync(path, "utf8")))).toEqual([
			"accessToken",
			"expiresAt",
			"region",
			"startUrl",
			"registrationExpiresAt",
		]);
		expect(readFileSync(path, "utf8")).toContain('"registrationExpiresAt": "0001-01-01T00:00:00Z"');
		expect((await load(ctx))?.registrationExpiresAt).toBeUndefined();
	});

	test("comes back, secrets and times included", async () => {
		const ctx = testContext();
		await saveSsoSession(ctx, session);
		const loaded = await load(ctx);
		expect(loaded).toMatchObject({
			expiresAt: session.expiresAt,
			issuedAt: session.issuedAt,
			clientId: "client",
			registrationExpiresAt: session.registrationExpiresAt,
		});
		expect(loaded?.accessToken.reveal()).toBe("aoa+token");
		expect(loaded?.refreshToken?.reveal()).toBe("refresh");
		expect(loaded?.clientSecret?.reveal()).toBe("secret");
		expect(await loadSsoSession(ctx, `${startUrl}/`, region)).toBeUndefined();
		expect(await loadSsoSession(ctx, startUrl, "eu-west-1")).toBeUndefined();
	});

	test("says whose it is, where that is not the region's own, and loses it when the Go program writes", async () => {
		const ctx = testContext();
		const endpoints = { oidc: "https://mine.example", portal: "https://mine.example" };
		await saveSsoSession(ctx, { ...session, endpoints });
		const path = ssoSessionFile(ctx, startUrl, region);
		expect(JSON.parse(readFileSync(path, "utf8")).atmosAuthEndpoints).toEqual(endpoints);
		expect((await load(ctx))?.endpoints).toEqual(endpoints);
		await saveSsoSession(ctx, session);
		expect(readFileSync(path, "utf8")).not.toContain("atmosAuthEndpoints");
		expect((await load(ctx))?.endpoints).toBeUndefined();
	});

	test.each(["null", "1", '"https://mine.example"', "[]", '{"oidc":1}'])(
		"whose owner is %s belongs to nobody",
		async (owner) => {
			const ctx = testContext();
			await saveSsoSession(ctx, session);
			const path = ssoSessionFile(ctx, startUrl, region);
			const text = readFileSync(path, "utf8");
			writeFileSync(path, text.replace(/\n\}$/, `,\n  "atmosAuthEndpoints": ${owner}\n}`));
			const { endpoints } = (await load(ctx)) ?? {};
			for (const service of ["sso", "sso-oidc"] as const) {
				expect(mayReceive({}, { region, endpoints }, service, "https://mine.example")).toBe(false);
			}
			expect(mayReceive({}, { region, endpoints }, "sso-oidc", undefined)).toBe(false);
		},
	);

	test("is read as the Go program wrote it: nanoseconds, an offset, issued when it was written", async () => {
		const ctx = testContext();
		const path = given(
			ctx,
			JSON.stringify({ accessToken: "t", expiresAt: "2030-01-02T05:04:05.123456789+02:00", region, startUrl }),
		);
		utimesSync(path, 1_800_000_000, 1_800_000_000);
		expect(await load(ctx)).toMatchObject({
			expiresAt: Date.UTC(2030, 0, 2, 3, 4, 5, 123),
			issuedAt: 1_800_000_000_000,
		});
	});

	test("that others could read is closed to them", async () => {
		const ctx = testContext();
		await saveSsoSession(ctx, session);
		const path = ssoSessionFile(ctx, startUrl, region);
		chmodSync(path, 0o640);
		expect(await load(ctx)).toBeDefined();
		expect(statSync(path).mode & 0o777).toBe(0o600);
	});

	test("is gone when it was dropped, and dropping none is no error", async () => {
		const ctx = testContext();
		await saveSsoSession(ctx, session);
		await dropSsoSession(ctx, startUrl, region);
		expect(await load(ctx)).toBeUndefined();
		await dropSsoSession(ctx, startUrl, region);
	});
});

describe("a damaged session", () => {
	test.each(["", "{", "null", "[]", '"text"', '{"accessToken": 1}', '{"accessToken":"t","expiresAt":"soon"}'])(
		"is a miss, and kept aside: %j",
		async (text) => {
			const ctx = testContext();
			const path = given(ctx, text);
			expect(await load(ctx)).toBeUndefined();
			expect(readFileSync(`${path}.bad`, "utf8")).toBe(text);
			expect(existsSync(path)).toBe(false);
			expect(ctx.logged).toContainEqual(expect.objectContaining({ level: "warn" }));
		},
	);

	test("that was only being written is not", async () => {
		const ctx = testContext();
		await saveSsoSession(ctx, session);
		const path = ssoSessionFile(ctx, startUrl, region);
		const whole = readFileSync(path, "utf8");
		writeFileSync(path, "");
		const loading = load(ctx);
		setImmediate(() => writeFileSync(path, whole));
		expect(await loading).toBeDefined();
		expect(existsSync(`${path}.bad`)).toBe(false);
	});
});
