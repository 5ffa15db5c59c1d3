/**
 * What an entry of the configuration would have this program do beyond signing in: run a command or a program, send
 * secrets to an address, write a file. Found in the merged and evaluated entry, so that every spelling, profile and import counts.
 */
import type { Entry } from "./merge.ts";
import { marksOf, type Shape } from "./schema/shape.ts";
import { isMap, type Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

export interface Claim {
	readonly kind: "exec" | "endpoint" | "write" | "password" | "program";
	/** The command, the address, the path or the variable, as it is used. */
	readonly text: string;
	/** Keys from the top, such as `auth`, `providers`, `company-sso`, `spec`, `endpoint_url`. */
	readonly path: readonly string[];
	/** The file that it stands in. */
	readonly file: string;
	/** All files that have a say in it: that one, and the one that includes it. */
	readonly files: readonly string[];
	/** Of a `write`: `$NAME` in it stands for a variable. */
	readonly variables?: boolean | undefined;
}

/** An `!exec`, and the keys that lead to it within its entry. */
export interface Command {
	readonly path: readonly string[];
	readonly tagged: Tagged;
}

/**
 * @param value the entry as far as it is evaluated
 * @param commands the `!exec`s in it
 */
export function claimsOf(entry: Entry, schema: Shape, value: YamlMap, commands: readonly Command[]): readonly Claim[] {
	return claimsAt(["auth", entry.section, entry.name], entry, schema, value, commands);
}

/** @param top the keys that lead to what claims it */
export function claimsAt(
	top: readonly string[],
	entry: Pick<Entry, "files" | "parts">,
	schema: Shape,
	value: YamlMap,
	commands: readonly Command[],
): readonly Claim[] {
	const claims: Claim[] = commands.map(({ path, tagged }) => ({
		kind: "exec",
		text: tagged.argument ?? "",
		path: [...top, ...path],
		file: tagged.file,
		files: [...new Set([...sourcesOf(entry, path), tagged.file])],
	}));
	for (const { fact, path, variables } of marksOf(schema)) {
		const text = valueAt(value, path);
		if (typeof text !== "string" || text.trim() === "") continue;
		const files = sourcesOf(entry, path);
		const file = files[0] ?? "";
		claims.push({ kind: fact, text: text.trim(), path: [...top, ...path], file, files, variables });
	}
	return claims;
}

/** The file whose value of a key counts, the last one that has it; all of the entry where a `<<` may have brought it. */
function sourcesOf(entry: Pick<Entry, "files" | "parts">, path: readonly string[]): readonly string[] {
	const source = entry.parts.findLast(({ value }) => covers(value, path));
	return source === undefined ? entry.files : [source.file];
}

/** Whether a value has a key, or something in its place. */
function covers(value: YamlValue, path: readonly string[]): boolean {
	let node = value;
	for (const key of path) {
		if (!isMap(node)) return true;
		if (!Object.hasOwn(node, key)) return false;
		node = node[key] as YamlValue;
	}
	return true;
}

function valueAt(value: YamlValue, path: readonly string[]): YamlValue | undefined {
	let node: YamlValue | undefined = value;
	for (const key of path) node = isMap(node) && Object.hasOwn(node, key) ? node[key] : undefined;
	return node;
}
