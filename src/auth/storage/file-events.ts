/** Tells which files are read and written, for the log. What is in them is told to nobody. */

export type FileEvent = "read" | "written";

const watchers = new Set<(event: FileEvent, path: string) => void>();

/** Has `watcher` told of every file that `read.ts` reads and `write.ts` writes. @returns ends it */
export function watchFiles(watcher: (event: FileEvent, path: string) => void): () => void {
	watchers.add(watcher);
	return () => {
		watchers.delete(watcher);
	};
}

/** Called once a file was read or written. */
export function noteFile(event: FileEvent, path: string): void {
	for (const watcher of watchers) watcher(event, path);
}
