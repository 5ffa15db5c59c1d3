/**
 * Node's compile cache: code that is run without being compared with ours. Whoever can write there decides what this
 * program does, so the folder must be the user's alone, or there is no cache.
 */
import type { Stats } from "node:fs";

type Env = Readonly<Record<string, string | undefined>>;

/** Has Node keep what it compiles, if there is a folder that only this user can write to. Never throws. */
export function keepCompiled(env: Env, platform: NodeJS.Platform): void {
	try {
		const folder = compiledFolder(env, platform);
		if (folder !== undefined) process.getBuiltinModule("node:module").enableCompileCache(folder);
	} catch {
		// It is slower without.
	}
}

/** Writes what was compiled now, for a process that will not end as Node's own do. Never throws. */
export function flushCompiled(): void {
	try {
		process.getBuiltinModule("node:module").flushCompileCache();
	} catch {
		// The next run compiles it again.
	}
}

/**
 * `<cache>/atmos/compiled`, made if it is missing. `storage/paths.ts` has the same rules, and too much else for a module
 * that is loaded before there is a cache.
 *
 * @returns undefined where there is no such folder, or it cannot be trusted
 */
function compiledFolder(env: Env, platform: NodeJS.Platform): string | undefined {
	const { win32, posix } = process.getBuiltinModule("node:path");
	const { isAbsolute, join } = platform === "win32" ? win32 : posix;
	const absolute = (path: string | undefined): string | undefined =>
		path !== undefined && isAbsolute(path) ? path : undefined;
	const home = absolute(env.HOME ?? process.getBuiltinModule("node:os").homedir());
	const local = platform === "win32" ? absolute(env.LOCALAPPDATA) : undefined;
	const cache =
		absolute(env.ATMOS_XDG_CACHE_HOME) ??
		absolute(env.XDG_CACHE_HOME) ??
		(local === undefined ? undefined : join(local, "cache")) ??
		(home === undefined ? undefined : join(home, ".cache"));
	if (cache === undefined) return undefined;
	const folder = join(cache, "atmos", "compiled");
	// Folders in a user's profile have access lists there, which are the user's.
	if (platform === "win32") return folder;
	return own(folder, process.geteuid?.());
}

/** Group's and others' permission to write. */
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * Makes the folder and those above it that are missing, with mode 0700 whatever the umask.
 *
 * @returns the folder without symbolic links; undefined if another user owns it or could exchange it
 */
function own(folder: string, user: number | undefined): string | undefined {
	const { chmodSync, lstatSync, mkdirSync, realpathSync, rmSync } = process.getBuiltinModule("node:fs");
	const { dirname, basename, join } = process.getBuiltinModule("node:path");
	const look = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });
	/** Nobody else can rename or replace what is in it. As for sshd's StrictModes, a group counts as somebody else. */
	const isSafe = ({ uid, mode }: Stats): boolean =>
		(uid === 0 || uid === user) && ((mode & WRITABLE_BY_OTHERS) === 0 || (mode & STICKY) !== 0);

	const missing: string[] = [];
	let existing = folder;
	for (; look(existing) === undefined; existing = dirname(existing)) missing.unshift(basename(existing));
	if (missing.length === 0) {
		existing = dirname(folder);
		missing.push(basename(folder));
	}
	let at = realpathSync(existing);
	for (let path = at; ; path = dirname(path)) {
		const found = look(path);
		if (found === undefined || !isSafe(found)) return undefined;
		if (path === dirname(path)) break;
	}
	for (const name of missing) {
		at = join(at, name);
		const found = look(at);
		if (found !== undefined && (!found.isDirectory() || found.uid !== user)) return undefined;
		// What others could write to may hold what others have written.
		if (found !== undefined && (found.mode & WRITABLE_BY_OTHERS) !== 0) rmSync(at, { recursive: true, force: true });
		if (found === undefined || (found.mode & WRITABLE_BY_OTHERS) !== 0) mkdirSync(at, { mode: 0o700 });
		if (((look(at) as Stats).mode & 0o777) !== 0o700) chmodSync(at, 0o700);
	}
	return at;
}
