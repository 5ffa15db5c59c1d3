/** Text as it fits into columns of a terminal. Widths are those that Ink itself counts with. */
import stringWidth from "string-width";
import { sanitize } from "../auth/system/sanitize.ts";

/** Characters that take one column each; most of what is ever shown. */
const NARROW =
	/^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2211\u23ce\u2500-\u25fc\u2713\u2717\u276f\u2800-\u28ff]*$/;
/** They make one and the same emoji narrow here and wide there. Without them every terminal agrees with us. */
const VARIATION = /[\ufe00-\ufe0f]/g;

/** Whether every character of the text takes exactly one column. */
function isNarrow(text: string): boolean {
	return NARROW.test(text);
}

/**
 * Text from outside as a component may have it: one line, nothing that a terminal obeys or counts differently than we do.
 * The snapshot's texts have been sanitized; this is the second line, as Ink lets colours and links in a text through.
 */
export function clean(text: string): string {
	return isNarrow(text) ? text : sanitize(text.toWellFormed()).replace(VARIATION, "");
}

/** The marks in our own texts, such as `dev-eks → ~/.kube/config`, for a terminal that has only ASCII. */
export function asciiMarks(text: string): string {
	return text.replaceAll("→", "->").replaceAll("…", "...").replaceAll("·", "-");
}

/** Columns that the text takes. */
export function widthOf(text: string): number {
	return isNarrow(text) ? text.length : stringWidth(text);
}

let segmenter: Intl.Segmenter | undefined;

/** What a person takes for single characters. */
export function graphemes(text: string): string[] {
	if (isNarrow(text)) return text.split("");
	segmenter ??= new Intl.Segmenter();
	return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/**
 * @param ellipsis one column wide; takes the place of what is cut off
 * @returns the text, cut at its end to at most `width` columns
 */
export function truncate(text: string, width: number, ellipsis = "…"): string {
	if (width <= 0) return "";
	if (widthOf(text) <= width) return text;
	if (isNarrow(text)) return text.slice(0, width - 1) + ellipsis;
	let kept = "";
	let used = 0;
	for (const character of graphemes(text)) {
		const next = stringWidth(character);
		if (used + next > width - 1) break;
		kept += character;
		used += next;
	}
	// Joined characters can be wider than their parts.
	return widthOf(kept + ellipsis) <= width ? kept + ellipsis : ellipsis;
}

/** The text cut or filled up to exactly `width` columns. */
export function cell(
	text: string,
	width: number,
	options: { align?: "left" | "right"; ellipsis?: string } = {},
): string {
	const fitted = truncate(text, width, options.ellipsis);
	const space = " ".repeat(Math.max(0, width - widthOf(fitted)));
	if (options.align === "right") return space + fitted;
	const filled = fitted + space;
	// Some letters, such as U+0D4E, form one grapheme with the space that follows: it adds no column then.
	return filled + " ".repeat(Math.max(0, width - widthOf(filled)));
}

/**
 * Cuts into pieces, without regard to words: for links, where every added character hurts.
 *
 * @param width at least two columns: there are single code points that take two
 * @returns pieces of at most `width` columns, which together are the text
 */
export function chop(text: string, width: number): string[] {
	if (width <= 0) return [];
	if (isNarrow(text)) {
		return Array.from({ length: Math.ceil(text.length / width) }, (_, index) =>
			text.slice(index * width, (index + 1) * width),
		);
	}
	const lines: string[] = [];
	let line = "";
	for (const character of graphemes(text)) {
		// A grapheme has no greatest width: each spacing mark, such as a musical note's stem and flag, adds a column to it.
		for (const part of widthOf(character) > width ? Array.from(character) : [character]) {
			if (line !== "" && widthOf(line + part) > width) {
				lines.push(line);
				line = "";
			}
			line += part;
		}
	}
	return line === "" ? lines : [...lines, line];
}

/** Breaks into lines of at most `width` columns, between words where that is possible. */
export function wrap(text: string, width: number): string[] {
	if (width <= 0) return [];
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(" ")) {
		const longer = line === "" ? word : `${line} ${word}`;
		if (widthOf(longer) <= width) {
			line = longer;
			continue;
		}
		if (line !== "") lines.push(line);
		const pieces = chop(word, width);
		line = pieces.pop() ?? "";
		lines.push(...pieces);
	}
	return line === "" ? lines : [...lines, line];
}

/** The first of several names, and how many others there are; empty without any. */
export function andMore([first = "", ...others]: readonly string[]): string {
	return others.length === 0 ? first : `${first} and ${others.length} more`;
}
