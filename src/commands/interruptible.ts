/** The one way in which signals end a command. */
import { AuthError } from "../auth/errors.ts";
import { type EndingSignal, EXIT_CODES, leaveAtOnce, onEndingSignal } from "../terminal/signals.ts";

export interface Interruption {
	/** Aborted by the first signal; for everything that waits. */
	readonly signal: AbortSignal;
	/** The signal that came first, if one came. */
	by(): EndingSignal | undefined;
}

/**
 * Runs work that SIGINT, SIGTERM and SIGHUP abort. What does not heed the first signal is ended as `onEndingSignal` says.
 *
 * @param interrupted told of the signal, once, when it has kept the work from its end
 * @returns what the work returns, or the signal's exit code when the work threw after one
 * @throws whatever the work throws without a signal
 */
export async function interruptible(
	work: (interruption: Interruption) => Promise<number>,
	interrupted: (signal: EndingSignal) => void = () => undefined,
): Promise<number> {
	const abort = new AbortController();
	let first: EndingSignal | undefined;
	const unhook = onEndingSignal(
		(signal) => {
			first = signal;
			abort.abort(new AuthError({ code: "cancelled", message: `ended by ${signal}` }));
		},
		(code) => {
			if (first !== undefined) interrupted(first);
			leaveAtOnce(code);
		},
	);
	const by = (): EndingSignal | undefined => first;
	try {
		return await work({ signal: abort.signal, by });
	} catch (error) {
		const signal = by();
		if (signal === undefined) throw error;
		interrupted(signal);
		return EXIT_CODES[signal];
	} finally {
		unhook();
	}
}
