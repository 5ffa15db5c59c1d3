/** Folders and names as Atmos has them on every system, and names that cannot be any. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { yamlFilesUnder } from "../../../src/auth/config/find.ts";
import { resolveRealm } from "../../../src/auth/config/realm.ts";
import { identity, project, withIdentities } from "./project.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

describe("the realm", () => {
	test.each([
		["C:\\Users\\Ada\\Infra\\", "c:/users/ada/infra"],
		["C:\\", "c:/"],
		["C:/Users/../Infra", "c:/infra"],
		["\\\\Server\\Share\\Infra", "//server/share/infra"],
		["\\\\server\\share", "//server/share"],
		["\\\\server\\share\\", "//server/share/"],
		["t\\", "t"],
	])("on Windows, of %s", (directory, hashed) => {
		const { value } = resolveRealm({ env: undefined, configured: undefined, directory, platform: "win32" });
		expect(value).toBe(hash(hashed));
	});

	test.each([
		["/srv/a\\B", "/srv/a\\b"],
		["/srv/İz/ΟΔΟΣ", "/srv/iz/οδοσ"],
		["./s/", "s"],
		["/", "/"],
	])("on POSIX, of %s", (directory, hashed) => {
		const { value } = resolveRealm({ env: undefined, configured: undefined, directory, platform: "linux" });
		expect(value).toBe(hash(hashed));
	});
});

test("on Windows the user's configuration is %LOCALAPPDATA%\\atmos.yaml, and weaker than …\\atmos\\atmos.yaml", async () => {
	const p = project({
		"local/atmos.yaml": withIdentities(identity("a", ", tags: [outer]") + identity("b")),
		"local/atmos/atmos.yaml": withIdentities(identity("a", ", tags: [inner]")),
		"p/x": "",
	});
	const env = { ...p.ctx.env, LOCALAPPDATA: join(p.ctx.cwd, "local") };
	const config = await p.load({}, { env, platform: "win32", cwd: join(p.ctx.cwd, "p") });
	expect(config.identities().map(({ name, tags }) => [name, ...tags])).toEqual([["a", "inner"], ["b"]]);
});

test("drop-ins: the main file, then by depth, then by name", () => {
	const p = project({ "d/z.yaml": "", "d/a/b.yaml": "", "d/a/a.yaml": "", "d/b.yaml": "", "d/atmos.yaml": "" });
	const files = yamlFilesUnder(join(p.ctx.cwd, "d")).map((file) => file.slice(p.ctx.cwd.length + 3));
	expect(files).toEqual(["atmos.yaml", "b.yaml", "z.yaml", "a/a.yaml", "a/b.yaml"]);
});

describe("names", () => {
	const problems = async (text: string, overrides = {}) =>
		(await (await project({ "atmos.yaml": text }).load({}, overrides)).check()).map(
			({ severity, key, message }) => `${severity} ${key}: ${message}`,
		);

	test.each(["..", ".", "a/..", "/", "a\u0001"])(
		"a provider %j that can be no folder is refused before anything is asked",
		async (name) => {
			const text = withIdentities(identity("a")).replaceAll("company-sso", JSON.stringify(name));
			const p = project({ "atmos.yaml": text });
			await expect((await p.load()).provider(name)).rejects.toThrow(
				"cannot be used for the folder that holds its credentials",
			);
			expect((await problems(text)).join("\n")).toContain("cannot be used for the folder that holds its credentials");
		},
	);

	test("slashes make subfolders; a backslash does on Windows alone, where more is refused", async () => {
		const named = (name: string): string =>
			withIdentities(identity("a")).replaceAll("company-sso", JSON.stringify(name));
		expect(await problems(named("team/sso"))).toEqual([]);
		expect(await problems(named("a\\.."), { platform: "linux" })).toEqual([]);
		for (const name of ["a\\..", "a:b", "nul", "x."]) {
			expect((await problems(named(name), { platform: "win32" })).join("\n")).toContain("for the folder");
		}
	});

	test("an identity that can be no section", async () => {
		for (const name of [" ", "a\nb"]) {
			const text = withIdentities(identity("X")).replace("X:", `${JSON.stringify(name)}:`);
			await expect((await project({ "atmos.yaml": text }).load()).identity(name)).rejects.toThrow(
				"name an AWS profile",
			);
		}
	});

	test("; and # in a name: a warning that names Terraform", async () => {
		const text = withIdentities(identity('"a;b"') + identity('"c #d"'));
		expect((await problems(text)).filter((line) => line.includes("Terraform"))).toEqual([
			expect.stringMatching(/^warning auth\.identities\.a;b: /),
			expect.stringMatching(/^warning auth\.identities\.c #d: /),
		]);
		await (await project({ "atmos.yaml": text }).load()).identity("a;b");
	});

	test("names and values of the configuration come into messages without what a terminal obeys", async () => {
		const bad = "x\u001b[2J\u202ey";
		const quoted = JSON.stringify(bad);
		const text = withIdentities(identity("a", `, via2: ${quoted}`).replace("name: dev", `id: ${quoted}`)).replace(
			"us-east-1",
			quoted,
		);
		const p = project({ "atmos.yaml": text });
		const config = await p.load();
		const said: string[] = [];
		for (const work of [
			() => config.provider("company-sso"),
			() => config.identity("a"),
			() => config.provider(bad),
			() => config.identity(bad),
			() => config.integration(bad),
		]) {
			const error = (await work().catch((thrown: unknown) => thrown)) as { message: string; details: string[] };
			said.push(error.message, ...error.details);
		}
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
		expect(said.join("\n")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
	});
});

describe("what is said", () => {
	const check = async (files: Readonly<Record<string, string>>) => (await project(files).load()).check();

	test.each(["", "settings: {}\n", "auth:\n", "auth: {realm: acme}\n"])(
		"nothing to sign in to is an error: %j",
		async (text) => {
			expect(await check({ "atmos.yaml": text })).toEqual([
				expect.objectContaining({
					severity: "error",
					key: "auth",
					message: expect.stringContaining("there is nothing to sign in to"),
				}),
			]);
		},
	);

	test.each(["auht", "Auth", "auths"])("a near miss of auth: %s", async (key) => {
		const p = project({ "atmos.yaml": withIdentities(identity("a")).replace("auth:", `# c\n${key}:`) });
		const config = await p.load();
		expect(await config.nearMisses()).toEqual([
			expect.objectContaining({ key, suggestion: "auth", location: expect.objectContaining({ line: 2 }) }),
		]);
		expect(await config.check()).toHaveLength(2);
	});

	test("and within auth", async () => {
		const p = project({ "atmos.yaml": withIdentities(identity("a")).replace("identities:", "identites:") });
		expect(await (await p.load()).nearMisses()).toEqual([
			expect.objectContaining({ key: "auth.identites", suggestion: "identities" }),
		]);
	});

	test("two defaults", async () => {
		const text = withIdentities(identity("a", ", default: true") + identity("b", ", default: true") + identity("c"));
		expect(await check({ "atmos.yaml": text })).toEqual([
			expect.objectContaining({
				severity: "warning",
				key: "auth.identities.b.default",
				message: expect.stringContaining("(a, b)"),
			}),
		]);
	});

	test.each([
		["principal.name", identity("a").replace("name: Admin", "name: !env NOT_SET")],
		["via.provider", identity("a").replace("provider: company-sso", "provider: !env NOT_SET")],
		["kind", identity("a").replace("kind: aws/permission-set", "kind: !env NOT_SET")],
	])("an unset variable by name and place: %s", async (key, text) => {
		const [problem] = await check({ "atmos.yaml": withIdentities(text) });
		expect(problem).toMatchObject({
			key: `auth.identities.a.${key}`,
			message: "the environment variable NOT_SET is not set, and !env has no fallback for it",
			location: { line: 8 },
		});
	});
});
