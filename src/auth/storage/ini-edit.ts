/** Changes to one section of an AWS ini file that leave every other byte of it alone. `ini-remove.ts` has its removal. */
import { checkIni, formatIni, type IniLine, parseIni } from "./ini.ts";

export interface SectionEdit {
	/** The name between the brackets, one character per byte. */
	readonly section: string;
	/** Values by key, in the order in which new keys are written; undefined takes a key away. Other keys stay. */
	readonly keys: ReadonlyMap<string, string | undefined>;
	/** What comes after `; atmos:` above the section, such as `expiration=…`; undefined takes such comments away. */
	readonly note?: string | undefined;
}

/** The comment in which `atmos` keeps what an AWS file has no key for. */
const NOTE = /^[ \t]*[;#]+[ \t]*atmos:/i;

export interface EditableLine extends IniLine {
	gone?: boolean;
	/** Lines that come before and after this one. */
	before?: string[];
	after?: string[];
}

/**
 * A section that there is keeps its place, its other keys, its comments and the spelling of its keys. A new one is written
 * at the end in the layout of the Go program: `=` aligned, a blank line above, none below. If the section is there several
 * times, which botocore refuses to read, our keys end up in the first, and a later one that has nothing else is removed.
 *
 * @param text one character per byte
 * @throws IniSyntaxError if the text is no ini file
 */
export function editSection(text: string, edit: SectionEdit): string {
	const ini = parseIni(text);
	checkIni(ini);
	const lines: EditableLine[] = ini.lines.map((line) => ({ ...line }));
	const end = lines.find((line) => line.end !== "")?.end ?? "\n";
	const starts = lines.flatMap((line, index) => (line.kind === "section" && line.name === edit.section ? [index] : []));
	const [first, ...others] = starts;
	if (first === undefined) return append(lines, ini.mark, edit, end);

	const kept = editKeys(lines, starts, edit.keys);
	insertMissing(lines, first, edit.keys, kept);
	editNotes(lines, starts, edit.note);
	for (const start of others) removeIfEmpty(lines, start);
	return render(lines, ini.mark, end);
}

function append(lines: EditableLine[], mark: string, edit: SectionEdit, end: string): string {
	const width = Math.max(0, ...[...edit.keys].map(([key, value]) => (value === undefined ? 0 : key.length)));
	// A note at the very end is what is left of a section that was removed. It would become ours.
	const { notes, top } = commentsAbove(lines, lines.length);
	for (const at of notes) (lines[at] as EditableLine).gone = true;
	if (edit.note !== undefined && top !== undefined) (lines[top] as EditableLine).before = [noteLine(edit.note)];
	const last = lines.findLast((line) => line.gone !== true);
	const added = [
		...(last === undefined || last.kind === "blank" ? [] : [""]),
		...(edit.note === undefined || top !== undefined ? [] : [noteLine(edit.note)]),
		`[${edit.section}]`,
		...[...edit.keys].flatMap(([key, value]) => (value === undefined ? [] : [`${key.padEnd(width)} = ${value}`])),
	];
	if (last === undefined) return mark + added.map((line) => line + end).join("");
	last.after = added;
	return render(lines, mark, end);
}

function noteLine(note: string): string {
	return `; atmos: ${note}`;
}

/** The lines of a section after its header. */
export function bodyOf(lines: readonly EditableLine[], start: number): number[] {
	const body: number[] = [];
	for (let at = start + 1; at < lines.length && lines[at]?.kind !== "section"; at++) body.push(at);
	return body;
}

/** @returns where each key now stands, of those that there are */
export function editKeys(
	lines: EditableLine[],
	starts: readonly number[],
	keys: SectionEdit["keys"],
): ReadonlyMap<string, number> {
	const kept = new Map<string, number>();
	for (const at of starts.flatMap((start) => bodyOf(lines, start))) {
		const line = lines[at];
		if (line?.kind !== "key" || !keys.has(line.name)) continue;
		const value = keys.get(line.name);
		if (value === undefined || kept.has(line.name)) {
			line.gone = true;
		} else {
			kept.set(line.name, at);
			if (line.value !== value) lines[at] = { ...line, text: withValue(line.text, value), value };
			else if (!hasContinuation(lines, at)) continue;
		}
		// The rest of the old value.
		for (const more of continuationOf(lines, at)) (lines[more] as EditableLine).gone = true;
	}
	return kept;
}

function continuationOf(lines: readonly EditableLine[], key: number): number[] {
	const found: number[] = [];
	for (let at = key + 1; at < lines.length; at++) {
		const kind = lines[at]?.kind;
		if (kind === "continuation") found.push(at);
		else if (kind !== "blank" && kind !== "comment") break;
	}
	return found;
}

function hasContinuation(lines: readonly EditableLine[], key: number): boolean {
	return continuationOf(lines, key).length > 0;
}

/** Everything up to the value stays as it was written. */
function withValue(text: string, value: string): string {
	const prefix = /^[^=:]*[=:][ \t]*/.exec(text)?.[0] ?? "";
	return `${prefix}${/[ \t][=:]$/.test(prefix) ? " " : ""}${value}`;
}

/**
 * New keys go after the one that is before them in `keys`, or after the header. They are indented like their neighbour,
 * a section's header if it comes to that: deeper, they would become part of its value, and less deep, what follows would
 * become part of theirs.
 */
function insertMissing(
	lines: EditableLine[],
	first: number,
	keys: SectionEdit["keys"],
	kept: ReadonlyMap<string, number>,
): void {
	const body = bodyOf(lines, first);
	const width = Math.max(...[...keys.keys()].map((key) => key.length));
	let anchor = first;
	for (const [key, value] of keys) {
		const at = kept.get(key);
		if (at !== undefined && body.includes(at)) anchor = at;
		if (value === undefined || at !== undefined) continue;
		const neighbour = anchor === first ? lines.slice(first + 1).find(isLive) : lines[anchor];
		const indent = neighbour?.text.slice(0, neighbour.indent) ?? "";
		const line = lines[anchor] as EditableLine;
		line.after = [...(line.after ?? []), `${indent}${key.padEnd(width)} = ${value}`];
	}
}

function isLive(line: EditableLine): boolean {
	return (line.kind === "key" || line.kind === "section") && line.gone !== true;
}

/**
 * The comments right above a section belong to it, blank lines in between notwithstanding, as in the Go program. That
 * finds its note only if it is the first of them.
 *
 * @returns the notes, and the first comment that is none
 */
export function commentsAbove(
	lines: readonly EditableLine[],
	start: number,
): { notes: number[]; top: number | undefined } {
	const notes: number[] = [];
	let top: number | undefined;
	for (let at = start - 1; at >= 0; at--) {
		const line = lines[at] as EditableLine;
		if (line.kind !== "comment" && line.kind !== "blank") break;
		if (line.kind !== "comment") continue;
		if (NOTE.test(line.text)) notes.push(at);
		else top = at;
	}
	return { notes, top };
}

export function editNotes(lines: EditableLine[], starts: readonly number[], note: string | undefined): void {
	let placed = note === undefined;
	for (const start of starts) {
		const { notes, top } = commentsAbove(lines, start);
		for (const at of notes) {
			const line = lines[at] as EditableLine;
			const isFirst = !placed && (top === undefined || at < top) && at === notes.at(-1);
			if (isFirst) lines[at] = { ...line, text: noteLine(note as string) };
			else line.gone = true;
			placed ||= isFirst;
		}
		if (!placed) (lines[top ?? start] as EditableLine).before = [noteLine(note as string)];
		placed = true;
		// One between our keys says nothing, but would belong to the next section if the keys after it go.
		const body = bodyOf(lines, start);
		const next = commentsAbove(lines, (body.at(-1) ?? start) + 1).notes;
		for (const at of body) {
			const line = lines[at] as EditableLine;
			if (line.kind === "comment" && NOTE.test(line.text) && !next.includes(at)) line.gone = true;
		}
	}
}

/** Takes a header away that has nothing left below it. */
function removeIfEmpty(lines: readonly EditableLine[], start: number): void {
	const rest = bodyOf(lines, start).map((at) => lines[at] as EditableLine);
	if (rest.some((line) => line.gone !== true && line.kind !== "blank")) return;
	// An indented header would go on with the value of the last key before.
	if ((lines[start + rest.length + 1]?.indent ?? 0) > 0) return;
	for (const line of [lines[start] as EditableLine, ...rest]) line.gone = true;
}

export function render(lines: readonly EditableLine[], mark: string, end: string): string {
	const result: IniLine[] = [];
	const add = (text: string): void => void result.push({ kind: "key", text, end, name: "", value: "", indent: 0 });
	for (const line of lines) {
		for (const text of line.before ?? []) add(text);
		if (line.gone !== true) {
			// The last line of a file may have no end; one that comes after it needs it.
			const needsEnd = line.end === "" && (line.after?.length ?? 0) > 0;
			result.push(needsEnd ? { ...line, end } : line);
		}
		for (const text of line.after ?? []) add(text);
	}
	return formatIni({ mark, lines: result });
}
