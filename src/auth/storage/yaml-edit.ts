/**
 * Changes values of a YAML text and leaves every other byte. The library prints a whole document anew: indentation, blank
 * lines, comment columns and line ends of what nobody touched change with it. So its nodes say where, and only new text
 * is printed. Whether the result says what it should is for the caller to prove, by reading it again.
 */
import {
	isAlias,
	isMap,
	isScalar,
	isSeq,
	type Node,
	type Pair,
	parseDocument,
	stringify,
	type YAMLMap,
	type YAMLSeq,
} from "yaml";
import type { EditPath } from "./json-edit.ts";

export interface Edit {
	/** -1 as its last part is what comes after the last item of a list, which is made if it is missing. */
	readonly path: EditPath;
	/** Undefined removes what is there. */
	readonly value: unknown;
}

interface Splice {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

/**
 * @param text a document without errors whose root is a map; a byte order mark stays
 * @param edits of different places; paths are those before any of them
 * @returns undefined where a form is in the way that is not worth the trouble: aliases, anchors, folded keys
 */
export function editYaml(text: string, edits: readonly Edit[]): string | undefined {
	if (text.startsWith("\ufeff")) {
		const edited = editYaml(text.slice(1), edits);
		return edited === undefined ? undefined : `\ufeff${edited}`;
	}
	try {
		const editor = new Editor(text);
		return splice(
			text,
			edits.map((edit) => editor.splice(edit)),
		);
	} catch (error) {
		if (error instanceof InTheWay) return undefined;
		throw error;
	}
}

class InTheWay extends Error {}

function splice(text: string, splices: readonly Splice[]): string {
	let [result, at] = ["", 0];
	for (const { start, end, text: piece } of splices.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
		if (start < at) throw new InTheWay();
		result += text.slice(at, start) + piece;
		at = end;
	}
	return result + text.slice(at);
}

type Positioned = Node & { readonly range: [start: number, valueEnd: number, end: number] };

class Editor {
	readonly #text: string;
	readonly #root: YAMLMap;
	readonly #eol: string;
	readonly #unit: number;
	readonly #indentSeq: boolean;

	constructor(text: string) {
		this.#text = text;
		const { contents } = parseDocument(text);
		if (!isMap(contents)) throw new InTheWay();
		this.#root = contents as YAMLMap;
		this.#eol = text.includes("\r\n") ? "\r\n" : "\n";
		this.#unit = this.#indentation() ?? 2;
		const list = this.#root.items.map(({ value }) => value).find((value) => isSeq(value) && !value.flow);
		this.#indentSeq = list !== undefined && this.#column(positioned(list).range[0]) > 0;
	}

	splice({ path, value }: Edit): Splice {
		let container: YAMLMap | YAMLSeq = this.#root;
		let holder: Found | undefined;
		for (const [depth, key] of path.entries()) {
			const rest = path.slice(depth + 1);
			const found = pairOrItem(container, key);
			if (found === undefined) {
				const whole = rest.reduceRight<unknown>(
					(inner, part) => (typeof part === "number" ? [inner] : { [part]: inner }),
					value,
				);
				return typeof key === "number" ? this.#addItem(container, whole) : this.#addPair(container, key, whole);
			}
			if (rest.length === 0) {
				return value === undefined ? this.#remove(container, found, holder) : this.#replace(container, found, value);
			}
			const child = "key" in found ? (found.value as Node | null) : found;
			if (isMap(child) || isSeq(child)) {
				if (rest[0] === -1 && child.items.length === 0) return this.#replace(container, found, [value]);
				container = child;
				holder = found;
			} else if (rest.length === 1 && rest[0] === -1 && isEmptyScalar(child)) {
				return this.#replace(container, found, [value]);
			} else {
				throw new InTheWay();
			}
		}
		throw new InTheWay();
	}

	/** A flow collection takes what is new on its line, a block collection on lines of its own. */
	#addItem(container: YAMLMap | YAMLSeq, value: unknown): Splice {
		if (!isSeq(container)) throw new InTheWay();
		if (container.flow) return this.#addToFlow(container, flow(value));
		const column = this.#ownColumn(positioned(container).range[0], /^\s*$/);
		return this.#addLines(container, column, this.#block([value]));
	}

