/** Finds where a key stands in a file. Loaded only when there is a problem to report. */
import { readFile } from "node:fs/promises";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { SourceLocation } from "./model.ts";

/**
 * @param file a YAML file
 * @param path keys from the top; the first three match without case, as the names of entries do
 * @returns the place of the last key of the path that the file has, or undefined when it has not even the first
 */
export async function locate(
	file: string,
	path: readonly string[],
): Promise<{ location: SourceLocation; depth: number } | undefined> {
	const text = await readFile(file, "utf8").catch(() => undefined);
	if (text === undefined) return undefined;
	const lines = new LineCounter();
	const document = parseDocument(text.replace(/^\ufeff/, ""), { lineCounter: lines, logLevel: "silent", merge: true });
	let node: unknown = document.contents;
	let found: Node | undefined;
	let depth = 0;
	for (const [index, key] of path.entries()) {
		if (isMap(node)) {
			const pair = node.items.find(({ key: candidate }) => {
				const name = isScalar(candidate) ? String(candidate.source ?? candidate.value) : "";
				return name === key || (index < 3 && name.toLowerCase() === key.toLowerCase());
			});
			if (!pair) break;
			found = pair.key as Node;
			node = pair.value;
		} else if (isSeq(node)) {
			const item = node.items[Number(key)] as Node | undefined;
			if (!item) break;
			found = item;
			node = item;
		} else break;
		depth = index + 1;
	}
	if (!found?.range) return undefined;
	const { line, col } = lines.linePos(found.range[0]);
	return { location: { file, line, column: col }, depth };
}
