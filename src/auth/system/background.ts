/**
 * Work that nobody waits for, such as keeping a cache. A process that is about to become another program has to: what it
 * leaves half done would count as still being done, since its process id lives on.
 */

const unfinished = new Set<Promise<void>>();

/** Starts the work when the caller has gone on. @param work never rejects */
export function inBackground(work: () => Promise<void>): void {
	const done = new Promise<void>((resolve) => setImmediate(resolve)).then(work).finally(() => unfinished.delete(done));
	unfinished.add(done);
}

/** Resolves when nothing is left to be waited for. Never rejects. */
export async function backgroundDone(): Promise<void> {
	while (unfinished.size > 0) await Promise.allSettled(unfinished);
}
