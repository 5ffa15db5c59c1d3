/**
 * By what a later process can tell that a configuration still says what it said, without reading it: the choice of files, and
 * the state of everything that was read or could have been.
 */
import { type Stats, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { AuthContext, Environment } from "../context.ts";
import { decisiveVariables } from "../registry.ts";
import { configHome, discoveredFile, type PathContext } from "../storage/paths.ts";
import type { ConfigStamp } from "../storage/state.ts";
import type { AuthConfig } from "./model.ts";

/** The names in `AuthConfig.locator`, and the others that find a configuration. */
const LOCATORS = ["ATMOS_CLI_CONFIG_PATH", "ATMOS_CONFIG", "ATMOS_CONFIG_PATH", "ATMOS_BASE_PATH", "ATMOS_PROFILE"];
/** More than this is no configuration to be told by its files' state. */
const MOST_PATHS = 200;
/** By how much a file system's clock may lag behind, in milliseconds: Linux stamps files with the time of its last tick. */
const TICK_MS = 20;

/**
 * @param identity its key
 * @returns undefined where files do not tell: something of the identity comes from a function, such as `!env`, or a file has
 *   changed since the configuration was loaded
 */
export function stampOf(
	ctx: Pick<AuthContext, "env" | "home" | "cwd" | "platform">,
	config: AuthConfig,
	identity: string,
): ConfigStamp | undefined {
	if (config.evaluation(identity) !== "literal" || config.files.length === 0) return undefined;
	const paths = [...pathsOf(ctx, config, identity)];
	if (paths.length > MOST_PATHS) return undefined;
	const states: Record<string, string> = {};
	for (const path of paths) {
		const info = look(path);
		if (info !== undefined && Math.max(info.mtimeMs, info.ctimeMs) > config.loadedAt - TICK_MS) return undefined;
		states[path] = describe(info);
	}
	return { env: { ...pick(ctx.env, decisiveVariables()), ...pick(config.locator, LOCATORS) }, paths: states };
}

/** Whether the stamped configuration is the one that this process would read, and is as it was. */
export function isCurrent(stamp: ConfigStamp | undefined, env: Environment): boolean {
	if (stamp === undefined) return false;
	const now = pick(env, [...decisiveVariables(), ...LOCATORS]);
	const names = new Set([...Object.keys(now), ...Object.keys(stamp.env)]);
	for (const name of names) if (now[name] !== stamp.env[name]) return false;
	return Object.entries(stamp.paths).every(([path, state]) => describe(look(path)) === state);
}

function pick(env: Environment, names: readonly string[]): Record<string, string> {
	const picked: Record<string, string> = {};
	for (const name of names) if (env[name]) picked[name] = env[name];
	return picked;
}

/** The files, the folders where one more would be found, and the places outside the project where one may appear. */
function* pathsOf(ctx: PathContext, config: AuthConfig, identity: string): Generator<string> {
	const folders = new Set<string>();
	for (const file of config.files) {
		yield file;
		folders.add(dirname(file));
	}
	for (const folder of folders) {
		yield folder;
		// Where the files themselves lie in such folders, there are no more of them inside.
		if (/^\.?atmos\.d$|^profiles$/.test(folder.split(sep).at(-1) ?? "")) continue;
		for (const name of ["atmos.d", ".atmos.d", "profiles", join(".atmos", "profiles")]) yield join(folder, name);
	}
	yield join(configHome(ctx), "profiles");
	yield join(ctx.home, ".atmos", "atmos.yaml");
	yield "/usr/local/etc/atmos/atmos.yaml";
	const { provider } = config.chain(identity);
	if (provider !== undefined) yield discoveredFile(ctx, provider);
}

function look(path: string): Stats | undefined {
	try {
		return statSync(path);
	} catch {
		return undefined;
	}
}

const describe = (info: Stats | undefined): string =>
	info === undefined ? "-" : `${info.mtimeMs} ${info.size} ${info.ino}`;
