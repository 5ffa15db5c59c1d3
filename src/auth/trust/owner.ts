/** Whose a configuration file is: the user's own, a project's, or somebody else's. */
import { existsSync, type Stats, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { systemFiles } from "../config/system-files.ts";
import type { AuthContext } from "../context.ts";
import { cacheHome, configHome } from "../storage/paths.ts";
import { isWithin, realPath } from "./paths.ts";

export type OwnerContext = Pick<AuthContext, "env" | "home" | "cwd" | "platform"> & {
	/** Of this process; undefined on Windows. For tests. */
	readonly user?: { readonly uid: number; readonly gid: number } | undefined;
};

/** The project that a file belongs to, its real path: the nearest folder with a `.git`, else the file's own. */
export function rootOf(file: string): string {
	const start = dirname(resolve(file));
	for (let folder = start; ; folder = dirname(folder)) {
		if (existsSync(join(folder, ".git"))) return realPath(folder);
		if (folder === dirname(folder)) return realPath(start);
	}
}

/** A home that lies within a project, as some containers have it, comes with the project. */
export function isHomeOfProject(home: string, root: string): boolean {
	const real = realPath(home);
	return root !== real && root !== dirname(root) && isWithin(real, root);
}

/**
 * By the path that was looked up: the user may keep their own configuration anywhere and link to it.
 *
 * @returns `foreign` for a file of another user, which is not used whatever anybody says
 */
export function ownerOf(ctx: OwnerContext, file: string): "own" | "project" | "foreign" {
	const path = resolve(file);
	const user = ctx.user ?? processUser(ctx);
	const info = statSync(path, { throwIfNoEntry: false });
	if (user !== undefined && info !== undefined && isForeign(ctx, user, path, info)) return "foreign";
	if (!isOwnPlace(ctx, path)) return "project";
	if (user === undefined || info === undefined) return "own";
	const folder = statSync(dirname(realPath(path)), { throwIfNoEntry: false });
	return isOpen(user, info) || (folder !== undefined && isOpen(user, folder)) ? "project" : "own";
}

function processUser(ctx: OwnerContext): { uid: number; gid: number } | undefined {
	if (ctx.platform === "win32" || process.getuid === undefined || process.getgid === undefined) return undefined;
	return { uid: process.getuid(), gid: process.getgid() };
}

function isOwnPlace(ctx: OwnerContext, path: string): boolean {
	const named = ctx.env.ATMOS_CLI_CONFIG_PATH;
	if (
		named &&
		isWithin(path, resolve(ctx.cwd, named === "~" || named.startsWith("~/") ? join(ctx.home, named.slice(1)) : named))
	)
		return true;
	if (systemFiles(ctx).includes(path)) return true;
	const folders = [join(ctx.home, ".atmos"), configHome(ctx), join(cacheHome(ctx), "auth")];
	return folders.some((folder) => isWithin(path, folder)) && !isHomeOfProject(ctx.home, rootOf(path));
}

/** Others may write to it. A group of one's own, as Debian and Fedora give to every user, is nobody else. */
function isOpen(user: { readonly gid: number }, info: Stats): boolean {
	return (info.mode & 0o002) !== 0 || ((info.mode & 0o020) !== 0 && info.gid !== user.gid && info.gid !== 0);
}

/**
 * A file of another user than this one, root, or whoever called sudo: in a parent folder that is shared, such as `/tmp`, it
 * could be anybody's (git's CVE-2022-24765). Root in a container works on files of a user of the host; there a file is
 * the project's if the whole project, and the folder that is worked in, are of that one user.
 */
function isForeign(ctx: OwnerContext, user: { readonly uid: number }, path: string, { uid }: Stats): boolean {
	if (uid === user.uid || uid === 0) return false;
	if (user.uid !== 0) return true;
	if (String(uid) === ctx.env.SUDO_UID) return false;
	return [ctx.cwd, rootOf(path)].some((folder) => statSync(folder, { throwIfNoEntry: false })?.uid !== uid);
}
