/** Where files lie. The folders are shared with Cloud Posse's `atmos`, so every rule here is that program's. */
import { isAbsolute, type PlatformPath, posix, sep, win32 } from "node:path";
import type { AuthContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";

/** What a path depends on. */
export type PathContext = Pick<AuthContext, "env" | "home" | "cwd" | "platform">;

/** The rules for paths of the context's system. */
export const rulesOf = (ctx: Pick<PathContext, "platform">): PlatformPath => (ctx.platform === "win32" ? win32 : posix);

/** `<configuration>/atmos`, absolute: `ATMOS_XDG_CONFIG_HOME`, else `XDG_CONFIG_HOME`, else `~/.config`, on macOS too. */
export function configHome(ctx: PathContext): string {
	return xdg(ctx, "CONFIG", [".config"], []);
}

/** `<cache>/atmos`, absolute: `ATMOS_XDG_CACHE_HOME`, else `XDG_CACHE_HOME`, else `~/.cache`. */
export function cacheHome(ctx: PathContext): string {
	return xdg(ctx, "CACHE", [".cache"], ["cache"]);
}

/** `<data>/atmos`, absolute: `ATMOS_XDG_DATA_HOME`, else `XDG_DATA_HOME`, else `~/.local/share`. */
export function dataHome(ctx: PathContext): string {
	return xdg(ctx, "DATA", [".local", "share"], []);
}

function xdg(ctx: PathContext, kind: string, fallback: readonly string[], windows: readonly string[]): string {
	const { join, isAbsolute } = rulesOf(ctx);
	// Empty counts as unset, and so does a relative path: the XDG Base Directory Specification calls it invalid, and secrets
	// would go wherever the program happens to be started. The Go program takes it from the working directory.
	const set = [`ATMOS_XDG_${kind}_HOME`, `XDG_${kind}_HOME`].map((name) => ctx.env[name]);
	const folder = set.find((value) => value !== undefined && isAbsolute(value));
	if (folder !== undefined) return join(folder, "atmos");
	if (ctx.platform === "win32") {
		return join(ctx.env.LOCALAPPDATA || join(ctx.home, "AppData", "Local"), ...windows, "atmos");
	}
	return join(ctx.home, ...fallback, "atmos");
}

/** @returns the names of the variables that are set to a relative path, which nothing is made of */
export function relativeFolders({ env, platform }: Pick<PathContext, "env" | "platform">): string[] {
	const { isAbsolute } = rulesOf({ platform });
	return ["CONFIG", "CACHE", "DATA"]
		.flatMap((kind) => [`ATMOS_XDG_${kind}_HOME`, `XDG_${kind}_HOME`])
		.filter((name) => env[name] && !isAbsolute(env[name]));
}

/**
 * The folder of the credential files of one root provider: `<base>/<realm>/<cloud>/<provider>`.
 *
 * @param providerKey the lower-cased name of the chain's first link; slashes in it make subfolders, as in the Go program
 * @param basePath the provider's `spec.files.base_path` in place of `<configuration>/atmos`; `~` is expanded
 * @throws AuthError `config` for a name that would lead out of the realm's folder
 */
export function providerFolder(
	ctx: PathContext,
	realm: { readonly value: string },
	cloud: string,
	providerKey: string,
	basePath?: string | undefined,
): string {
	const { join } = rulesOf(ctx);
	return join(
		filesBase(ctx, basePath) ?? configHome(ctx),
		realm.value,
		cloud,
		...safeSegments(ctx, providerKey, "provider"),
	);
}

/** The folder that a provider's `spec.files.base_path` names, absolute; undefined without one. */
export function filesBase(ctx: PathContext, basePath: string | undefined): string | undefined {
	return basePath ? rulesOf(ctx).resolve(ctx.cwd, expandHome(ctx, basePath)) : undefined;
}

/**
 * The folder of what one identity has in the cache of a realm: `<cache>/<folder>/<identity>-<realm>`, as in the Go program.
 *
 * @param identityKey in lower case; slashes in it make subfolders
 * @throws AuthError `config` for a name that would lead out of the folder
 */
export function identityCacheFolder(
	ctx: PathContext,
	folder: string,
	identityKey: string,
	realm: { readonly value: string },
): string {
	const segments = safeSegments(ctx, `${identityKey}-${realm.value}`, "identity");
	return rulesOf(ctx).join(cacheHome(ctx), folder, ...segments);
}

function safeSegments({ platform }: PathContext, name: string, of: "provider" | "identity"): string[] {
	// A backslash is a character like any other where it does not separate folders.
	const segments = name.split(platform === "win32" ? /[/\\]/ : "/").filter((segment) => segment !== "");
	if (segments.length === 0 || segments.some((segment) => /^\.{1,2}$|\0/.test(segment))) {
		throw new AuthError({
			code: "config",
			message: `the name ${JSON.stringify(sanitize(name))} of the ${of} cannot be used for a folder`,
			remedy: `rename the ${of} in atmos.yaml`,
		});
	}
	return segments;
}

/** The identities found by `auto_provision_identities`, where the configuration's loader of either program looks. */
export function discoveredFile(ctx: PathContext, providerKey: string): string {
	const flat = providerKey.trim().replace(/[/\\\0]/g, "_");
	const name = /^\.*$/.test(flat) ? "_".repeat(Math.max(1, flat.length)) : flat;
	return rulesOf(ctx).join(cacheHome(ctx), "auth", name, "provisioned-identities.yaml");
}

/** Our own state: what the shared files have no room for. */
export function stateFile(ctx: PathContext): string {
	return rulesOf(ctx).join(cacheHome(ctx), "atmos-auth", "state.json");
}

/** A path for display: the home folder becomes `~`, and nothing is left that a terminal would obey. */
export function tildify(ctx: Pick<PathContext, "home">, path: string): string {
	const home = ctx.home.length > 1 && ctx.home.endsWith(sep) ? ctx.home.slice(0, -1) : ctx.home;
	if (path === home) return "~";
	if (home.length > 1 && path.startsWith(home + sep)) return sanitize(`~${path.slice(home.length)}`);
	return sanitize(path);
}

/** `~` and `~/…` expanded; `~user` and everything else unchanged. */
export function expandHome(ctx: Pick<PathContext, "home" | "platform">, path: string): string {
	if (path === "~") return ctx.home;
	if (path.startsWith("~/") || (ctx.platform === "win32" && path.startsWith("~\\")))
		return rulesOf(ctx).join(ctx.home, path.slice(2));
	return path;
}

/** A path as one word of a command: never one that a program would take for a flag. */
export function pathWord(path: string): string {
	return sanitize(isAbsolute(path) ? path : `./${path}`);
}

/**
 * git runs what lies in its folder. The names are those that git itself refuses to check out, for disks that ignore case,
 * final dots and blanks, or have short names (verify_path in git's read-cache.c).
 */
export const isInGitFolder = (path: string): boolean =>
	path.split(/[/\\]/).some((part) => /^(?:\.git|git~1)[. ]*$/i.test(part));
