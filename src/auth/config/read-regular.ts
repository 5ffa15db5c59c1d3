/**
 * Reads the files that a configuration names. Only regular ones, and not for ever: a named pipe would wait for its writer,
 * a device never end, and some files of /proc are regular by name and block when they are read.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Larger than any configuration, in bytes. */
export const MOST_BYTES = 10 * 1024 * 1024;

/** Not a file of a configuration, whatever it is called. */
export class UnsuitableFile extends Error {}

/** A pattern that comes to more than any configuration does. The message says what there is too much of. */
export class TooMuch extends Error {}

/**
 * @returns the text of a file, a byte order mark included
 * @throws UnsuitableFile with the reason for a folder, pipe, device or more than 10 MB; the system's error otherwise
 */
export function readRegular(path: string): string {
	const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
	try {
		const info = fstatSync(file);
		if (info.isDirectory()) throw new UnsuitableFile("it is a folder");
		if (!info.isFile()) throw new UnsuitableFile("it is not a regular file");
		if (info.size > MOST_BYTES) throw new UnsuitableFile("it is larger than 10 MB");
		const chunks: Buffer[] = [];
		let length = 0;
		for (;;) {
			// One byte more than it says: what has grown meanwhile is read to its end, within the limit.
			const chunk = Buffer.allocUnsafe(Math.max(info.size - length + 1, 4096));
			const read = readSync(file, chunk, 0, chunk.length, null);
			if (read === 0) break;
			chunks.push(chunk.subarray(0, read));
			length += read;
			if (length > MOST_BYTES) throw new UnsuitableFile("it is larger than 10 MB");
		}
		return Buffer.concat(chunks, length).toString("utf8");
	} finally {
		closeSync(file);
	}
}

/** Why a file could not be read, in a few words. */
export function readFailure(error: unknown): string {
	const { code, message } = error as NodeJS.ErrnoException;
	if (error instanceof UnsuitableFile) return message;
	if (code === "ENOENT") return "there is no such file";
	return code ?? "it cannot be read";
}
