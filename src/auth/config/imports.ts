/** What a configuration file brings along: `atmos.d` folders and local `import` globs. */
import { statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { type FoundFile, type Reader, yamlFilesUnder } from "./find.ts";
import { locate } from "./locate-lazily.ts";
import type { ConfigProblem } from "./model.ts";
import { ConfigError } from "./problems.ts";
import type { YamlValue } from "./yaml.ts";

const MAX_DEPTH = 10;
const GLOB = /[*?[\]{}!]/;
/** What Atmos would fetch: a scheme, a forced getter, or a host of the short forms. */
const REMOTE = /^(?:[a-z][a-z0-9+.-]*:\/\/|[a-z0-9]+::|git@|(?:github|gitlab|bitbucket)\.(?:com|org)\/)/i;

export interface ImportContext {
	readonly reader: Reader;
	/** Where imports are looked for after the importing file's own folder. */
	readonly basePath: string;
	readonly repository: string | undefined;
	/** Told of imports that name nothing. */
	onProblem(problem: ConfigProblem): void;
}

/** @returns the file with everything that it brings along, lowest precedence first: atmos.d, imports, the file itself. */
export async function withImports(ctx: ImportContext, found: FoundFile): Promise<FoundFile[]> {
	const folder = dirname(found.file);
	const roots = [...new Set([ctx.repository ?? folder, folder])];
	const dropIns = roots.flatMap((root) => [".atmos.d", "atmos.d"].flatMap((name) => yamlFilesUnder(join(root, name))));
	const files: FoundFile[] = [];
	for (const file of dropIns) files.push(...(await resolveImports(ctx, ctx.reader.file(file), [found.file])));
	files.push(...(await resolveImports(ctx, found, [])));
	return files;
}

async function resolveImports(ctx: ImportContext, found: FoundFile, chain: readonly string[]): Promise<FoundFile[]> {
	const imports = found.content.import;
	const list: readonly YamlValue[] = Array.isArray(imports) ? imports : imports == null ? [] : [imports as YamlValue];
	const files: FoundFile[] = [];
	for (const [index, item] of list.entries()) {
		if (typeof item !== "string" || item === "") continue;
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
		if (REMOTE.test(item)) {
			throw new ConfigError([await at(`"${item}" is remote; only local files can be imported here`, "error")]);
		}
		if (chain.length >= MAX_DEPTH)
			throw new ConfigError([await at("files import each other more than ten deep", "error")]);
		const matches = await matching(ctx, item, dirname(found.file));
		if (matches.length === 0 && !GLOB.test(item)) ctx.onProblem(await at(`"${item}" does not exist`, "warning"));
		for (const file of matches) {
			if (file === found.file || chain.includes(file)) continue;
			files.push(...(await resolveImports(ctx, ctx.reader.file(file), [...chain, found.file])));
		}
	}
	return [...files, found];
}

async function matching(ctx: ImportContext, pattern: string, folder: string): Promise<string[]> {
	const bases = isAbsolute(pattern) ? [folder] : [...new Set([folder, ctx.basePath])];
	for (const base of bases) {
		const path = resolve(base, pattern);
		if (!GLOB.test(pattern)) {
			const candidates = [path, `${path}.yaml`, `${path}.yml`];
			const file = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile());
			if (file !== undefined) return [file];
			if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return yamlFilesUnder(path);
			continue;
		}
		const { glob } = await import("tinyglobby");
		const found = await glob(pattern.replaceAll("\\", "/"), { cwd: base, absolute: true, dot: true, onlyFiles: true });
		const files = found.filter((file) => /\.ya?ml$/.test(file)).sort();
		if (files.length > 0) return files.map((file) => resolve(file));
	}
	return [];
}
