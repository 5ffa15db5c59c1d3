/** A token by which somebody vouches for a job or a program, as its source gave it. */
import type { AuthContext } from "../context.ts";
import { Secret } from "../credentials.ts";
import { AuthError, type Remedy } from "../errors.ts";
import { clockError } from "../net/clock-skew.ts";
import { sanitize } from "../system/sanitize.ts";
import { type Claims, claimsOf } from "./claims.ts";

export interface FoundToken {
	readonly token: Secret;
	/** For sentences: "the token of GITLAB_OIDC_TOKEN". */
	readonly title: string;
	/** What gives one that is good: said where this one is not. */
	readonly remedy?: string | Remedy | undefined;
}

/** What a step that fetches a token is given. */
export interface Fetching {
	readonly ctx: AuthContext;
	readonly signal: AbortSignal;
}

/** For clocks that differ, in milliseconds. */
const LEEWAY_MS = 60_000;

/** Longer than any token: services take 20 000 characters at most. */
const MOST_LETTERS = 64 * 1024;

/**
 * @param value as it was found
 * @returns undefined for what cannot be sent in a header or a form: nothing, white space within, or more than any token has
 */
export function tokenIn(value: string | undefined): Secret | undefined {
	const text = value?.trim() ?? "";
	return text !== "" && text.length <= MOST_LETTERS && /^[\x21-\x7e]+$/.test(text) ? new Secret(text) : undefined;
}

/**
 * Checks what can be known of a token before it is sent: whether it is over, not good yet, or for somebody else. By the
 * servers' time, where an answer has told it.
 *
 * @param audience whom it has to be for; anybody, if left out
 * @returns what it says of itself; undefined for one that is no JWT
 * @throws AuthError `expired`, or `config` for another audience
 */
export function checkToken(
	{ token, title, remedy }: FoundToken,
	audience: string | undefined,
	ctx: AuthContext,
): Claims | undefined {
	const claims = claimsOf(token.reveal());
	if (claims === undefined) {
		ctx.log.debug("the token is not a JWT: what it says of itself is not checked", { source: title });
		return undefined;
	}
	const { expiresAt, notBefore, audience: meant } = claims;
	ctx.log.debug("found a token", {
		source: title,
		issuer: claims.issuer && sanitize(claims.issuer),
		subject: claims.subject && sanitize(claims.subject),
		audience: sanitize(meant.join(", ")),
		expiresAt,
	});
	const now = ctx.clock.now() + (ctx.network.skewMs() ?? 0);
	if (expiresAt !== undefined && expiresAt <= now - LEEWAY_MS) {
		throw new AuthError({
			code: "expired",
			message: `${title} has expired`,
			reason: `it was good until ${timeOf(expiresAt)}`,
			remedy: remedy ?? "have its issuer make another one",
		});
	}
	if (notBefore !== undefined && notBefore > now + LEEWAY_MS) {
		const reason = `it is good from ${timeOf(notBefore)} on`;
		throw (
			clockError(ctx, `${title} seems not to be good yet: ${reason}`) ??
			new AuthError({
				code: "expired",
				message: `${title} is not good yet`,
				reason,
				remedy: "check this machine's clock",
			})
		);
	}
	if (audience !== undefined && !meant.includes(audience)) {
		throw new AuthError({
			code: "config",
			message: `${title} is for another audience than ${sanitize(audience)}`,
			reason: meant.length === 0 ? "it names none (`aud`)" : `its audience (\`aud\`) is ${sanitize(meant.join(", "))}`,
			remedy: remedy ?? "have it issued for that audience, or set `spec.audience` to the one that it has",
		});
	}
	return claims;
}

/** Longest time that JavaScript's dates have. */
const LAST_MS = 8.64e15;

const timeOf = (ms: number): string => new Date(Math.max(-LAST_MS, Math.min(ms, LAST_MS))).toISOString();
