/** A budget of requests a second, shared by everything that counts against one limit of a service. */
import type { Clock } from "../context.ts";

export interface RateLimit {
	/** Resolves when it is this request's turn; turns are given in the order in which they were asked for. */
	take(signal: AbortSignal): Promise<void>;
	/** The service said that it was too much: nobody's turn comes before `ms` milliseconds have passed. */
	pause(ms: number): void;
}

/**
 * Requests are spaced evenly rather than in bursts: no second holds more than `perSecond` of them, whichever way the
 * service draws its seconds.
 */
export function createRateLimit(clock: Clock, perSecond: number): RateLimit {
	// Two per cent apart from the limit, so that the jitter of timers and networks does not push a request over it.
	const spacingMs = (1000 / perSecond) * 1.02;
	let next = Number.NEGATIVE_INFINITY;
	let paused = Number.NEGATIVE_INFINITY;
	return {
		async take(signal) {
			for (;;) {
				const now = clock.now();
				const turn = Math.max(now, next);
				next = turn + spacingMs;
				if (turn <= now) return;
				await clock.sleep(turn - now, signal);
				// A pause may have begun meanwhile: then everybody takes a new turn.
				if (turn >= paused) return;
			}
		},
		pause(ms) {
			paused = Math.max(paused, clock.now() + ms);
			next = Math.max(next, paused);
		},
	};
}
