/** Tells which files are read, written and removed, for the log. What is in them is told to nobody. */

export type FileEvent = "read" | "written" | "removed";

const watchers = new Set<(event: FileEvent, path: string) => void>();

/** Has `watcher` told of every file that `read.ts` reads and `write.ts` writes or removes. @returns ends it */
export function watchFiles(watcher: (event: FileEvent, path: string) => void): () => void {
	watchers.add(watcher);
	return () => {
		watchers.delete(watcher);
	};
}

/** Called once it was done. */
export function noteFile(event: FileEvent, path: string): void {
	for (const watcher of watchers) watcher(event, path);
}
