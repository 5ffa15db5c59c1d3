/** Files are read whole, and only files: a pipe would hang, a device might never end. */
import { constants, type Stats } from "node:fs";
import { chmod, type FileHandle, open, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { AuthContext } from "../context.ts";
import { remedyText } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import { errnoOf, notRegular, storageError } from "./failure.ts";
import { noteFile } from "./file-events.ts";
import { pathWord } from "./paths.ts";
import { sweepBeside } from "./temporary.ts";

/** Larger than any file of this kind by far; a guard against reading a disk image into memory. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * @returns the bytes of a regular file, and undefined when there is none
 * @throws AuthError `storage` with the path for everything else: a folder, a pipe, no permission, more than 64 MiB
 */
export async function readBytes(path: string): Promise<Buffer | undefined> {
	return (await read(path))?.bytes;
}

/**
 * @returns the text of a file, a byte order mark included, and undefined when there is no file
 * @throws AuthError `storage` with the path; also for text that is not UTF-8, since writing it back would damage it
 */
export async function readText(path: string): Promise<string | undefined> {
	const bytes = await readBytes(path);
	return bytes === undefined ? undefined : decode(path, bytes);
}

/** A file with secrets, as it was read. */
export interface SecretFile {
	readonly bytes: Buffer;
	/** When it was last written, in milliseconds since the epoch. */
	readonly modifiedAt: number;
}

/**
 * Reads a file with secrets. If others can read it too, they no longer can afterwards, and the log says so.
 *
 * @returns undefined when there is no file
 * @throws AuthError `storage` with the path
 */
export async function readSecretFile(
	ctx: Pick<AuthContext, "log" | "platform">,
	path: string,
): Promise<SecretFile | undefined> {
	void sweepBeside(path);
	const found = await read(path);
	if (found === undefined) return undefined;
	const { bytes, info } = found;
	if (isOpen(ctx, info)) await close(ctx, path, info.mode);
	return { bytes, modifiedAt: info.mtimeMs };
}

/**
 * Reads a file with secrets that is another program's, or somebody else's to look after: it is left as it is. If others can
 * read it too, the log says so, and what to do.
 *
 * @returns undefined when there is no file
 * @throws AuthError `storage` with the path
 */
export async function readForeignSecretFile(
	ctx: Pick<AuthContext, "log" | "platform">,
	path: string,
): Promise<Buffer | undefined> {
	const found = await read(path);
	if (found !== undefined && isOpen(ctx, found.info)) warnOfOpen(ctx, path, found.info.mode);
	return found?.bytes;
}

const isOpen = ({ platform }: Pick<AuthContext, "platform">, { mode }: Stats): boolean =>
	platform !== "win32" && (mode & 0o077) !== 0;

async function read(path: string): Promise<{ bytes: Buffer; info: Stats } | undefined> {
	try {
		// Without waiting for the writer of a named pipe.
		const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
		try {
			const info = await handle.stat();
			if (!info.isFile()) throw notRegular(info.isDirectory());
			if (info.size > MAX_BYTES) throw Object.assign(new Error("it is larger than 64 MiB"), { code: "EFBIG" });
			const bytes = await readAll(handle, info.size);
			noteFile("read", path);
			return { bytes, info };
		} finally {
			await handle.close();
		}
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return undefined;
		throw await storageError(error, "read", path);
	}
}

/** One call for a file of any size, where `readFile` makes one for every half megabyte; then on to the end, wherever that is. */
async function readAll(handle: FileHandle, size: number): Promise<Buffer> {
	const first = Buffer.allocUnsafe(size + 1);
	let length = 0;
	for (;;) {
		const { bytesRead } = await handle.read(first, length, first.length - length, null);
		length += bytesRead;
		if (bytesRead === 0) return first.subarray(0, length);
		// It has grown since.
		if (length === first.length) return Buffer.concat([first, await handle.readFile()]);
	}
}

async function decode(path: string, bytes: Uint8Array): Promise<string> {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw await storageError(new Error(`${basename(path)} is not UTF-8 text`), "read", path);
	}
}

async function close(ctx: Pick<AuthContext, "log">, path: string, mode: number): Promise<void> {
	try {
		await chmod(path, mode & 0o700);
		// Some file systems (FAT, Windows drives in WSL) take the call and change nothing; every file is like that there.
		if (((await stat(path)).mode & 0o077) !== 0) return;
		ctx.log.warn(`${sanitize(path)} could be read by other users (mode ${octal(mode)}); it no longer can`);
	} catch {
		warnOfOpen(ctx, path, mode);
	}
}

function warnOfOpen(ctx: Pick<AuthContext, "log">, path: string, mode: number): void {
	const close = remedyText({ run: ["chmod", "600", pathWord(path)] });
	ctx.log.warn(`${sanitize(path)} can be read by other users (mode ${octal(mode)}): ${close}`);
}

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, "0");
