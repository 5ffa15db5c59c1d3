import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AwsCredentials } from "../../../src/auth/aws/credentials.ts";
import { awsFiles, listAwsSessions, loadAwsCredentials, saveAwsCredentials } from "../../../src/auth/aws/files.ts";
import { awsStore } from "../../../src/auth/aws/store.ts";
import { Secret } from "../../../src/auth/credentials.ts";
import { readState, type SessionFacts } from "../../../src/auth/storage/state.ts";
import { type TestContext, testContext } from "../../helpers/context.ts";
import { run, start } from "../storage/run-child.ts";

const realm = { value: "realm" };
const credentials: AwsCredentials = {
	type: "aws",
	accessKeyId: "ASIAEXAMPLE",
	secretAccessKey: new Secret("abc/def+ghi"),
	sessionToken: new Secret("token=="),
	region: "us-east-2",
	expiresAt: Date.UTC(2030, 0, 2, 3, 4, 5, 678),
	issuedAt: Date.UTC(2030, 0, 2, 2, 4, 5),
	accountId: "012345678901",
	accountName: "development",
};

const KEYS = "aws_access_key_id = A\naws_secret_access_key = B\n";

/** Whatever they were made for. */
const anything = (): boolean => true;

const filesOf = (ctx: TestContext) => awsFiles(ctx, realm, "sso");
const save = (ctx: TestContext, name: string, changed: Partial<AwsCredentials> = {}): Promise<void> =>
	saveAwsCredentials(ctx, realm, "sso", name, { ...credentials, ...changed });

/** Puts files in place as another program left them. */
function given(ctx: TestContext, files: { credentials?: string; config?: string }): void {
	const paths = filesOf(ctx);
	mkdirSync(dirname(paths.credentials), { recursive: true, mode: 0o700 });
	if (files.credentials !== undefined) writeFileSync(paths.credentials, files.credentials, { mode: 0o600 });
	if (files.config !== undefined) writeFileSync(paths.config, files.config, { mode: 0o600 });
}

