/**
 * Changes one value of a JSON text and leaves every other byte. jsonc-parser's `modify` formats whole lines around its
 * edit, which is all of a compact file; so its tree says where, and what is new is written like its neighbours.
 */
import { type Node, parseTree } from "jsonc-parser";

/** Keys and indexes from the root; -1 for what comes after the last item of a list. */
export type EditPath = readonly (string | number)[];

/** How a piece of new text is written. */
interface Style {
	/** Line ending and indentation of the line that the new text starts on; undefined to write on one line. */
	readonly line: string | undefined;
	/** One step of indentation. */
	readonly unit: string;
	/** Between a key and its value, such as `": "` without the quotes. */
	readonly colon: string;
	/** After a comma on one line. */
	readonly gap: string;
}

/**
 * @param text valid JSON, or blank for an empty object; a byte order mark stays
 * @param value what will be there; undefined removes it. Objects that are missing on the way are made
 */
export function editJson(text: string, path: EditPath, value: unknown): string {
	if (text.startsWith("\ufeff")) return `\ufeff${editJson(text.slice(1), path, value)}`;
	if (text.trim() === "") return editJson("{}\n", path, value);
	const root = parseTree(text);
	if (root === undefined) return text;
	let node = root;
	for (const [depth, key] of path.entries()) {
		const rest = path.slice(depth + 1);
		const member = memberOf(node, key);
		if (member === undefined) return value === undefined ? text : insert(text, root, node, key, nest(rest, value));
		if (rest.length === 0 && value === undefined) return remove(text, node, member);
		const child = inner(member);
		// `"auths": null` is no place to put something into.
		if (rest.length === 0 || child.children === undefined) {
			return value === undefined ? text : replace(text, root, node, child, nest(rest, value));
		}
		node = child;
	}
	return text;
}

const nest = (path: EditPath, value: unknown): unknown =>
	path.reduceRight<unknown>((inner, key) => (typeof key === "number" ? [inner] : { [key]: inner }), value);

/** Of keys that occur twice, the last one counts, for Go as for JavaScript. */
function memberOf(node: Node, key: string | number): Node | undefined {
	if (typeof key === "number") return node.children?.[key];
	return node.children?.findLast((property) => property.children?.[0]?.value === key);
}

const inner = (member: Node): Node => (member.type === "property" ? (member.children?.[1] ?? member) : member);
const endOf = (node: Node): number => node.offset + node.length;

function insert(text: string, root: Node, container: Node, key: string | number, value: unknown): string {
	const members = container.children ?? [];
	const last = members.at(-1);
	const named = (style: Style): string =>
		(typeof key === "string" ? JSON.stringify(key) + style.colon : "") + print(value, style);
	if (last === undefined) {
		const style = styleAt(text, root, container.offset, spreads(text, root));
		const content =
			style.line === undefined ? named(style) : `${style.line}${style.unit}${named(deeper(style))}${style.line}`;
		return text.slice(0, container.offset + 1) + content + text.slice(endOf(container) - 1);
	}
	const before = members.at(-2);
	const lead = text.slice(before ? text.indexOf(",", endOf(before)) + 1 : container.offset + 1, last.offset);
	const style = styleAt(text, root, last.offset, lead.includes("\n"));
	return `${text.slice(0, endOf(last))},${style.line ?? lead}${named(style)}${text.slice(endOf(last))}`;
}

function replace(text: string, root: Node, container: Node, old: Node, value: unknown): string {
	const spread = old.children?.length ? text.slice(old.offset, endOf(old)).includes("\n") : spreads(text, container);
	const style = styleAt(text, root, old.offset, spread);
	return text.slice(0, old.offset) + print(value, style) + text.slice(endOf(old));
}

function remove(text: string, container: Node, member: Node): string {
	const members = container.children ?? [];
	const at = members.indexOf(member);
	const [before, after] = [members[at - 1], members[at + 1]];
	if (after) return text.slice(0, member.offset) + text.slice(after.offset);
	if (before) return text.slice(0, endOf(before)) + text.slice(endOf(member));
	return text.slice(0, container.offset + 1) + text.slice(endOf(container) - 1);
}

/** Whether the first member of an object or list is on a line of its own; so is that of an empty document. */
function spreads(text: string, node: Node): boolean {
	const first = node.children?.[0];
	return first === undefined || text.slice(node.offset, first.offset).includes("\n");
}

function styleAt(text: string, root: Node, offset: number, spread: boolean): Style {
	const eol = text.includes("\r\n") ? "\r\n" : "\n";
	const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1))?.[0] ?? "";
	const [key, value] = root.children?.[0]?.children ?? [];
	const colon = key && value ? text.slice(endOf(key), value.offset) : ": ";
	return {
		line: spread ? eol + indent : undefined,
		unit: /^([ \t]+)"/m.exec(text)?.[1] ?? "  ",
		colon: /[\r\n]/.test(colon) ? ": " : colon,
		gap: /\s$/.test(colon) ? " " : "",
	};
}

const deeper = (style: Style): Style => ({
	...style,
	line: style.line === undefined ? undefined : style.line + style.unit,
});

function print(value: unknown, style: Style): string {
	if (typeof value !== "object" || value === null) return JSON.stringify(value);
	const within = deeper(style);
	const members = Array.isArray(value)
		? value.map((item) => print(item, within))
		: Object.entries(value).map(([key, item]) => JSON.stringify(key) + style.colon + print(item, within));
	const [open, close] = Array.isArray(value) ? "[]" : "{}";
	if (members.length === 0) return `${open}${close}`;
	if (style.line === undefined) return open + members.join(`,${style.gap}`) + close;
	return `${open}${within.line}${members.join(`,${within.line}`)}${style.line}${close}`;
}
