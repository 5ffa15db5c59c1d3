import { describe, expect, test } from "vitest";
import { SessionRejectedError } from "../../src/auth/aws/identity-center/session-rejected.ts";
import { type ObtainOptions, obtain } from "../../src/flows/obtain.ts";
import { fakeClock, testContext } from "../helpers/context.ts";
import { awsCredentials, NOW, ssoSession, type World, world } from "./fakes.ts";

const chained = (): World => world({ identities: [{ name: "Base" }, { name: "Top", via: { identity: "base" } }] });

function ensure(it: World, options: Partial<ObtainOptions> = {}) {
	const ctx = testContext({ clock: fakeClock(NOW) });
	const { signal } = new AbortController();
	return obtain({
		ctx,
		config: it.config,
		identity: "TOP",
		signal,
		dependencies: it.dependencies,
		...options,
	});
}

describe("credentials for a command", () => {
	test("are those at hand while they are good", async () => {
		const it = chained();
		const credentials = awsCredentials();
		it.held.set("top", credentials);
		const found = await ensure(it);
		expect(found).toMatchObject({ identity: { name: "Top" }, isNew: false });
		expect(found.credentials).toBe(credentials);
		expect(it.remembered).toEqual([]);
	});

	test("are made by walking the chain, without a question", async () => {
		const it = chained();
		const found = ensure(it);
		const signIn = await it.signIn.call();
		expect(signIn.given).toMatchObject({ force: false, interaction: { reach: "nobody" } });
		signIn.resolve(ssoSession({ origin: "refresh" }));
		(await it.assume.call(0)).resolve(awsCredentials());
		(await it.assume.call(1)).resolve(awsCredentials({ accountName: "top" }));
		expect(await found).toMatchObject({ isNew: true, credentials: { accountName: "top" } });
		expect(it.saved).toEqual(["Top"]);
		expect(it.remembered).toMatchObject([{ realm: "0123abcd", provider: "company-sso", identity: "top", at: NOW }]);
	});

	test("begin at the last link that is good", async () => {
		const it = chained();
		it.held.set("base", awsCredentials());
		it.held.set("top", awsCredentials({ issuedAt: NOW - 3_540_000, expiresAt: NOW + 60_000 }));
		const found = ensure(it);
		const assume = await it.assume.call();
		expect(assume.name).toBe("Top");
		assume.resolve(awsCredentials());
		await found;
		expect(it.signIn.calls).toHaveLength(0);
	});

	test("are tried once more when the session is rejected", async () => {
		const it = chained();
		const found = ensure(it);
		const session = ssoSession({ origin: "cache" });
		(await it.signIn.call(0)).resolve(session);
		(await it.assume.call(0)).reject(new SessionRejectedError(session, { status: 401 }));
		const again = await it.signIn.call(1);
		expect(again.given.rejected).toBe(session);
		again.resolve(ssoSession());
		(await it.assume.call(1)).reject(new SessionRejectedError(session, { status: 401 }));
		await expect(found).rejects.toBeInstanceOf(SessionRejectedError);
		expect(it.signIn.calls).toHaveLength(2);
	});

	test("are not waited for after an abort", async () => {
		const it = chained();
		const abort = new AbortController();
		const found = ensure(it, { signal: abort.signal });
		await it.signIn.call();
		abort.abort(new DOMException("enough", "AbortError"));
		await expect(found).rejects.toThrow("enough");
	});
});
