import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../../src/auth/credentials.ts";
import type { AuthError } from "../../../../src/auth/errors.ts";
import type { SecretPrompt } from "../../../../src/auth/interaction.ts";
import { type Keyring, type KeyringRun, openKeyring } from "../../../../src/auth/storage/keyring/keyring.ts";
import type { KeyringSettings } from "../../../../src/auth/storage/keyring/settings.ts";
import { type TestContext, testContext } from "../../../helpers/context.ts";

const PASSWORD = "correct horse";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const KEYS = { type: "aws", data: { access_key_id: "AKIAEXAMPLE000000000", secret_access_key: new Secret(SECRET) } };

/** @returns a context whose keyring is of files */
function withFiles(env: Record<string, string> = {}, settings: KeyringSettings = {}): TestContext {
	const ctx = testContext({ keyring: async () => settings });
	Object.assign(ctx.env, { ATMOS_KEYRING_TYPE: "file", ATMOS_KEYRING_PASSWORD: PASSWORD, ...env });
	return ctx;
}

const open = (ctx: TestContext, more: Partial<KeyringRun> = {}): Promise<Keyring> =>
	openKeyring({ ctx, realm: { value: "test" }, signal: new AbortController().signal, ...more });
const folderOf = (ctx: TestContext): string => join(ctx.home, ".local/share/atmos/keyring");
const failure = (promise: Promise<unknown>): Promise<AuthError> =>
	promise.then(
		() => expect.fail("it did not fail"),
		(error: AuthError) => error,
	);

const opened = (text: string, password: string) =>
	compactDecrypt(text, Buffer.from(password), { keyManagementAlgorithms: ["PBES2-HS256+A128KW"] });

/** Somebody who answers, and what they were asked. */
function person(...answers: string[]) {
	const asked: SecretPrompt[] = [];
	const interaction = {
		reach: "line" as const,
		status: () => undefined,
		ask: async (question: { readonly type: string }) => {
			asked.push(question as SecretPrompt);
			return answers[asked.length - 1] ?? expect.fail("asked too often");
		},
	};
	return { asked, interaction };
}

