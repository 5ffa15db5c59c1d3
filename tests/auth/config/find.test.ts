import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AuthError } from "../../../src/auth/errors.ts";
import { identity, project, withIdentities } from "./project.ts";

const names = (config: { identities(): readonly { name: string }[] }): string[] =>
	config.identities().map(({ name }) => name);

describe("the search", () => {
	test("finds the working directory's file, and the realm is the hash of its folder", async () => {
		const { load, ctx } = project({ "atmos.yaml": withIdentities(identity("dev-admin")) });
		const config = await load();
		expect(names(config)).toEqual(["dev-admin"]);
		expect(config.directory).toBe(ctx.cwd);
		expect(config.realm).toMatchObject({ source: "path", value: expect.stringMatching(/^[0-9a-f]{16}$/) });
	});

	test("finds a parent's file from a subdirectory, with the realm of the file's folder", async () => {
		const p = project({ "atmos.yaml": withIdentities(identity("dev-admin")), "deep/er/x": "" });
		const above = await p.load();
		const below = await p.load({}, { cwd: join(p.ctx.cwd, "deep/er") });
		expect(names(below)).toEqual(["dev-admin"]);
		expect(below.realm).toEqual(above.realm);
	});

	test("merges home below the project, and the project's folder names the realm", async () => {
		const p = project({ "atmos.yaml": withIdentities(identity("mine", ", tags: [project]")) });
		p.write(
			join(p.ctx.home, ".atmos/atmos.yaml"),
			withIdentities(identity("mine", ", tags: [home], default: true") + identity("other")),
		);
		const config = await p.load();
		expect(names(config)).toEqual(["mine", "other"]);
		expect(config.identities()[0]).toMatchObject({ tags: ["project"], isDefault: true });
		expect(config.directory).toBe(p.ctx.cwd);
	});

	test("ATMOS_CLI_CONFIG_PATH wins over the working directory, and parents are not searched then", async () => {
		const p = project({
			"atmos.yaml": withIdentities(identity("parent")),
			"sub/x": "",
			"elsewhere/atmos.yaml": withIdentities(identity("explicit")),
		});
		const cwd = join(p.ctx.cwd, "sub");
		const config = await p.load(
			{},
			{ cwd, env: { ...p.ctx.env, ATMOS_CLI_CONFIG_PATH: join(p.ctx.cwd, "elsewhere") } },
		);
		expect(names(config)).toEqual(["explicit"]);
	});

	test("--config replaces the search", async () => {
		const p = project({
			"atmos.yaml": withIdentities(identity("searched")),
			"other.yaml": withIdentities(identity("named")),
		});
		expect(names(await p.load({ config: ["other.yaml"] }))).toEqual(["named"]);
		const env = { ...p.ctx.env, ATMOS_CONFIG: "other.yaml" };
		expect(names(await p.load({}, { env }))).toEqual(["named"]);
	});

	test("--config-path takes a hidden file too, and an empty folder is an error that names it", async () => {
		const p = project({ "conf/.atmos.yaml": withIdentities(identity("hidden")), "empty/x": "" });
		expect(names(await p.load({ configPath: ["conf"] }))).toEqual(["hidden"]);
		await expect(p.load({ configPath: ["empty"] })).rejects.toThrow(/no atmos\.yaml in .*empty/);
	});

	test("a named file that does not exist is an error with its path", async () => {
		await expect(project().load({ config: ["gone.yaml"] })).rejects.toMatchObject({
			code: "config",
			message: expect.stringContaining("gone.yaml"),
		});
	});

	test("no file at all is an empty configuration in the realm `default`", async () => {
		const config = await project().load();
		expect(config.files).toEqual([]);
		expect(config.realm).toEqual({ value: "default", source: "default" });
	});
});

// Values that Cloud Posse's program was seen to compute: the SHA-256 of the folder as it is typed or found.
describe("the realm", () => {
	test("a relative --config or --config-path hashes the text, as Atmos does", async () => {
		const p = project({ "atmos.yaml": withIdentities(identity("a")) });
		expect((await p.load({ config: ["atmos.yaml"] })).realm.value).toBe("cdb4ee2aea69cc6a");
		expect((await p.load({ configPath: ["."] })).realm.value).toBe("cdb4ee2aea69cc6a");
	});

	test("an absolute --config, --config-path and the search agree", async () => {
		const p = project({ "atmos.yaml": withIdentities(identity("a")) });
		const searched = (await p.load()).realm.value;
		expect((await p.load({ config: [join(p.ctx.cwd, "atmos.yaml")] })).realm.value).toBe(searched);
		expect((await p.load({ configPath: [p.ctx.cwd] })).realm.value).toBe(searched);
	});

	test("a folder reached through a symbolic link has the link's realm", async () => {
		const p = project({ "real/atmos.yaml": withIdentities(identity("a")) });
		const link = join(p.ctx.cwd, "link");
		symlinkSync(join(p.ctx.cwd, "real"), link);
		const through = await p.load({}, { cwd: link });
		const direct = await p.load({}, { cwd: join(p.ctx.cwd, "real") });
		expect(through.directory).toBe(link);
		expect(through.realm.value).not.toBe(direct.realm.value);
	});

	test("upper and lower case make no difference", async () => {
		const p = project();
		for (const name of ["MixedCase", "mixedcase"]) {
			mkdirSync(join(p.ctx.cwd, name), { recursive: true });
			p.write(`${name}/atmos.yaml`, withIdentities(identity("a")));
		}
		const [a, b] = await Promise.all(
			["MixedCase", "mixedcase"].map(async (name) => (await p.load({}, { cwd: join(p.ctx.cwd, name) })).realm.value),
		);
		expect(a).toBe(b);
	});

	test("the variable wins over the configuration, and both over the path", async () => {
		const p = project({ "atmos.yaml": `${withIdentities(identity("a"))}  realm: acme-prod\n` });
		expect((await p.load()).realm).toEqual({ value: "acme-prod", source: "config" });
		expect((await p.load({}, { env: { ...p.ctx.env, ATMOS_AUTH_REALM: "ci" } })).realm).toEqual({
			value: "ci",
			source: "env",
		});
	});

	test.each(["Upper", "a--b", "-a", "a_", "a/b", "..", "x".repeat(65)])("refuses %s", async (value) => {
		const p = project();
		await expect(p.load({}, { env: { ...p.ctx.env, ATMOS_AUTH_REALM: value } })).rejects.toThrow(/invalid realm value/);
	});
});

