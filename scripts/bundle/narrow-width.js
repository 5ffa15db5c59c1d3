/**
 * The width of text in which every character takes one column: ASCII, Latin, and the arrows, rules, blocks, braille
 * and dingbats that the dashboard draws. It answers what `string-width` answers, without compiling that module's
 * Unicode tables, which would be half of the time to the first frame. tests/bundle-width.test.ts holds the two
 * against each other.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences take no columns
const SGR = /\u001b\[[\d;]*m/g;
// Left out of the ranges: what terminals show as an emoji, two columns wide (⌚⌛⏩–⏳◽◾ and the wide dingbats).
const NARROW =
	/^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u2211\u23ce\u2500-\u25fc\u25ff\u2713\u2714\u2717\u2718\u276e\u276f\u2800-\u28ff]*$/;

/**
 * @param {string} text
 * @returns {number | undefined} columns, or undefined when the text needs the full rules
 */
export function narrowWidth(text) {
	const plain = text.includes("\u001b") ? text.replace(SGR, "") : text;
	return NARROW.test(plain) ? plain.length : undefined;
}
