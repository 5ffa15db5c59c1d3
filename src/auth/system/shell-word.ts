/** Words of commands that are shown for copying. */

/** @returns the text as one word of a POSIX shell, quoted only where that is needed */
export function shellWord(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
