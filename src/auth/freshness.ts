/** One rule for "still good", for session caching, the fast path of `login` and the expiry that is shown. */

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
