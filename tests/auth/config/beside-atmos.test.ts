/**
 * Our reading of a configuration beside that of Cloud Posse's program: the realm and the names must be the same. What that
 * program says is kept in `beside-atmos.json` and holds in every run. Where it is at hand it is asked again:
 * `ATMOS_BINARY=/path/to/atmos npx vitest run tests/auth/config/beside-atmos.test.ts`, with `ATMOS_RECORD=1` to keep what it says.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ConfigRequest } from "../../../src/auth/config/model.ts";
import { project } from "./project.ts";

const program = process.env.ATMOS_BINARY;
const DATA = new URL("beside-atmos.json", import.meta.url);

/** What Atmos makes of a configuration. */
interface Reading {
	/** The realm itself; or the folder whose hash it is, with `$PROJECT` and `$HOME` for what differs from run to run. */
	readonly realm: { readonly is: string } | { readonly hashOf: string };
	readonly names: readonly string[];
}

/** Two identities: one of that name and `x`, which others may have too. */
const auth = (name: string): string =>
	`auth:\n  providers: {p: {kind: mock}}\n  identities:\n    ${name}: {kind: mock, via: {provider: p}}\n    x: {kind: mock, via: {provider: p}}\n`;

interface Case {
	readonly files: Readonly<Record<string, string>>;
	/** Folders that become git repositories. */
	readonly repositories?: readonly string[];
	/** Symbolic links, by target. */
	readonly links?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly args?: readonly string[];
	readonly request?: ConfigRequest;
	/** Where `--chdir` leads. */
	readonly chdir?: string;
}

