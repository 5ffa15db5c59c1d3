/**
 * The ways in which a person can sign in to one thing, and which of them is taken: the one that was asked for, else the best
 * that this machine allows.
 */
import type { AuthContext } from "./context.ts";
import { AuthError } from "./errors.ts";
import { type BrowserChoice, type Interaction, type Reach, reachesAsFar } from "./interaction.ts";
import { type Place, type PlaceOfRun, placeOf } from "./system/place.ts";
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
	/**
	 * A user signs in by the browser, whatever keys it has. `flag` is `--webflow`, `variable` is ATMOS_WEBFLOW, which may be there
	 * for other logins.
	 */
	readonly webflow?: "flag" | "variable" | undefined;
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
	/** Why this machine does not have it, in half a sentence: "there is no display". */
	readonly blocked?: string | undefined;
}

/** The way that is taken, why, and what there is instead. */
export interface Ways {
	readonly taken: Way;
	/** Half a sentence: "a browser on this machine can be used", "--flow is paste". */
	readonly why: string;
	/** In the order in which the kind has them. */
	readonly others: readonly Way[];
}

export interface WaysInput {
	/** With `exists` in tests, which may run in a container. */
	readonly ctx: Pick<AuthContext, "env" | "platform"> & Pick<PlaceOfRun, "exists">;
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
	const isPossible = ({ needs, blocked }: Way): boolean => blocked === undefined && reachesAsFar(interaction, needs);
	const possible = ways.filter(isPossible);
	const instead = ways.find(({ blocked }) => blocked === undefined);
	const place = placeOf(ctx);
	const byFlag = found(wanted);
	const fixed = byFlag ?? found(configured);
	if (fixed !== undefined) {
		const source = byFlag === undefined ? "`spec.flow`" : "--flow";
		if (!isPossible(fixed)) throw outOfReach(fixed, possible, instead, source);
		return { taken: fixed, why: `${source} is ${fixed.flow}`, others: possible.filter((way) => way !== fixed) };
	}
	const taken = possible.find(({ isLocal }) => place.reachesLoopback || !isLocal) ?? possible[0];
	if (taken === undefined) throw outOfReach(ways[0], possible, instead);
	return {
		taken,
		why: reasonFor(taken, ways[0], isPossible(ways[0]), place),
		others: possible.filter((way) => way !== taken),
	};
}

/**
 * @param flow one of the others
 * @returns the ways when that one is taken instead
 */
export function otherWay(ways: Ways, flow: Flow): Ways {
	const all = [ways.taken, ...ways.others];
	const taken = all.find((way) => way.flow === flow) ?? ways.taken;
	return { taken, why: "you chose it", others: all.filter((way) => way !== taken) };
}

/** @param best what is taken on a desktop */
function reasonFor(taken: Way, best: Way, isBestPossible: boolean, place: Place): string {
	if (taken !== best && best.blocked !== undefined) return best.blocked;
	if (taken.isLocal && !place.reachesLoopback)
		return `nothing else works here; this is ${place.text}, and the page has to reach it`;
	if (taken !== best && !isBestPossible) return "nothing can be typed here";
	if (taken !== best) return `this is ${place.text}, which the browser in front of you does not reach`;
	return taken.isLocal ? "a browser on this machine can be used" : "it works in any browser, on any machine";
}

/**
 * @param instead what would be possible with a person at a terminal
 * @param source what fixed it, where something did
 */
function outOfReach(way: Way, possible: readonly Way[], instead: Way | undefined, source?: string): AuthError {
	const [other] = possible;
	const terminal = "run the command in a terminal, without --json and --interactive=false";
	const command = way.blocked === undefined ? `${terminal}, or` : "run the command";
	return new AuthError({
		code: "usage",
		message: `nobody can sign in ${sanitize(way.label)} here`,
		reason: `${source === undefined ? "" : `${source} is ${way.flow}, and `}${way.blocked ?? WANTED[way.needs]}`,
		remedy:
			other !== undefined
				? `${command} with --flow ${other.flow}`
				: instead === undefined || way.blocked === undefined
					? terminal
					: `${terminal}: --flow ${instead.flow} is possible there`,
	});
}

const WANTED: Readonly<Record<Reach, string>> = {
	nobody: "it cannot be used",
	link: "somebody has to see a link",
	line: "somebody has to type or paste something",
	keyboard: "somebody has to choose from a menu",
};

/** `spec.browser` of a configuration, as prompts carry it. */
export function browserChoice(
	configured:
		| {
				readonly name?: string | undefined;
				readonly profile?: string | undefined;
				readonly private?: boolean | undefined;
		  }
		| undefined,
): BrowserChoice | undefined {
	if (configured === undefined) return undefined;
	const { name, profile, private: isPrivate } = configured;
	return name === undefined && profile === undefined && isPrivate !== true ? undefined : { name, profile, isPrivate };
}
