/** Near misses: which of several names somebody may have meant. */

/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours, one row at a time. */
function distance(a: string, b: string): number {
	let before: number[] = [];
	let row = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
				best = Math.min(best, (before[j - 2] ?? 0) + 1);
			next[j] = best;
		}
		before = row;
		row = next;
	}
	return row[b.length] ?? 0;
}

/** @returns all names, the nearest to `wanted` first; case does not count, ties go by name. */
export function byDistance(wanted: string, names: readonly string[]): readonly string[] {
	const target = wanted.toLowerCase();
	return names
		.map((name) => ({ name, far: distance(target, name.toLowerCase()) }))
		.sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
		.map(({ name }) => name);
}

/** @returns the names that are near enough to be suggested, nearest first, at most `most`. */
export function suggestionsFor(wanted: string, names: readonly string[], most = 3): readonly string[] {
	const target = wanted.toLowerCase();
	const limit = Math.max(1, Math.floor(target.length / 3));
	const near = (name: string): boolean => {
		const lower = name.toLowerCase();
		const [shorter, longer] = lower.length < target.length ? [lower, target] : [target, lower];
		// Something has to be left that both have: every name of one letter is one change away from any other.
		if (longer.length - shorter.length <= limit && distance(target, lower) <= Math.min(limit, shorter.length - 1)) {
			return true;
		}
		// A part of a name, as it is typed from memory; or too much of one, if the name is most of what was typed.
		return (
			shorter.length >= 3 && longer.includes(shorter) && (shorter === target || shorter.length * 2 >= longer.length)
		);
	};
	return byDistance(wanted, names.filter(near)).slice(0, most);
}

/** @returns the one name to suggest, or undefined when none is near. */
export function suggestionFor(wanted: string, names: readonly string[]): string | undefined {
	return suggestionsFor(wanted, names, 1)[0];
}
