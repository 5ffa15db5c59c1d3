/** Paths and folders, by their text and as they really are. */
import { realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** @returns true for a path in a folder, and for the folder itself; as they are written */
export function isWithin(path: string, folder: string): boolean {
	const way = relative(folder, path);
	return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The real path, as far as it exists. */
export function realPath(path: string): string {
	const full = resolve(path);
	try {
		return realpathSync.native(full);
	} catch {
		const parent = dirname(full);
		return parent === full ? full : join(realPath(parent), full.slice(parent.length));
	}
}

/** A path from a folder, with slashes; absolute where it lies elsewhere. */
export function placeIn(folder: string, path: string): string {
	const full = resolve(path);
	return isWithin(full, folder) ? relative(folder, full).replaceAll(sep, "/") : full;
}
