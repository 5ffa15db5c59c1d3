/** What each screen does with its keys, for the drawn and the spoken dashboard alike. Asked at each key press anew. */
import {
	type Asked,
	isSignedIn,
	type LoginHandle,
	type LoginSnapshot,
	type Row,
	type StepId,
	type TargetView,
} from "../../flows/snapshot.ts";
import { type ListAction, type ListState, selectedEntry } from "../filter-list/state.ts";
import type { BoardEntry } from "../identity-list.ts";
import { failedIntegrations, failedLinks } from "../progress-lines.ts";
import { createStore, type Store } from "../store.ts";
import { clean } from "../text.ts";
import { type KeySource, pastedLine } from "./dispatch.ts";
import type { Handlers } from "./table.ts";

export interface IdentityKeys {
	readonly login: LoginHandle;
	readonly list: Store<ListState, ListAction>;
	notify(text: string): void;
}

/** The list with its filter; while that is typed every letter belongs to it. */
export function identityKeys({ login, list, notify }: IdentityKeys): KeySource {
	const { send } = list;
	const cancel = (): void => login.send({ type: "CANCEL" });
	const moves: Handlers = {
		move: () => undefined,
		up: () => send({ type: "MOVE", by: -1 }),
		down: () => send({ type: "MOVE", by: 1 }),
		pageUp: () => send({ type: "PAGE", by: -1 }),
		pageDown: () => send({ type: "PAGE", by: 1 }),
		first: () => send({ type: "FIRST" }),
		last: () => send({ type: "LAST" }),
		choose: () => {
			const entry = selectedEntry(list.get()) as BoardEntry | undefined;
			if (entry === undefined) return;
			if (entry.problem === undefined) login.send({ type: "SELECT", key: entry.row.key });
			else notify(`${entry.name} cannot be used: ${entry.problem}`);
		},
	};
	return {
		screen: () => (list.get().typing ? "filter" : "identities"),
		handlers: () => ({
			...(list.get().matches.length > 0 ? moves : {}),
			...(list.get().typing
				? { back: () => send({ type: "CLEAR" }), endFilter: () => send({ type: "STOP_TYPING" }) }
				: {
						filter: () => send({ type: "START_TYPING" }),
						back: () => (list.get().query === "" ? cancel() : send({ type: "CLEAR" })),
						quit: cancel,
					}),
		}),
		text(character) {
			if (list.get().typing) send({ type: "TYPE", text: clean(character) });
		},
		edit(name) {
			if (!list.get().typing) return;
			// Backspace in an empty filter leaves it, as in less and vim.
			if (name === "backspace" || name === "delete" || name === "ctrl+h") {
				send({ type: list.get().query === "" ? "CLEAR" : "ERASE" });
			} else if (name === "ctrl+w" || name === "alt+backspace") send({ type: "ERASE_WORD" });
			else if (name === "ctrl+u") send({ type: "ERASE_ALL" });
		},
		paste(text) {
			const { typing, query } = list.get();
			const line = pastedLine(text);
			// The key that opens the filter may have come in one piece with what was typed after it.
			const words = query === "" ? line.replace(/^\//, "") : line;
			if (line === "") return;
			if (!typing) send({ type: "START_TYPING" });
			send({ type: "TYPE", text: words });
		},
	};
}

/** What a person is asked now: one thing after the other, in the order in which it came. */
export function askedFirst({ prompts }: LoginSnapshot): Asked | undefined {
	return prompts[0];
}

/** Tells what is asked from what was asked before, so that nothing that was typed for one is taken for the other. */
export function keyOfAsked({ step, prompt }: Asked): string {
	switch (prompt.type) {
		case "device-code":
			return `code ${step} ${prompt.userCode} ${prompt.startedAt}`;
		case "choice":
			return `choice ${step} ${prompt.question}`;
		case "authorization":
			return `page ${step} ${prompt.url} ${prompt.paste?.problem}`;
		case "code":
		case "secret":
			return `question ${step} ${prompt.question} ${prompt.problem}`;
	}
}

/** The targets that wait for what a step asks: all of them, where it asks before there are steps. */
export function waitingFor({ targets, chain, integrations }: LoginSnapshot, step: StepId): readonly TargetView[] {
	const row = [...chain, ...integrations].find(({ id }) => id === step);
	return row === undefined ? targets : targets.filter(({ id }) => row.for.includes(id));
}

/** What the user has chosen to see of the progress. */
export interface ProgressChoice {
	/** The failed row that keys act on; the first one if undefined. */
	readonly row: StepId | undefined;
	readonly details: boolean;
}

export type ProgressAction =
	| { readonly type: "ROW"; readonly row: StepId | undefined }
	| { readonly type: "TOGGLE_DETAILS" };

export function createProgressChoice(): Store<ProgressChoice, ProgressAction> {
	return createStore<ProgressChoice, ProgressAction>(
		(state, action) => (action.type === "ROW" ? { ...state, row: action.row } : { ...state, details: !state.details }),
		{ row: undefined, details: false },
	);
}

/** The failed row that keys act on: an integration, or a link of one of several targets while these are to be mended first. */
export function selectedRow(snapshot: LoginSnapshot, choice: ProgressChoice): Row | undefined {
	const failed = isBroken(snapshot) ? failedLinks(snapshot) : failedIntegrations(snapshot);
	return failed.find(({ id }) => id === choice.row) ?? failed[0];
}

/** Whether the login itself has failed, and not an integration after it. */
export function isBroken(snapshot: LoginSnapshot): boolean {
	return snapshot.phase === "attention" && !isSignedIn(snapshot);
}

export function progressKeys(login: LoginHandle, choice: Store<ProgressChoice, ProgressAction>): KeySource {
	const cancel = (): void => login.send({ type: "CANCEL" });
	const details = (): void => choice.send({ type: "TOGGLE_DETAILS" });
	return {
		screen() {
			const snapshot = login.snapshot();
			if (snapshot.phase !== "attention") return "progress";
			return isBroken(snapshot) ? "failure" : "attention";
		},
		handlers(): Handlers {
			const snapshot = login.snapshot();
			const toList: Handlers = snapshot.choice === undefined ? {} : { back: () => login.send({ type: "BACK" }) };
			const done = (): void => login.send({ type: "DONE" });
			/** Keys that go through what failed, where that is more than one thing. */
			const moves = (failed: readonly Row[]): Handlers => {
				if (failed.length < 2) return {};
				const step = (by: number): void => {
					const selected = selectedRow(snapshot, choice.get());
					const at = failed.findIndex(({ id }) => id === selected?.id) + by;
					choice.send({ type: "ROW", row: failed[Math.min(failed.length - 1, Math.max(0, at))]?.id });
				};
				return { move: () => undefined, up: () => step(-1), down: () => step(1) };
			};
			if (isBroken(snapshot)) {
				const retry = (): void => login.send({ type: "RETRY" });
				return { ...moves(failedLinks(snapshot)), retry, details, ...toList, quit: done };
			}
			if (snapshot.phase !== "attention") {
				return { ...(snapshot.choice === undefined ? { cancel } : toList), quit: cancel };
			}
			const failed = failedIntegrations(snapshot);
			const selected = selectedRow(snapshot, choice.get());
			return {
				...moves(failed),
				...(failed.length > 1 ? { retryAll: () => login.send({ type: "RETRY" }) } : {}),
				...(selected === undefined ? {} : { retry: () => login.send({ type: "RETRY", step: selected.id }), details }),
				done,
				...toList,
			};
		},
	};
}
