/** Limits of time for a piece of work, by the clock of the context: for all of it, or for its silence. */
import type { Clock } from "../context.ts";

export interface TimeLimit {
	readonly clock: Clock;
	readonly ms: number;
	readonly signal: AbortSignal;
	/** Made when the time is over; also the reason of the work's signal. */
	error(): Error;
}

/**
 * Runs `work` and gives up after `ms` milliseconds, aborting its signal. It is not waited for after that, since what does
 * not end in time may not heed its signal either.
 *
 * @throws `error()`, whatever the work throws, or the reason of `signal` when that is aborted
 */
export function withTimeLimit<Result>(
	options: TimeLimit,
	work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
	return limited(options, work, (signal) => options.clock.sleep(options.ms, signal));
}

/** How work under a limit of silence says that it gets on. */
export interface Progress {
	/** Something new came: the time begins anew. */
	heard(): void;
	/** While it is held, nobody else is waited for than a person, who may take any time. */
	hold(held: boolean): void;
}

/**
 * The same for work that may take long as long as it gets on: it is given up `ms` milliseconds after it last said so.
 *
 * @throws `error()`, whatever the work throws, or the reason of `signal` when that is aborted
 */
export function withSilenceLimit<Result>(
	options: TimeLimit,
	work: (signal: AbortSignal, progress: Progress) => Promise<Result>,
): Promise<Result> {
	const { clock, ms } = options;
	let since = clock.now();
	let held = false;
	const progress: Progress = {
		heard() {
			since = clock.now();
		},
		hold(now) {
			held = now;
			since = clock.now();
		},
	};
	return limited(
		options,
		(signal) => work(signal, progress),
		async (signal) => {
			for (;;) {
				const left = held ? ms : since + ms - clock.now();
				if (left <= 0) return;
				await clock.sleep(left, signal);
			}
		},
	);
}

/** How often the wall clock is looked at: timers stand still while a laptop sleeps. */
const LOOK_MS = 10_000;

/**
 * The same until a moment of the wall clock, for what runs out elsewhere as well: a page, or a code that somebody was sent.
 *
 * @param options.until milliseconds since the epoch
 * @throws `error()`, also for what comes when the time is over; whatever the work throws; the reason of `signal` when that is
 *   aborted
 */
export async function withDeadline<Result>(
	options: Omit<TimeLimit, "ms"> & { readonly until: number },
	work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
	const { clock, until } = options;
	const result = await limited(options, work, async (signal) => {
		for (;;) {
			const left = until - clock.now();
			if (left <= 0) return;
			await clock.sleep(Math.min(left, LOOK_MS), signal);
		}
	});
	// The first thing that a laptop does when it wakes up may be to answer.
	if (clock.now() >= until) throw options.error();
	return result;
}

async function limited<Result>(
	options: Pick<TimeLimit, "signal" | "error">,
	work: (signal: AbortSignal) => Promise<Result>,
	expire: (signal: AbortSignal) => Promise<void>,
): Promise<Result> {
	const { signal } = options;
	signal.throwIfAborted();
	const over = new AbortController();
	const ended = new AbortController();
	const limit = expire(AbortSignal.any([signal, ended.signal])).then(() => {
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
