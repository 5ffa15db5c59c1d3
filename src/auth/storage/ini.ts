/**
 * The AWS ini dialect, line by line, as botocore reads it (Python's `configparser` without inline comments): `;` and `#`
 * begin a comment only at the beginning of a line, a line that is indented deeper than its key goes on with the value
 * (nested `s3 =` blocks), keys have no case and end at the first `=` or `:`.
 *
 * Texts are taken byte for byte, one character per byte (latin1), so that nothing is lost whatever the encoding is.
 */

export type IniLineKind = "blank" | "comment" | "section" | "key" | "continuation" | "unknown";

export interface IniLine {
	readonly kind: IniLineKind;
	/** Without its end. */
	readonly text: string;
	/** `\n`, `\r\n`, `\r`, or nothing at the end of the file. */
	readonly end: string;
	/** A section's name as written between the brackets; a key in lower case; else empty. */
	readonly name: string;
	/** Of a key, trimmed; else empty. */
	readonly value: string;
	/** Characters of white space before the first other one. */
	readonly indent: number;
}

export interface Ini {
	/** The byte order mark, or nothing. */
	readonly mark: string;
	readonly lines: readonly IniLine[];
}

const BOM = "\u00ef\u00bb\u00bf";

/** A line that is no part of an ini file. */
export class IniSyntaxError extends Error {
	/** From 1. */
	readonly line: number;

	constructor(line: number, message: string) {
		super(message);
		this.name = "IniSyntaxError";
		this.line = line;
	}
}

/**
 * Never throws: what is no part of an ini file becomes lines of kind `unknown`. Written for files with thousands of
 * sections, which are read before the first frame is shown: no regular expressions, no copies.
 *
 * @param text one character per byte
 */
export function parseIni(text: string): Ini {
	const mark = text.startsWith(BOM) ? BOM : "";
	const lines: IniLine[] = [];
	let carriage = text.indexOf("\r");
	let inSection = false;
	let inKey = false;
	let keyIndent = 0;
	for (let at = mark.length; at < text.length; ) {
		const feed = text.indexOf("\n", at);
		let stop = feed < 0 ? text.length : feed;
		let next = feed < 0 ? stop : stop + 1;
		if (carriage >= 0 && carriage < stop) {
			// A lone carriage return ends a line too, for Python and so for botocore.
			stop = carriage;
			next = carriage + (text[carriage + 1] === "\n" ? 2 : 1);
			carriage = text.indexOf("\r", next);
		}
		const line = text.slice(at, stop);
		const end = next - stop === 1 ? (text[stop] as string) : text.slice(stop, next);
		at = next;

		const indent = skipSpace(line, 0);
		const length = skipSpaceBack(line, line.length, indent);
		const first = line[indent];
		let kind: IniLineKind;
		let name = "";
		let value = "";
		if (indent >= length) {
			kind = "blank";
		} else if (first === ";" || first === "#") {
			kind = "comment";
		} else if (inKey && indent > keyIndent) {
			kind = "continuation";
		} else {
			keyIndent = indent;
			const close = first === "[" ? line.lastIndexOf("]") : -1;
			const delimiter = close > indent + 1 ? -1 : firstOf(line, indent);
			inKey = inSection && delimiter > indent;
			if (close > indent + 1) {
				kind = "section";
				inSection = true;
				name = line.slice(indent + 1, close);
			} else if (inKey) {
				kind = "key";
				name = line.slice(indent, skipSpaceBack(line, delimiter, indent)).toLowerCase();
				value = line.slice(Math.min(skipSpace(line, delimiter + 1), length), length);
			} else {
				kind = "unknown";
			}
		}
		lines.push({ kind, text: line, end, name, value, indent: kind === "blank" ? 0 : indent });
	}
	return { mark, lines };
}

function isSpace(code: number): boolean {
	return code === 32 || code === 9 || code === 11 || code === 12;
}

function skipSpace(line: string, from: number): number {
	let at = from;
	while (at < line.length && isSpace(line.charCodeAt(at))) at++;
	return at;
}

/** Where the text before `from` ends, not before `least`. */
function skipSpaceBack(line: string, from: number, least: number): number {
	let at = from;
	while (at > least && isSpace(line.charCodeAt(at - 1))) at--;
	return at;
}

/** The first `=` or `:`, -1 if there is none. */
function firstOf(line: string, from: number): number {
	const equals = line.indexOf("=", from);
	const colon = line.slice(0, equals < 0 ? line.length : equals).indexOf(":", from);
	return colon < 0 ? equals : colon;
}

/** @throws IniSyntaxError for the first line that no program would read, so that a broken file is left as it is */
export function checkIni({ lines }: Ini): void {
	let inSection = false;
	for (const [index, { kind, text }] of lines.entries()) {
		if (text.includes("\0")) throw new IniSyntaxError(index + 1, "it is not a text file");
		if (kind === "section") inSection = true;
		if (kind !== "unknown") continue;
		const reason = text.trimStart().startsWith("[")
			? "the section name is not closed with ]"
			: inSection
				? "expected `key = value`"
				: "expected a [section] before it";
		throw new IniSyntaxError(index + 1, reason);
	}
}

/** The text that `parseIni` was given. */
export function formatIni({ mark, lines }: Ini): string {
	return mark + lines.map(({ text, end }) => text + end).join("");
}

/** A string as it stands in a file in UTF-8: one character per byte. */
export function toBytes(text: string): string {
	return Buffer.from(text, "utf8").toString("latin1");
}

/** The string of bytes in UTF-8. */
export function fromBytes(bytes: string): string {
	return Buffer.from(bytes, "latin1").toString("utf8");
}
