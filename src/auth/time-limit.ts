/** A limit of time for a piece of work, by the clock of the context. */
import type { Clock } from "../auth/context.ts";

/**
 * Runs `work` and gives up after `ms` milliseconds, aborting its signal. It is not waited for after that, since what does
 * not end in time may not heed its signal either.
 *
 * @param error made when the time is over; also the reason of the work's signal
 * @throws `error()`, whatever the work throws, or the reason of `signal` when that is aborted
 */
export async function withTimeLimit<Result>(
	options: { readonly clock: Clock; readonly ms: number; readonly signal: AbortSignal; error(): Error },
	work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
	const { clock, ms, signal } = options;
	signal.throwIfAborted();
	const over = new AbortController();
	const ended = new AbortController();
	const limit = clock.sleep(ms, AbortSignal.any([signal, ended.signal])).then(() => {
		const error = options.error();
		over.abort(error);
		throw error;
	});
	const running = work(AbortSignal.any([signal, over.signal]));
	// Whichever of the two loses must not become an unhandled rejection.
	limit.catch(() => undefined);
	running.catch(() => undefined);
	try {
		return await Promise.race([running, limit]);
	} finally {
		ended.abort();
	}
}