const CASES: Readonly<Record<string, Case>> = {
	"a file in the folder": { files: { "atmos.yaml": auth("a") } },
	"a parent's": { files: { "atmos.yaml": auth("a"), "s/t/x": "" }, cwd: "s/t" },
	"the nearest of several parents'": {
		files: { "a/atmos.yaml": auth("a"), "a/b/atmos.yaml": auth("b"), "a/b/c/d/x": "" },
		cwd: "a/b/c/d",
	},
	"a parent's and the repository's": {
		files: { "atmos.yaml": auth("root"), "s/atmos.yaml": auth("parent"), "s/t/u/x": "" },
		repositories: ["."],
		cwd: "s/t/u",
	},
	"without the repository's": {
		files: { "atmos.yaml": auth("root"), "s/atmos.yaml": auth("parent"), "s/t/u/x": "" },
		repositories: ["."],
		cwd: "s/t/u",
		env: { ATMOS_GIT_ROOT_BASEPATH: "false" },
	},
	"through a link": { files: { "real/atmos.yaml": auth("a") }, links: { real: "link" }, cwd: "link" },
	"through a link, with --chdir": {
		files: { "real/atmos.yaml": auth("a") },
		links: { real: "link" },
		args: ["--chdir", "link"],
		chdir: "link",
	},
	"below a linked folder": {
		files: { "real/atmos.yaml": auth("a"), "real/s/x": "" },
		links: { real: "link" },
		cwd: "link/s",
	},
	"below a linked repository": {
		files: { "real/atmos.yaml": auth("a"), "real/s/x": "" },
		repositories: ["real"],
		links: { real: "link" },
		cwd: "link/s",
	},
	"mixed case": { files: { "MiXed/atmos.yaml": auth("a") }, cwd: "MiXed" },
	"letters that Go makes small in its own way": { files: { "İÇ ΌΔΟΣ/atmos.yaml": auth("a") }, cwd: "İÇ ΌΔΟΣ" },
	"a backslash in a name": { files: { "a\\b/atmos.yaml": auth("a") }, cwd: "a\\b" },
	"letters beyond ASCII": { files: { "Ünïcode É/atmos.yaml": auth("a") }, cwd: "Ünïcode É" },
	ATMOS_CLI_CONFIG_PATH: {
		files: { "atmos.yaml": auth("own"), "c/atmos.yaml": auth("c") },
		env: { ATMOS_CLI_CONFIG_PATH: "c" },
	},
	"ATMOS_CLI_CONFIG_PATH, relative, in a repository": {
		files: { "atmos.yaml": auth("root"), "c/atmos.yaml": auth("c"), "s/x": "" },
		repositories: ["."],
		cwd: "s",
		env: { ATMOS_CLI_CONFIG_PATH: "../c/" },
	},
	"--config": {
		files: { "atmos.yaml": auth("a") },
		args: ["--config", "atmos.yaml"],
		request: { config: ["atmos.yaml"] },
	},
	"--config with a dot": {
		files: { "s/atmos.yaml": auth("a") },
		args: ["--config", "./s/atmos.yaml"],
		request: { config: ["./s/atmos.yaml"] },
	},
	"--config and --config-path": {
		files: { "s/a.yaml": auth("a"), "t/atmos.yaml": auth("b") },
		args: ["--config", "s/a.yaml", "--config-path", "t"],
		request: { config: ["s/a.yaml"], configPath: ["t"] },
	},
	"--config twice in one folder": {
		files: { "s/a.yaml": auth("a"), "s/b.yaml": auth("b") },
		args: ["--config", "s/a.yaml,s/b.yaml"],
		request: { config: ["s/a.yaml", "s/b.yaml"] },
	},
	"--config-path with a hidden file": {
		files: { "t/.atmos.yaml": auth("b") },
		args: ["--config-path", "t/"],
		request: { configPath: ["t/"] },
	},
	ATMOS_CONFIG: { files: { "t/atmos.yaml": auth("b") }, env: { ATMOS_CONFIG: "t/atmos.yaml" } },
	ATMOS_CONFIG_PATH: {
		files: { "t/atmos.yaml": auth("b"), "u/atmos.yaml": auth("u") },
		env: { ATMOS_CONFIG_PATH: "t,u" },
	},
	"the home's beside the project's": { files: { "atmos.yaml": auth("a"), "~/.atmos/atmos.yaml": auth("home") } },
	"the home's alone": { files: { x: "", "~/.atmos/atmos.yaml": auth("home") } },
	none: { files: { x: "" } },
	"a folder with atmos.d alone": { files: { "atmos.yaml": auth("up"), "s/atmos.d/a.yaml": auth("d") }, cwd: "s" },
	"a repository with atmos.d alone": {
		files: { "atmos.d/a.yaml": auth("d"), "s/x": "" },
		repositories: ["."],
		cwd: "s",
	},
	"atmos.yml": { files: { "atmos.yml": auth("a") } },
	"atmos.yml below atmos.yaml": { files: { "atmos.yaml": auth("up"), "s/atmos.yml": auth("own") }, cwd: "s" },
	"drop-ins": {
		files: {
			"atmos.yaml": auth("m"),
			"atmos.d/a.yaml": auth("a"),
			"atmos.d/s/b.yml": auth("b"),
			".atmos.d/c.yaml": auth("c"),
		},
	},
	imports: {
		files: {
			"atmos.yaml": `import: [i, "s/*", folder]\n${auth("m")}`,
			"i.yaml": `import: [n.yaml]\n${auth("i")}`,
			"n.yaml": auth("n"),
			"s/a.yaml": auth("sa"),
			"s/b.yml": auth("sb"),
			"folder/c.yaml": auth("fc"),
		},
	},
	"imports under base_path": {
		files: {
			"atmos.yaml": `base_path: ./base\nimport: [a.yaml]\n${auth("m")}`,
			"base/a.yaml": auth("base"),
			"a.yaml": auth("a"),
		},
	},
	"imports under the repository's root": {
		files: {
			"c/a.yaml": auth("root"),
			"s/atmos.yaml": `import: [c/*.yaml]\n${auth("m")}`,
			"s/c/a.yaml": auth("beside"),
		},
		repositories: ["."],
		cwd: "s",
	},
	"imports under ATMOS_BASE_PATH": {
		files: { "atmos.yaml": `import: [i.yaml]\n${auth("m")}`, "b/i.yaml": auth("i") },
		env: { ATMOS_BASE_PATH: "b" },
	},
	"a profile": {
		files: { "atmos.yaml": auth("m"), "profiles/dev/a.yaml": auth("dev") },
		args: ["--profile", "dev"],
		request: { profiles: ["dev"] },
	},
	"a profile chosen by env:": {
		files: { "atmos.yaml": `env: {ATMOS_PROFILE: dev}\n${auth("m")}`, "profiles/dev/a.yaml": auth("dev") },
	},
	"a profile chosen by an included .env": {
		files: {
			"atmos.yaml": `env: !include .env\n${auth("m")}`,
			".env": "ATMOS_PROFILE=dev\n",
			"profiles/dev/a.yaml": auth("dev"),
		},
	},
	"the profile of profiles.default": {
		files: {
			"atmos.yaml": `profiles: {default: dev}\n${auth("m")}`,
			".atmos/profiles/dev/a.yaml": auth("dev"),
			"profiles/dev/a.yaml": auth("wrong"),
		},
	},
	"a profile under profiles.base_path": {
		files: { "atmos.yaml": `profiles: {base_path: ./pp}\n${auth("m")}`, "pp/dev/a.yaml": auth("dev") },
		env: { ATMOS_PROFILE: "dev" },
	},
	"a profile with imports": {
		files: {
			"atmos.yaml": auth("m"),
			"profiles/dev/a.yaml": `import: [../s.yaml]\n${auth("dev")}`,
			"profiles/s.yaml": auth("s"),
		},
		env: { ATMOS_PROFILE: "dev" },
	},
	"auth.realm": { files: { "atmos.yaml": "auth: {realm: acme}\n" } },
	"auth.realm by a function": { files: { "atmos.yaml": "auth: {realm: !env NOT_SET fallback}\n" } },
	"the realm in env:": { files: { "atmos.yaml": `env: {ATMOS_AUTH_REALM: chosen}\n${auth("m")}` } },
	"two documents": { files: { "atmos.yaml": `${auth("a")}---\n${auth("b")}` } },
};

