/** Signals that ask the program to end, and how it obeys. */

/** What the shell's user sees as `$?` (128 and the signal's number). */
export const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type EndingSignal = keyof typeof EXIT_CODES;

/** How long what is being ended may take to end by itself, in milliseconds. */
const GRACE_MS = 5_000;

/**
 * Listens to the signals that end a program, and keeps it killable by them: a second one ends it at once, and so does the
 * first when the listener has not brought about the end, or ended the listening, within five seconds.
 *
 * @param listener told of the first one
 * @param leave stands in for the end of the process in tests
 * @returns ends the listening: from then on they end the program by themselves
 */
export function onEndingSignal(
	listener: (signal: EndingSignal) => void,
	leave: (code: number) => void = leaveAtOnce,
): () => void {
	let grace: NodeJS.Timeout | undefined;
	const handlers = (Object.keys(EXIT_CODES) as EndingSignal[]).map((signal) => {
		const handler = (): void => {
			const end = (): void => leave(EXIT_CODES[signal]);
			if (grace !== undefined) end();
			else {
				grace = setTimeout(end, GRACE_MS).unref();
				listener(signal);
			}
		};
		process.on(signal, handler);
		return () => process.off(signal, handler);
	});
	return () => {
		clearTimeout(grace);
		for (const off of handlers) off();
	};
}

/** Ends the process; whatever has to be restored is restored by listeners of its `exit` event. */
export function leaveAtOnce(code: number): never {
	process.exit(code);
}
