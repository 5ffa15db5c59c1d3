/** The one timer of the dashboard. Whatever counts down reads this, and is drawn again only when its own words change. */
import { createContext, useCallback, useContext, useSyncExternalStore } from "react";

export interface Ticker {
	/** Milliseconds since the epoch as of the last tick. */
	now(): number;
	/** @returns ends the subscription */
	subscribe(listener: () => void): () => void;
	/** Reads the clock and tells everybody. */
	tick(): void;
	start(): void;
	stop(): void;
}

/** @param intervalMs how often the clock is looked at once it is started */
export function createTicker(clock: { now(): number }, intervalMs = 1_000): Ticker {
	const listeners = new Set<() => void>();
	let now = clock.now();
	let timer: NodeJS.Timeout | undefined;
	const ticker: Ticker = {
		now: () => now,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		tick() {
			now = clock.now();
			for (const listener of listeners) listener();
		},
		start() {
			timer ??= setInterval(ticker.tick, intervalMs);
		},
		stop() {
			clearInterval(timer);
			timer = undefined;
		},
	};
	return ticker;
}

export const TickerContext = createContext<Ticker>(createTicker({ now: () => 0 }));

/**
 * What the time makes of something, such as `3h 52m`. The component is drawn again when that changes, not at every tick.
 *
 * @param read must return a string, a number or another value that compares by itself
 */
export function useTime<Value extends string | number | boolean>(read: (now: number) => Value): Value {
	const ticker = useContext(TickerContext);
	const subscribe = useCallback((listener: () => void) => ticker.subscribe(listener), [ticker]);
	return useSyncExternalStore(subscribe, () => read(ticker.now()));
}