describe("imports", () => {
	test("the importing file wins over what it imports, and atmos.d is weaker than both", async () => {
		const p = project({
			"atmos.yaml": `import: [shared/*.yaml]\n${withIdentities(identity("x", ", tags: [main]"))}`,
			"shared/a.yaml": withIdentities(identity("x", ", tags: [import], default: true") + identity("imported")),
			"atmos.d/b.yaml": withIdentities(identity("imported", ", tags: [dropin]") + identity("dropped")),
		});
		const config = await p.load();
		expect(names(config)).toEqual(["dropped", "imported", "x"]);
		const find = (name: string) => config.identities().find((item) => item.name === name);
		expect(find("x")).toMatchObject({ tags: ["main"], isDefault: true });
		expect(find("imported")?.tags).toEqual(["dropin"]);
	});

	test("files that import each other end", async () => {
		const p = project({
			"atmos.yaml": `import: [a.yaml]\n${withIdentities(identity("x"))}`,
			"a.yaml": `import: [atmos.yaml, a.yaml]\n${withIdentities(identity("y"))}`,
		});
		expect(names(await p.load())).toEqual(["x", "y"]);
	});

	test.each([
		"https://example.com/atmos.yaml",
		"git::https://example.com/x.git",
		"github.com/acme/config//atmos.yaml",
		"s3::https://bucket/x",
	])("%s is refused with file and line", async (source) => {
		const p = project({ "atmos.yaml": `import:\n  - ${source}\n` });
		await expect(p.load()).rejects.toThrow(/atmos\.yaml:2:5: import: .* is remote/);
	});

	test("a file that is not there is told, and the rest is used", async () => {
		const p = project({ "atmos.yaml": `import: [gone.yaml]\n${withIdentities(identity("x"))}` });
		const config = await p.load();
		expect(names(config)).toEqual(["x"]);
		expect(await config.check()).toContainEqual(
			expect.objectContaining({ severity: "warning", message: '"gone.yaml" does not exist' }),
		);
	});
});

describe("profiles", () => {
	const files = {
		"atmos.yaml": withIdentities(identity("x")),
		"profiles/dev/atmos.yaml": "auth:\n  identities:\n    X:\n      default: true\n",
		"profiles/ops/auth.yaml": withIdentities(identity("ops-admin")),
	};

	test("only what a profile says is changed", async () => {
		const config = await project(files).load({ profiles: ["dev"] });
		expect(config.identities()).toEqual([
			expect.objectContaining({ key: "x", isDefault: true, kind: "aws/permission-set" }),
		]);
		expect(config.profiles).toEqual(["dev"]);
	});

	test("the flag wins over the variable, the variable over profiles.default", async () => {
		const p = project({ ...files, "atmos.yaml": `profiles: {default: [dev]}\n${files["atmos.yaml"]}` });
		expect((await p.load()).profiles).toEqual(["dev"]);
		const env = { ...p.ctx.env, ATMOS_PROFILE: "ops" };
		expect((await p.load({}, { env })).profiles).toEqual(["ops"]);
		expect((await p.load({ profiles: ["dev", "ops"] }, { env })).profiles).toEqual(["dev", "ops"]);
	});

	test("`env:` of the configuration may choose the profile", async () => {
		const p = project({ ...files, "atmos.yaml": `env: {ATMOS_PROFILE: ops}\n${files["atmos.yaml"]}` });
		expect((await p.load()).profiles).toEqual(["ops"]);
	});

	test("an unknown one lists those there are, and knows an identity by its name", async () => {
		const p = project(files);
		const error = await p.load({ profiles: ["de"] }).catch((thrown: unknown) => thrown as AuthError);
		expect(error).toBeInstanceOf(AuthError);
		expect((error as AuthError).details).toEqual(["dev", "ops"]);
		await expect(p.load({ profiles: ["x"] })).rejects.toMatchObject({ remedy: { run: ["atmos-auth", "login", "x"] } });
	});

	test("a name cannot leave the profiles' folder", async () => {
		await expect(project(files).load({ profiles: ["../.."] })).rejects.toThrow(/there is no profile/);
	});
});

test("identities that discovery has found are there, and what a person wrote wins", async () => {
	const p = project({ "atmos.yaml": withIdentities(identity("dev/Admin", ", tags: [mine]")) });
	p.write(
		join(p.ctx.home, ".cache/atmos/auth/company-sso/provisioned-identities.yaml"),
		withIdentities(identity('"Dev/Admin"', ", tags: [found]") + identity('"Log Archive/Audit"')).replace(
			/ {2}providers:[\s\S]*identities:/,
			"  identities:",
		),
	);
	const config = await p.load();
	expect(names(config)).toEqual(["Log Archive/Audit", "dev/Admin"]);
	expect(config.identities()[1]?.tags).toEqual(["mine"]);
});
