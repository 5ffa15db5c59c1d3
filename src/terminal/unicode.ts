/** Whether the terminal can show more than ASCII. */

/**
 * A locale that is not set at all counts as one that can: containers have none, and the terminal around them is a modern
 * one. The Linux console has no glyphs for most of what we draw.
 */
export function wantsUnicode(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): boolean {
	if (env.TERM === "linux" || env.TERM === "dumb") return false;
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
	if (!locale) return platform !== "win32" || env.WT_SESSION !== undefined || env.TERM_PROGRAM !== undefined;
	return /utf-?8/i.test(locale);
}
