/** Waiting for what may not heed a signal itself. */

/**
 * Ends at once on abort, whatever the work is doing; what it goes on to give or to throw is of no interest then.
 *
 * @throws what the work throws; the signal's reason as soon as it is aborted
 */
export function abortable<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
	return new Promise((resolve, reject) => {
		const abort = (): void => reject(signal.reason);
		work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
		if (signal.aborted) abort();
		else signal.addEventListener("abort", abort, { once: true });
	});
}