describe("a keyring of files", () => {
	test("has each entry in a file of its own, in the form of the Go program", async () => {
		const ctx = withFiles();
		const keyring = await open(ctx);
		expect(await keyring.get("dev/50%")).toBeUndefined();
		await keyring.set("dev/50%", KEYS);
		const folder = folderOf(ctx);
		expect(readdirSync(folder)).toEqual(["atmos_test_dev%2F50%25"]);
		const path = join(folder, "atmos_test_dev%2F50%25");
		expect([statSync(folder).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
		const text = readFileSync(path, "utf8");
		const header = decodeProtectedHeader(text);
		expect(header).toEqual({ alg: "PBES2-HS256+A128KW", enc: "A256GCM", p2c: 8192, p2s: expect.any(String) });
		expect(Buffer.from(header.p2s as string, "base64url")).toHaveLength(12);
		const { plaintext } = await opened(text, PASSWORD);
		const item = JSON.parse(Buffer.from(plaintext).toString()) as Record<string, unknown>;
		expect(item).toEqual({
			Key: "atmos_test_dev/50%",
			Data: expect.any(String),
			Label: "",
			Description: "",
			KeychainNotTrustApplication: false,
			KeychainNotSynchronizable: false,
		});
		expect(Buffer.from(item.Data as string, "base64").toString()).toBe(
			`{"type":"aws","data":{"access_key_id":"AKIAEXAMPLE000000000","secret_access_key":"${SECRET}"}}`,
		);
		const entry = await keyring.get("dev/50%");
		expect(entry?.type).toBe("aws");
		expect(entry?.text("access_key_id")).toBe("AKIAEXAMPLE000000000");
		expect(entry?.secret("secret_access_key")?.reveal()).toBe(SECRET);
		expect(entry?.text("region")).toBeUndefined();
		expect(JSON.stringify(entry)).not.toContain(SECRET);
		expect([await keyring.remove("dev/50%"), await keyring.remove("dev/50%")]).toEqual([true, false]);
		expect(readdirSync(folder)).toEqual([]);
	});

	test("is read whatever pains were taken with the password, within reason", async () => {
		const ctx = withFiles();
		const encrypted = (p2c: number): Promise<string> =>
			new CompactEncrypt(
				Buffer.from(JSON.stringify({ Data: Buffer.from('{"type":"aws","data":{}}').toString("base64") })),
			)
				.setProtectedHeader({ alg: "PBES2-HS256+A128KW", enc: "A256GCM" })
				.setKeyManagementParameters({ p2c, p2s: new Uint8Array(12) })
				.encrypt(Buffer.from(PASSWORD));
		mkdirSync(folderOf(ctx), { recursive: true });
		writeFileSync(join(folderOf(ctx), "atmos_test_a"), await encrypted(1_300_000));
		writeFileSync(join(folderOf(ctx), "atmos_test_b"), await encrypted(1_300_001));
		const keyring = await open(ctx);
		expect((await keyring.get("a"))?.type).toBe("aws");
		expect((await failure(keyring.get("b"))).message).toContain("is no entry of a file keyring");
	});

	test.each([
		["the data folder", {}, {}, ".local/share/atmos/keyring"],
		["what the configuration says", {}, { path: "~/rings" }, "rings"],
		["what the environment says", { ATMOS_KEYRING_FILE_PATH: "~/own" }, { path: "~/rings" }, "own"],
		["the folder of what looks like a file", { ATMOS_KEYRING_FILE_PATH: "~/own/ring.jwe" }, {}, "own"],
	])("lies in %s", async (_, env, settings, folder) => {
		const ctx = withFiles(env, settings);
		await (await open(ctx)).set("ada", KEYS);
		expect(readdirSync(join(ctx.home, folder))).toEqual(["atmos_test_ada"]);
		expect(readdirSync(ctx.cwd)).toEqual([]);
	});

	test.each([
		["the variable that the environment names", { ATMOS_KEYRING_PASSWORD_ENV: "MINE", MINE: "battery staple" }, {}],
		["the variable that the configuration names", { MINE: "battery staple" }, { passwordVariable: "MINE" }],
	])("takes its password from %s", async (_, env, settings) => {
		const ctx = withFiles(env, settings);
		await (await open(ctx)).set("ada", KEYS);
		const text = readFileSync(join(folderOf(ctx), "atmos_test_ada"), "utf8");
		await expect(opened(text, "battery staple")).resolves.toBeTruthy();
	});

	test("with another password is not read, and nothing in it is replaced or added", async () => {
		const ctx = withFiles();
		await (await open(ctx)).set("ada", KEYS);
		const before = readFileSync(join(folderOf(ctx), "atmos_test_ada"));
		for (const work of [
			(keyring: Keyring) => keyring.get("ada"),
			(keyring: Keyring) => keyring.set("ada", KEYS),
			(keyring: Keyring) => keyring.set("grace", KEYS),
		]) {
			const other = testContext({ home: ctx.home });
			Object.assign(other.env, { ATMOS_KEYRING_TYPE: "file", ATMOS_KEYRING_PASSWORD: "wrong horse" });
			const error = await failure(work(await open(other)));
			expect(error).toMatchObject({ code: "denied" });
			expect(error.message).toContain("the password does not open the file keyring in ~/.local/share/atmos/keyring");
		}
		expect(readdirSync(folderOf(ctx))).toEqual(["atmos_test_ada"]);
		expect(readFileSync(join(folderOf(ctx), "atmos_test_ada"))).toEqual(before);
	});

	test("that is damaged is left as it is", async () => {
		const ctx = withFiles();
		mkdirSync(folderOf(ctx), { recursive: true });
		const path = join(folderOf(ctx), "atmos_test_ada");
		writeFileSync(path, "not a JWE");
		const keyring = await open(ctx);
		expect((await failure(keyring.get("ada"))).code).toBe("storage");
		expect((await failure(keyring.set("ada", KEYS))).code).toBe("storage");
		expect(readFileSync(path, "utf8")).toBe("not a JWE");
	});

	test("asks a person for its password once, whatever they answer", async () => {
		const ctx = withFiles({ ATMOS_KEYRING_PASSWORD: "" });
		const { asked, interaction } = person(PASSWORD);
		const keyring = await open(ctx, { interaction });
		expect(await keyring.get("ada")).toBeUndefined();
		expect(asked).toEqual([]);
		await keyring.set("ada", KEYS);
		expect((await (await open(ctx, { interaction })).get("ada"))?.type).toBe("aws");
		expect(asked).toEqual([
			{ type: "secret", question: "Password of the file keyring", source: "~/.local/share/atmos/keyring" },
		]);

		const again = testContext({ home: ctx.home });
		Object.assign(again.env, { ATMOS_KEYRING_TYPE: "file" });
		const wrong = person("wrong horse");
		for (let time = 0; time < 2; time++) {
			expect(await failure((await open(again, { interaction: wrong.interaction })).get("ada"))).toMatchObject({
				code: "denied",
			});
		}
		expect(wrong.asked).toHaveLength(1);
	});

	test.each([
		["from the environment", { ATMOS_KEYRING_PASSWORD: "short" }, undefined, "ATMOS_KEYRING_PASSWORD is too short"],
		["from a person", { ATMOS_KEYRING_PASSWORD: "" }, "short", "the password that was entered is too short"],
	])("takes no short password %s", async (_, env, answer, message) => {
		const ctx = withFiles(env);
		const { asked, interaction } = person(...(answer === undefined ? [] : [answer]));
		const keyring = await open(ctx, answer === undefined ? {} : { interaction });
		const error = await failure(keyring.set("ada", KEYS));
		expect(error).toMatchObject({ code: "usage" });
		expect(error.message).toContain(message);
		await failure(keyring.set("ada", KEYS));
		expect(asked).toHaveLength(answer === undefined ? 0 : 1);
	});

	test("says which variable to set where nobody can be asked", async () => {
		const ctx = withFiles({ ATMOS_KEYRING_PASSWORD: "", ATMOS_KEYRING_PASSWORD_ENV: "MINE" });
		expect(await failure((await open(ctx)).set("ada", KEYS))).toMatchObject({
			name: "PersonNeededError",
			reason: "MINE is not set",
			remedy: { say: "set MINE to the password of the keyring in ~/.local/share/atmos/keyring" },
		});
	});

	test("stops at once when it is cancelled while a person is asked", async () => {
		const ctx = withFiles({ ATMOS_KEYRING_PASSWORD: "" });
		const abort = new AbortController();
		const interaction = {
			reach: "line" as const,
			status: () => undefined,
			ask: (_: unknown, signal: AbortSignal) =>
				new Promise<string>((_resolve, reject) => {
					signal.addEventListener("abort", () => reject(signal.reason));
					abort.abort(new Error("stopped"));
				}),
		};
		const keyring = await open(ctx, { interaction, signal: abort.signal });
		expect((await failure(keyring.set("ada", KEYS))).message).toBe("stopped");
	});

	test("of a project is not written through its links", async () => {
		const ctx = withFiles({}, { path: "ring" });
		mkdirSync(join(ctx.cwd, "ring"));
		writeFileSync(join(ctx.home, "precious"), "precious");
		symlinkSync(join(ctx.home, "precious"), join(ctx.cwd, "ring", "atmos_test_ada"));
		const error = await failure((await open(ctx)).set("ada", KEYS));
		expect(error.message).toContain("(`auth.keyring.spec.path`) cannot be used for credentials");
		expect(readFileSync(join(ctx.home, "precious"), "utf8")).toBe("precious");
	});

	test("of one configuration has nothing to do with another's", async () => {
		const ctx = withFiles({ ATMOS_KEYRING_TYPE: "", ATMOS_KEYRING_PASSWORD: "" });
		const [one, other] = [person(PASSWORD), person("battery staple")];
		const place = (path: string) => ({ ...ctx, keyring: async () => ({ type: "file", path }) });
		const open = (path: string, { interaction }: typeof one) =>
			openKeyring({ ctx: place(path), realm: { value: "test" }, signal: new AbortController().signal, interaction });
		await (await open("~/one", one)).set("ada", KEYS);
		await (await open("~/other", other)).set("ada", KEYS);
		expect([one.asked.length, other.asked.length]).toEqual([1, 1]);
		const memory = { ...ctx, keyring: async () => ({ type: "memory" }) };
		const third = await openKeyring({ ctx: memory, realm: { value: "test" }, signal: new AbortController().signal });
		expect(await third.get("ada")).toBeUndefined();
	});

	test("leaves no secret in what is logged or thrown", async () => {
		const ctx = withFiles();
		const keyring = await open(ctx);
		await keyring.set("ada", KEYS);
		await keyring.get("ada");
		const other = testContext({ home: ctx.home });
		Object.assign(other.env, { ATMOS_KEYRING_TYPE: "file", ATMOS_KEYRING_PASSWORD: "wrong horse" });
		const error = await failure((await open(other)).get("ada"));
		const said = JSON.stringify([ctx.logged, other.logged, error.message, error.reason, error.remedy]);
		for (const secret of [PASSWORD, SECRET, "wrong horse"]) expect(said).not.toContain(secret);
	});
});
