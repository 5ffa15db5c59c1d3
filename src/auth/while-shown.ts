/** Waiting for what a person does elsewhere, while they can still take another way here. */
import { type AuthorizationPrompt, type Interaction, reachesAsFar, type Shown } from "./interaction.ts";
import type { Flow, Ways } from "./sign-in-ways.ts";

export type Outcome<Result> =
	| { readonly type: "done"; readonly result: Result }
	/** Another way is to be begun. */
	| { readonly type: "way"; readonly flow: Flow };

/**
 * Shows something until `work` is done or another of its ways is chosen, then takes it away. The work has ended by then,
 * whichever it was, so that a port or a lock of its own is free again.
 *
 * @param work honours its signal, which is aborted when another way is chosen
 * @throws what the work throws; the signal's reason at once when it is aborted
 */
export async function whileShown<Result>(
	interaction: Interaction,
	shown: Shown,
	signal: AbortSignal,
	work: (signal: AbortSignal) => Promise<Result>,
): Promise<Outcome<Result>> {
	signal.throwIfAborted();
	const over = new AbortController();
	const inner = AbortSignal.any([signal, over.signal]);
	const chosen = offer(interaction, shown, inner);
	const working = work(inner).then((result): Outcome<Result> => ({ type: "done", result }));
	// The one that loses must not become an unhandled rejection.
	chosen.catch(() => undefined);
	working.catch(() => undefined);
	try {
		const first = await Promise.race([working, chosen]);
		if (first.type === "done") return first;
		over.abort();
		// It may have come to its end at this very moment, which is worth more.
		return await working.catch(() => {
			signal.throwIfAborted();
			return first;
		});
	} finally {
		over.abort();
		interaction.show(undefined);
	}
}

/**
 * Shows a page until what it gives is pasted, or another of its ways is chosen. What is pasted and cannot be used is asked for
 * again, with what is wrong with it.
 *
 * @param label what is to be pasted: "the code that the page shows"
 * @param read what was pasted
 * @throws what `read` throws; the signal's reason at once when it is aborted
 */
export async function untilPasted<Result>(
	interaction: Interaction,
	page: AuthorizationPrompt & { readonly ways: Ways },
	signal: AbortSignal,
	label: string,
	read: (text: string) => { readonly result: Result } | { readonly problem: string },
): Promise<Outcome<Result>> {
	for (let problem: string | undefined; ; ) {
		const response = await interaction.offer({ ...page, paste: { label, problem } }, signal);
		if (response.type === "way") {
			if (isOffered(response.flow, page.ways)) return response;
			continue;
		}
		const found = read(response.value);
		if ("result" in found) return { type: "done", result: found.result };
		problem = found.problem;
	}
}

const isOffered = (wanted: Flow, ways: Ways | undefined): boolean =>
	ways?.others.some(({ flow }) => flow === wanted) === true;

/** @returns the way that is chosen; never, where there is none to choose */
async function offer(
	interaction: Interaction,
	shown: Shown,
	signal: AbortSignal,
): Promise<Extract<Outcome<never>, { readonly type: "way" }>> {
	if ((shown.ways?.others ?? []).length === 0 || !reachesAsFar(interaction, "line")) {
		interaction.show(shown);
		return new Promise(() => undefined);
	}
	for (;;) {
		const response = await interaction.offer(shown, signal);
		if (response.type === "way" && isOffered(response.flow, shown.ways)) return response;
	}
}
