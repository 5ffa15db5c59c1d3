/** The rules for "still good": what is reused rather than renewed, and what can still be used where nothing can be renewed. */

const MARGIN_MS = 15 * 60_000;

/**
 * Credentials are reused while more than 15 minutes are left, or more than a third of their lifetime if that is shorter.
 *
 * @param expiresAt milliseconds since the epoch; absent means that they do not expire
 * @param issuedAt milliseconds since the epoch, where known
 * @param now milliseconds since the epoch
 */
export function isFresh(expiresAt: number | undefined, issuedAt: number | undefined, now: number): boolean {
	if (expiresAt === undefined) return true;
	const lifetime = issuedAt === undefined || issuedAt >= expiresAt ? Number.POSITIVE_INFINITY : expiresAt - issuedAt;
	return expiresAt - now > Math.min(MARGIN_MS, lifetime / 3);
}

/** What ends sooner would end while it is used, in milliseconds. */
const LAST_MS = 60_000;

/**
 * Credentials are used to their end rather than bothering a person, but not for the last minute of it.
 *
 * @param expiresAt milliseconds since the epoch; absent means that they do not expire
 * @param now milliseconds since the epoch
 */
export function isUsable(expiresAt: number | undefined, now: number): boolean {
	return expiresAt === undefined || expiresAt - now > LAST_MS;
}
