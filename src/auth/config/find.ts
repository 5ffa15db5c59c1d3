/** Finds and reads the configuration's files in the order in which they are merged: later ones win. */
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import type { CosmiconfigResult } from "cosmiconfig";
import { ExplorerSync } from "cosmiconfig/dist/ExplorerSync.js";
import type { Environment } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import { splitList } from "../system/split-list.ts";
import { repositoryRoot } from "./functions.ts";
import type { ConfigRequest } from "./model.ts";
import { MOST_BYTES, UnsuitableFile } from "./read-regular.ts";
import { systemFiles } from "./system-files.ts";
import type { YamlMap } from "./yaml.ts";

export interface FoundFile {
	readonly file: string;
	readonly content: YamlMap;
}

export interface Found {
	readonly files: readonly FoundFile[];
	/** The folder that the realm is named after, as found or as typed; undefined when there is no configuration. */
	readonly directory: string | undefined;
	/** Where relative things are looked for: the absolute folder of the last file. */
	readonly folder: string;
	/** The absolute folders that may hold profiles. */
	readonly folders: readonly string[];
	/** The absolute folders that were looked at for a configuration; empty where files or folders were named. */
	readonly searched: readonly string[];
	/** Whether each file has to be named for all of them to be found again; else the folder of the last one is enough. */
	readonly byName: boolean;
}

