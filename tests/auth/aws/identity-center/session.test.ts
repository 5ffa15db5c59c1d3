import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SsoSession } from "../../../../src/auth/aws/credentials.ts";
import { kind } from "../../../../src/auth/aws/identity-center/kind.ts";
import { loadSsoSession } from "../../../../src/auth/aws/identity-center/session-file.ts";
import type { AuthError } from "../../../../src/auth/errors.ts";
import { remedyOf } from "../../../helpers/remedy.ts";
import { failure, nobody, REALM, type Scene, scene } from "./sign-in.ts";

const HOUR = 3_600_000;
const stored = ({ ctx, provider }: Scene) => loadSsoSession(ctx, provider.config.start_url, provider.config.region);

describe("a session that is nearly over", () => {
	test("is renewed without asking, and the new refresh token is kept", async () => {
		const set = await scene();
		await set.approved();
		const before = await stored(set);
		set.clock.advance(8 * HOUR - 60_000);
		const renewed = await set.pass(set.signIn({ interaction: nobody() }));
		expect(renewed.origin).toBe("refresh");
		expect(renewed.expiresAt - set.clock.now()).toBe(8 * HOUR);
		const after = await stored(set);
		expect(after?.refreshToken?.reveal() === before?.refreshToken?.reveal()).toBe(false);
		expect(set.cloud.count("sso-oidc:StartDeviceAuthorization")).toBe(1);

		set.clock.advance(8 * HOUR - 60_000);
		expect((await set.pass(set.signIn({ interaction: nobody() }))).origin).toBe("refresh");
	});

	test("asks when the refresh token is not taken any more", async () => {
		const set = await scene();
		await set.approved();
		set.cloud.revokeSessions();
		set.clock.advance(8 * HOUR + 1);
		expect((await set.approved()).origin).toBe("device");
	});

	test("asks at once, with a new registration, when the old one is over", async () => {
		const set = await scene();
		await set.approved();
		set.cloud.expireRegistrations();
		set.clock.advance(8 * HOUR + 1);
		expect((await set.approved()).origin).toBe("device");
		expect(set.cloud.count("sso-oidc:RegisterClient")).toBe(2);
	});

	test("is used while it lasts rather than bothering anybody", async () => {
		const set = await scene();
		await set.approved();
		set.cloud.script.always("sso-oidc:CreateToken", { type: "error", status: 400, name: "InvalidGrantException" });
		set.clock.advance(8 * HOUR - 10 * 60_000);
		const session = await set.pass(set.signIn({ interaction: nobody() }));
		expect(session.expiresAt - set.clock.now()).toBe(10 * 60_000);
	});

	test("fails with what to do when nobody can be asked", async () => {
		const set = await scene();
		await set.approved();
		set.cloud.revokeSessions();
		set.clock.advance(8 * HOUR + 1);
		const error = await failure<AuthError>(set.pass(set.signIn({ interaction: nobody() })));
		expect(remedyOf(error)).toBeTruthy();
		expect(set.cloud.count("sso-oidc:StartDeviceAuthorization")).toBe(1);
	});
});

test("the AWS CLI's session is used where it fits, and never written", async () => {
	const set = await scene({ endpoint: false });
	const folder = join(set.ctx.home, ".aws/sso/cache");
	mkdirSync(folder, { recursive: true });
	const text = JSON.stringify({
		startUrl: "https://acme.awsapps.com/start",
		region: "us-east-1",
		accessToken: "from-the-aws-cli",
		expiresAt: new Date(set.clock.now() + HOUR).toISOString().replace(/\.\d+Z/, "Z"),
	});
	writeFileSync(join(folder, "0123456789012345678901234567890123456789.json"), text);
	const session = await set.signIn({ interaction: nobody() });
	expect(session.origin).toBe("aws-cli");
	expect(session.accessToken.reveal()).toBe("from-the-aws-cli");
	expect(set.cloud.requests).toEqual([]);
	// It is the region's own: no other endpoint is shown it, but where the user's environment leads.
	const elsewhere = { ...set.provider, config: { ...set.provider.config, spec: { endpoint_url: set.cloud.url } } };
	expect(await kind.peek(elsewhere, set.ctx, REALM)).toEqual({ state: "none" });
	const env = { ...set.ctx.env, AWS_ENDPOINT_URL: set.cloud.url };
	expect(await kind.peek(elsewhere, { ...set.ctx, env }, REALM)).toMatchObject({ state: "valid" });
});

test("a forced sign-in gets a new session", async () => {
	const set = await scene();
	const first = await set.approved();
	const second = await set.approved({ force: true });
	expect(second.accessToken.reveal() === first.accessToken.reveal()).toBe(false);
});

test("what the board says of a session needs no request", async () => {
	const set = await scene();
	expect(await kind.peek(set.provider, set.ctx, REALM)).toEqual({ state: "none" });
	const session = await set.approved();
	const asked = set.cloud.requests.length;
	expect(await kind.peek(set.provider, set.ctx, REALM)).toMatchObject({ state: "valid", expiresAt: session.expiresAt });
	set.clock.advance(9 * HOUR);
	expect(await kind.peek(set.provider, set.ctx, REALM)).toMatchObject({ state: "expired" });
	expect(set.cloud.requests).toHaveLength(asked);
});

test("two that sign in at once share one approval", async () => {
	const set = await scene();
	const both = [set.signIn(), set.signIn()];
	set.cloud.approve(await set.cloud.nextCode());
	const [one, two] = await set.pass(Promise.all(both));
	expect(one?.accessToken.reveal() === two?.accessToken.reveal()).toBe(true);
	expect(set.cloud.count("sso-oidc:StartDeviceAuthorization")).toBe(1);
}, 30_000);

test("two that sign in at once at different endpoints make a session each", async () => {
	const [set, other] = [await scene(), await scene()];
	const elsewhere = { ...set.provider, config: other.provider.config };
	const first = set.signIn();
	const code = await set.cloud.nextCode();
	await set.onlooker.shown();
	// The first one is waiting for its approval all the while.
	const second = kind.authenticate(elsewhere, set.run()) as Promise<SsoSession>;
	other.cloud.approve(await other.cloud.nextCode());
	expect((await set.pass(second)).endpoints).toEqual({ oidc: other.cloud.url, portal: other.cloud.url });
	set.cloud.approve(code);
	expect((await set.pass(first)).endpoints).toEqual({ oidc: set.cloud.url, portal: set.cloud.url });
}, 30_000);

test("credentials of one portal are for another purpose where either service is another", async () => {
	const { ctx, provider } = await scene({ endpoint: false });
	const purpose = (env: Readonly<Record<string, string>>) => JSON.stringify(kind.purpose(provider, { ...ctx, env }));
	const url = "https://mine.example";
	const all = [{}, { AWS_ENDPOINT_URL_SSO: url }, { AWS_ENDPOINT_URL_SSO_OIDC: url }, { AWS_ENDPOINT_URL: url }];
	expect(new Set(all.map(purpose)).size).toBe(4);
});

test("cancelling ends the wait at once", async () => {
	const set = await scene();
	const abort = new AbortController();
	const done = failure(set.signIn({ signal: abort.signal }));
	await set.onlooker.shown();
	const reason = new Error("enough");
	abort.abort(reason);
	expect(await done).toBe(reason);
});
