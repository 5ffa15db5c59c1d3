/** What a configuration file brings along: `atmos.d` folders and local `import` globs. */
import { statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { sanitize } from "../system/sanitize.ts";
import { resolveBasePath } from "./base-path.ts";
import { type FoundFile, type Reader, yamlFilesUnder } from "./find.ts";
import { locate } from "./locate-lazily.ts";
import type { ConfigProblem } from "./model.ts";
import { ConfigError } from "./problems.ts";
import { TooMuch } from "./read-regular.ts";
import type { YamlValue } from "./yaml.ts";

const MAX_DEPTH = 10;
/** More files than this are no configuration: they import each other over and over. */
const MOST_FILES = 1000;
const GLOB = /[*?[\]{}!]/;
/** What Atmos would fetch: a scheme, a forced getter, or a host of the short forms. */
const REMOTE = /^(?:[a-z][a-z0-9+.-]*:\/\/|[a-z0-9]+::|git@|(?:github|gitlab|bitbucket)\.(?:com|org)\/)/i;

export interface ImportContext {
	readonly reader: Reader;
	readonly cwd: string;
	/** `--base-path` or `ATMOS_BASE_PATH`, as it was given. */
	readonly runtimeBasePath: string | undefined;
	/** The repository's root, where `base_path` may be relative to it. */
	readonly repository: string | undefined;
	/** Where `atmos.d` is looked for beside the file's own folder. */
	readonly dropIns: string | undefined;
	/** A file's own `base_path`. */
	basePathOf(file: FoundFile): string | undefined;
	/** Told of imports that name nothing or lead back. */
	onProblem(problem: ConfigProblem): void;
}

interface Importing {
	/** The files that lead to this one. */
	readonly chain: readonly string[];
	readonly basePath: string;
	/** How many files there are so far. */
	readonly count: { files: number };
}

/** @returns the file with everything that it brings along, lowest precedence first: atmos.d, imports, the file itself. */
export async function withImports(ctx: ImportContext, found: FoundFile): Promise<FoundFile[]> {
	const folder = dirname(found.file);
	const start = importing(ctx, found);
	const files: FoundFile[] = [];
	for (const file of dropInFiles([ctx.dropIns ?? folder, folder])) {
		files.push(...(await resolveImports(ctx, ctx.reader.file(file), { ...start, chain: [found.file] })));
	}
	files.push(...(await resolveImports(ctx, found, start)));
	return files;
}

/** A file with its imports alone, as those of a profile are read: they are weaker than it. */
export async function withOwnImports(ctx: ImportContext, found: FoundFile): Promise<FoundFile[]> {
	return resolveImports(ctx, found, importing(ctx, found));
}

/** The files of the `atmos.d` and `.atmos.d` folders in the given ones; later ones win. */
export function dropInFiles(folders: readonly string[]): string[] {
	return [...new Set(folders)].flatMap((folder) =>
		["atmos.d", ".atmos.d"].flatMap((name) => yamlFilesUnder(join(folder, name))),
	);
}

function importing(ctx: ImportContext, found: FoundFile): Importing {
	const given = ctx.runtimeBasePath ?? ctx.basePathOf(found) ?? "";
	const basePath = resolveBasePath(given, {
		cwd: ctx.cwd,
		repository: ctx.repository,
		folder: dirname(found.file),
		runtime: ctx.runtimeBasePath !== undefined,
	});
	return { chain: [], basePath, count: { files: 0 } };
}

async function resolveImports(ctx: ImportContext, found: FoundFile, parent: Importing): Promise<FoundFile[]> {
	const imports = found.content.import;
	const list: readonly YamlValue[] = Array.isArray(imports) ? imports : imports == null ? [] : [imports as YamlValue];
	const folder = dirname(found.file);
	const own = parent.chain.length === 0 ? undefined : ctx.basePathOf(found);
	const basePath =
		own === undefined
			? parent.basePath
			: resolveBasePath(own, { cwd: ctx.cwd, repository: ctx.repository, folder, runtime: false });
	const files: FoundFile[] = [];
	for (const [index, item] of list.entries()) {
		if (item === "" || item === null) continue;
		const at = async (message: string, severity: "error" | "warning"): Promise<ConfigProblem> => ({
			severity,
			key: "import",
			message,
			location: (await locate(found.file, ["import", String(index)]))?.location ?? {
				file: found.file,
				line: 1,
				column: 1,
			},
		});
		if (typeof item !== "string") {
			throw new ConfigError([await at("expected a file path or a pattern", "error")]);
		}
		if (REMOTE.test(item)) {
			throw new ConfigError([
				await at(`"${sanitize(withoutSecrets(item))}" is remote; only local files can be imported here`, "error"),
			]);
		}
		if (parent.chain.length >= MAX_DEPTH) {
			throw new ConfigError([await at("imports are nested more than ten deep", "error")]);
		}
		const matches = await matching(item, [basePath, folder]).catch(async (error: unknown) => {
			throw error instanceof TooMuch
				? new ConfigError([await at(`"${sanitize(item)}": ${error.message}`, "error")])
				: error;
		});
		if (matches.length === 0 && !GLOB.test(item))
			ctx.onProblem(await at(`"${sanitize(item)}" does not exist`, "warning"));
		for (const file of matches) {
			// A file that a pattern of its own finds is no circle.
			if (file === found.file) continue;
			if (parent.chain.includes(file)) {
				if (!GLOB.test(item)) ctx.onProblem(await at(`"${sanitize(item)}" is a circular import`, "warning"));
				continue;
			}
			parent.count.files++;
			if (parent.count.files > MOST_FILES) {
				throw new ConfigError([await at(`the imports add up to more than ${MOST_FILES} files`, "error")]);
			}
			const next = { chain: [...parent.chain, found.file], basePath, count: parent.count };
			files.push(...(await resolveImports(ctx, ctx.reader.file(file), next)));
		}
	}
	return [...files, found];
}

/** An address for display: user names, passwords and queries may hold tokens. */
const withoutSecrets = (address: string): string => address.replace(/\/\/[^/@]*@/, "//").replace(/\?.*$/, "");

/** @param bases where a relative pattern is looked for; the first that has something counts */
async function matching(pattern: string, bases: readonly string[]): Promise<string[]> {
	for (const base of isAbsolute(pattern) ? bases.slice(0, 1) : new Set(bases)) {
		const path = resolve(base, pattern);
		if (!GLOB.test(pattern)) {
			const candidates = [path, `${path}.yaml`, `${path}.yml`];
			const file = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
			if (file !== undefined) return [file];
			if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return yamlFilesUnder(path);
			continue;
		}
		const { globFiles } = await import("./glob.ts");
		const found = await globFiles(withExtension(pattern), base, MOST_FILES);
		const files = found.filter((file) => /\.ya?ml$/.test(file)).map((file) => resolve(file));
		if (files.length > 0) return byDepth(files);
	}
	return [];
}

/** As in Atmos, a pattern without an extension stands for those of YAML. */
function withExtension(pattern: string): string {
	const slashed = pattern.replaceAll("\\", "/");
	return /\.[^/*?{}[\]]+$|[{}\]]$/.test(slashed) ? slashed : `${slashed}.{yaml,yml}`;
}

function byDepth(files: readonly string[]): string[] {
	const depth = (file: string): number => file.split(/[\\/]/).length;
	return [...files].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : a > b ? 1 : 0));
}
