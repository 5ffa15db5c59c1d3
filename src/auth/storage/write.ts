/**
 * Files are written whole: a kill at any instant leaves the old content or the new. The new content goes to a temporary
 * file beside the target, to the disk, and then over the target in one step. Only where a rename cannot work, which is
 * when a container has a single file mounted, is the target itself written.
 */
import { constants } from "node:fs";
import { type FileHandle, lstat, open, rename, stat, unlink, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf, notRegular, storageError } from "./failure.ts";
import { noteFile } from "./file-events.ts";
import { pauseFor } from "./pause.ts";
import { resolveTarget } from "./target.ts";
import { sweepFolder, temporaryPath } from "./temporary.ts";

export { readBytes, readText } from "./read.ts";

export interface WriteOptions {
	/** Permissions of a new file. Secrets are the rule here, so 0600. */
	readonly mode?: number | undefined;
	/** Permissions of folders that have to be made: 0700. */
	readonly folderMode?: number | undefined;
	/**
	 * What becomes of the permissions of an existing file. `tighten`, the default, takes away what `mode` does not have
	 * and never adds anything; `keep` leaves them; `set` makes them `mode`.
	 */
	readonly existing?: "tighten" | "keep" | "set" | undefined;
	/** Time of modification, in milliseconds since the epoch; now, if left out. */
	readonly modifiedAt?: number | undefined;
	/**
	 * Whether the content has to be on the disk, by fsync, before the call returns: true, if left out. On macOS each one is a
	 * full flush of the drive. False for what can be made again: state, caches, what waiting processes are told. Such a file
	 * is whole after a kill all the same; after a power failure it may be empty.
	 */
	readonly durable?: boolean | undefined;
}

export interface Written {
	/** The file that was written: the end of all symbolic links. */
	readonly target: string;
	/** Permissions that others had on the old file and have lost, such as 0o044; 0 if none. */
	readonly tightened: number;
	/** True where a rename was not possible. */
	readonly inPlace: boolean;
}

/**
 * @param path may be a symbolic link, a dangling one too: its target is written
 * @param content text becomes UTF-8
 * @throws AuthError `storage` with the path and a remedy; the old content is intact then, and nothing is left behind
 */
export async function writeWhole(
	path: string,
	content: string | Uint8Array,
	options: WriteOptions = {},
): Promise<Written> {
	const mode = options.mode ?? 0o600;
	try {
		const target = await resolveTarget(path, options.folderMode ?? 0o700);
		const old = await lstat(target).catch((error: unknown) => {
			if (errnoOf(error) === "ENOENT") return undefined;
			throw error;
		});
		if (old !== undefined && !old.isFile()) throw notRegular(old.isDirectory());
		const before = old === undefined ? undefined : old.mode & 0o7777;
		const after =
			before === undefined || options.existing === "set" ? mode : options.existing === "keep" ? before : before & mode;
		const data = typeof content === "string" ? Buffer.from(content) : content;
		const inPlace = await replace(target, data, {
			mode: after,
			owner: old ?? (await stat(dirname(target))),
			exists: old !== undefined,
			durable: options.durable ?? true,
		});
		const { modifiedAt } = options;
		// Not before the rename: the age of a temporary file says whether somebody still writes it.
		if (modifiedAt !== undefined) await utimes(target, modifiedAt / 1000, modifiedAt / 1000).catch(() => {});
		noteFile("written", target);
		return { target, tightened: (before ?? 0) & ~after & 0o077, inPlace };
	} catch (error) {
		throw await storageError(error, "write", path);
	}
}

/**
 * Removes a file. Where one file alone is mounted, its name cannot go: it is empty then.
 *
 * @param path may be a symbolic link: its target is removed, and the link leads to where the next write makes it again
 * @throws AuthError `storage`; the content is intact then
 */
export async function removeWhole(path: string): Promise<void> {
	try {
		const target = await resolveTarget(path, 0o700);
		await unlink(target);
		await syncFolder(dirname(target));
		noteFile("removed", target);
	} catch (error) {
		const code = errnoOf(error) ?? "";
		if (["EBUSY", "EROFS"].includes(code)) await writeWhole(path, "");
		else if (code !== "ENOENT") throw await storageError(error, "write", path);
	}
}

