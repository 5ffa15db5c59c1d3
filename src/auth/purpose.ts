/**
 * What credentials are for: everything in a configuration that decides whose keys a sign-in gets. Stored credentials are used
 * again only for the very purpose that they were made for.
 */
import { createHash } from "node:crypto";

/** What one link of a chain adds, by a name of its kind's choice. What is undefined counts as not there. */
export type Aspects = Readonly<Record<string, string | undefined>>;

/**
 * @param links from the root to the link in question; the same role reached by another way is another purpose
 * @returns a short digest, equal only for equal links
 */
export function purposeOf(links: readonly Aspects[]): string {
	const canonical = links.map((aspects) =>
		Object.entries(aspects)
			.filter(([, value]) => value !== undefined)
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);
	return createHash("sha256").update(JSON.stringify(canonical)).digest("base64url").slice(0, 22);
}
