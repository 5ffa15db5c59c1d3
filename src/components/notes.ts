/** Passing lines above the key bar, such as "code copied with pbcopy". */
import { createStore, type Store } from "./store.ts";

/** How long a line stays, in milliseconds. */
const STAY_MS = 6_000;

export interface Note {
	readonly text: string;
	/** Milliseconds since the epoch. */
	readonly until: number;
}

export interface Notes {
	readonly store: Store<Note | undefined, Note>;
	add(text: string): void;
}

export function createNotes(clock: { now(): number }): Notes {
	const store = createStore<Note | undefined, Note>((_, note) => note, undefined);
	return { store, add: (text) => store.send({ text, until: clock.now() + STAY_MS }) };
}
