/** State that a key handler can read as it is now, not as it was when the screen was last drawn. */
import { useRef, useSyncExternalStore } from "react";

export interface Store<State, Action> {
	get(): State;
	send(action: Action): void;
	subscribe(listener: () => void): () => void;
}

export function createStore<State, Action>(
	reduce: (state: State, action: Action) => State,
	initial: State,
): Store<State, Action> {
	let state = initial;
	const listeners = new Set<() => void>();
	return {
		get: () => state,
		send(action) {
			const next = reduce(state, action);
			if (Object.is(next, state)) return;
			state = next;
			for (const listener of listeners) listener();
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}

export function useStore<State, Action>(store: Store<State, Action>): State {
	return useSyncExternalStore(store.subscribe, store.get);
}

/** A value made once in a component's life. */
export function useOnce<Value>(make: () => Value): Value {
	const kept = useRef<{ readonly value: Value } | undefined>(undefined);
	kept.current ??= { value: make() };
	return kept.current.value;
}
