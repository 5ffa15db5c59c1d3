/**
 * Merges the auth sections of several files: maps key by key, lists and values by replacement, later files win. Names of
 * providers, identities and integrations match without regard to case; their last spelling is kept for display.
 */

import { SECTIONS, type Section } from "../manifest.ts";
import { lowerCase } from "../system/lower-case.ts";
import { sanitize } from "../system/sanitize.ts";
import type { FoundFile } from "./find.ts";
import { evaluateQuick, type FunctionContext, FunctionFailure, withMergedFunction } from "./functions.ts";
import { isMap, Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

/** One provider, identity or integration, merged but not yet evaluated. */
export interface Entry {
	readonly section: Section;
	readonly name: string;
	readonly key: string;
	readonly value: YamlMap;
	/** The files that have it, the last one first. */
	readonly files: readonly string[];
	/** What each of them says, in merge order: later ones win. */
	readonly parts: readonly { readonly file: string; readonly value: YamlMap }[];
	/** Why some file has no map there. */
	readonly wrong?: string | undefined;
}

export interface Merged {
	readonly sections: Readonly<Record<Section, ReadonlyMap<string, Entry>>>;
	/** `auth.realm`, evaluated. */
	readonly realm: string | undefined;
	/** `auth.keyring`, not yet evaluated; undefined where no file has it. */
	readonly keyring: KeyringPart | undefined;
	/** Keys of `auth` that are none of the sections', with the file that has them. */
	readonly others: readonly { readonly key: string; readonly file: string }[];
	readonly twice: readonly Twice[];
}

/** A part of `auth` that is no section. */
export type KeyringPart = Pick<Entry, "value" | "files" | "parts" | "wrong">;

/** A name that stands twice in a file, in different spellings. */
export interface Twice {
	readonly file: string;
	readonly path: readonly string[];
	/** The other spelling. */
	readonly name: string;
}

/** What an entry of a section is called. */
export const SINGULAR: Readonly<Record<Section, string>> = {
	providers: "provider",
	identities: "identity",
	integrations: "integration",
};

/** Providers, identities and integrations of all files: many times what the largest organizations have. */
const MOST_ENTRIES = 50_000;

/** Merges two values; the later one wins. */
export function mergeValues(before: YamlValue | undefined, after: YamlValue): YamlValue {
	if (!isMap(before) || !isMap(after)) return after;
	const result: Record<string, YamlValue> = Object.create(null);
	for (const key of Object.keys(before)) result[key] = before[key] as YamlValue;
	for (const key of Object.keys(after)) {
		result[key] = Object.hasOwn(before, key)
			? mergeValues(before[key], after[key] as YamlValue)
			: (after[key] as YamlValue);
	}
	return result;
}

/** A section or an entry that is not what it has to be. Where the key stands is for the caller to find. */
export class StructureError extends Error {
	readonly file: string;
	readonly path: readonly string[];

	constructor(file: string, path: readonly string[], message: string) {
		super(message);
		this.file = file;
		this.path = path;
	}
}

/**
 * @param files in merge order
 * @param functions evaluates a function that stands in place of a whole section or entry
 * @throws StructureError when `auth` or a section of it is no map
 */
export function mergeAuth(files: readonly FoundFile[], functions: FunctionContext): Merged {
	const sections: Record<Section, Map<string, Entry>> = {
		providers: new Map(),
		identities: new Map(),
		integrations: new Map(),
	};
	const others = new Map<string, string>();
	const twice: Twice[] = [];
	let realm: string | undefined;
	let keyring: KeyringPart | undefined;
	let entries = 0;
	for (const { file, content } of files) {
		const auth = mapAt(functions, content.auth, file, ["auth"]);
		const configured = realmOf(functions, auth.realm, file);
		if (configured !== undefined) realm = configured;
		if (Object.hasOwn(auth, "keyring")) keyring = joined(keyring, file, usable(functions, auth.keyring, "keyring"));
		for (const key of Object.keys(auth)) if (!(SECTIONS as readonly string[]).includes(key)) others.set(key, file);
		for (const section of SECTIONS) {
			const map = mapAt(functions, auth[section], file, ["auth", section]);
			const names = Object.keys(map);
			entries += names.length;
			if (entries > MOST_ENTRIES) {
				// No place: looking for one in a file of that size takes a minute.
				throw new StructureError(file, [], `the configuration has more than ${MOST_ENTRIES} entries`);
			}
			for (const name of names) {
				const before = add(functions, sections[section], section, name, map[name], file);
				if (before?.files[0] === file && before.name !== name) {
					twice.push({ file, path: ["auth", section, name], name: before.name });
				}
			}
		}
	}
	return { sections, realm, keyring, others: [...others].map(([key, file]) => ({ key, file })), twice };
}

/** A map or a function that yields one; what is not there is empty. */
function mapAt(
	functions: FunctionContext,
	value: YamlValue | undefined,
	file: string,
	path: readonly string[],
): YamlMap {
	const fail = (message: string): StructureError => new StructureError(file, path, message);
	try {
		const plain = value instanceof Tagged ? evaluateQuick(functions, value) : value;
		if (value instanceof Tagged && plain === undefined)
			throw fail(`the function ${sanitize(value.tag)} is not allowed here`);
		if (plain === undefined || plain === null) return {};
		if (!isMap(plain)) throw fail("expected a map");
		return withMergedFunction(functions, plain);
	} catch (error) {
		throw error instanceof FunctionFailure ? fail(error.message) : error;
	}
}

function realmOf(functions: FunctionContext, value: YamlValue | undefined, file: string): string | undefined {
	const fail = (message: string): StructureError => new StructureError(file, ["auth", "realm"], message);
	try {
		const plain = value instanceof Tagged ? evaluateQuick(functions, value) : value;
		if (value instanceof Tagged && plain === undefined)
			throw fail(`the function ${sanitize(value.tag)} is not allowed here`);
		if (plain === undefined || plain === null || plain === "") return undefined;
		if (typeof plain !== "string") throw fail("expected a string");
		return plain;
	} catch (error) {
		throw error instanceof FunctionFailure ? fail(error.message) : error;
	}
}

/** @returns the entry as it was before */
function add(
	functions: FunctionContext,
	entries: Map<string, Entry>,
	section: Section,
	name: string,
	given: YamlValue | undefined,
	file: string,
): Entry | undefined {
	const key = lowerCase(name);
	const before = entries.get(key);
	entries.set(key, { section, name, key, ...joined(before, file, usable(functions, given, SINGULAR[section])) });
	return before;
}

/** What several files say, the later ones last. */
function joined(
	before: KeyringPart | undefined,
	file: string,
	{ value, wrong }: Pick<KeyringPart, "value" | "wrong">,
): KeyringPart {
	return {
		value: before ? (mergeValues(before.value, value) as YamlMap) : value,
		files: before ? [file, ...before.files.filter((other) => other !== file)] : [file],
		parts: [...(before?.parts ?? []), { file, value }],
		wrong: before?.wrong ?? wrong,
	};
}

/** The map that an entry is, or why it is none. What is wrong with it is said when it is used. */
function usable(
	functions: FunctionContext,
	given: YamlValue | undefined,
	what: string,
): { readonly value: YamlMap; readonly wrong?: string | undefined } {
	if (isMap(given)) return { value: given };
	if (given === null || given === undefined) return { value: {} };
	try {
		const value = given instanceof Tagged ? evaluateQuick(functions, given) : given;
		if (given instanceof Tagged && value === undefined) {
			return { value: {}, wrong: `the function ${sanitize(given.tag)} is not allowed here` };
		}
		return isMap(value) ? { value } : { value: {}, wrong: `expected a map with the keys of the ${what}` };
	} catch (error) {
		if (error instanceof FunctionFailure) return { value: {}, wrong: error.message };
		throw error;
	}
}
