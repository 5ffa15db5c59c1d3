/**
 * Text from a server, a config file or another process is data. Here it loses everything that a terminal or a
 * CI runner would obey: control characters (C0, C1, DEL), escape sequences, bidirectional overrides, zero-width
 * characters and the line separators.
 */

// CSI … final byte; OSC/DCS/SOS/PM/APC … ST or BEL; two-character escapes. Both the 7-bit and the 8-bit introducers.
const ESCAPES =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this removes
	/(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*[0-~]?/g;
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
const INVISIBLE =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this removes
	/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Longest text that any server string may have on a screen or in an error. */
const MAX_LENGTH = 2000;

/**
 * @param text anything that came from outside the program
 * @returns one line without control characters, trimmed, of at most 2 000 characters
 */
export function sanitize(text: string): string {
	const clean = text
		.slice(0, MAX_LENGTH * 2)
		.replace(ESCAPES, "")
		.replace(BREAKS, " ")
		.replace(INVISIBLE, "")
		.trim();
	return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH - 1)}…` : clean;
}
