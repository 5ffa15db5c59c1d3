/**
 * Merges the auth sections of several files: maps key by key, lists and values by replacement, later files win. Names of
 * providers, identities and integrations match without regard to case; their last spelling is kept for display.
 */
import type { FoundFile } from "./find.ts";
import { evaluateQuick, type FunctionContext } from "./functions.ts";
import type { Section } from "./schema/kinds.ts";
import { isMap, Tagged, type YamlMap, type YamlValue } from "./yaml.ts";

/** One provider, identity or integration, merged but not yet evaluated. */
export interface Entry {
	readonly section: Section;
	readonly name: string;
	readonly key: string;
	readonly value: YamlMap;
	/** The files that have it, the last one first. */
	readonly files: readonly string[];
	/** Set when some file has something else than a map there. */
	readonly notAMap: boolean;
}

export interface Merged {
	readonly sections: Readonly<Record<Section, ReadonlyMap<string, Entry>>>;
	/** `auth.realm`, evaluated. */
	readonly realm: string | undefined;
	/** Keys of `auth` that are none of the sections', with the file that has them. */
	readonly others: readonly { readonly key: string; readonly file: string }[];
}

const SECTIONS: readonly Section[] = ["providers", "identities", "integrations"];

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

/**
 * @param files in merge order
 * @param functions evaluates a function that stands in place of a whole section or entry
 */
export function mergeAuth(files: readonly FoundFile[], functions: FunctionContext): Merged {
	const resolveTag = (value: YamlValue | undefined): YamlValue | undefined =>
		value instanceof Tagged ? (evaluateQuick(functions, value) ?? value) : value;
	const sections: Record<Section, Map<string, Entry>> = {
		providers: new Map(),
		identities: new Map(),
		integrations: new Map(),
	};
	const others = new Map<string, string>();
	let realm: string | undefined;
	for (const { file, content } of files) {
		const auth = resolveTag(content.auth);
		if (!isMap(auth)) continue;
		const configured = resolveTag(auth.realm);
		if (typeof configured === "string" && configured !== "") realm = configured;
		for (const key of Object.keys(auth)) if (!(SECTIONS as readonly string[]).includes(key)) others.set(key, file);
		for (const section of SECTIONS) {
			const map = resolveTag(auth[section]);
			if (!isMap(map)) continue;
			for (const name of Object.keys(map)) add(sections[section], section, name, resolveTag(map[name]), file);
		}
	}
	return { sections, realm, others: [...others].map(([key, file]) => ({ key, file })) };
}

function add(
	entries: Map<string, Entry>,
	section: Section,
	name: string,
	value: YamlValue | undefined,
	file: string,
): void {
	const key = name.toLowerCase();
	const before = entries.get(key);
	const usable = isMap(value) ? value : {};
	entries.set(key, {
		section,
		name,
		key,
		value: before ? (mergeValues(before.value, usable) as YamlMap) : usable,
		files: before ? [file, ...before.files] : [file],
		notAMap: (before?.notAMap ?? false) || !(isMap(value) || value === null),
	});
}
