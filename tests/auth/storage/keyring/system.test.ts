import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../../../src/auth/credentials.ts";
import { KeyringUnavailableError } from "../../../../src/auth/storage/keyring/backend.ts";
import { openKeyring, unlessUnavailable } from "../../../../src/auth/storage/keyring/keyring.ts";
import { type SystemKeyringOptions, systemKeyring } from "../../../../src/auth/storage/keyring/system-keyring.ts";
import { fakeClock, testContext } from "../../../helpers/context.ts";
import { lacking, type SecretService, startSecretService } from "./secret-service.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const KEYS = { type: "aws", data: { access_key_id: "AKIAEXAMPLE000000000", secret_access_key: new Secret(SECRET) } };
const ENVELOPE = `{"type":"aws","data":{"access_key_id":"AKIAEXAMPLE000000000","secret_access_key":"${SECRET}"}}`;
const realm = { value: "test" };
const { signal } = new AbortController();
const failure = (promise: Promise<unknown>): Promise<Error> =>
	promise.then(
		() => expect.fail("it did not fail"),
		(error: Error) => error,
	);

async function service(options: Parameters<typeof startSecretService>[0] = {}): Promise<SecretService> {
	const started = await startSecretService(options);
	onTestFinished(() => started.close());
	return started;
}

describe("the Secret Service", () => {
	test("has our entries where other programs look for them, and theirs are read", async ({ skip }) => {
		skip(lacking !== undefined, `there is no ${lacking}`);
		const bus = await service();
		const ctx = testContext({ env: bus.env });
		const keyring = await openKeyring({ ctx, realm, signal });
		expect(keyring.name).toBe("the system's keyring");
		expect(await keyring.get("dev/ada")).toBeUndefined();
		await keyring.set("dev/ada", KEYS);
		const attributes = { service: "atmos_test_dev/ada", username: "atmos-auth" };
		expect(bus.lookup(attributes)).toBe(ENVELOPE);
		expect((await keyring.get("dev/ada"))?.secret("secret_access_key")?.reveal()).toBe(SECRET);

		bus.store({ service: "atmos_test_grace", username: "atmos-auth" }, '{"type":"oidc","data":{"token":"t"}}');
		const grace = await keyring.get("grace");
		expect([grace?.type, grace?.secret("token")?.reveal()]).toEqual(["oidc", "t"]);
		await keyring.set("grace", KEYS);
		expect(bus.lookup({ service: "atmos_test_grace", username: "atmos-auth" })).toBe(ENVELOPE);
		expect([await keyring.remove("grace"), await keyring.remove("grace")]).toEqual([true, false]);
		expect(bus.lookup({ service: "atmos_test_grace", username: "atmos-auth" })).toBeUndefined();

		bus.store({ service: "atmos_old", username: "atmos-auth" }, ENVELOPE);
		expect([await keyring.hasRealmless("old"), await keyring.hasRealmless("ada")]).toEqual([true, false]);
		expect(JSON.stringify(ctx.logged)).not.toContain(SECRET);
	});

	test("that hangs is left at once when that is cancelled", async ({ skip }) => {
		skip(lacking !== undefined, `there is no ${lacking}`);
		const bus = await service();
		bus.freeze();
		const abort = new AbortController();
		const keyring = await openKeyring({ ctx: testContext({ env: bus.env }), realm, signal: abort.signal });
		const waiting = failure(keyring.get("ada"));
		abort.abort(new Error("stopped"));
		expect((await waiting).message).toBe("stopped");
		bus.thaw();
	});

	test("that is locked cannot be used where nobody is there to unlock it", async ({ skip }) => {
		skip(lacking !== undefined, `there is no ${lacking}`);
		const bus = await service({ locked: true });
		const ctx = testContext({ env: bus.env });
		const keyring = await openKeyring({ ctx, realm, signal });
		expect(await failure(keyring.set("ada", KEYS))).toBeInstanceOf(KeyringUnavailableError);
		expect(bus.lookup({ service: "atmos_test_ada", username: "atmos-auth" })).toBeUndefined();
	});
});

