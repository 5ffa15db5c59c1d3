/** Whether files can be written, found out before a person is asked to approve what they are for. */
import { constants } from "node:fs";
import { lstat, open, realpath, stat, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errnoOf, notRegular, storageError } from "./failure.ts";
import { temporaryPath } from "./temporary.ts";

/** More than a session or the credentials of an identity need. */
const PROBE_BYTES = 16 * 1024;

/**
 * Writes as much as a sign-in will into a temporary file, in each file's folder or the closest one above it that exists.
 * Nothing is left behind, and no folder is made.
 *
 * @param files what will be written
 * @throws AuthError `storage` with the path and a remedy for the first one that cannot be
 */
export async function checkWritable(files: readonly string[]): Promise<void> {
	const probed = new Set<string>();
	for (const file of files) {
		try {
			const target = await realpath(file).catch(() => resolve(file));
			const old = await lstat(target).catch(() => undefined);
			if (old !== undefined && !old.isFile() && !old.isSymbolicLink()) throw notRegular(old.isDirectory());
			const folder = await closestFolder(dirname(target));
			if (probed.has(folder)) continue;
			await probe(folder, old?.isFile() ? target : undefined);
			probed.add(folder);
		} catch (error) {
			throw await storageError(error, "write", file);
		}
	}
}

/** @throws the system's own error; ENOTDIR for a file where a folder should be */
async function closestFolder(path: string): Promise<string> {
	try {
		if ((await stat(path)).isDirectory()) return path;
	} catch (error) {
		// A link that leads nowhere is in the way of a folder.
		if (errnoOf(error) !== "ENOENT" || path === dirname(path) || (await isThere(path))) throw error;
		return closestFolder(dirname(path));
	}
	throw Object.assign(new Error("a folder in its path is a file"), { code: "ENOTDIR" });
}

async function isThere(path: string): Promise<boolean> {
	return lstat(path).then(
		() => true,
		() => false,
	);
}

async function probe(folder: string, target: string | undefined): Promise<void> {
	const temporary = temporaryPath(folder);
	try {
		const handle = await open(temporary, "wx", 0o600);
		try {
			await handle.writeFile(Buffer.alloc(PROBE_BYTES));
			// Some file systems tell only now that there is no space, or no quota.
			await handle.sync();
		} finally {
			await handle.close();
			await unlink(temporary).catch(() => {});
		}
	} catch (error) {
		// A single file that is mounted into a read-only container is written in place.
		if (errnoOf(error) !== "EROFS" || target === undefined) throw error;
		await (await open(target, constants.O_RDWR)).close();
	}
}