describe("saved credentials", () => {
	test("lie where the Go program looks for them, in its layout", async () => {
		const ctx = testContext();
		await save(ctx, "dev-admin");
		await save(ctx, "default", { region: undefined });
		const { credentials: path, config } = filesOf(ctx);
		expect(path).toBe(join(ctx.home, ".config", "atmos", "realm", "aws", "sso", "credentials"));
		expect(readFileSync(path, "utf8")).toBe(`; atmos: expiration=2030-01-02T03:04:05Z
[dev-admin]
aws_access_key_id     = ASIAEXAMPLE
aws_secret_access_key = abc/def+ghi
aws_session_token     = token==

; atmos: expiration=2030-01-02T03:04:05Z
[default]
aws_access_key_id     = ASIAEXAMPLE
aws_secret_access_key = abc/def+ghi
aws_session_token     = token==
`);
		expect(readFileSync(config, "utf8")).toBe(`[profile dev-admin]
region = us-east-2

[default]
region = us-east-1
`);
		expect([path, config].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
		expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
	});

	test("come back with what is known of them", async () => {
		const ctx = testContext();
		await save(ctx, "dev-admin");
		const loaded = await loadAwsCredentials(ctx, realm, "sso", "dev-admin", anything);
		expect(loaded).toMatchObject({
			accessKeyId: "ASIAEXAMPLE",
			region: "us-east-2",
			expiresAt: Date.UTC(2030, 0, 2, 3, 4, 5),
			issuedAt: credentials.issuedAt,
			accountId: "012345678901",
			accountName: "development",
		});
		expect(loaded?.secretAccessKey.reveal()).toBe("abc/def+ghi");
		expect(loaded?.sessionToken?.reveal()).toBe("token==");
		expect(await loadAwsCredentials(ctx, realm, "sso", "other", anything)).toBeUndefined();
		expect(await loadAwsCredentials(ctx, { value: "other" }, "sso", "dev-admin", anything)).toBeUndefined();
	});

	test.each(["log archive/admin", 'o\'brien/"x"\\y', "a]b", "dot.ted:x@y%", "ünïcode", "__proto__"])(
		"come back under the name %s",
		async (name) => {
			const ctx = testContext();
			await save(ctx, name);
			await save(ctx, "other");
			await save(ctx, name, { accessKeyId: "ASIANEW", region: "eu-west-3" });
			expect(await loadAwsCredentials(ctx, realm, "sso", name, anything)).toMatchObject({
				accessKeyId: "ASIANEW",
				region: "eu-west-3",
				accountName: "development",
			});
			expect([...(await listAwsSessions(ctx, realm, "sso")).keys()]).toEqual([name, "other"]);
		},
	);

	test("with a name of several words have a section for botocore and one for Go in `config`", async () => {
		const ctx = testContext();
		await save(ctx, "log archive/admin");
		await save(ctx, "log archive/admin", { region: "eu-west-1" });
		expect(readFileSync(filesOf(ctx).config, "utf8")).toBe(
			'[profile log archive/admin]\nregion = eu-west-1\n\n[profile "log archive/admin"]\nregion = eu-west-1\n',
		);
		expect(readFileSync(filesOf(ctx).credentials, "utf8").match(/^\[log archive\/admin\]$/gm)).toHaveLength(1);
	});

	test("have the region that the Go program wrote last", async () => {
		const ctx = testContext();
		await save(ctx, "log archive/admin");
		writeFileSync(
			filesOf(ctx).config,
			'[profile "log archive/admin"]\nregion = us-east-1\n[profile log archive/admin]\nregion = ca-central-1\n',
		);
		expect(await loadAwsCredentials(ctx, realm, "sso", "log archive/admin", anything)).toMatchObject({
			region: "ca-central-1",
		});
	});

	test("are known by the very keys: what is remembered holds for no others", async () => {
		const ctx = testContext();
		await save(ctx, "dev", { purpose: "this", role: "AdministratorAccess" });
		const seen: SessionFacts[] = [];
		const look = (facts: SessionFacts): boolean => {
			seen.push(facts);
			return facts.purpose === "this";
		};
		expect(await loadAwsCredentials(ctx, realm, "sso", "dev", look)).toMatchObject({
			purpose: "this",
			role: "AdministratorAccess",
		});
		const path = filesOf(ctx).credentials;
		writeFileSync(path, readFileSync(path, "utf8").replace("ASIAEXAMPLE", "ASIAANOTHER"));
		expect(await loadAwsCredentials(ctx, realm, "sso", "dev", look)).toBeUndefined();
		expect(seen[1]).toEqual({ expiresAt: Date.UTC(2030, 0, 2, 3, 4, 5) });
	});
	test("under the provider's own folder", async () => {
		const ctx = testContext();
		const options = { basePath: "~/keys" };
		await saveAwsCredentials(ctx, realm, "sso", "dev", credentials, options);
		expect(statSync(join(ctx.home, "keys", "realm", "aws", "sso", "credentials")).isFile()).toBe(true);
		expect(await loadAwsCredentials(ctx, realm, "sso", "dev", anything, options)).toBeDefined();
		expect((await listAwsSessions(ctx, realm, "sso", options)).size).toBe(1);
		expect(await loadAwsCredentials(ctx, realm, "sso", "dev", anything)).toBeUndefined();
	});

	test("replace the target of a symbolic link", async () => {
		const ctx = testContext();
		const { credentials: path } = filesOf(ctx);
		given(ctx, {});
		writeFileSync(join(ctx.home, "elsewhere"), "[a]\nb = c\n");
		symlinkSync(join(ctx.home, "elsewhere"), path);
		await save(ctx, "dev");
		expect(readFileSync(join(ctx.home, "elsewhere"), "utf8")).toContain("[a]\nb = c\n\n; atmos:");
	});
});

describe("the files of others", () => {
	const corpus = `# kept
[first]
aws_access_key_id = AKIAFIRST
aws_secret_access_key = s3cr;et#x
s3 =
    max_concurrent_requests = 20
    addressing_style = path
[dev]
aws_access_key_id=old
aws_secret_access_key=old
role_arn = kept
  # kept too

[last]\r
credential_process = "/opt/a b" ; # not a comment\r
latin = \xe4`;

	test("keep every byte that is not ours", async () => {
		const ctx = testContext();
		given(ctx, {});
		const { credentials: path } = filesOf(ctx);
		writeFileSync(path, Buffer.from(corpus, "latin1"), { mode: 0o600 });
		await save(ctx, "dev");
		const after = readFileSync(path, "latin1");
		const expected = corpus.replace("[dev]\naws_access_key_id=old\naws_secret_access_key=old\n", () =>
			[
				"; atmos: expiration=2030-01-02T03:04:05Z",
				"[dev]",
				"aws_access_key_id=ASIAEXAMPLE",
				"aws_secret_access_key=abc/def+ghi",
				"aws_session_token     = token==",
				"",
			].join("\n"),
		);
		expect(after).toBe(expected);
	});

	test("are not touched at all when nothing changes", async () => {
		const ctx = testContext();
		await save(ctx, "dev");
		const before = statSync(filesOf(ctx).config).ino;
		await save(ctx, "dev", { accessKeyId: "ASIANEW" });
		expect(statSync(filesOf(ctx).config).ino).toBe(before);
	});

	test.each(["credentials", "config"] as const)("are not overwritten when they do not parse: %s", async (file) => {
		const ctx = testContext();
		given(ctx, { [file]: "[a]\nb = c\n\nwhat is this\n" });
		const path = filesOf(ctx)[file];
		await expect(save(ctx, "dev")).rejects.toMatchObject({
			code: "storage",
			message: `${path}:4: expected \`key = value\``,
			remedy: {
				say: "fix line 4, or move the file away",
				run: ["mv", path, `${path}.bad`],
				edit: { file: path, line: 4 },
			},
		});
		expect(readFileSync(path, "utf8")).toBe("[a]\nb = c\n\nwhat is this\n");
	});

	test("that others could read are closed to them, and it is said", async () => {
		const ctx = testContext();
		await save(ctx, "dev");
		const { credentials: path } = filesOf(ctx);
		chmodSync(path, 0o644);
		expect(await loadAwsCredentials(ctx, realm, "sso", "dev", anything)).toBeDefined();
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(ctx.logged).toContainEqual(
			expect.objectContaining({
				level: "warn",
				message: `${path} could be read by other users (mode 0644); it no longer can`,
			}),
		);
	});

	test.each([
		["; atmos: expiration=2025-11-20T18:11:00-05:00", Date.UTC(2025, 10, 20, 23, 11)],
		["; atmos: expiration=2025-11-20T18:11:00.123456789Z", Date.UTC(2025, 10, 20, 18, 11, 0, 123)],
		["# atmos: other=word expiration=2025-11-20T18:11:00Z", Date.UTC(2025, 10, 20, 18, 11)],
		["; atmos: expiration=tomorrow", undefined],
		["; expiration=2025-11-20T18:11:00Z", undefined],
	])("tell when their credentials expire: %s", async (comment, expiresAt) => {
		const ctx = testContext();
		const keys = "aws_access_key_id = A\naws_secret_access_key = B\n";
		given(ctx, {
			credentials: `${comment}\n[dev]\n${keys}aws_session_token = C\n\n${comment}\n[static]\n${keys}`,
			config: "[profile dev]\nregion = eu-west-1 # Ireland\n",
		});
		expect(await loadAwsCredentials(ctx, realm, "sso", "dev", anything)).toMatchObject({
			expiresAt,
			region: "eu-west-1",
		});
		// Keys without a token do not expire.
		expect((await listAwsSessions(ctx, realm, "sso")).get("static")).toEqual({ expiresAt: undefined });
	});

	test("tell nothing of ours once another program has renewed the credentials", async () => {
		const ctx = testContext();
		await save(ctx, "dev");
		const { credentials: path } = filesOf(ctx);
		writeFileSync(path, readFileSync(path, "utf8").replace("03:04:05Z", "09:00:00Z"));
		const loaded = await loadAwsCredentials(ctx, realm, "sso", "dev", anything);
		expect(loaded?.expiresAt).toBe(Date.UTC(2030, 0, 2, 9));
		expect(loaded?.issuedAt).toBeUndefined();
	});
});

describe("removed credentials", () => {
	const remove = (ctx: TestContext, key: string, basePath?: string): Promise<readonly string[]> =>
		awsStore.remove({ ctx, realm, root: { key: "sso", basePath }, key });
	const folder = "~/.config/atmos/realm/aws/sso";
	const isThere = (path: string): boolean => existsSync(path);
	const sessionsOf = async (ctx: TestContext) => (await readState(ctx)).sessions;

	test.each(["dev-admin", "default", "log archive/admin", 'o\'brien/"x"\\y', "__proto__"])(
		"leave the files as they were before %s was stored",
		async (name) => {
			const ctx = testContext();
			const { credentials: path, config } = filesOf(ctx);
			await save(ctx, "other");
			const before = [path, config].map((file) => readFileSync(file, "latin1"));
			await save(ctx, name);
			expect(await remove(ctx, name)).toEqual([
				`keys of ${name} in ${folder}/credentials`,
				`settings of ${name} in ${folder}/config`,
			]);
			expect([path, config].map((file) => readFileSync(file, "latin1"))).toEqual(before);
			expect(await loadAwsCredentials(ctx, realm, "sso", name, anything)).toBeUndefined();
			expect(Object.keys((await sessionsOf(ctx)).realm?.sso ?? {})).toEqual(["other"]);
			expect(await remove(ctx, name)).toEqual([]);
		},
	);

	test("take the files with them when they were the last, but no lock and nothing else", async () => {
		const ctx = testContext();
		const { credentials: path, config } = filesOf(ctx);
		await save(ctx, "dev");
		writeFileSync(`${path}.lock`, "");
		await remove(ctx, "dev");
		expect([path, config].map(isThere)).toEqual([false, false]);
		expect(isThere(`${path}.lock`)).toBe(true);
		expect(await sessionsOf(ctx)).toEqual({});

		await save(ctx, "dev");
		expect(readFileSync(path, "utf8")).toContain("[dev]");
	});

	test("take an empty folder with them", async () => {
		const ctx = { ...testContext(), env: { PATH: "" } };
		await save(ctx, "dev");
		await remove(ctx, "dev");
		expect(isThere(dirname(filesOf(ctx).credentials))).toBe(false);
		expect(isThere(dirname(dirname(filesOf(ctx).credentials)))).toBe(true);
	});

	test("by the Go program are the identity's, too", async () => {
		const ctx = testContext();
		given(ctx, {
			credentials: `# mine\n; atmos: expiration=2025-11-20T18:11:00-05:00\n[dev]\n${KEYS}\n[mine]\na = b\n`,
			config: "[profile dev]\nregion = us-east-1\noutput = json\n",
		});
		expect(await remove(ctx, "dev")).toHaveLength(2);
		expect(readFileSync(filesOf(ctx).credentials, "utf8")).toBe("# mine\n\n[mine]\na = b\n");
		expect(readFileSync(filesOf(ctx).config, "utf8")).toBe("[profile dev]\noutput = json\n");
	});

	test.each([
		["one key", "[dev]\naws_access_key_id = A\n"],
		["an empty one", "[dev]\naws_access_key_id = A\naws_secret_access_key =\n"],
		["others", "[dev]\ncredential_process = x\n"],
	])("are no section with %s, nor its settings", async (_what, credentials) => {
		const ctx = testContext();
		const config = "[profile dev]\nregion = eu-west-1\n";
		given(ctx, { credentials, config });
		expect(await remove(ctx, "dev")).toEqual([]);
		const { credentials: path, config: settings } = filesOf(ctx);
		expect([path, settings].map((file) => readFileSync(file, "utf8"))).toEqual([credentials, config]);
	});

	test("are not made where there are none", async () => {
		const ctx = testContext();
		expect(await remove(ctx, "dev")).toEqual([]);
		expect(readdirSync(ctx.home)).toEqual([]);
	});

	test("leave a damaged file as it is; what is left is removed once it is whole again", async () => {
		const ctx = testContext();
		await save(ctx, "dev");
		const { credentials: path, config } = filesOf(ctx);
		const good = readFileSync(config, "utf8");
		writeFileSync(config, `${good}{\n`);
		await expect(remove(ctx, "dev")).rejects.toMatchObject({ code: "storage" });
		expect(readFileSync(config, "utf8")).toBe(`${good}{\n`);
		// The secrets were not in that file.
		expect(isThere(path)).toBe(false);
		writeFileSync(config, good);
		expect(await remove(ctx, "dev")).toEqual([`settings of dev in ${folder}/config`]);
		writeFileSync(path, "{\n", { mode: 0o600 });
		await expect(remove(ctx, "dev")).rejects.toMatchObject({ code: "storage" });
		expect(readFileSync(path, "utf8")).toBe("{\n");
	});

	test("go from the target of a symbolic link, and from the provider's own folder", async () => {
		const ctx = testContext();
		given(ctx, {});
		const elsewhere = join(ctx.home, "elsewhere");
		symlinkSync(elsewhere, filesOf(ctx).credentials);
		await save(ctx, "dev");
		await remove(ctx, "dev");
		expect(isThere(elsewhere)).toBe(false);
		await save(ctx, "dev");
		expect(readFileSync(elsewhere, "utf8")).toContain("[dev]");

		await saveAwsCredentials(ctx, realm, "sso", "dev", credentials, { basePath: "~/keys" });
		expect((await remove(ctx, "dev", "~/keys"))[0]).toBe("keys of dev in ~/keys/realm/aws/sso/credentials");
		expect(readFileSync(elsewhere, "utf8")).toContain("[dev]");
	});

	test("are not swept away with those of an identity that is stored at the same time", async () => {
		const ctx = testContext();
		await save(ctx, "dev");
		const child = start("save", { home: ctx.home, identity: "other" });
		await remove(ctx, "dev");
		expect(await child.ended).toMatchObject({ errors: "", signal: null });
		expect([...(await listAwsSessions(ctx, realm, "sso")).keys()]).toEqual(["other"]);
	});
});

describe("what cannot be stored", () => {
	test.each(["../../../escape", "..", "a/../../b"])("is a provider called %s", async (provider) => {
		const ctx = testContext();
		await expect(saveAwsCredentials(ctx, realm, provider, "dev", credentials)).rejects.toMatchObject({
			code: "config",
		});
		expect(readdirSync(ctx.home)).toEqual([]);
	});

	test("is an identity with a line break in its name", async () => {
		const ctx = testContext();
		await expect(save(ctx, "a]\n[default")).rejects.toMatchObject({ code: "config" });
	});

	test.each([
		{ accessKeyId: "A\n[default]" },
		{ secretAccessKey: new Secret("a\rb") },
		{ sessionToken: new Secret("a b") },
		{ region: "x\ncredential_process = evil" },
	])("is a value that would become lines of its own: %#", async (changed) => {
		const ctx = testContext();
		await expect(save(ctx, "dev", changed)).rejects.toMatchObject({ code: "service" });
		expect(readdirSync(ctx.home)).toEqual([]);
	});
});

describe("several processes", () => {
	test("lose no section, a dozen at once", { timeout: 60_000 }, async () => {
		const ctx = testContext();
		given(ctx, { credentials: "[mine]\na = b\n" });
		const names = Array.from({ length: 12 }, (_, index) => `identity-${index}`);
		const children = names.map((identity) => start("save", { home: ctx.home, identity }));
		for (const child of children) expect(await child.ended).toMatchObject({ errors: "", signal: null });
		expect([...(await listAwsSessions(ctx, realm, "sso")).keys()].sort()).toEqual(names.sort());
		const { credentials: path, config } = filesOf(ctx);
		expect(readFileSync(path, "utf8").startsWith("[mine]\na = b\n")).toBe(true);
		for (const name of names) expect(readFileSync(config, "utf8")).toContain(`[profile ${name}]\n`);
		expect(readdirSync(dirname(path)).filter((file) => /tmp|atmos-auth/.test(file))).toEqual([]);
	});

	test.skipIf(process.platform === "win32")(
		"killed between any two system calls leave the old files or the new, and nobody waiting",
		{ timeout: 180_000 },
		async () => {
			const ctx = testContext();
			const { credentials: path, config } = filesOf(ctx);
			const before = { credentials: "[dev]\naws_access_key_id = OLD\n", config: "[profile dev]\nregion = us-east-1\n" };
			given(ctx, before);
			const { result: total } = await run("save", { home: ctx.home, steps: 1e9 });
			const after = { credentials: readFileSync(path, "utf8"), config: readFileSync(config, "utf8") };
			expect(after.credentials).not.toBe(before.credentials);
			for (let steps = 0; steps < Number(total); steps++) {
				given(ctx, before);
				await run("save", { home: ctx.home, steps });
				const where = `after ${steps} of ${total} calls`;
				expect([before.credentials, after.credentials], where).toContain(readFileSync(path, "utf8"));
				expect([before.config, after.config], where).toContain(readFileSync(config, "utf8"));
				const since = performance.now();
				await save(ctx, "next");
				expect(performance.now() - since, where).toBeLessThan(3_000);
			}
		},
	);
});