interface Attributes {
	readonly mode: number;
	/** Of the old file, or of the folder. */
	readonly owner: { readonly uid: number; readonly gid: number };
	readonly exists: boolean;
	readonly durable: boolean;
}

/** @returns true if the target had to be written in place */
async function replace(target: string, data: Uint8Array, attributes: Attributes): Promise<boolean> {
	const folder = dirname(target);
	const temporary = temporaryPath(folder);
	let handle: FileHandle;
	try {
		handle = await open(temporary, "wx", 0o600);
	} catch (error) {
		// A read-only container with this one file mounted writable.
		if (errnoOf(error) !== "EROFS" || !attributes.exists) throw error;
		await overwrite(target, data, attributes);
		return true;
	}
	let renamed = false;
	try {
		try {
			await fill(handle, data, attributes);
		} finally {
			await handle.close();
		}
		try {
			await renameOver(temporary, target);
			renamed = true;
		} catch (error) {
			const mounted = ["EBUSY", "EXDEV", "EPERM"].includes(errnoOf(error) ?? "");
			if (!mounted || !attributes.exists) throw error;
			await overwrite(target, data, attributes);
		}
	} finally {
		if (!renamed) await unlink(temporary).catch(() => {});
	}
	// In this order: a name on the disk must not stand for content that is not there yet.
	if (attributes.durable) await syncFolder(folder);
	if (renamed) await sweep(folder, target);
	return !renamed;
}

/** Windows refuses to replace a file while another program, often a virus scanner, has it open. That passes. */
async function renameOver(temporary: string, target: string): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await rename(temporary, target);
		} catch (error) {
			const passes = process.platform === "win32" && ["EPERM", "EACCES", "EBUSY"].includes(errnoOf(error) ?? "");
			if (!passes || attempt === 10) throw error;
			await pauseFor(attempt * 10, undefined);
		}
	}
}

/** Content, permissions and owner, all on the disk before the file gets its name. */
async function fill(handle: FileHandle, data: Uint8Array, { mode, owner, durable }: Attributes): Promise<void> {
	await handle.writeFile(data);
	// Under sudo the file goes on belonging to its user. Elsewhere this is not allowed, or changes nothing.
	if (process.getuid?.() === 0 && owner.uid !== 0) {
		await handle.chown(owner.uid, owner.gid).catch(() => {});
	}
	// After the owner, whose change clears bits; `open` had its mode cut by the umask.
	await handle.chmod(mode);
	if (durable) await handle.sync();
}

/** The fallback without a rename. The old bytes are put back if the new ones do not fit. */
async function overwrite(target: string, data: Uint8Array, { mode, durable }: Attributes): Promise<void> {
	const handle = await open(target, constants.O_RDWR);
	try {
		const old = await handle.readFile();
		try {
			await writeAt0(handle, data);
		} catch (error) {
			await writeAt0(handle, old).catch(() => {});
			throw error;
		}
		await handle.chmod(mode).catch(() => {});
		if (durable) await handle.sync();
	} finally {
		await handle.close();
	}
}

async function writeAt0(handle: FileHandle, data: Uint8Array): Promise<void> {
	for (let at = 0; at < data.length; ) {
		at += (await handle.write(data, at, data.length - at, at)).bytesWritten;
	}
	await handle.truncate(data.length);
}

/** Puts the new name on the disk. A file system that cannot do that does not fail a write that is done. */
async function syncFolder(folder: string): Promise<void> {
	const handle = await open(folder, "r").catch(() => undefined);
	await handle?.sync().catch(() => {});
	await handle?.close().catch(() => {});
}

/** Clears away what killed writers left. The file just written tells the time of the disk. */
async function sweep(folder: string, target: string): Promise<void> {
	const now = await lstat(target).then(
		({ mtimeMs }) => mtimeMs,
		() => undefined,
	);
	await sweepFolder(folder, now);
}
