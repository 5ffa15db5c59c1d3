/** Finds where a key stands in a file. Loaded only when there is a problem to report. */
import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import {
	type Document,
	isAlias,
	isMap,
	isPair,
	isScalar,
	isSeq,
	LineCounter,
	type Node,
	type Pair,
	parseDocument,
	type YAMLMap,
} from "yaml";
import { lowerCase } from "../system/lower-case.ts";
import type { SourceLocation } from "./model.ts";

/** A place, and how many keys of the path lead to it. */
export interface Located {
	readonly location: SourceLocation;
	readonly depth: number;
}

interface Parsed {
	/** Changes when the file does. */
	readonly state: string;
	readonly document: Document;
	readonly lines: LineCounter;
	/** The pairs of a map by their key, built when the map is first looked at. */
	readonly indexes: WeakMap<YAMLMap, ReadonlyMap<string, Pair>>;
}

/** The files that were looked at last: problems come in batches. */
const recent = new Map<string, Parsed>();
const MOST_RECENT = 4;
const MOST_INCLUDES = 10;

/**
 * @param file a YAML file
 * @param path keys from the top; the first three match without case, as the names of entries do
 * @returns the place of the last key of the path that the file has, or undefined when it has not even the first
 */
export function locate(file: string, path: readonly string[]): Promise<Located | undefined> {
	return locateFrom(file, path, 0, 0);
}

/** @param done how many keys of the whole path lead to this file's root, through `!include` */
async function locateFrom(
	file: string,
	path: readonly string[],
	done: number,
	includes: number,
): Promise<Located | undefined> {
	const parsed = await parse(file);
	if (parsed === undefined) return undefined;
	let node: unknown = parsed.document.contents;
	let found: Located | undefined;
	for (let index = done; index < path.length; index++) {
		const key = path[index] as string;
		node = target(node, parsed);
		if (isScalar(node) && node.tag?.startsWith("!include") && includes < MOST_INCLUDES) {
			const included = resolve(dirname(file), String(node.value).trim());
			return (await locateFrom(included, path, index, includes + 1)) ?? found;
		}
		const step = isMap(node) ? pairOf(node, key, index < 3, parsed) : isSeq(node) ? node.items[Number(key)] : undefined;
		if (step === undefined) break;
		const place = (isPair(step) ? step.key : step) as Node | undefined;
		node = isPair(step) ? step.value : step;
		if (!place?.range) break;
		const { line, col } = parsed.lines.linePos(place.range[0]);
		found = { location: { file, line, column: col }, depth: index + 1 };
	}
	return found;
}

async function parse(file: string): Promise<Parsed | undefined> {
	try {
		const { mtimeMs, size, ino } = await stat(file);
		const state = `${mtimeMs} ${size} ${ino}`;
		const known = recent.get(file);
		const parsed = known?.state === state ? known : parseText(await readFile(file, "utf8"), state);
		recent.delete(file);
		recent.set(file, parsed);
		for (const oldest of [...recent.keys()].slice(0, -MOST_RECENT)) recent.delete(oldest);
		return parsed;
	} catch {
		// It was there a moment ago; a problem without its place is still told.
		return undefined;
	}
}

function parseText(text: string, state: string): Parsed {
	const lines = new LineCounter();
	const document = parseDocument(text.replace(/^\ufeff/, ""), { lineCounter: lines, logLevel: "silent", merge: true });
	return { state, document, lines, indexes: new WeakMap() };
}

const target = (node: unknown, { document }: Parsed): unknown => (isAlias(node) ? node.resolve(document) : node);

/** A key of a map itself, else of what it merges in. */
function pairOf(map: YAMLMap, key: string, anyCase: boolean, parsed: Parsed, depth = 0): Pair | undefined {
	const index = indexOf(map, parsed);
	const own = index.get(key) ?? (anyCase ? index.get(folded(key)) : undefined);
	if (own !== undefined || depth > 100) return own;
	const merged = target(index.get("<<")?.value, parsed);
	for (const item of isSeq(merged) ? merged.items : [merged]) {
		const source = target(item, parsed);
		const pair = isMap(source) ? pairOf(source, key, anyCase, parsed, depth + 1) : undefined;
		if (pair !== undefined) return pair;
	}
	return undefined;
}

/** No key can look like it: for the second entry of each key, in which case does not count. */
const folded = (key: string): string => `\0${lowerCase(key)}`;

function indexOf(map: YAMLMap, parsed: Parsed): ReadonlyMap<string, Pair> {
	const known = parsed.indexes.get(map);
	if (known !== undefined) return known;
	const index = new Map<string, Pair>();
	for (const pair of map.items) {
		const { key } = pair;
		const name = isScalar(key) ? String(key.source ?? key.value) : undefined;
		if (name === undefined) continue;
		index.set(name, pair);
		index.set(folded(name), pair);
	}
	parsed.indexes.set(map, index);
	return index;
}
