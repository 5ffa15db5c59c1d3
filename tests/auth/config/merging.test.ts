import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AuthConfig } from "../../../src/auth/config/model.ts";
import { projectName } from "../../../src/auth/config/project-name.ts";
import { identity, project, withIdentities } from "./project.ts";

const tagsOf = (config: AuthConfig, name: string): readonly string[] | undefined =>
	config.identities().find((item) => item.name === name)?.tags;
const names = (config: AuthConfig): string[] => config.identities().map(({ name }) => name);
const realmOf = (text: string): string => createHash("sha256").update(text.toLowerCase()).digest("hex").slice(0, 16);
/** An identity `x` that says where it comes from, and one of that name. */
const from = (place: string): string => withIdentities(identity("x", `, tags: [${place}]`) + identity(place));

describe("the order of the places", () => {
	const layers = { "repo/atmos.yaml": from("root"), "repo/a/atmos.yaml": from("parent"), "repo/a/b/c/x": "" };

	test("the nearest parent, then the repository's root: later ones win, and name the realm", async () => {
		const p = project({ ...layers, "repo/.git/HEAD": "ref: refs/heads/main\n" });
		const cwd = join(p.ctx.cwd, "repo/a/b/c");
		const config = await p.load({}, { cwd });
		expect(names(config)).toEqual(["parent", "root", "x"]);
		expect(tagsOf(config, "x")).toEqual(["root"]);
		expect(config.realm.value).toBe(realmOf(join(p.ctx.cwd, "repo")));
		expect(projectName(config, cwd)).toBe("repo");
	});

	test("ATMOS_GIT_ROOT_BASEPATH=false leaves the repository's root out", async () => {
		const p = project({ ...layers, "repo/.git/HEAD": "ref: refs/heads/main\n" });
		const env = { ...p.ctx.env, ATMOS_GIT_ROOT_BASEPATH: "false" };
		const config = await p.load({}, { cwd: join(p.ctx.cwd, "repo/a/b/c"), env });
		expect(names(config)).toEqual(["parent", "x"]);
	});

	test.each([".atmos", ".atmos.d", "atmos.d", "atmos.yaml", ".atmos.yaml"])(
		"with %s of its own a folder does not look further up",
		async (name) => {
			const p = project(layers);
			const cwd = join(p.ctx.cwd, "repo/a/b/c");
			if (name.endsWith(".yaml")) p.write(join(cwd, name), from("own"));
			else mkdirSync(join(cwd, name), { recursive: true });
			const config = await p.load({}, { cwd });
			expect(names(config)).toEqual(name.endsWith(".yaml") ? ["own", "x"] : []);
		},
	);

	test("the variable's folder comes last, relative to the working directory", async () => {
		const p = project({ "atmos.yaml": from("own"), "conf/atmos.yaml": from("named") });
		const config = await p.load({}, { env: { ...p.ctx.env, ATMOS_CLI_CONFIG_PATH: "conf" } });
		expect(names(config)).toEqual(["named", "own", "x"]);
		expect(tagsOf(config, "x")).toEqual(["named"]);
		expect(config.realm.value).toBe(realmOf(join(p.ctx.cwd, "conf")));
	});

	test("a hidden file is read, but the realm is that of what Atmos reads", async () => {
		const p = project({ ".atmos.yaml": from("hidden") });
		expect((await p.load()).realm.value).toBe(realmOf(p.ctx.cwd));
		p.write(join(p.ctx.home, ".atmos/atmos.yaml"), from("home"));
		const config = await p.load();
		expect(tagsOf(config, "x")).toEqual(["hidden"]);
		expect(config.realm.value).toBe(realmOf(join(p.ctx.home, ".atmos")));
	});

	test("atmos.yml serves where there is no atmos.yaml", async () => {
		const p = project({ "atmos.yml": from("short") });
		expect(names(await p.load())).toEqual(["short", "x"]);
		p.write("atmos.yaml", from("long"));
		expect(names(await p.load())).toEqual(["long", "x"]);
	});

	test("several --config and --config-path are all merged, and joined as Atmos joins them for the realm", async () => {
		const p = project({ "a/one.yaml": from("one"), "b/atmos.yaml": from("two"), "c/.atmos.yaml": from("three") });
		const config = await p.load({ config: ["a/one.yaml"], configPath: ["b", "./c/"] });
		expect(names(config)).toEqual(["one", "three", "two", "x"]);
		expect(tagsOf(config, "x")).toEqual(["three"]);
		expect(config.realm.value).toBe(realmOf("a;b;./c/;"));
	});

	test.each([
		[["sub/atmos.yaml"], "sub"],
		[["./sub/../sub/atmos.yaml"], "sub"],
		[["./atmos.yaml"], "."],
	])("--config %j hashes the folder as typed, cleaned", async (config, text) => {
		const p = project({ "sub/atmos.yaml": from("sub"), "atmos.yaml": from("top") });
		expect((await p.load({ config })).realm.value).toBe(realmOf(text));
	});

	test("below a repository behind a symbolic link the realm is the repository's own, as Atmos's git library has it", async () => {
		const p = project({ "real/atmos.yaml": from("root"), "real/.git/HEAD": "ref: x\n", "real/deep/x": "" });
		symlinkSync(join(p.ctx.cwd, "real"), join(p.ctx.cwd, "link"));
		const inside = await p.load({}, { cwd: join(p.ctx.cwd, "link") });
		expect(inside.realm.value).toBe(realmOf(join(p.ctx.cwd, "link")));
		const below = await p.load({}, { cwd: join(p.ctx.cwd, "link/deep") });
		expect(below.realm.value).toBe(realmOf(join(p.ctx.cwd, "real")));
		expect(below.files).toEqual([join(p.ctx.cwd, "real/atmos.yaml")]);
	});
});

