/** Letters in lower case as the Go program has them, whose keys become sections, folders and file names that are shared. */

/**
 * Go's `strings.ToLower` maps each character on its own. JavaScript's differs in two: `İ` becomes two characters, and a
 * `Σ` at the end of a word `ς`.
 */
export function lowerCase(text: string): string {
	return text.replaceAll("İ", "i").replaceAll("Σ", "σ").toLowerCase();
}
