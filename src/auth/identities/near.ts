/** The nearest of several names to one that was not found. */

/**
 * @returns the names by their distance from `wanted`, nearest first: equal without case, then by the number of edits
 *   (insertions, deletions, replacements) that lead from one to the other
 */
export function byDistance(wanted: string, names: readonly string[]): readonly string[] {
	const target = wanted.toLowerCase();
	return names
		.map((name) => ({ name, distance: edits(target, name.toLowerCase()) }))
		.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
		.map(({ name }) => name);
}

/** Levenshtein's distance, one row at a time. */
function edits(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			next[j] = Math.min(
				(row[j] ?? 0) + 1,
				(next[j - 1] ?? 0) + 1,
				(row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
			);
		}
		row = next;
	}
	return row[b.length] ?? 0;
}
