/**
 * How long anything that talks to a server may take, and how much it may say. Every wait of the program for a server has
 * its bound here; README.md (Troubleshooting) has the same table for users. Milliseconds where a name ends in `Ms`.
 */
import type { AuthContext } from "../context.ts";

export interface Limits {
	/** Name look-up, connection and TLS handshake together, the proxy's included. */
	readonly connectMs: number;
	/** Until an answer begins, and between two parts of it. */
	readonly silenceMs: number;
	/** One try with its whole answer, so that one that drips ends too. */
	readonly tryMs: number;
	/** One request with all its tries and the pauses between them. */
	readonly requestMs: number;
	/** The longest pause that a service may ask for (`Retry-After`); who wants more gets no further try. */
	readonly pauseMs: number;
	/** A sign-in in which no server says anything new. The time in which a person has a question open does not count. */
	readonly signInMs: number;
	/** A discovery of accounts and roles in which nothing new is found. */
	readonly discoveryMs: number;
	/** A discovery as a whole: 30 000 requests at the portal's pace. */
	readonly discoveryTotalMs: number;
	/** One integration of a login, with the programs that it starts. */
	readonly integrationMs: number;
	/** Renewing credentials for a command that cannot ask, such as kubectl's plugin. */
	readonly silentRenewalMs: number;
	/** Asking whose session it is, which a sign-in does without where it takes longer. */
	readonly personMs: number;
	/** Pages of one listing: 30 000 accounts; AWS allows an organization 10 000 without asking. */
	readonly pages: number;
	/** Pages in a row without anything new. A service may filter after it has cut its pages, so one says nothing. */
	readonly barrenPages: number;
	/** Bytes of one answer. The longest that is read has some hundred kilobytes. */
	readonly answerBytes: number;
}

export const LIMITS: Limits = {
	connectMs: 10_000,
	silenceMs: 20_000,
	tryMs: 30_000,
	requestMs: 60_000,
	pauseMs: 30_000,
	signInMs: 180_000,
	discoveryMs: 90_000,
	discoveryTotalMs: 30 * 60_000,
	integrationMs: 30_000,
	silentRenewalMs: 90_000,
	personMs: 5_000,
	pages: 300,
	barrenPages: 10,
	answerBytes: 16 * 1024 * 1024,
};

/** @returns the limits of a run: `LIMITS`, or others in tests */
export function limitsOf(ctx: Pick<AuthContext, "network">): Limits {
	return ctx.network.limits ?? LIMITS;
}
