/** Signals that ask the program to end, and how it obeys. */

/** What the shell's user sees as `$?` (128 and the signal's number). */
export const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type EndingSignal = keyof typeof EXIT_CODES;

/**
 * Listens to the signals that end a program. While it listens, they do not end it by themselves.
 *
 * @param listener told of each one, with how many came before it
 * @returns ends the listening
 */
export function onEndingSignal(listener: (signal: EndingSignal, before: number) => void): () => void {
	let before = 0;
	const handlers = (Object.keys(EXIT_CODES) as EndingSignal[]).map((signal) => {
		const handler = (): void => listener(signal, before++);
		process.on(signal, handler);
		return () => process.off(signal, handler);
	});
	return () => {
		for (const off of handlers) off();
	};
}

/** Ends the process; whatever has to be restored is restored by listeners of its `exit` event. */
export function leaveAtOnce(code: number): never {
	process.exit(code);
}