export interface FindContext {
	readonly reader: Reader;
	readonly env: Environment;
	readonly cwd: string;
	readonly home: string;
	readonly platform: NodeJS.Platform;
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const VISIBLE: readonly string[] = ["atmos.yaml", "atmos.yml"];
const HIDDEN: readonly string[] = [".atmos.yaml", ".atmos.yml"];
/** What the configuration of a folder is called. */
export const MAIN_FILES: readonly string[] = [...VISIBLE, ...HIDDEN];
/** What keeps Atmos from looking further up; and what it looks for there. */
const OWN: readonly string[] = ["atmos.yaml", ".atmos.yaml", ".atmos", ".atmos.d", "atmos.d"];
const ABOVE: readonly string[] = ["atmos.yaml", ".atmos.yaml"];

/** Reads configuration files, each in the way that cosmiconfig does. */
export interface Reader {
	/** @throws AuthError `config` when it cannot be read, ConfigError when it is no YAML */
	file(path: string): FoundFile;
	/** The configuration in a folder, if it has one. */
	folder(path: string, places: readonly string[]): FoundFile | undefined;
}

/**
 * Nothing that a repository brings may be run. So it is cosmiconfig's explorer itself, and not `cosmiconfigSync`, which
 *
 * - first reads settings of its own in the working directory, among them `.config/config.js`, which it runs, and
 * - adds its own loaders to those it is given, and so runs what is called `.js`, `.cjs`, `.ts` or `.cts`, which an `import` of
 *   atmos.yaml may name.
 *
 * @param parse turns a file's text into its content
 */
export function createReader(parse: (text: string, file: string) => YamlMap): Reader {
	// One explorer a set of names: making one is not free.
	const explorers = new Map<string, ExplorerSync>();
	const explorer = (searchPlaces: readonly string[]): ExplorerSync => {
		const key = searchPlaces.join();
		const known = explorers.get(key);
		if (known) return known;
		const made = new ExplorerSync({
			moduleName: "atmos",
			searchPlaces: [...searchPlaces],
			searchStrategy: "none",
			ignoreEmptySearchPlaces: false,
			cache: false,
			// YAML, whatever a file is called.
			loaders: { default: (file, text) => parse(text, file) },
			// The content of `package.yaml` is all of it, as of any other file.
			packageProp: [],
			transform: (result) => result,
			metaConfigFilePath: null,
			mergeImportArrays: true,
			mergeSearchPlaces: false,
		});
		explorers.set(key, made);
		return made;
	};
	const content = (found: CosmiconfigResult): YamlMap =>
		found === null || found.isEmpty ? {} : (found.config as YamlMap);
	return {
		file(path) {
			try {
				// A file of /proc may have no size and still block whoever reads it; an empty one needs no reading.
				if (checkRegular(path) === 0) return { file: path, content: {} };
				return { file: path, content: content(explorer(VISIBLE).load(path)) };
			} catch (error) {
				if (error instanceof AuthError) throw error;
				throw unreadable(path, error);
			}
		},
		folder(path, places) {
			try {
				const first = places.map((name) => join(path, name)).find((file) => existsSync(file) && !isFolder(file));
				if (first !== undefined && checkRegular(first) === 0) return { file: first, content: {} };
				const found = explorer(places).search(path);
				// What it may not read it passes over, and what comes next would be taken for the configuration.
				if (first !== undefined && first !== found?.filepath) accessSync(first, constants.R_OK);
				return found === null ? undefined : { file: found.filepath, content: content(found) };
			} catch (error) {
				if (error instanceof AuthError) throw error;
				const { path: named } = error as NodeJS.ErrnoException;
				throw unreadable(named ?? places.map((name) => join(path, name)).find(existsSync) ?? path, error);
			}
		},
	};
}

/** @returns its size in bytes @throws UnsuitableFile for a pipe, a device, or more than 10 MB */
function checkRegular(path: string): number {
	const info = statSync(path);
	// A folder is for whoever opens it to complain about.
	if (info.isDirectory()) return 1;
	if (!info.isFile()) throw new UnsuitableFile("it is not a regular file");
	if (info.size > MOST_BYTES) throw new UnsuitableFile("it is larger than 10 MB");
	return info.size;
}

function unreadable(path: string, error: unknown): AuthError {
	const { code, message } = error as NodeJS.ErrnoException;
	const reasons: Readonly<Record<string, string>> = {
		ENOENT: "there is no such file",
		ENOTDIR: "a folder in its path is a file",
		EISDIR: "it is a folder; --config takes files and --config-path takes folders",
		EACCES: "you do not have permission to read it",
		EPERM: "you do not have permission to read it",
	};
	return new AuthError({
		code: "config",
		message: `cannot read ${sanitize(path)}`,
		reason: reasons[code ?? ""] ?? code ?? sanitize(message),
		remedy: { run: [...(code === "EACCES" || code === "EPERM" ? ["chmod", "u+r"] : ["ls", "-ld"]), sanitize(path)] },
		cause: error,
	});
}

/**
 * @throws AuthError `config` when a file or folder that was asked for does not exist; ConfigError for one that is no YAML
 */
export function findFiles(ctx: FindContext, request: ConfigRequest): Found {
	const files = request.config ?? splitList(ctx.env.ATMOS_CONFIG);
	const folders = request.configPath ?? splitList(ctx.env.ATMOS_CONFIG_PATH);
	if (files.length > 0 || folders.length > 0) return explicit(ctx, files, folders);
	return discover(ctx);
}

function expand(ctx: FindContext, path: string): string {
	const full = path === "~" || path.startsWith("~/") ? join(ctx.home, path.slice(1)) : path;
	return isAbsolute(full) ? full : resolve(ctx.cwd, full);
}

/** `filepath.Dir`: what stands before the last slash, "." if there is none. */
const typedFolder = (path: string, platform: NodeJS.Platform): string => {
	const at = Math.max(path.lastIndexOf("/"), platform === "win32" ? path.lastIndexOf("\\") : -1);
	return at < 0 ? "." : path.slice(0, at) || "/";
};

function explicit(ctx: FindContext, files: readonly string[], folders: readonly string[]): Found {
	const found: FoundFile[] = [];
	const typed: string[] = [];
	for (const file of files) {
		found.push(ctx.reader.file(expand(ctx, file)));
		typed.push(typedFolder(file, ctx.platform));
	}
	for (const folder of folders) {
		const path = expand(ctx, folder);
		const file = ctx.reader.folder(path, [...VISIBLE, ...HIDDEN]);
		if (!file) {
			throw new AuthError({
				code: "config",
				message: `there is no atmos.yaml in ${sanitize(path)}`,
				reason: "--config-path (ATMOS_CONFIG_PATH) takes folders that contain one",
				remedy: "use a folder that has one, or a file with --config",
			});
		}
		found.push(file);
		typed.push(folder);
	}
	// As Atmos has it: several folders are joined with `;`, and then one stands at the end too.
	const directory = typed.length === 1 ? typed[0] : `${typed.join(";")};`;
	const paths = found.map(({ file }) => dirname(file));
	const folder = paths.at(-1) as string;
	return { files: found, directory, folder, folders: [...new Set(paths)], searched: [], byName: true };
}

function discover(ctx: FindContext): Found {
	const named = ctx.env.ATMOS_CLI_CONFIG_PATH;
	const has = (folder: string, names: readonly string[]): boolean =>
		names.some((name) => existsSync(join(folder, name)));
	const project: string[] = [];
	if (!named && !has(ctx.cwd, OWN)) {
		const parent = nearest(dirname(ctx.cwd), (folder) => has(folder, ABOVE));
		if (parent !== undefined) project.push(parent);
		const root = ctx.env.ATMOS_GIT_ROOT_BASEPATH === "false" ? undefined : repositoryRoot(ctx.cwd);
		if (root !== undefined) project.push(root);
	}
	project.push(ctx.cwd);
	if (named) project.push(expand(ctx, named));

	const folders = [join(ctx.home, ".atmos"), ...project];
	const found: FoundFile[] = [];
	// A folder that is reached twice, perhaps through a link, counts where it was reached last.
	const real = folders.map(realPath);
	for (const file of systemFiles(ctx)) {
		const isFirst = !found.some((other) => dirname(other.file) === dirname(file));
		if (isFirst && isFile(file)) found.push(ctx.reader.file(file));
	}
	const searched = folders.filter((_, index) => real.lastIndexOf(real[index] as string) === index);
	for (const folder of searched) {
		// Atmos takes a hidden file for a project's, and then does not read it. Here it is read.
		const places = project.includes(folder) ? [...VISIBLE, ...HIDDEN] : VISIBLE;
		const file = ctx.reader.folder(folder, places);
		if (file) found.push(file);
	}
	// The realm is that of the files that Atmos reads, if there are any, so that both find the same credentials.
	const last = found.findLast(({ file }) => VISIBLE.includes(basename(file))) ?? found.at(-1);
	const directory = last === undefined ? undefined : dirname(last.file);
	const folder = dirname(found.at(-1)?.file ?? join(ctx.cwd, "atmos.yaml"));
	const byName = found.filter(({ file }) => project.includes(dirname(file))).length > 1;
	return {
		files: found,
		directory,
		folder,
		folders: [folder],
		searched: [...new Set(systemFiles(ctx).map((file) => dirname(file))), ...searched],
		byName,
	};
}

function realPath(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}

/** The first folder from `start` upwards that fits. */
function nearest(start: string, fits: (folder: string) => boolean): string | undefined {
	for (let folder = start; ; folder = dirname(folder)) {
		if (fits(folder)) return folder;
		if (folder === dirname(folder)) return undefined;
	}
}

/** All YAML files under a folder: `atmos.yaml` first, then by depth, then by name; of two of one name, the one in `.yaml`. */
export function yamlFilesUnder(folder: string): string[] {
	let names: string[];
	try {
		names = readdirSync(folder, { recursive: true, encoding: "utf8" });
	} catch {
		return [];
	}
	const all = new Set(names);
	const depth = (name: string): number => name.split(sep).length;
	const isMain = (name: string): number => (VISIBLE.includes(name) ? 0 : 1);
	return names
		.filter((name) => /\.yaml$/.test(name) || (/\.yml$/.test(name) && !all.has(name.replace(/\.yml$/, ".yaml"))))
		.sort((a, b) => isMain(a) - isMain(b) || depth(a) - depth(b) || (a < b ? -1 : a > b ? 1 : 0))
		.map((name) => join(folder, name))
		.filter(isFile);
}
