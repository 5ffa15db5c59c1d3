/** Identities that discovery no longer finds, in the words of all faces. */
import type { GoneIdentities } from "../auth/interaction.ts";

/** @returns `3 identities are no longer available: a/x, b/x, c/x`, with `and 7 more` behind the names that are known */
export function goneText({ total, names }: GoneIdentities): string {
	const what = total === 1 ? "1 identity is no longer available" : `${total} identities are no longer available`;
	const more = total - names.length;
	return `${what}: ${[...names, ...(more > 0 ? [`and ${more} more`] : [])].join(", ")}`;
}