describe("drop-in folders", () => {
	test("repository, then the file's own folder; atmos.d, then .atmos.d; by depth and name", async () => {
		const p = project({
			".git/HEAD": "ref: x\n",
			"atmos.d/z.yaml": from("repo"),
			"sub/atmos.yaml": withIdentities(identity("main")),
			"sub/atmos.d/b.yaml": from("b"),
			"sub/atmos.d/a.yaml": from("a"),
			"sub/atmos.d/b.yml": from("shadowed"),
			"sub/atmos.d/deep/a.yaml": from("deep"),
			"sub/atmos.d/notes.txt": "not: [yaml",
			"sub/.atmos.d/a.yaml": from("hidden"),
		});
		const config = await p.load({}, { cwd: join(p.ctx.cwd, "sub") });
		expect(names(config)).toEqual(["a", "b", "deep", "hidden", "main", "repo", "x"]);
		expect(tagsOf(config, "x")).toEqual(["hidden"]);
		expect(config.files.map((file) => file.slice(p.ctx.cwd.length + 1))).toEqual([
			"atmos.d/z.yaml",
			"sub/atmos.d/a.yaml",
			"sub/atmos.d/b.yaml",
			"sub/atmos.d/deep/a.yaml",
			"sub/.atmos.d/a.yaml",
			"sub/atmos.yaml",
		]);
	});

	test("a repository's are read even where there is no atmos.yaml at all", async () => {
		const p = project({ ".git/HEAD": "ref: x\n", "atmos.d/a.yaml": from("a"), "sub/x": "" });
		const config = await p.load({}, { cwd: join(p.ctx.cwd, "sub") });
		expect(names(config)).toEqual(["a", "x"]);
		expect(config.realm).toEqual({ value: "default", source: "default" });
	});
});

