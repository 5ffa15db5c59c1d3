/** Commands that are shown for copying. Everywhere else a command is its words. */

/** @returns the command as it can be pasted into a POSIX shell */
export function shellCommand(words: readonly string[]): string {
	return words.map(shellWord).join(" ");
}

/** @returns the text as one word of a POSIX shell, quoted only where that is needed */
export function shellWord(text: string): string {
	if (/^[\w@%+=:,./-]+$/.test(text)) return text;
	// Of `--provider=my sso` the value is quoted, as people write it.
	const flag = /^--[\w-]+=/.exec(text)?.[0] ?? "";
	return `${flag}'${text.slice(flag.length).replaceAll("'", `'\\''`)}'`;
}
