/** The way back from `editSection`: our part of a section is taken out, and every other byte of the file stays. */
import { checkIni, parseIni } from "./ini.ts";
import { bodyOf, commentsAbove, type EditableLine, editKeys, editNotes, render } from "./ini-edit.ts";

export interface SectionRemoval {
	/** The name between the brackets, one character per byte. */
	readonly section: string;
	/** The keys that are ours, in lower case. Others stay, and with them the section. */
	readonly keys: readonly string[];
}

/**
 * Takes our keys and the notes out of a section, and the section itself where nothing else is in it, with the blank line that
 * sets it off, as often as it is there. One without any of our keys is not touched.
 *
 * @param text one character per byte
 * @throws IniSyntaxError if the text is no ini file
 */
export function removeSection(text: string, { section, keys }: SectionRemoval): string {
	const ini = parseIni(text);
	checkIni(ini);
	const lines: EditableLine[] = ini.lines.map((line) => ({ ...line }));
	const starts = lines.flatMap((line, index) => (line.kind === "section" && line.name === section ? [index] : []));
	editKeys(lines, starts, new Map(keys.map((key) => [key, undefined])));
	if (lines.every(isLeft)) return text;
	editNotes(lines, starts, undefined);
	for (const start of starts) removeHeader(lines, start);
	return render(lines, ini.mark, "");
}

function removeHeader(lines: EditableLine[], start: number): void {
	const body = bodyOf(lines, start);
	const next = start + body.length + 1;
	// Comments and blank lines after the last key are the next section's.
	const last = body.findLast((at) => !["comment", "blank"].includes(lines[at]?.kind ?? "")) ?? start;
	const inner = lines.slice(start + 1, last + 1);
	if (inner.some((line) => line.gone !== true && line.kind !== "blank")) return;
	// Without this header, an indented one would go on with the value of the last key before.
	if ((lines[next]?.indent ?? 0) > 0) return;
	// The comments above this one would come before the next one's note, and the Go program would not find that any more.
	const hasNote = commentsAbove(lines, next).notes.some((at) => lines[at]?.gone !== true);
	if (next < lines.length && hasNote && commentsAbove(lines, start).top !== undefined) return;
	for (const line of [lines[start] as EditableLine, ...inner]) line.gone = true;

	const above = lines.slice(0, start).findLast(isLeft);
	const separator = above ?? lines.slice(last + 1).find(isLeft);
	// One with white space in it is nobody's that writes sections.
	if (separator?.text === "") separator.gone = true;
}

function isLeft(line: EditableLine): boolean {
	return line.gone !== true;
}
