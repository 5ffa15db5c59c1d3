/** Finds and reads the configuration's files in the order in which they are merged: later ones win. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { type CosmiconfigResult, cosmiconfigSync, type PublicExplorerSync } from "cosmiconfig";
import type { Environment } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../sanitize.ts";
import { repositoryRoot } from "./functions.ts";
import type { ConfigRequest } from "./model.ts";
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
	/** Files or folders were named, and nothing was searched. */
	readonly explicit: boolean;
}

export interface FindContext {
	readonly reader: Reader;
	readonly env: Environment;
	readonly cwd: string;
	readonly home: string;
	readonly platform: NodeJS.Platform;
}

const VISIBLE: readonly string[] = ["atmos.yaml", "atmos.yml"];
const HIDDEN: readonly string[] = [".atmos.yaml", ".atmos.yml"];

/** Reads configuration files, each in the way that cosmiconfig does. */
export interface Reader {
	/** @throws AuthError `config` when it cannot be read, ConfigError when it is no YAML */
	file(path: string): FoundFile;
	/** The configuration in a folder, if it has one. */
	folder(path: string, places: readonly string[]): FoundFile | undefined;
}

/** @param parse turns a file's text into its content */
export function createReader(parse: (text: string, file: string) => YamlMap): Reader {
	// One explorer a set of names: making one is not free.
	const explorers = new Map<string, PublicExplorerSync>();
	const loader = (file: string, text: string): YamlMap => parse(text, file);
	const explorer = (searchPlaces: readonly string[]): PublicExplorerSync => {
		const key = searchPlaces.join();
		const known = explorers.get(key);
		if (known) return known;
		const made = cosmiconfigSync("atmos", {
			searchPlaces: [...searchPlaces],
			searchStrategy: "none",
			ignoreEmptySearchPlaces: false,
			cache: false,
			loaders: { ".yaml": loader, ".yml": loader, noExt: loader },
		});
		explorers.set(key, made);
		return made;
	};
	const content = (found: CosmiconfigResult): YamlMap =>
		found === null || found.isEmpty ? {} : (found.config as YamlMap);
	return {
		file(path) {
			try {
				return { file: path, content: content(explorer(VISIBLE).load(path)) };
			} catch (error) {
				if (error instanceof AuthError) throw error;
				const code = (error as NodeJS.ErrnoException).code;
				throw new AuthError({
					code: "config",
					message: `cannot read ${sanitize(path)}`,
					reason: code === "ENOENT" ? "there is no such file" : (code ?? sanitize((error as Error).message)),
					remedy: `look at ${sanitize(path)}`,
					cause: error,
				});
			}
		},
		folder(path, places) {
			const found = explorer(places).search(path);
			return found === null ? undefined : { file: found.filepath, content: content(found) };
		},
	};
}

/**
 * @throws AuthError `config` when a file or folder that was asked for does not exist; ConfigError for one that is no YAML
 */
export function findFiles(ctx: FindContext, request: ConfigRequest): Found {
	const list = (value: string | undefined): string[] =>
		(value ?? "")
			.split(",")
			.map((item) => item.trim())
			.filter((item) => item !== "");
	const files = request.config ?? list(ctx.env.ATMOS_CONFIG);
	const folders = request.configPath ?? list(ctx.env.ATMOS_CONFIG_PATH);
	if (files.length > 0 || folders.length > 0) return explicit(ctx, files, folders);
	return discover(ctx);
}

function expand(ctx: FindContext, path: string): string {
	const full = path === "~" || path.startsWith("~/") ? join(ctx.home, path.slice(1)) : path;
	return isAbsolute(full) ? full : resolve(ctx.cwd, full);
}

/** `filepath.Dir`: what stands before the last slash, "." if there is none. */
const typedFolder = (path: string): string => {
	const at = path.lastIndexOf("/");
	return at < 0 ? "." : path.slice(0, at) || "/";
};

function explicit(ctx: FindContext, files: readonly string[], folders: readonly string[]): Found {
	const found: FoundFile[] = [];
	const typed: string[] = [];
	for (const file of files) {
		found.push(ctx.reader.file(expand(ctx, file)));
		typed.push(typedFolder(file));
	}
	for (const folder of folders) {
		const path = expand(ctx, folder);
		const file = ctx.reader.folder(path, [...VISIBLE, ...HIDDEN]);
		if (!file) {
			throw new AuthError({
				code: "config",
				message: `there is no atmos.yaml in ${sanitize(path)}`,
				reason: "--config-path (ATMOS_CONFIG_PATH) names folders",
				remedy: "name a folder that has one, or a file with --config",
			});
		}
		found.push(file);
		typed.push(folder);
	}
	// As Atmos has it: several folders are joined with `;`, and then one stands at the end too.
	const directory = typed.length === 1 ? typed[0] : `${typed.join(";")};`;
	return { files: found, directory, folder: dirname((found.at(-1) as FoundFile).file), explicit: true };
}

function discover(ctx: FindContext): Found {
	const explicitFolder = ctx.env.ATMOS_CLI_CONFIG_PATH;
	const own = [...VISIBLE, ...HIDDEN, ".atmos", ".atmos.d", "atmos.d"].some((name) => existsSync(join(ctx.cwd, name)));
	const folders: string[] = [systemFolder(ctx), join(ctx.home, ".atmos")];
	if (!explicitFolder && !own) {
		const parent = nearestParent(ctx.cwd);
		if (parent !== undefined) folders.push(parent);
		const root = ctx.env.ATMOS_GIT_ROOT_BASEPATH === "false" ? undefined : repositoryRoot(ctx.cwd);
		if (root !== undefined) folders.push(root);
	}
	folders.push(ctx.cwd);
	if (explicitFolder) folders.push(expand(ctx, explicitFolder));

	const found: FoundFile[] = [];
	// A folder that is reached twice counts where it was reached last.
	const last = folders.filter((folder, index) => folders.lastIndexOf(folder) === index);
	for (const folder of last) {
		const file = ctx.reader.folder(folder, [...VISIBLE, ...HIDDEN]);
		if (file) found.push(file);
	}
	const directory = found.length > 0 ? dirname((found.at(-1) as FoundFile).file) : undefined;
	return { files: found, directory, folder: directory ?? ctx.cwd, explicit: false };
}

function systemFolder(ctx: FindContext): string {
	if (ctx.platform === "win32") return join(ctx.env.LOCALAPPDATA ?? ctx.home, "atmos");
	return "/usr/local/etc/atmos";
}

function nearestParent(start: string): string | undefined {
	for (let folder = dirname(start); ; folder = dirname(folder)) {
		if ([...VISIBLE, ...HIDDEN].some((name) => existsSync(join(folder, name)))) return folder;
		if (folder === dirname(folder)) return undefined;
	}
}

/** All YAML files under a folder: `atmos.yaml` first, then by depth, then by name. */
export function yamlFilesUnder(folder: string): string[] {
	let names: string[];
	try {
		names = readdirSync(folder, { recursive: true, encoding: "utf8" });
	} catch {
		return [];
	}
	const depth = (name: string): number => name.split(sep).length;
	const isMain = (name: string): number => (VISIBLE.includes(name) ? 0 : 1);
	return names
		.filter((name) => /\.ya?ml$/.test(name))
		.sort((a, b) => isMain(a) - isMain(b) || depth(a) - depth(b) || (a < b ? -1 : a > b ? 1 : 0))
		.map((name) => join(folder, name));
}
