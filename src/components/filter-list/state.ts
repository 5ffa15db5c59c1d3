/** A list with a filter, a selected row and a window that moves only when it must: state and its changes, no drawing. */
import { type Haystack, rank, termsOf } from "./match.ts";

export interface ListEntry extends Haystack {
	/** Tells the row from all others, also after the list was made anew. */
	readonly key: string;
}

export interface ListState {
	readonly entries: readonly ListEntry[];
	readonly query: string;
	/** While it is typed, letters belong to the filter. */
	readonly typing: boolean;
	/** Indexes into `entries` of the rows that match, in the order in which they are shown. */
	readonly matches: readonly number[];
	/** The selected row, as an index into `matches`; 0 where nothing matches. */
	readonly cursor: number;
	/** First row of the window, as an index into `matches`. */
	readonly offset: number;
	/** Rows of the window; at least one. */
	readonly height: number;
}

export type ListAction =
	| { readonly type: "MOVE"; readonly by: number }
	| { readonly type: "PAGE"; readonly by: 1 | -1 }
	| { readonly type: "FIRST" }
	| { readonly type: "LAST" }
	| { readonly type: "TYPE"; readonly text: string }
	| { readonly type: "ERASE" }
	| { readonly type: "ERASE_WORD" }
	| { readonly type: "ERASE_ALL" }
	| { readonly type: "START_TYPING" }
	| { readonly type: "STOP_TYPING" }
	/** Ends the typing and forgets the query. */
	| { readonly type: "CLEAR" }
	| { readonly type: "RESIZE"; readonly height: number }
	| { readonly type: "ENTRIES"; readonly entries: readonly ListEntry[] };

/** Longest query; more can only be a paste gone wrong. */
const MAX_QUERY = 100;

export function initialList(entries: readonly ListEntry[], height: number): ListState {
	return {
		entries,
		query: "",
		typing: false,
		matches: entries.map((_, index) => index),
		cursor: 0,
		offset: 0,
		height: Math.max(1, height),
	};
}

/** The selected row, if there is any row at all. */
export function selectedEntry(state: ListState): ListEntry | undefined {
	const index = state.matches[state.cursor];
	return index === undefined ? undefined : state.entries[index];
}

/** The rows in the window, with their places in the list of matches. */
export function visible(state: ListState): { readonly entry: number; readonly place: number }[] {
	return state.matches
		.slice(state.offset, state.offset + state.height)
		.map((entry, index) => ({ entry, place: state.offset + index }));
}

export function reduceList(state: ListState, action: ListAction): ListState {
	switch (action.type) {
		case "MOVE":
			return moveTo(state, state.cursor + action.by);
		case "PAGE":
			return moveTo(state, state.cursor + action.by * Math.max(1, state.height - 1));
		case "FIRST":
			return moveTo(state, 0);
		case "LAST":
			return moveTo(state, state.matches.length - 1);
		case "START_TYPING":
			return { ...state, typing: true };
		case "STOP_TYPING":
			return { ...state, typing: false };
		case "TYPE":
			return withQuery(state, (state.query + action.text).slice(0, MAX_QUERY));
		case "ERASE":
			return withQuery(state, Array.from(state.query).slice(0, -1).join(""));
		case "ERASE_WORD":
			return withQuery(state, state.query.replace(/\S*\s*$/, ""));
		case "ERASE_ALL":
			return withQuery(state, "");
		case "CLEAR":
			return keepSelected({ ...state, typing: false, query: "" }, selectedEntry(state));
		case "RESIZE":
			return state.height === action.height
				? state
				: moveTo({ ...state, height: Math.max(1, action.height) }, state.cursor);
		case "ENTRIES":
			return keepSelected({ ...state, entries: action.entries }, selectedEntry(state));
	}
}

/** Moves the mark, and the window no further than it takes to see it. */
function moveTo(state: ListState, wanted: number): ListState {
	const last = Math.max(0, state.matches.length - 1);
	const cursor = Math.min(last, Math.max(0, wanted));
	const lowest = Math.max(0, cursor - state.height + 1);
	// Never rows that are not there below the last one.
	const highest = Math.min(cursor, Math.max(0, state.matches.length - state.height));
	const offset = Math.max(lowest, Math.min(state.offset, highest));
	return { ...state, cursor, offset };
}

/** The best answer to a new query is selected. */
function withQuery(state: ListState, query: string): ListState {
	if (query === state.query) return state;
	return moveTo({ ...state, query, matches: search(state.entries, query), offset: 0 }, 0);
}

/** What was selected stays selected where it is still to be seen. */
function keepSelected(state: ListState, before: ListEntry | undefined): ListState {
	const matches = search(state.entries, state.query);
	const cursor = before === undefined ? 0 : matches.findIndex((index) => state.entries[index]?.key === before.key);
	return moveTo({ ...state, matches }, Math.max(0, cursor));
}

/** Best first; rows that match equally well stay in their order. */
function search(entries: readonly ListEntry[], query: string): number[] {
	const terms = termsOf(query);
	if (terms.length === 0) return entries.map((_, index) => index);
	const found: { readonly index: number; readonly score: number }[] = [];
	for (let index = 0; index < entries.length; index++) {
		const score = rank(entries[index] as ListEntry, terms);
		if (score !== undefined) found.push({ index, score });
	}
	return found.sort((a, b) => a.score - b.score || a.index - b.index).map(({ index }) => index);
}