describe("imports", () => {
	test("later ones win over earlier ones, a file over its own imports, all the way down", async () => {
		const p = project({
			"atmos.yaml": "import: [one.yaml, two]\n",
			"one.yaml": `import: nested/deep.yaml\n${from("one")}`,
			"two.yaml": from("two"),
			"nested/deep.yaml": withIdentities(identity("x", ", tags: [deep], default: true") + identity("deep")),
		});
		const config = await p.load();
		expect(names(config)).toEqual(["deep", "one", "two", "x"]);
		expect(config.identities().at(-1)).toMatchObject({ tags: ["two"], isDefault: true });
	});

	test("they are looked for under base_path, then beside the importing file", async () => {
		const p = project({
			"atmos.yaml": "base_path: ./base\nimport: [a.yaml, b.yaml]\n",
			"base/a.yaml": from("base-a"),
			"a.yaml": from("a"),
			"b.yaml": from("b"),
		});
		expect(names(await p.load())).toEqual(["b", "base-a", "x"]);
	});

	test("--base-path and ATMOS_BASE_PATH win over base_path, from the working directory", async () => {
		const p = project({
			"atmos.yaml": "base_path: ./base\nimport: [a.yaml]\n",
			"base/a.yaml": from("base"),
			"flag/a.yaml": from("flag"),
			"variable/a.yaml": from("variable"),
		});
		const env = { ...p.ctx.env, ATMOS_BASE_PATH: "./variable" };
		expect(names(await p.load({}, { env }))).toEqual(["variable", "x"]);
		expect(names(await p.load({ basePath: "flag" }, { env }))).toEqual(["flag", "x"]);
	});

	test("without a base_path the repository's root comes first, as in Atmos", async () => {
		const p = project({
			".git/HEAD": "ref: x\n",
			"conf/a.yaml": from("root"),
			"sub/atmos.yaml": "import: [conf/*.yaml, own/*.yaml]\n",
			"sub/conf/a.yaml": from("beside"),
			"sub/own/a.yaml": from("own"),
		});
		expect(names(await p.load({}, { cwd: join(p.ctx.cwd, "sub") }))).toEqual(["own", "root", "x"]);
	});

	test("patterns, folders, absolute paths and paths without their extension", async () => {
		const p = project({
			"glob/a.yaml": from("a"),
			"glob/deep/b.yml": from("b"),
			"glob/c.txt": "not: [yaml",
			"folder/c.yaml": from("c"),
			"bare/d.yaml": from("d"),
			"absolute/e.yaml": from("e"),
		});
		p.write("atmos.yaml", `import: ["glob/**/*", folder, bare/d, "${p.ctx.cwd}/absolute/*.yaml"]\n`);
		expect(names(await p.load())).toEqual(["a", "b", "c", "d", "e", "x"]);
	});

	test("more than ten deep is an error with file and line", async () => {
		const files = Object.fromEntries(
			Array.from({ length: 12 }, (_, index) => [`f${index}.yaml`, `import:\n  - f${index + 1}.yaml\n`]),
		);
		const p = project({ ...files, "atmos.yaml": "import: [f0.yaml]\n", "f12.yaml": "" });
		await expect(p.load()).rejects.toThrow(/f9\.yaml:2:5: import: imports are nested more than ten deep/);
	});

	test("files that import each other over and over are an error, not a hang", async () => {
		const level = (next: number): string => `import: [${Array(9).fill(`f${next}.yaml`).join(", ")}]\n`;
		const files = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}.yaml`, level(index + 1)]));
		const p = project({ ...files, "f9.yaml": "", "atmos.yaml": level(0) });
		await expect(p.load()).rejects.toThrow("the imports add up to more than 1000 files");
	});

	test("a circle is a warning that names the import", async () => {
		const p = project({
			"atmos.yaml": "import: [a.yaml]\n",
			"a.yaml": `import:\n  - atmos.yaml\n${withIdentities(identity("a"))}`,
		});
		expect(await (await p.load()).check()).toEqual([
			expect.objectContaining({
				severity: "warning",
				message: '"atmos.yaml" is a circular import',
				location: expect.objectContaining({ line: 2, column: 5 }),
			}),
		]);
	});

	test("secrets in a remote address do not get into the error", async () => {
		const p = project({ "atmos.yaml": "import: ['https://user:hunter2@example.com/x.yaml?token=hunter3']\n" });
		const error = await p.load().catch((thrown: unknown) => thrown as Error);
		expect((error as Error).message).toContain('"https://example.com/x.yaml" is remote');
		expect((error as Error).message).not.toMatch(/hunter/);
	});
});

describe("entries", () => {
	test("maps merge, lists and values are replaced, and the last spelling of a name is shown", async () => {
		const p = project({
			"atmos.yaml": `import: [a.yaml]\nauth:\n  identities:\n    Team/X:\n      tags: [mine]\n      principal: {account: {id: 111111111111}}\n`,
			"a.yaml": withIdentities(
				"    team/x: {kind: aws/permission-set, via: {provider: company-sso}, tags: [a, b], principal: {name: Admin, account: {id: 222222222222}}}\n",
			),
		});
		const config = await p.load();
		expect(config.identities()).toEqual([
			expect.objectContaining({
				name: "Team/X",
				key: "team/x",
				tags: ["mine"],
				role: "Admin",
				account: "111111111111",
			}),
		]);
		expect(await config.identity("TEAM/X")).toMatchObject({ file: join(p.ctx.cwd, "atmos.yaml") });
	});

	test("two spellings of one name in a file are merged, and the check says so", async () => {
		const p = project({ "atmos.yaml": withIdentities(identity("Dev") + identity("dev", ", tags: [second]")) });
		const config = await p.load();
		expect(config.identities()).toHaveLength(1);
		expect(await config.check()).toEqual([
			expect.objectContaining({
				severity: "warning",
				key: "auth.identities.dev",
				message: expect.stringContaining('"Dev"'),
			}),
		]);
	});

	test.each([
		["auth: [a]\n", /atmos\.yaml:1:1: auth: expected a map/],
		["auth:\n  identities:\n    - a\n", /atmos\.yaml:2:3: auth\.identities: expected a map/],
		["auth:\n  providers: none\n", /atmos\.yaml:2:3: auth\.providers: expected a map/],
		["auth:\n  realm: [a]\n", /atmos\.yaml:2:3: auth\.realm: expected a string/],
		["auth:\n  realm: !store x\n", /atmos\.yaml:2:3: auth\.realm: the function !store is not allowed here/],
	])("%j is an error with file, line and key", async (text, message) => {
		await expect(project({ "atmos.yaml": text }).load()).rejects.toThrow(message);
	});
});

describe("profiles", () => {
	test("the places, the first that has it: base_path, .atmos/profiles, the user's, profiles", async () => {
		const p = project({
			"atmos.yaml": "profiles: {base_path: custom}\n",
			"custom/a/x.yaml": from("custom"),
			".atmos/profiles/a/x.yaml": from("wrong"),
			".atmos/profiles/b/x.yaml": from("project-hidden"),
			"profiles/b/x.yaml": from("wrong"),
			"profiles/c/x.yaml": from("wrong"),
			"profiles/d/x.yaml": from("project"),
		});
		p.write(join(p.ctx.home, ".config/atmos/profiles/c/x.yaml"), from("user"));
		const config = await p.load({ profiles: ["a", "b", "c", "d"] });
		expect(names(config)).toEqual(["custom", "project", "project-hidden", "user", "x"]);
		expect(tagsOf(config, "x")).toEqual(["project"]);
	});

	test("a profile's file wins over what it imports", async () => {
		const p = project({
			"atmos.yaml": withIdentities(identity("x", ", tags: [main]")),
			"profiles/dev/a.yaml": `import: [../shared.yaml]\n${from("profile")}`,
			"profiles/shared.yaml": from("shared"),
		});
		const config = await p.load({ profiles: ["dev"] });
		expect(names(config)).toEqual(["profile", "shared", "x"]);
		expect(tagsOf(config, "x")).toEqual(["profile"]);
	});

	test("those of every named folder are looked at", async () => {
		const p = project({ "a/atmos.yaml": "", "b/atmos.yaml": "", "a/profiles/dev/x.yaml": from("dev") });
		expect(names(await p.load({ configPath: ["a", "b"], profiles: ["dev"] }))).toEqual(["dev", "x"]);
	});

	test("what the environment says wins over `env:`, and only ATMOS_ variables count", async () => {
		const p = project({
			"atmos.yaml":
				"env: {ATMOS_PROFILE: a, atmos_identity: no, PATH: no, ATMOS_IDENTITY: dev, ATMOS_AUTH_REALM: from-env}\n",
			"profiles/a/x.yaml": from("a"),
			"profiles/b/x.yaml": from("b"),
		});
		const config = await p.load();
		expect(config.profiles).toEqual(["a"]);
		expect(config.env).toMatchObject({ ATMOS_IDENTITY: "dev", PATH: p.ctx.env.PATH });
		expect(config.env?.atmos_identity).toBeUndefined();
		expect(config.realm).toEqual({ value: "from-env", source: "env" });
		expect((await p.load({}, { env: { ...p.ctx.env, ATMOS_PROFILE: "b" } })).profiles).toEqual(["b"]);
	});
});

describe("discovered identities", () => {
	const found = `auth:\n  identities:\n${identity('"Log Archive/Audit"', ", tags: [found]")}`;
	const provider = "{kind: aws/iam-identity-center, start_url: https://acme.awsapps.com/start, region: us-east-1}";

	test.each(["Team/My.SSO", "team/my.sso", "team_my.sso"])(
		"the file of a provider with a slash, as %s",
		async (folder) => {
			const p = project({ "atmos.yaml": `auth:\n  providers:\n    Team/My.SSO: ${provider}\n` });
			p.write(join(p.ctx.home, ".cache/atmos/auth", folder, "provisioned-identities.yaml"), found);
			expect(names(await p.load())).toEqual(["Log Archive/Audit"]);
		},
	);

	test("a name cannot lead out of the cache, and a broken file is only logged", async () => {
		const p = project({ "atmos.yaml": `auth:\n  providers:\n    ../../../evil: ${provider}\n    sso: ${provider}\n` });
		p.write(join(p.ctx.home, ".cache/evil/provisioned-identities.yaml"), found);
		p.write(join(p.ctx.home, "evil/provisioned-identities.yaml"), found);
		p.write(join(p.ctx.home, ".cache/atmos/auth/sso/provisioned-identities.yaml"), "auth: [");
		expect(names(await p.load())).toEqual([]);
		expect(p.ctx.logged).toContainEqual(
			expect.objectContaining({ level: "warn", message: "the discovered identities cannot be read" }),
		);
	});

	test("only identities are taken from it", async () => {
		const p = project({ "atmos.yaml": `auth:\n  providers:\n    sso: ${provider}\n` });
		p.write(
			join(p.ctx.home, ".cache/atmos/auth/sso/provisioned-identities.yaml"),
			`import: [https://evil.example.com/x]\nauth:\n  realm: evil\n  providers: {sso: {start_url: https://evil.example.com}}\n${found.slice("auth:\n".length)}`,
		);
		const config = await p.load();
		expect(config.realm.source).toBe("path");
		expect((await config.provider("sso")).config).toMatchObject({ start_url: "https://acme.awsapps.com/start" });
	});
});

