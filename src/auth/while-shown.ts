/** Waiting for what a person does elsewhere, while they can still take another way here. */
import { type Interaction, reachesAsFar, type Shown } from "./interaction.ts";
import type { Flow } from "./sign-in-ways.ts";

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

/** @returns the way that is chosen; never, where there is none to choose */
async function offer(
	interaction: Interaction,
	shown: Shown,
	signal: AbortSignal,
): Promise<Extract<Outcome<never>, { readonly type: "way" }>> {
	const others = shown.ways?.others ?? [];
	if (others.length === 0 || !reachesAsFar(interaction, "line")) {
		interaction.show(shown);
		return new Promise(() => undefined);
	}
	for (;;) {
		const response = await interaction.offer(shown, signal);
		if (response.type === "way" && others.some(({ flow }) => flow === response.flow)) return response;
	}
}