	#addPair(container: YAMLMap | YAMLSeq, key: string, value: unknown): Splice {
		if (!isMap(container)) throw new InTheWay();
		if (container.flow) return this.#addToFlow(container, flow({ [key]: value }).slice(1, -1));
		const column = this.#ownColumn(positioned(container).range[0], /^\s*(?:-\s+)*$/);
		return this.#addLines(container, column, this.#block({ [key]: value }));
	}

	#addToFlow(container: YAMLMap | YAMLSeq, text: string): Splice {
		const last = container.items.at(-1) as Found | undefined;
		if (last === undefined) {
			const at = positioned(container).range[0] + 1;
			return { start: at, end: at, text };
		}
		const end = this.#leafEnd(last);
		const before = container.items.at(-2);
		const lead = this.#text.slice(
			before ? this.#text.indexOf(",", this.#leafEnd(before)) + 1 : positioned(container).range[0] + 1,
			startOf(last),
		);
		return { start: end, end, text: `,${/^\s+$/.test(lead) ? lead : " "}${text}` };
	}

	/** After the container's last line, and after comments that are indented deeper: those are about its last entry. */
	#addLines(container: Node, column: number, lines: readonly string[]): Splice {
		let at = this.#lineAfter(this.#leafEnd(container));
		for (;;) {
			const comment = /^([ \t]*)#.*(?:\r?\n|$)/.exec(this.#text.slice(at, at + 10_000));
			if (!comment || (comment[1] ?? "").length <= column) break;
			at += comment[0].length;
		}
		const text = lines.map((line) => (line === "" ? "" : " ".repeat(column) + line)).join(this.#eol);
		const open = at > 0 && this.#text[at - 1] !== "\n";
		return { start: at, end: at, text: open ? this.#eol + text : text + this.#eol };
	}

	#replace(container: YAMLMap | YAMLSeq, found: Found, value: unknown): Splice {
		const node = "key" in found ? (found.value as Node | null) : found;
		if (node !== null && (isAlias(node) || node.anchor || node.tag?.startsWith("!"))) throw new InTheWay();
		const isText = typeof value !== "object" || value === null;
		if (container.flow || ((isMap(node) || isSeq(node)) && node.flow && node.items.length > 0)) {
			if (node === null) throw new InTheWay();
			const { range } = positioned(node);
			return { start: range[0], end: range[1], text: flow(value) };
		}
		if (node === null || isEmptyScalar(node) || ((isMap(node) || isSeq(node)) && node.items.length === 0)) {
			return this.#fill(found, node, value);
		}
		const { range } = positioned(node);
		if (isScalar(node) && isText) {
			if (node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL") throw new InTheWay();
			const quoted = node.type === "QUOTE_DOUBLE" && typeof value === "string";
			return { start: range[0], end: range[1], text: quoted ? JSON.stringify(value) : this.#block(value).join(" ") };
		}
		if (isScalar(node) || isText) throw new InTheWay();
		const column = this.#ownColumn(range[0], /^\s*(?:-\s+)*$/);
		const end = this.#leafEnd(node);
		const text = this.#block(value).join(this.#eol + " ".repeat(column));
		return { start: range[0], end, text: this.#text[end - 1] === "\n" ? text + this.#eol : text };
	}

	/** A value where there is none yet: `clusters:`, `clusters: null`, `clusters: []`. */
	#fill(found: Found, node: Node | null, value: unknown): Splice {
		if (!("key" in found)) throw new InTheWay();
		const key = positioned(found.key as Node).range;
		const colon = this.#text.indexOf(":", key[1]);
		const range = node && positioned(node).range;
		// What is written as nothing has a place after the comment.
		const [from, to] = range && range[1] > range[0] ? range : [colon + 1, colon + 1];
		if (typeof value !== "object" || value === null) {
			const text = this.#block(value).join(" ");
			return { start: from, end: to, text: this.#text[from - 1] === ":" ? ` ${text}` : text };
		}
		const column = this.#ownColumn(key[0], /^\s*(?:-\s+)*$/);
		const indent = column + (Array.isArray(value) && !this.#indentSeq ? 0 : this.#unit);
		const lines = this.#block(value).map((line) => this.#eol + " ".repeat(indent) + line);
		// A comment behind the key stays there.
		const lineEnd = this.#lineAfter(to);
		const behind = this.#text.slice(to, lineEnd);
		const ending = /\r?\n$/.exec(behind)?.[0] ?? "";
		const comment = behind.slice(0, behind.length - ending.length).trimEnd();
		return { start: comment === "" ? colon + 1 : from, end: lineEnd, text: comment + lines.join("") + ending };
	}

	/** @param holder what has the container as its value */
	#remove(container: YAMLMap | YAMLSeq, found: Found, holder: Found | undefined): Splice {
		const items = container.items as readonly Found[];
		if (items.length === 1) return this.#empty(container, found, holder);
		const at = items.indexOf(found);
		const end = this.#leafEnd(found);
		if (container.flow) {
			const [before, after] = [items[at - 1], items[at + 1]];
			if (after) return { start: startOf(found), end: startOf(after), text: "" };
			return { start: before ? this.#leafEnd(before) : startOf(found), end, text: "" };
		}
		this.#ownColumn(startOf(found), isMap(container) ? /^\s*$/ : /^\s*-\s+$/);
		return { start: this.#lineStart(startOf(found)), end: this.#lineAfter(end), text: "" };
	}

	/** Removes the only item of a list. Comments around it stay, and what is left says that there is none. */
	#empty(container: YAMLMap | YAMLSeq, found: Found, holder: Found | undefined): Splice {
		if (!isSeq(container) || holder === undefined || !("key" in holder)) throw new InTheWay();
		if (container.flow) {
			const { range } = positioned(container);
			return { start: range[0], end: range[1], text: "[]" };
		}
		this.#ownColumn(startOf(found), /^\s*-\s+$/);
		const start = this.#text.indexOf(":", positioned(holder.key as Node).range[1]) + 1;
		const between = this.#text.slice(start, this.#lineStart(startOf(found)));
		return { start, end: this.#lineAfter(this.#leafEnd(found)), text: ` []${between}` };
	}

	/** The lines of a value, without indentation of their own. */
	#block(value: unknown): string[] {
		return stringify(value, { lineWidth: 0, indent: this.#unit, indentSeq: this.#indentSeq })
			.replace(/\n$/, "")
			.split("\n");
	}

	/** Where the last thing ends that a node says: a block collection's own range takes in what follows it. */
	#leafEnd(node: unknown): number {
		if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) return this.#leafEnd(node.items.at(-1));
		if (typeof node === "object" && node !== null && "key" in node) {
			const { key, value } = node as Pair;
			const keyEnd = positioned(key as Node).range[1];
			return value === null ? keyEnd : Math.max(keyEnd, this.#leafEnd(value));
		}
		return positioned(node as Node).range[1];
	}

	#lineStart(offset: number): number {
		return this.#text.lastIndexOf("\n", offset - 1) + 1;
	}

	/** The start of the next line; the offset itself where a line starts there, and the text's end for its last line. */
	#lineAfter(offset: number): number {
		if (offset > 0 && this.#text[offset - 1] === "\n") return offset;
		const at = this.#text.indexOf("\n", offset);
		return at < 0 ? this.#text.length : at + 1;
	}

	#column(offset: number): number {
		return offset - this.#lineStart(offset);
	}

	/** @returns the column, where nothing but what `before` allows stands left of it */
	#ownColumn(offset: number, before: RegExp): number {
		if (!before.test(this.#text.slice(this.#lineStart(offset), offset))) throw new InTheWay();
		return this.#column(offset);
	}

	/** Columns between a key and the keys of its map, as the document has it. */
	#indentation(): number | undefined {
		for (const { value: list } of this.#root.items) {
			for (const item of isSeq(list) && !list.flow ? list.items : []) {
				for (const { key, value } of isMap(item) && !item.flow ? item.items : []) {
					if (!isMap(value) || value.flow || value.items.length === 0) continue;
					const step = this.#column(positioned(value).range[0]) - this.#column(positioned(key as Node).range[0]);
					if (step > 0 && step < 10) return step;
				}
			}
		}
		return undefined;
	}
}

type Found = Pair | Node;

function pairOrItem(container: YAMLMap | YAMLSeq, key: string | number): Found | undefined {
	if (isSeq(container)) return typeof key === "number" ? (container.items[key] as Node | undefined) : undefined;
	return container.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

const isEmptyScalar = (node: Node | null): boolean => node === null || (isScalar(node) && node.value === null);

const startOf = (found: Found): number => positioned("key" in found ? (found.key as Node) : found).range[0];

function positioned(node: unknown): Positioned {
	if (!(node as Positioned | null)?.range) throw new InTheWay();
	return node as Positioned;
}

/** On one line. */
const flow = (value: unknown): string =>
	stringify(value, { lineWidth: 0, collectionStyle: "flow", flowCollectionPadding: false }).trimEnd();
