/** Fuzzy matching of rows. Pure, and quick enough for thousands of rows at every key press. */

/** The texts of one row in which a filter looks. The first counts most. */
export interface Haystack {
	/** Folded with `fold`, best field first. */
	readonly fields: readonly string[];
}

/** Where a term was found in a field: code units from `start`, or the single ones of a scattered match. */
export type Places = readonly number[];

/**
 * Lower case, character by character, so that a place in the folded text is the same place in the text itself.
 */
export function fold(text: string): string {
	const lower = text.toLowerCase();
	if (lower.length === text.length) return lower;
	return Array.from(text, (character) => {
		const small = character.toLowerCase();
		return small.length === character.length ? small : character;
	}).join("");
}

/** @returns the folded words of a query; all of them have to be found */
export function termsOf(query: string): string[] {
	return fold(query)
		.split(/\s+/)
		.filter((term) => term !== "");
}

/** Worse than any rank. */
const NOT_FOUND = Number.POSITIVE_INFINITY;
const FIELD_STEP = 1_000;
const SCATTERED = 100_000;
/** Kinds and tags are found by parts of them alone: nearly every row's kind has nearly every two letters somewhere. */
const SCATTERED_FIELDS = 3;
/** Shorter terms are scattered over too many words to say anything. */
const LEAST_SCATTERED = 3;
const BOUNDARY = /[^\p{L}\p{N}]/u;

/**
 * How well a row answers to a query; less is better.
 *
 * @returns undefined where some term is in none of the fields
 */
export function rank(haystack: Haystack, terms: readonly string[]): number | undefined {
	let total = 0;
	for (const term of terms) {
		let best = NOT_FOUND;
		for (let field = 0; field < haystack.fields.length; field++) {
			const text = haystack.fields[field] as string;
			const score = rankIn(text, term, field < SCATTERED_FIELDS) + field * FIELD_STEP;
			if (score < best) best = score;
		}
		if (best === NOT_FOUND) return undefined;
		total += best;
	}
	return total;
}

function rankIn(text: string, term: string, mayScatter: boolean): number {
	const at = text.indexOf(term);
	if (at === 0) return text.length === term.length ? 0 : 10;
	if (at > 0) return (BOUNDARY.test(text[at - 1] as string) ? 20 : 40) + Math.min(at, 100) / 10;
	const places = mayScatter ? scattered(text, term) : undefined;
	if (places === undefined) return NOT_FOUND;
	const first = places[0] as number;
	const last = places.at(-1) as number;
	return SCATTERED + (last - first - term.length) * 10 + first;
}

/**
 * The term's characters in their order but not together, as near to each other as a quick look finds them. Letters that
 * lie much further apart than they are many say nothing.
 */
function scattered(text: string, term: string): number[] | undefined {
	if (term.length < LEAST_SCATTERED || term.length > text.length) return undefined;
	let end = -1;
	for (let index = 0; index < term.length; index++) {
		end = text.indexOf(term[index] as string, end + 1);
		if (end === -1) return undefined;
	}
	// Backwards from the end of the first match: the shortest one that ends there.
	const places: number[] = [];
	for (let index = term.length - 1, at = end; index >= 0; index--, at--) {
		at = text.lastIndexOf(term[index] as string, at);
		places.unshift(at);
	}
	const spread = end - (places[0] as number) + 1 - term.length;
	return spread <= term.length * 3 ? places : undefined;
}

/**
 * The characters of a field to highlight, for a row that matches.
 *
 * @param field folded
 */
export function placesIn(field: string, terms: readonly string[]): Places {
	const places = new Set<number>();
	for (const term of terms) {
		const at = field.indexOf(term);
		const found = at === -1 ? scattered(field, term) : Array.from(term, (_, index) => at + index);
		// `Array.from` counts characters: the second halves of those outside the basic plane follow.
		if (at !== -1) for (let index = found?.length ?? 0; index < term.length; index++) places.add(at + index);
		for (const place of found ?? []) places.add(place);
	}
	return [...places].sort((a, b) => a - b);
}
