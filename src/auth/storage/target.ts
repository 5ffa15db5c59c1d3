/** Which file a path really means, symbolic links followed to their end even where the end does not exist yet. */
import { chown, mkdir, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { errnoOf } from "./failure.ts";

/** As many links as Linux follows. */
const MAX_LINKS = 40;

/**
 * Makes the folders that are missing and resolves the path.
 *
 * @param folderMode of folders that have to be made; those that exist keep theirs
 * @returns the absolute path of a file that exists, or that can be created under this very name
 * @throws the system's own error; `ELOOP` for links in a circle
 */
export async function resolveTarget(path: string, folderMode: number): Promise<string> {
	let at = resolve(path);
	for (let links = 0; links < MAX_LINKS; links++) {
		const candidate = await resolveFolder(at, folderMode);
		const next = await linkOf(candidate);
		if (next === undefined) return candidate;
		at = resolve(dirname(candidate), next);
	}
	throw Object.assign(new Error("too many symbolic links"), { code: "ELOOP" });
}

/**
 * Makes the folders that are missing and resolves them, but not the last part of the path, which may itself be a link: a
 * lock is one.
 */
export async function resolveFolder(path: string, folderMode: number): Promise<string> {
	const folder = dirname(resolve(path));
	const first = await makeFolders(folder, folderMode);
	if (first !== undefined && process.getuid?.() === 0) await giveToOwner(first, folder);
	return join(await realpath(folder), basename(path));
}

/**
 * Makes a folder and those above it that are missing. Node's own `mkdir` with `recursive` never returns where a folder
 * exists and nothing can be made in it because the system says ENOENT, as below `/proc`.
 *
 * @returns the topmost folder that was made, undefined if all were there
 */
async function makeFolders(folder: string, mode: number): Promise<string | undefined> {
	if (await isFolder(folder)) return undefined;
	const above = dirname(folder);
	const first = above === folder ? undefined : await makeFolders(above, mode);
	try {
		await mkdir(folder, { mode });
		return first ?? folder;
	} catch (error) {
		// Another process was faster.
		if (errnoOf(error) === "EEXIST" && (await isFolder(folder))) return first;
		throw error;
	}
}

/** @throws the system's own error, and ENOTDIR for what is there and is no folder */
async function isFolder(path: string): Promise<boolean> {
	try {
		if ((await stat(path)).isDirectory()) return true;
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return false;
		throw error;
	}
	throw Object.assign(new Error("a folder in its path is a file"), { code: "ENOTDIR" });
}

/** Under sudo, folders made in a user's home are the user's: otherwise that user could not write there any more. */
async function giveToOwner(first: string, last: string): Promise<void> {
	const { uid, gid } = await stat(dirname(first));
	if (uid === 0) return;
	for (let at = last; at.length >= first.length; at = dirname(at)) await chown(at, uid, gid).catch(() => {});
}

async function linkOf(path: string): Promise<string | undefined> {
	try {
		return await readlink(path);
	} catch (error) {
		// Not a link, or nothing there.
		if (["EINVAL", "ENOENT", "UNKNOWN"].includes(errnoOf(error) ?? "")) return undefined;
		throw error;
	}
}
