/** Finds the files of an import's pattern, within bounds: `/**\/*.yaml` would look at every file of the machine. */
import * as fs from "node:fs";
import { glob } from "tinyglobby";
import { TooMuch } from "./read-regular.ts";

/** Files and folders that are looked at. */
const MOST_ENTRIES = 100_000;
const LIMIT_MS = 5_000;

/**
 * @param most how many files may match
 * @returns absolute paths
 * @throws TooMuch when more match, more have to be looked at, or it takes more than five seconds
 */
export async function globFiles(pattern: string, cwd: string, most: number): Promise<readonly string[]> {
	const stop = new AbortController();
	const end = (why: string): void => stop.abort(new TooMuch(why));
	const timer = setTimeout(() => end(`searching for it takes more than ${LIMIT_MS / 1000} s`), LIMIT_MS);
	let looked = 0;
	const readdir = ((path: fs.PathLike, options: { withFileTypes: true }, done: (...given: unknown[]) => void) =>
		fs.readdir(path, options, (error, entries) => {
			looked += entries?.length ?? 0;
			if (looked > MOST_ENTRIES) end(`more than ${MOST_ENTRIES} files would have to be searched`);
			done(error, entries);
		})) as typeof fs.readdir;
	try {
		const found = await glob(pattern, {
			cwd,
			absolute: true,
			dot: true,
			onlyFiles: true,
			signal: stop.signal,
			fs: { ...fs, readdir },
		}).catch((error: unknown) => {
			throw stop.signal.aborted ? stop.signal.reason : error;
		});
		stop.signal.throwIfAborted();
		if (found.length > most) throw new TooMuch(`more than ${most} files match`);
		return found;
	} finally {
		clearTimeout(timer);
	}
}
