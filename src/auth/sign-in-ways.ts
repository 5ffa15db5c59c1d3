/**
 * The ways in which a person can sign in to one thing, and which of them is taken: the one that was asked for, else the best
 * that this machine allows.
 */
import type { AuthContext } from "./context.ts";
import { AuthError } from "./errors.ts";
import type { Interaction, Reach } from "./interaction.ts";
import { reachesAsFar } from "./interaction.ts";
import { placeOf } from "./system/place.ts";
import { sanitize } from "./system/sanitize.ts";

/**
 * `browser`: a page in a browser that returns to this machine. `device-code`: a code that is approved in any browser.
 * `paste`: a page in any browser, which shows something that is pasted here.
 */
export const FLOWS = ["browser", "device-code", "paste"] as const;

export type Flow = (typeof FLOWS)[number];

/** What a person asked for about how a sign-in goes, on the command line. */
export interface SignInOptions {
	/** `--flow`. */
	readonly flow?: Flow | undefined;
	/** `--callback-port`: where the page returns to. */
	readonly callbackPort?: number | undefined;
	/** `--webflow`: a user signs in by the browser, whatever keys it has. */
	readonly webflow?: boolean | undefined;
}

/** One of the ways that a kind has. */
export interface Way {
	readonly flow: Flow;
	/** What it is, for a menu: "in a browser on this machine". */
	readonly label: string;
	/** How far a person has to be reached for it. */
	readonly needs: Reach;
	/** It works only where a browser in front of the person reaches this machine's loopback. */
	readonly isLocal: boolean;
}

/** The way that is taken, why, and what there is instead. */
export interface Ways {
	readonly taken: Way;
	/** Half a sentence: "the browser of this machine can be used", "this is an SSH session". */
	readonly why: string;
	/** In the order in which the kind has them. */
	readonly others: readonly Way[];
}

export interface WaysInput {
	readonly ctx: Pick<AuthContext, "env" | "platform">;
	readonly interaction: Pick<Interaction, "reach">;
	/** All that the kind has, the best on a desktop first. */
	readonly ways: readonly [Way, ...Way[]];
	/** `--flow`. It counts for kinds that have such a way. */
	readonly wanted?: Flow | undefined;
	/** `spec.flow`. */
	readonly configured?: Flow | undefined;
}

/**
 * @returns the way to begin with
 * @throws AuthError `usage` where nobody is reached as far as any of them needs it, or not as far as the one that was fixed
 */
export function waysOf({ ctx, interaction, ways, wanted, configured }: WaysInput): Ways {
	const found = (flow: Flow | undefined): Way | undefined => ways.find((way) => way.flow === flow);
	const fixed = found(wanted) ?? found(configured);
	const possible = ways.filter(({ needs }) => reachesAsFar(interaction, needs));
	if (fixed !== undefined && !possible.includes(fixed)) throw outOfReach(fixed);
	const place = placeOf(ctx);
	const best = possible.find(({ isLocal }) => place.reachesLoopback || !isLocal) ?? possible[0];
	const taken = fixed ?? best;
	if (taken === undefined) throw outOfReach(ways[0]);
	const why =
		fixed === undefined
			? reasonFor(taken, ways, place)
			: fixed === found(wanted)
				? `--flow is ${fixed.flow}`
				: `\`spec.flow\` is ${fixed.flow}`;
	return { taken, why, others: possible.filter((way) => way !== taken) };
}

function reasonFor(taken: Way, ways: readonly Way[], place: ReturnType<typeof placeOf>): string {
	if (taken === ways[0]) {
		return taken.isLocal ? `the browser of this machine can be used` : "it works in any browser, on any machine";
	}
	return place.reachesLoopback
		? "nothing can be typed here"
		: `this is ${place.text}, which no browser in front of you reaches`;
}

function outOfReach({ flow, label }: Way): AuthError {
	return new AuthError({
		code: "usage",
		message: `nobody can sign in ${sanitize(label)} here`,
		reason: `the way \`${flow}\` needs a person at this terminal`,
		remedy: "run the command in a terminal, without --json and --interactive=false",
	});
}
