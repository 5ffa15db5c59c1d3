/**
 * How this program is started again by somebody else: kubectl, with a bare PATH, from another folder, and in a month, when
 * Node or this package has been upgraded. So of the names that lead to the running Node and to this program, one is
 * chosen that stays.
 */
import { existsSync, realpathSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "../version.ts";

export interface Self {
	/** Absolute. */
	readonly command: string;
	readonly args: readonly string[];
}

/** Where this program runs. What is left out is read from the process. */
export interface Situation {
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The working directory: what lies in its project may be gone tomorrow, and another one's is not ours to name. */
	readonly cwd: string;
	readonly home?: string;
	/** The running Node, absolute. */
	readonly node?: string;
	/** The file that it runs, absolute. */
	readonly entry?: string;
	/** As it was named when it was started. */
	readonly named?: string | undefined;
	/** Folders whose content goes by itself. */
	readonly temporary?: readonly string[];
}

const NODE = process.platform === "win32" ? "node.exe" : "node";
const NAME = "atmos-auth";

/** Where installers put programs, in case that PATH says otherwise just now. */
const USUAL = process.platform === "win32" ? [] : ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin"];

/**
 * Folders of one shell session (fnm), one project (npm's `.bin`, devbox, direnv, Yarn) or one run (npx, `pnpm dlx`, bunx).
 */
const PASSING = /^(?:fnm_multishells|\.bin|\.devbox|\.direnv|\.yarn|_npx|dlx|dlx-.*|bunx-.*|nix-shell.*)$/;

/** A folder that is another one with the next release: `v24.1.0`, `node@24.1.0`, `24.1`, but not `node@24`. */
const VERSIONED = /(?:^|[@_-])v?\d+\.\d+/;

/** @returns how to start this program, found when it is asked for: many links are followed, and few commands need it */
export function self(situation: Situation): Self & { readonly version: string } {
	let found: Self | undefined;
	const find = (): Self => {
		found ??= selfCommand(situation);
		return found;
	};
	return {
		version,
		get command() {
			return find().command;
		},
		get args() {
			return find().args;
		},
	};
}

/**
 * The command is Node itself, since a script that begins with `#!/usr/bin/env node` needs a PATH that kubectl may not have.
 * Its first argument is this program by the name under which it is installed, such as `/usr/local/bin/atmos-auth`, a link
 * that each upgrade leads to the new files; else the file.
 */
export function selfCommand(situation: Situation): Self {
	const { env } = situation;
	const node = situation.node ?? process.execPath;
	const named = situation.named ?? process.argv[1];
	const entry = situation.entry ?? entryFile(named);
	const stays = judge(situation);
	const folders = [...(env.PATH ?? "").split(delimiter), ...USUAL].filter((folder) => isAbsolute(folder));

	const program = choose(entry, stays, [
		...folders.map((folder) => join(folder, NAME)),
		...(named && isAbsolute(named) ? [named] : []),
		...opt(entry),
	]);
	const beside = join(dirname(program), NODE);
	const command = choose(node, stays, [
		beside,
		...folders.map((folder) => join(folder, NODE)),
		...(env.FNM_DIR ? [join(env.FNM_DIR, "aliases", "default", "bin", NODE)] : []),
		...opt(node),
	]);
	return { command, args: [program] };
}

/** Of the names of a file: the first that stays and has no version in it, else the first that stays, else its real path. */
function choose(file: string, stays: (path: string) => boolean, names: readonly string[]): string {
	const real = realpath(file) ?? file;
	let versioned: string | undefined;
	for (const name of [...names, file, real]) {
		// Most names lead nowhere, which is the cheaper question.
		if (realpath(name) !== real || !stays(name)) continue;
		if (!hasVersion(name)) return name;
		versioned ??= name;
	}
	return versioned ?? real;
}

const hasVersion = (path: string): boolean => path.split(sep).some((part) => VERSIONED.test(part));

/** Homebrew keeps releases in `Cellar/NAME/VERSION`, and a link to the current one in `opt/NAME`. */
function opt(path: string): string[] {
	const [, prefix, name, rest] = /^(.*)\/Cellar\/([^/]+)\/[^/]+\/(.*)$/.exec(realpath(path) ?? path) ?? [];
	return prefix === undefined ? [] : [`${prefix}/opt/${name}/${rest}`];
}

/** @returns whether a path will lead to the same thing in another shell, another folder and another week */
function judge({ env, cwd, home = homedir(), temporary }: Situation): (path: string) => boolean {
	const passing = (temporary ?? [tmpdir(), "/tmp", "/var/tmp", "/var/folders", "/run/user"])
		.concat(env.XDG_RUNTIME_DIR ?? "", projectsOf(cwd, home))
		.filter((folder) => isAbsolute(folder))
		.flatMap((folder) => [folder, realpath(folder) ?? folder]);
	return (path) =>
		isAbsolute(path) &&
		!path.split(/[/\\]/).some((part) => PASSING.test(part)) &&
		!isDependency(path) &&
		!passing.some((folder) => isWithin(path, folder));
}

/** The working directory and the repository around it. A home folder, or what contains it, is no project. */
function projectsOf(cwd: string, home: string): string[] {
	const projects = [cwd];
	for (let at = cwd; ; at = dirname(at)) {
		if (existsSync(join(at, ".git"))) projects.push(at);
		if (at === dirname(at)) break;
	}
	return projects.filter((folder) => !isWithin(realpath(home) ?? home, realpath(folder) ?? folder));
}

/** In the node_modules of a project, which has a package.json beside it. pnpm, Yarn and Bun have one for `--global`, too. */
function isDependency(path: string): boolean {
	const parts = path.split(sep);
	const at = parts.indexOf("node_modules");
	if (at < 0 || parts.slice(0, at).includes("global")) return false;
	return existsSync(join(parts.slice(0, at).join(sep) || sep, "package.json"));
}

function isWithin(path: string, folder: string): boolean {
	const way = relative(folder, path);
	return way === "" || (way.split(sep)[0] !== ".." && !isAbsolute(way));
}

/** The built entry, one folder above its chunks. From the sources, it is what was started. */
function entryFile(named: string | undefined): string {
	const here = dirname(fileURLToPath(import.meta.url));
	const candidates = [join(here, "atmos-auth.mjs"), join(dirname(here), "atmos-auth.mjs"), named ?? ""];
	return candidates.map(realpath).find((file) => file !== undefined) ?? join(dirname(here), "atmos-auth.mjs");
}

function realpath(path: string): string | undefined {
	try {
		return path === "" ? undefined : realpathSync.native(path);
	} catch {
		return undefined;
	}
}
