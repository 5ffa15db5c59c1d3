/** Loads the configuration: finds its files, merges them, and works out the realm. */
import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { AuthContext, Environment } from "../context.ts";
import { cacheHome, discoveredFile } from "../storage/paths.ts";
import { inBackground } from "../system/background.ts";
import { lowerCase } from "../system/lower-case.ts";
import type { Gate } from "../trust/gate.ts";
import { createReader, type Found, type FoundFile, findFiles, type Reader } from "./find.ts";
import {
	evaluateQuick,
	type FunctionContext,
	FunctionFailure,
	repositoryRoot,
	withMergedFunction,
} from "./functions.ts";
import { dropInFiles, type ImportContext, withImports, withOwnImports } from "./imports.ts";
import { LoadedConfig } from "./loaded-config.ts";
import { locate } from "./locate-lazily.ts";
import { type Merged, mergeAuth, StructureError } from "./merge.ts";
import type { AuthConfig, ConfigProblem, ConfigRequest } from "./model.ts";
import { createParseCache, strayKeys } from "./parse-cache.ts";
import { ConfigError } from "./problems.ts";
import { profileFiles, profileSettings, wantedProfiles } from "./profiles.ts";
import { resolveRealm } from "./realm.ts";
import { isMap, Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

/** As Atmos documents it; ours ends the command. */
const EXEC_LIMIT_MS = 10_000;

/**
 * @param request the common flags; what it leaves out is taken from the environment
 * @param options.execLimitMs how long an `!exec` may take, 10 s if left out
 * @throws AuthError `config` for files that cannot be found, read or parsed, for sections that are no maps, for remote
 *   imports, unknown profiles and bad realms
 */
export async function loadConfig(
	ctx: AuthContext,
	request: ConfigRequest,
	options: { readonly execLimitMs?: number } = {},
): Promise<AuthConfig> {
	const loadedAt = ctx.clock.now();
	const cache = createParseCache(ctx);
	const reader = createReader(cache.parse);
	const found = findFiles({ ...ctx, reader }, request);
	const problems: ConfigProblem[] = [];
	let dependent = false;
	let gate: Gate | undefined;
	const functions = (env: Environment): FunctionContext => ({
		env,
		cwd: ctx.cwd,
		platform: ctx.platform,
		execLimitMs: options.execLimitMs ?? EXEC_LIMIT_MS,
		known: new WeakMap(),
		onEvaluated: () => {
			dependent = true;
		},
	});
	const early = functions(ctx.env);
	const root = repositoryRoot(ctx.cwd);
	const runtimeBasePath = request.basePath || ctx.env.ATMOS_BASE_PATH?.trim() || undefined;
	const imports: ImportContext = {
		reader,
		cwd: ctx.cwd,
		runtimeBasePath,
		repository: ctx.env.ATMOS_GIT_ROOT_BASEPATH === "false" ? undefined : root,
		// Elsewhere, as kubectl's plugin is started: what belongs to the configuration is still there.
		dropIns: root ?? repositoryRoot(found.folder),
		basePathOf: ({ content }) => plain(content.base_path, early),
		onProblem: (problem) => {
			problems.push(problem);
			ctx.log.warn(`${problem.key}: ${problem.message}`, { file: problem.location?.file });
		},
	};

	const base: FoundFile[] = [];
	for (const file of found.files) base.push(...(await withImports(imports, file)));
	if (found.files.length === 0 && root !== undefined) {
		for (const file of dropInFiles([root])) base.push(...(await withOwnImports(imports, reader.file(file))));
	}

	// `env:` of the configuration may choose the profile, as in Atmos; what the environment says comes first. Where files
	// are looked for is the user's environment's to say: `ctx.env`, below as well.
	const env: Environment = { ...promoted(base, early), ...ctx.env };
	const late = functions(env);
	const settings = profileSettings(base, (value) => plain(value, late));
	const profiles = wantedProfiles({ ...ctx, env }, request, settings);
	const chosen = profileFiles({ ...ctx, reader }, profiles, found.folders, settings, (name) =>
		mergeAuth(base, late).sections.identities.has(lowerCase(name)),
	);
	const handWritten = [...base];
	for (const file of chosen) handWritten.push(...(await withOwnImports(imports, file)));
	const written = await merge(handWritten, late);
	const discovered = provisioned(ctx, reader, written.sections.providers.values());
	const files = [...discovered, ...handWritten];
	const merged = discovered.length > 0 ? await merge(files, late) : written;
	// This takes a few milliseconds for a large file.
	inBackground(() => cache.save());
	const realm = resolveRealm({
		env: env.ATMOS_AUTH_REALM,
		configured: merged.realm,
		directory: found.directory,
		platform: ctx.platform,
	});
	const paths = [...new Set(files.map(({ file }) => file))];
	ctx.log.debug("read the configuration", {
		files: paths.join(", "),
		profiles: profiles.length === 0 ? undefined : profiles.join(", "),
		realm: realm.value,
		realmFrom: realm.source,
		realmFolder: realm.source === "path" ? found.directory : undefined,
	});
	return new LoadedConfig({
		files: paths,
		searched: found.searched,
		strays: handWritten.flatMap(({ file, content }) => strayKeys(content).map((key) => ({ key, file }))),
		directory: found.directory ?? "",
		profiles,
		realm,
		loadedAt,
		locator: locator(ctx, found, profiles, runtimeBasePath),
		merged,
		dependent,
		functions: late,
		problems,
		withoutCommands: request.withoutCommands === true,
		gate: async () => {
			const { createGate } = await import("../trust/gate.ts");
			gate ??= createGate(ctx);
			return gate;
		},
	});
}

/** See `AuthConfig.locator`. */
function locator(
	ctx: AuthContext,
	found: Found,
	profiles: readonly string[],
	basePath: string | undefined,
): Readonly<Record<string, string>> {
	const paths = found.files.map(({ file }) => file);
	// A folder that is named by ATMOS_CLI_CONFIG_PATH counts as the user's own. A project's that was merely found has to
	// stay a project's there too.
	const own = ctx.env.ATMOS_CLI_CONFIG_PATH;
	const files = found.byName || !own ? { ATMOS_CONFIG: paths.join(",") } : { ATMOS_CLI_CONFIG_PATH: found.folder };
	return {
		...(paths.length > 0 ? files : {}),
		...(basePath === undefined ? {} : { ATMOS_BASE_PATH: resolve(ctx.cwd, basePath) }),
		...(profiles.length > 0 ? { ATMOS_PROFILE: profiles.join(",") } : {}),
	};
}

/** @throws ConfigError that says where the section is that cannot be merged */
async function merge(files: readonly FoundFile[], functions: FunctionContext): Promise<Merged> {
	try {
		return mergeAuth(files, functions);
	} catch (error) {
		if (!(error instanceof StructureError)) throw error;
		const { file, path, message } = error;
		const location = (path.length === 0 ? undefined : await locate(file, path))?.location ?? {
			file,
			line: 1,
			column: 1,
		};
		throw new ConfigError([{ severity: "error", key: path.join("."), message, location }]);
	}
}

/** What discovery has found for each provider: the weakest of all files, so that what a person wrote wins. */
function provisioned(
	ctx: AuthContext,
	reader: Reader,
	providers: Iterable<{ readonly name: string; readonly key: string }>,
): FoundFile[] {
	const files = new Map<string, FoundFile>();
	for (const { name, key } of providers) {
		// Atmos reads the name as it is and writes it with `_` for slashes.
		const raw = [key, name]
			.filter((folder) => !/(?:^|[\\/])\.{1,2}(?:[\\/]|$)|\0/.test(folder) && !isAbsolute(folder))
			.map((folder) => join(cacheHome(ctx), "auth", folder, "provisioned-identities.yaml"));
		const file = [discoveredFile(ctx, key), ...raw].find((path) => existsSync(path));
		if (file === undefined || files.has(file)) continue;
		try {
			const { content } = reader.file(file);
			const identities = isMap(content.auth) ? content.auth.identities : undefined;
			if (isMap(identities)) files.set(file, { file, content: { auth: { identities } } });
		} catch (error) {
			// A cache: the next discovery writes it anew.
			ctx.log.warn("the discovered identities cannot be read", { file, error: (error as Error).message });
		}
	}
	return [...files.values()];
}

/**
 * Variables that say where files are, whose configuration it is, and what was agreed to. A configuration does not choose
 * them, for this program or for a command that it runs, which may be this program again.
 */
const USERS_OWN = /^ATMOS_(?:XDG_.*|AUTH_TRUST|CLI_CONFIG_PATH|CONFIG|CONFIG_PATH)$/i;

/** Entries of `env:` that set Atmos's own variables. */
function promoted(files: readonly FoundFile[], functions: FunctionContext): Environment {
	const env: Record<string, string> = {};
	for (const { content } of files) {
		const section = mapOf(content.env, functions);
		for (const key of Object.keys(section)) {
			const value = key.startsWith("ATMOS_") && !USERS_OWN.test(key) ? plain(section[key], functions) : undefined;
			if (value !== undefined) env[key] = value;
		}
	}
	return env;
}

/** A map, its function evaluated; empty where there is none or it cannot be had. */
function mapOf(value: YamlValue | undefined, functions: FunctionContext): YamlMap {
	try {
		const map = value instanceof Tagged ? evaluateQuick(functions, value) : value;
		return isMap(map) ? withMergedFunction(functions, map) : {};
	} catch (error) {
		if (error instanceof FunctionFailure) return {};
		throw error;
	}
}

/** A text, its function evaluated. */
function plain(value: YamlValue | undefined, functions: FunctionContext): string | undefined {
	try {
		const result = value instanceof Tagged ? evaluateQuick(functions, value) : value;
		return typeof result === "string" ? result : typeof result === "boolean" ? String(result) : undefined;
	} catch (error) {
		if (error instanceof FunctionFailure) return undefined;
		throw error;
	}
}
