import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { kind } from "../../../../src/auth/aws/identity-center/kind.ts";
import { loadSsoSession, ssoSessionFile } from "../../../../src/auth/aws/identity-center/session-file.ts";
import { createSsoPortal } from "../../../../src/auth/aws/identity-center/sso-portal.ts";
import { AuthError } from "../../../../src/auth/errors.ts";
import { failure, type Scene, scene } from "./sign-in.ts";

const revoke = (set: Scene, signal?: AbortSignal): Promise<readonly string[]> =>
	set.pass(Promise.resolve(kind.revoke?.(set.provider, set.run(signal && { signal })) ?? ["none"]));
const fileOf = ({ ctx, provider }: Scene): string =>
	ssoSessionFile(ctx, provider.config.start_url, provider.config.region);
const sessionsFolder = (set: Scene): string[] => readdirSync(dirname(fileOf(set)));
const warnings = ({ ctx }: Scene): string[] =>
	ctx.logged.flatMap(({ level, message }) => (level === "warn" ? [message] : []));
const atHome = (set: Scene): string => fileOf(set).replace(set.ctx.home, "~");

describe("a session that is ended", () => {
	test("is over at the portal, gone from this machine, and ended once", async () => {
		const set = await scene();
		const session = await set.approved();
		const portal = await createSsoPortal(set.ctx, session, set.cloud.url);
		const { signal } = new AbortController();
		expect((await portal.accounts(undefined, signal)).items.length).toBeGreaterThan(0);

		expect(await revoke(set)).toEqual([
			`session of company-sso in ${atHome(set)}`,
			"session of company-sso at the access portal",
		]);
		expect(await failure(set.pass(portal.accounts(undefined, signal)))).toMatchObject({ service: { status: 401 } });
		expect(sessionsFolder(set)).toEqual([]);

		expect(await revoke(set)).toEqual([]);
		expect(set.cloud.count("sso:Logout")).toBe(1);
		expect(await kind.peek(set.provider, set.ctx, set.run().realm)).toEqual({ state: "none" });
	});

	test("at a portal that cannot be reached is gone from this machine all the same, and it is said", async () => {
		const set = await scene();
		await set.approved();
		set.cloud.script.always("sso:Logout", { type: "drop" });
		const [file, portal] = await revoke(set);
		expect(file).toBe(`session of company-sso in ${atHome(set)}`);
		expect(portal).toMatch(/^session of company-sso could not be ended at the access portal, .*: .+/);
		expect(warnings(set).join()).toContain("could not be ended at the access portal");
		expect(existsSync(fileOf(set))).toBe(false);
		expect(set.cloud.count("sso:Logout")).toBe(2);
	});

	test("that was over already needs no word about the portal", async () => {
		const set = await scene();
		await set.approved();
		set.cloud.revokeSessions();
		expect(await revoke(set)).toEqual([`session of company-sso in ${atHome(set)}`]);
		expect(warnings(set)).toEqual([]);
	});

	test("stays, here and there, when that is cancelled", async () => {
		const set = await scene();
		await set.approved();
		const reason = new AuthError({ code: "network", message: "the time is over" });
		await expect(revoke(set, AbortSignal.abort(reason))).rejects.toBe(reason);
		expect(existsSync(fileOf(set))).toBe(true);
	});

	test("takes the copy of a damaged one, and what earlier sign-ins left, with it", async () => {
		const set = await scene();
		const denied = failure(set.pass(set.signIn()));
		set.cloud.deny(await set.cloud.nextCode());
		await denied;
		expect(sessionsFolder(set)).toEqual([expect.stringMatching(/\.sign-in\.failed$/)]);
		writeFileSync(fileOf(set), "{");
		expect(await revoke(set)).toEqual([`session of company-sso in ${atHome(set)}.bad`]);
		expect(sessionsFolder(set)).toEqual([]);
	});
});

test("a sign-in that is under way goes on", async () => {
	const set = await scene();
	const code = set.cloud.nextCode();
	const session = set.signIn();
	await code;
	await set.onlooker.shown();
	expect(await revoke(set)).toEqual([]);
	expect(sessionsFolder(set)).toContainEqual(expect.stringMatching(/\.sign-in$/));
	expect(sessionsFolder(set)).toContainEqual(expect.stringMatching(/\.sign-in\.info$/));
	set.cloud.approve(await code);
	expect((await set.pass(session)).origin).toBe("device");
});

describe("a session that is not ended", () => {
	test("is one that another endpoint issued", async () => {
		const set = await scene();
		await set.approved();
		const other = await scene({ context: { home: set.ctx.home } });
		expect(fileOf(other)).toBe(fileOf(set));
		expect(await revoke(other)).toEqual([]);
		expect(other.cloud.count("sso:Logout")).toBe(0);
		const { start_url: startUrl, region } = set.provider.config;
		expect(await loadSsoSession(set.ctx, startUrl, region)).toBeDefined();
	});

	test("is the AWS CLI's", async () => {
		const set = await scene();
		const path = join(set.ctx.home, ".aws/sso/cache/0123456789012345678901234567890123456789.json");
		const { start_url: startUrl, region } = set.provider.config;
		const expiresAt = new Date(set.clock.now() + 3_600_000).toISOString();
		const text = JSON.stringify({ startUrl, region, accessToken: "of-the-aws-cli", expiresAt });
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, text);
		expect(await revoke(set)).toEqual([]);
		expect(readFileSync(path, "utf8")).toBe(text);
		expect(set.cloud.count("sso:Logout")).toBe(0);
		expect(readdirSync(set.ctx.home)).toEqual([".aws"]);
	});
});