describe("the locator", () => {
	test.each([
		["one file", {}, "project", {}],
		["a parent's and the repository's", {}, "project/repo/a/b", {}],
		["named files", { config: ["project/atmos.yaml", "project/other.yaml"] }, ".", {}],
		["profiles and a base path", { profiles: ["dev"], basePath: "shared" }, "project", {}],
	])("leads to the same configuration from elsewhere: %s", async (_, request, folder, env) => {
		const p = project({
			"project/atmos.yaml": `import: [i.yaml]\n${from("main")}`,
			"project/i.yaml": from("beside"),
			"project/shared/i.yaml": from("shared"),
			"project/other.yaml": from("other"),
			"project/profiles/dev/x.yaml": from("dev"),
			"project/repo/.git/HEAD": "ref: x\n",
			"project/repo/atmos.yaml": from("repo"),
			"project/repo/a/atmos.yaml": from("parent"),
			"project/repo/a/b/x": "",
			"elsewhere/x": "",
		});
		const here = await p.load(request, { cwd: join(p.ctx.cwd, folder), env: { ...p.ctx.env, ...env } });
		const there = await p.load({}, { cwd: join(p.ctx.cwd, "elsewhere"), env: { ...p.ctx.env, ...here.locator } });
		expect(there.identities()).toEqual(here.identities());
		expect(here.identities().length).toBeGreaterThan(1);
	});
});
