/** Which file a path really means, symbolic links followed to their end even where the end does not exist yet. */
import { mkdir, readlink, realpath } from "node:fs/promises";
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
		await mkdir(dirname(at), { recursive: true, mode: folderMode });
		const folder = await realpath(dirname(at));
		const next = await linkOf(join(folder, basename(at)));
		if (next === undefined) return join(folder, basename(at));
		at = resolve(folder, next);
	}
	throw Object.assign(new Error("too many symbolic links"), { code: "ELOOP" });
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
