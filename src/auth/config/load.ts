/** Loads the configuration: finds its files, merges them, and works out the realm. */
import { existsSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";
import type { AuthContext, Environment } from "../context.ts";
import { cacheHome, provisionedFile } from "../storage/paths.ts";
import { createReader, type FoundFile, findFiles, type Reader } from "./find.ts";
import { evaluateQuick, type FunctionContext, repositoryRoot } from "./functions.ts";
import { withImports } from "./imports.ts";
import { LoadedConfig } from "./loaded-config.ts";
import { mergeAuth, mergeValues } from "./merge.ts";
import type { AuthConfig, ConfigProblem, ConfigRequest } from "./model.ts";
import { createParseCache } from "./parse-cache.ts";
import { profileFiles, wantedProfiles } from "./profiles.ts";
import { resolveRealm } from "./realm.ts";
import { isMap, Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

/** As Atmos documents it; ours ends the command. */
const EXEC_LIMIT_MS = 10_000;

/**
 * @param request the common flags; what it leaves out is taken from the environment
 * @param options.execLimitMs how long an `!exec` may take, 10 s if left out
 * @throws AuthError `config` for files that cannot be found, read or parsed, for remote imports, unknown profiles and bad realms
 */
export async function loadConfig(
	ctx: AuthContext,
	request: ConfigRequest,
	options: { readonly execLimitMs?: number } = {},
): Promise<AuthConfig> {
	const cache = createParseCache(ctx);
	const reader = createReader(cache.parse);
	const found = findFiles({ ...ctx, reader }, request);
	const problems: ConfigProblem[] = [];
	const onProblem = (problem: ConfigProblem): void => {
		problems.push(problem);
		ctx.log.warn(`${problem.key}: ${problem.message}`, { file: problem.location?.file });
	};
	const repository = repositoryRoot(ctx.cwd);
	const settings = (key: string): YamlValue | undefined =>
		found.files.reduce<YamlValue | undefined>((value, { content }) => {
			const next = content[key];
			return next === undefined ? value : mergeValues(value, next);
		}, undefined);
	const functions = (env: Environment): FunctionContext => ({
		env,
		cwd: ctx.cwd,
		home: ctx.home,
		platform: ctx.platform,
		execLimitMs: options.execLimitMs ?? EXEC_LIMIT_MS,
	});
	const basePath =
		request.basePath || ctx.env.ATMOS_BASE_PATH || plain(settings("base_path"), functions(ctx.env)) || found.folder;
	const imports = {
		reader,
		basePath: isAbsolute(basePath) ? basePath : resolve(ctx.cwd, basePath),
		repository,
		onProblem,
	};

	const base: FoundFile[] = [];
	for (const file of found.files) base.push(...(await withImports(imports, file)));

	// `env:` of the configuration may choose the profile, as in Atmos; what the environment says comes first.
	const env: Environment = { ...promoted(base, functions(ctx.env)), ...ctx.env };
	const profiles = wantedProfiles({ ...ctx, env }, request, settings("profiles"));
	const overlays = profileFiles({ ...ctx, env, reader }, profiles, found.folder, settings("profiles"), (name) =>
		mergeAuth(base, functions(env)).sections.identities.has(name.toLowerCase()),
	);
	const handWritten = [...base, ...overlays];
	const written = mergeAuth(handWritten, functions(env));
	const discovered = provisioned({ ...ctx, env }, reader, written.sections.providers.keys());
	const files = [...discovered, ...handWritten];
	const merged = discovered.length > 0 ? mergeAuth(files, functions(env)) : written;
	void cache.save();
	const realm = resolveRealm({ env: env.ATMOS_AUTH_REALM, configured: merged.realm, directory: found.directory });
	return new LoadedConfig({
		files: [...new Set(files.map(({ file }) => file))],
		directory: found.directory ?? "",
		profiles,
		realm,
		locator: {
			...(found.explicit
				? { ATMOS_CONFIG: found.files.map(({ file }) => file).join(",") }
				: found.directory === undefined
					? {}
					: { ATMOS_CLI_CONFIG_PATH: found.folder }),
			...(request.basePath || ctx.env.ATMOS_BASE_PATH ? { ATMOS_BASE_PATH: imports.basePath } : {}),
			...(profiles.length > 0 ? { ATMOS_PROFILE: profiles.join(",") } : {}),
		},
		merged,
		functions: functions(env),
		problems,
	});
}

/** What discovery has found for each provider: the weakest of all files, so that what a person wrote wins. */
function provisioned(ctx: AuthContext, reader: Reader, providers: Iterable<string>): FoundFile[] {
	const files: FoundFile[] = [];
	for (const key of providers) {
		// Atmos reads the name as it is and writes it with `_` for slashes.
		const raw = join(cacheHome(ctx), "auth", key, "provisioned-identities.yaml");
		const candidates = key.includes("..") ? [provisionedFile(ctx, key)] : [provisionedFile(ctx, key), raw];
		const file = candidates.find((path) => existsSync(path));
		if (file === undefined) continue;
		try {
			const { content } = reader.file(file);
			const identities = isMap(content.auth) ? content.auth.identities : undefined;
			if (isMap(identities)) files.push({ file, content: { auth: { identities } } });
		} catch (error) {
			// A cache: the next discovery writes it anew.
			ctx.log.warn("the discovered identities cannot be read", { file, error: (error as Error).message });
		}
	}
	return files;
}

/** Entries of `env:` that set Atmos's own variables. */
function promoted(files: readonly FoundFile[], functions: FunctionContext): Environment {
	const env: Record<string, string> = {};
	for (const { content } of files) {
		const section = content.env;
		if (!isMap(section)) continue;
		for (const key of Object.keys(section as YamlMap)) {
			const value = plain(section[key], functions);
			if (key.toUpperCase().startsWith("ATMOS_") && value !== undefined) env[key.toUpperCase()] = value;
		}
	}
	return env;
}

function plain(value: YamlValue | undefined, functions: FunctionContext): string | undefined {
	const result = value instanceof Tagged ? evaluateQuick(functions, value) : value;
	return typeof result === "string" ? result : undefined;
}

/** The name that the project goes by on the screen: its folder's. */
export function projectName(config: AuthConfig, cwd: string): string {
	if (config.directory === "") return basename(cwd);
	const first = config.directory.split(";")[0] ?? "";
	return basename(isAbsolute(first) ? first : resolve(cwd, first));
}
