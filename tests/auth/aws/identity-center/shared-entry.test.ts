import { describe, expect, test } from "vitest";
import { kind } from "../../../../src/auth/aws/identity-center/kind.ts";
import { Secret } from "../../../../src/auth/credentials.ts";
import { type Keyring, type NewEntry, openKeyring } from "../../../../src/auth/storage/keyring/keyring.ts";
import { backgroundDone } from "../../../../src/auth/system/background.ts";
import { nobody, REALM, type Scene, scene } from "./sign-in.ts";

const HOUR = 3_600_000;

const ring = ({ ctx }: Scene): Promise<Keyring> =>
	openKeyring({ ctx, realm: REALM, signal: new AbortController().signal });
const OLDER: NewEntry = {
	type: "aws",
	data: { access_key_id: new Secret("older"), region: "us-east-1", expiration: "2026-11-23T13:00:00Z" },
};

describe("the copy of a session that the Go program keeps", () => {
	test("is renewed with an approval and with a refresh", async () => {
		const set = await scene();
		const keyring = await ring(set);
		await keyring.set("company-sso", OLDER);
		const approved = await set.approved();
		await backgroundDone();
		const entry = await keyring.get("company-sso");
		expect(entry?.secret("access_key_id")?.reveal()).toBe(approved.accessToken.reveal());
		expect(entry?.text("region")).toBe("us-east-1");
		expect(Date.parse(entry?.text("expiration") ?? "")).toBe(Math.floor(approved.expiresAt / 1000) * 1000);

		set.clock.advance(8 * HOUR - 60_000);
		const refreshed = await set.pass(set.signIn({ interaction: nobody() }));
		expect(refreshed.origin).toBe("refresh");
		await backgroundDone();
		expect((await keyring.get("company-sso"))?.secret("access_key_id")?.reveal()).toBe(refreshed.accessToken.reveal());
		expect(JSON.stringify(set.ctx.logged)).not.toContain(refreshed.accessToken.reveal());
	});

	test("is not made where there is none", async () => {
		const set = await scene();
		await set.approved();
		await backgroundDone();
		expect(await (await ring(set)).get("company-sso")).toBeUndefined();
	});

	test.each([
		["a user's own keys", { access_key_id: "AKIAEXAMPLE000000000", secret_access_key: "s" }, "aws"],
		["what it does not know", { token: "t" }, "oidc"],
	])("is not taken for %s of the same name", async (_, data, type) => {
		const set = await scene();
		const keyring = await ring(set);
		await keyring.set("company-sso", { type, data });
		await set.approved();
		await backgroundDone();
		await set.pass(kind.revoke?.(set.provider, set.run()) ?? Promise.resolve([]));
		const entry = await keyring.get("company-sso");
		expect(entry?.type).toBe(type);
		for (const [field, value] of Object.entries(data)) expect(entry?.text(field)).toBe(value);
	});

	test("goes with the session", async () => {
		const set = await scene();
		const keyring = await ring(set);
		await keyring.set("company-sso", OLDER);
		await set.approved();
		await backgroundDone();
		const lines = await set.pass(kind.revoke?.(set.provider, set.run()) ?? Promise.resolve([]));
		expect(lines).toContain("session of company-sso in the memory of this process");
		expect(await keyring.get("company-sso")).toBeUndefined();
	});

	test("fails no sign-in where the keyring cannot be used, and nobody hears of it", async () => {
		const set = await scene({ context: { platform: "linux" } });
		Object.assign(set.ctx.env, { ATMOS_KEYRING_TYPE: "system" });
		expect((await set.approved()).origin).toBe("device");
		await backgroundDone();
		expect(set.ctx.logged.filter(({ level }) => level === "warn")).toEqual([]);
		expect(set.ctx.logged.map(({ message }) => message)).toContain(
			"the session in the keyring that atmos shares was left alone",
		);
	});
});
