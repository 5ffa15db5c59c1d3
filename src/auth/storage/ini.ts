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
 * Never throws: what is no part of an ini file becomes lines of kind `unknown`.
 *
 * @param text one character per byte
 */
export function parseIni(text: string): Ini {
	const mark = text.startsWith(BOM) ? BOM : "";
	const lines: IniLine[] = [];
	let inSection = false;
	let inKey = false;
	let keyIndent = 0;
	for (let at = mark.length; at < text.length; ) {
		const { line, next } = nextLine(text, at);
		const end = text.slice(at + line.length, next);
		at = next;
		const trimmed = trim(line);
		const indent = trimmed === "" ? 0 : line.indexOf(trimmed);
		const push = (kind: IniLineKind, name = "", value = ""): void => {
			lines.push({ kind, text: line, end, name, value, indent });
		};
		if (trimmed === "") {
			push("blank");
			continue;
		}
		const first = trimmed[0];
		if (first === ";" || first === "#") {
			push("comment");
			continue;
		}
		if (inKey && indent > keyIndent) {
			push("continuation");
			continue;
		}
		keyIndent = indent;
		const close = first === "[" ? trimmed.lastIndexOf("]") : -1;
		if (close > 1) {
			inSection = true;
			inKey = false;
			push("section", trimmed.slice(1, close));
			continue;
		}
		const delimiter = trimmed.search(/[=:]/);
		inKey = inSection && delimiter > 0;
		if (inKey) push("key", trim(trimmed.slice(0, delimiter)).toLowerCase(), trim(trimmed.slice(delimiter + 1)));
		else push("unknown");
	}
	return { mark, lines };
}

function nextLine(text: string, at: number): { line: string; next: number } {
	const feed = text.indexOf("\n", at);
	const stop = feed < 0 ? text.length : feed;
	const line = text.slice(at, stop);
	// A lone carriage return ends a line too, for Python and so for botocore.
	const carriage = line.indexOf("\r");
	if (carriage < 0) return { line, next: feed < 0 ? stop : stop + 1 };
	const next = at + carriage + (text[at + carriage + 1] === "\n" ? 2 : 1);
	return { line: line.slice(0, carriage), next };
}

function trim(text: string): string {
	return text.replace(/^[ \t\v\f]+|[ \t\v\f]+$/g, "");
}

/** @throws IniSyntaxError for the first line that no program would read, so that a broken file is left as it is */
export function checkIni({ lines }: Ini): void {
	let inSection = false;
	for (const [index, { kind, text }] of lines.entries()) {
		if (text.includes("\0")) throw new IniSyntaxError(index + 1, "it is not text");
		if (kind === "section") inSection = true;
		if (kind !== "unknown") continue;
		const reason = trim(text).startsWith("[")
			? "the section's name is not closed with ]"
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