const kept = JSON.parse(readFileSync(DATA, "utf8")) as Readonly<Record<string, Reading>>;
const recorded: Record<string, Reading> = {};

/** As Atmos does on POSIX: pkg/config/auth_realm.go. The one letter whose small form differs is in a case of its own. */
function hashOf(folder: string): string {
	const clean = posix.normalize(folder).replace(/(?<=.)\/$/, "");
	const small = Array.from(clean, (letter) => (letter === "İ" ? "i" : letter.toLowerCase())).join("");
	return createHash("sha256").update(small).digest("hex").slice(0, 16);
}

/** Every folder below, through links too. */
function foldersIn(folder: string, depth = 0): string[] {
	const below = readdirSync(folder)
		.map((name) => join(folder, name))
		.filter((path) => depth < 8 && !path.endsWith(".git") && statSync(path).isDirectory());
	return [folder, ...below.flatMap((path) => foldersIn(path, depth + 1))];
}

describe.skipIf(process.platform === "win32")("beside Atmos", () => {
	test.each(Object.entries(CASES))("%s", async (name, given) => {
		const p = project();
		for (const [path, text] of Object.entries(given.files)) {
			p.write(path.startsWith("~/") ? join(p.ctx.home, path.slice(2)) : path, text);
		}
		for (const folder of given.repositories ?? []) {
			if (program === undefined) mkdirSync(join(p.ctx.cwd, folder, ".git"));
			else spawnSync("git", ["init", "-q", join(p.ctx.cwd, folder)]);
		}
		for (const [to, link] of Object.entries(given.links ?? {})) symlinkSync(join(p.ctx.cwd, to), join(p.ctx.cwd, link));
		const cwd = join(p.ctx.cwd, given.cwd ?? ".");
		mkdirSync(cwd, { recursive: true });
		const env = { ...p.ctx.env, ...given.env, PWD: cwd, ATMOS_TELEMETRY_ENABLED: "false" };

		const config = await p.load(given.request, { cwd: given.chdir ? join(cwd, given.chdir) : cwd, env });
		const names = config.identities().map(({ key }) => key);
		const ours = { realm: config.realm.value, names: names.sort() };

		const expand = (text: string): string => text.replace("$PROJECT", p.ctx.cwd).replace("$HOME", p.ctx.home);
		const said = kept[name];
		if (process.env.ATMOS_RECORD !== "1") {
			const realm = said && ("is" in said.realm ? said.realm.is : hashOf(expand(said.realm.hashOf)));
			expect(ours).toEqual({ realm, names: said?.names });
		}
		if (program === undefined) return;

		const args = ["describe", "config", "--format", "json", ...(given.args ?? [])];
		const { stdout } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
		const { auth } = JSON.parse(stdout) as { auth: { realm: string; identities?: Record<string, unknown> } };
		const theirs = { realm: auth.realm, names: Object.keys(auth.identities ?? {}).sort() };
		expect(ours).toEqual(theirs);
		const typed = ["t", "t,u", "t;u;", "s;t;", "s;s;", ".", "./s", "t/", "s", config.directory];
		const folder = [...foldersIn(p.ctx.cwd), ...foldersIn(p.ctx.home), ...typed].find(
			(path) => hashOf(path) === theirs.realm,
		);
		recorded[name] = {
			realm:
				folder === undefined
					? { is: theirs.realm }
					: { hashOf: folder.replace(p.ctx.cwd, "$PROJECT").replace(p.ctx.home, "$HOME") },
			names: theirs.names,
		};
	});

	afterAll(() => {
		if (process.env.ATMOS_RECORD === "1") writeFileSync(DATA, `${JSON.stringify(recorded, null, "\t")}\n`);
	});
});
