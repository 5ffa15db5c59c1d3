import { describe, expect, test } from "vitest";
import { storedKeys } from "../../../../src/auth/aws/user/stored-keys.ts";
import type { Identity } from "../../../../src/auth/config/model.ts";
import type { Run } from "../../../../src/auth/kinds.ts";
import { type NewEntry, openKeyring } from "../../../../src/auth/storage/keyring/keyring.ts";
import { type TestContext, testContext } from "../../../helpers/context.ts";
import { failure, nobody, REALM } from "../identity-center/sign-in.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const KEYS = { access_key_id: "AKIAEXAMPLE000000000", secret_access_key: SECRET };
const ADA: Identity<Record<string, never>> = {
	name: "Dev/Ada",
	key: "dev/ada",
	kind: "aws/user",
	file: "atmos.yaml",
	via: {},
	config: {},
};

/** @param entry what the keyring has for her, in the realm of the run */
async function run(entry?: NewEntry, ctx: TestContext = testContext()): Promise<Run & { readonly ctx: TestContext }> {
	const { signal } = new AbortController();
	if (entry !== undefined) await (await openKeyring({ ctx, realm: REALM, signal })).set(ADA.key, entry);
	return { ctx, signal, realm: REALM, interaction: nobody(), signIn: {}, force: false };
}

const warnings = ({ ctx }: { readonly ctx: TestContext }): string[] =>
	ctx.logged.flatMap(({ level, message }) => (level === "warn" ? [message] : []));

describe("the keys of a user in the keyring", () => {
	test("are those that were entered, with what was entered beside them", async () => {
		const mfa = "arn:aws:iam::123456789012:mfa/ada";
		const given = await run({ type: "aws", data: { ...KEYS, mfa_arn: mfa, session_duration: "1d" } });
		const found = await storedKeys(ADA, given);
		expect(found).toMatchObject({ keys: { accessKeyId: KEYS.access_key_id }, mfaArn: mfa, sessionDuration: "1d" });
		expect(found?.keys.secretAccessKey.reveal()).toBe(SECRET);
		expect(JSON.stringify([given.ctx.logged, found])).not.toContain(SECRET);
	});

	test("are none where there are none", async () => {
		const given = await run();
		expect(await storedKeys(ADA, given)).toBeUndefined();
		expect(warnings(given)).toEqual([]);
	});

	test.each([
		[
			"of a session",
			{ type: "aws", data: { ...KEYS, session_token: "t" } },
			"they are those of a session, not the user's own",
		],
		["of another type", { type: "gcp", data: {} }, "they are of type gcp"],
	])("are not taken if they are %s", async (_, entry, why) => {
		const given = await run(entry);
		expect(await storedKeys(ADA, given)).toBeUndefined();
		expect(warnings(given)).toEqual([`the keys of "Dev/Ada" in the memory of this process are not used: ${why}`]);
	});

	test.each([
		["the secret", { access_key_id: KEYS.access_key_id }],
		["the ID", { secret_access_key: SECRET }],
		["all", {}],
		["what can be sent", { ...KEYS, secret_access_key: "a b" }],
	])("that lack %s are an error that says how to enter them", async (_, data) => {
		const error = await failure(storedKeys(ADA, await run({ type: "aws", data })));
		expect(error).toMatchObject({
			code: "config",
			message: 'the keys of "Dev/Ada" in the memory of this process are incomplete',
			remedy: { run: ["atmos-auth", "user", "configure", "Dev/Ada"] },
		});
	});

	test("of before there were realms are mentioned, and not used", async () => {
		const ctx = testContext();
		const { signal } = new AbortController();
		// `atmos_dev/ada` in either spelling.
		const before = await openKeyring({ ctx, realm: { value: "dev/ada" }, signal });
		await before.set("x", { type: "aws", data: KEYS });
		const old: Identity<Record<string, never>> = { ...ADA, name: "dev/ada_x", key: "dev/ada_x" };
		const given = await run(undefined, ctx);
		expect(await storedKeys(old, given)).toBeUndefined();
		expect(warnings(given)[0]).toContain("they were stored before there were realms");
	});

	test("are done without, with a warning, where the keyring cannot be used", async () => {
		const ctx = testContext({ platform: "linux", env: { ATMOS_KEYRING_TYPE: "system" } });
		const given = await run(undefined, ctx);
		expect(await storedKeys(ADA, given)).toBeUndefined();
		expect(await storedKeys(ADA, given)).toBeUndefined();
		expect(warnings(given)).toEqual([expect.stringContaining("the system's keyring cannot be used")]);
	});
});