/** A keyring whose helper is a program of the test. */
function withHelper(script: string, options: Partial<SystemKeyringOptions> = {}) {
	const clock = fakeClock();
	const connected = Promise.withResolvers<void>();
	const quiet = (): void => undefined;
	const log = { trace: () => connected.resolve(), debug: quiet, info: quiet, warn: quiet, error: quiet };
	const ctx = testContext({ clock, log, env: { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" }, platform: "linux" });
	const helper = join(ctx.home, "helper.mjs");
	writeFileSync(helper, script);
	return { clock, connected: connected.promise, keyring: systemKeyring(ctx, { signal, helper, ...options }) };
}

const SILENT = "process.stdin.resume(); setInterval(() => {}, 1000);";
const CONNECTED = `console.log('{"connected":true}'); ${SILENT}`;
const UNLOCKED = `console.log('{"connected":true}'); console.log('{"value":"x"}'); ${SILENT}`;

describe("the system's keyring", () => {
	test("is not asked for where there is no session bus", async () => {
		const ctx = testContext({ platform: "linux", env: { XDG_RUNTIME_DIR: "/nowhere" } });
		const keyring = await openKeyring({ ctx, realm, signal });
		expect(await failure(keyring.get("ada"))).toMatchObject({
			name: "KeyringUnavailableError",
			message: "the system's keyring cannot be used",
			reason: "there is no session bus on which a Secret Service could be asked",
			remedy: { say: expect.stringContaining("ATMOS_KEYRING_TYPE=file or ATMOS_KEYRING_TYPE=memory") },
		});
	});

	test("is done without, with one warning, and is not asked again", async () => {
		const ctx = testContext({ platform: "linux", env: { ATMOS_KEYRING_TYPE: "system" } });
		for (let time = 0; time < 3; time++) {
			const keyring = await openKeyring({ ctx, realm, signal });
			expect(await unlessUnavailable(ctx, () => keyring.get("ada"))).toBeUndefined();
		}
		const warnings = ctx.logged.filter(({ level }) => level === "warn");
		expect(warnings).toHaveLength(1);
		expect(warnings[0]?.message).toContain("the system's keyring cannot be used: there is no session bus");
		expect(warnings[0]?.fields?.remedy).toContain("ATMOS_KEYRING_TYPE=file");
	});

	test("is done without in silence on a machine that has none, where nobody asked for it", async () => {
		const ctx = testContext({ platform: "linux", env: {} });
		const keyring = await openKeyring({ ctx, realm, signal });
		expect(await unlessUnavailable(ctx, () => keyring.get("ada"))).toBeUndefined();
		expect(ctx.logged.filter(({ level }) => level === "warn")).toEqual([]);
		expect(ctx.logged.some(({ message }) => message.includes("there is no session bus"))).toBe(true);
	});

	test("that has failed is not asked again in the same run", async () => {
		const ctx = testContext({ platform: "linux" });
		const path = join(ctx.home, "bus");
		let asked = 0;
		const server = createServer((socket) => {
			asked++;
			socket.destroy();
		}).listen(path);
		onTestFinished(() => void server.close());
		Object.assign(ctx.env, { ATMOS_KEYRING_TYPE: "system", DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` });
		const ask = async () => failure((await openKeyring({ ctx, realm, signal })).get("ada"));
		const first = await ask();
		expect(first).toBeInstanceOf(KeyringUnavailableError);
		const before = asked;
		expect(before).toBeGreaterThan(0);
		expect(await ask()).toBe(first);
		expect(asked).toBe(before);
	});

	test("of a type that there is not is the system's, with a warning", async () => {
		const ctx = testContext({ env: { ATMOS_KEYRING_TYPE: "vault" } });
		expect((await openKeyring({ ctx, realm, signal })).name).toBe("the system's keyring");
		expect(ctx.logged.map(({ message }) => message)).toEqual([
			'there is no keyring of type "vault" (system, file, memory): the system\'s keyring is used',
		]);
	});

	test("has three seconds", async () => {
		const { clock, keyring } = withHelper(SILENT);
		const waiting = failure(keyring.read("k"));
		expect(await clock.asleep()).toBe(3_000);
		clock.advance(3_000);
		expect(await waiting).toMatchObject({ reason: "it did not answer within 3 s" });
	});

	test("has three seconds where it is locked and nobody is there", async () => {
		const { clock, connected, keyring } = withHelper(CONNECTED);
		const waiting = failure(keyring.read("k"));
		expect(await clock.asleep()).toBe(3_000);
		await connected;
		clock.advance(3_000);
		expect(await waiting).toMatchObject({
			reason: expect.stringMatching(/^it is there but gave no answer within 3 s: it may be locked/),
		});
	});

	test("says what it waits for where a person is there, and gives them a minute", async () => {
		let told = 0;
		const { clock, connected, keyring } = withHelper(CONNECTED, { onDialog: () => void told++ });
		const waiting = failure(keyring.read("k"));
		await clock.asleep();
		await connected;
		clock.advance(3_000);
		expect(await clock.asleep()).toBe(57_000);
		expect(told).toBe(1);
		clock.advance(57_000);
		expect(await waiting).toMatchObject({ reason: expect.stringContaining("within 60 s: it may be locked") });
	});

	test("answers in spite of a helper that does not end", async () => {
		expect((await withHelper(UNLOCKED).keyring.read("k"))?.reveal()).toBe("x");
	});

	test.each([
		["has died", "process.exit(1);", "the process that asks it ended without an answer"],
		[
			"says nonsense",
			"console.log('nonsense'); setInterval(() => {}, 1000);",
			"the process that asks it ended without an answer",
		],
		["is refused", `console.log('{"error":"Platform\\\\u001b[31m failure"}');`, "Platform failure"],
	])("whose helper %s cannot be used", async (_, script, reason) => {
		expect(await failure(withHelper(script).keyring.read("k"))).toMatchObject({
			name: "KeyringUnavailableError",
			reason,
		});
	});

	test("does not repeat a secret that the system repeats", async () => {
		const script = `import { text } from "node:stream/consumers"; const { value } = JSON.parse(await text(process.stdin)); console.log(JSON.stringify({ error: "cannot store " + value }));`;
		const error = await failure(withHelper(script).keyring.write("k", new Secret(SECRET)));
		expect(error).toMatchObject({ reason: "it refused the entry" });
	});

	test("whose library is missing says so", async () => {
		const { keyring } = withHelper(`console.log('{"missing":"Cannot find package"}');`);
		expect(await failure(keyring.read("k"))).toMatchObject({
			reason: expect.stringContaining("the package @napi-rs/keyring is missing, or has no build for linux-"),
			remedy: { say: expect.stringContaining("ATMOS_KEYRING_TYPE=file") },
		});
	});

	test("of Windows takes 2560 bytes", async () => {
		const ctx = testContext({ platform: "win32" });
		const keyring = systemKeyring(ctx, { signal, helper: "/nowhere" });
		const error = await failure(keyring.write("atmos_test_sso", new Secret("é".repeat(1_281))));
		expect(error.message).toBe("the entry atmos_test_sso is too long for the Credential Manager of Windows");
		expect(error).toMatchObject({ reason: "it takes 2560 bytes" });
		// What fits is tried.
		const tried = await failure(keyring.write("atmos_test_sso", new Secret("é".repeat(1_280))));
		expect(tried.message).toBe("the system's keyring cannot be used");
	});

	test("leaves no process behind that a bus keeps waiting", async () => {
		const ctx = testContext({ platform: "linux" });
		const path = join(ctx.home, "bus");
		const server = createServer().listen(path);
		onTestFinished(() => void server.close());
		const abort = new AbortController();
		Object.assign(ctx.env, { ATMOS_KEYRING_TYPE: "system", DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` });
		server.once("connection", () => abort.abort(new Error("stopped")));
		const keyring = await openKeyring({ ctx, realm, signal: abort.signal });
		expect((await failure(keyring.get("ada"))).message).toBe("stopped");
		const { stdout } = spawnSync("ps", ["-o", "args=", "--ppid", String(process.pid)], { encoding: "utf8" });
		expect(stdout).not.toContain("keyring-helper");
	});
});
