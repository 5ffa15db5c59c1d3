/** Notices changes beside a file soon: by watching its folder where that works, by looking again where it does not. */
import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";

export interface Changes {
	/**
	 * Resolves at the next change in the folder, or after about `pollMs`; at once if something changed since the last call.
	 * @throws the signal's reason as soon as it is aborted
	 */
	next(signal: AbortSignal): Promise<void>;
	close(): void;
}

/**
 * @param path the file; its folder has to exist to be watched
 * @param pollMs longest pause without a change, in milliseconds
 */
export function watchBeside(path: string, pollMs: number): Changes {
	let changed = false;
	let wake: (() => void) | undefined;
	let watcher: FSWatcher | undefined;
	try {
		watcher = watch(dirname(path), () => {
			changed = true;
			wake?.();
		});
		// Out of watches, or a file system without them: polling is enough.
		watcher.on("error", () => {});
	} catch {
		watcher = undefined;
	}
	return {
		next: (signal) =>
			new Promise((resolve, reject) => {
				if (signal.aborted) return reject(signal.reason);
				const end = (): void => {
					clearTimeout(timer);
					signal.removeEventListener("abort", abort);
					wake = undefined;
					changed = false;
					resolve();
				};
				const abort = (): void => {
					clearTimeout(timer);
					wake = undefined;
					reject(signal.reason);
				};
				// Not all at the same moment.
				const timer = setTimeout(end, pollMs * (0.75 + Math.random() / 4));
				signal.addEventListener("abort", abort, { once: true });
				wake = end;
				if (changed) end();
			}),
		close: () => watcher?.close(),
	};
}
