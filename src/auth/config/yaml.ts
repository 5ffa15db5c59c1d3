/**
 * Reads YAML fast, for start-up: scalars stay as they are written (account ids keep their leading zeros, modes their
 * digits), only null, true and false are values of their own; tags become `Tagged` and are evaluated when their value is
 * needed. `locate.ts` reads the same text again, slowly and with positions, when there is something to complain about.
 */
import {
	boolCoreTag,
	defineMappingTag,
	defineScalarTag,
	defineSequenceTag,
	FAILSAFE_SCHEMA,
	loadAll,
	nullCoreTag,
	YAMLException,
} from "js-yaml";
import { ConfigError } from "./problems.ts";
import { yamlReason } from "./yaml-reasons.ts";

/** A value with a tag, such as `!env HOME`, and the file that it stands in. */
export class Tagged {
	readonly tag: string;
	/** The scalar's text; undefined for a tagged list or map, which no function takes. */
	readonly argument: string | undefined;
	readonly file: string;

	constructor(tag: string, argument: string | undefined, file: string) {
		this.tag = tag;
		this.argument = argument;
		this.file = file;
	}
}

export type YamlMap = { readonly [key: string]: YamlValue };
export type YamlValue = string | boolean | null | Tagged | readonly YamlValue[] | YamlMap;

export function isMap(value: YamlValue | undefined): value is YamlMap {
	return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Tagged);
}

// The file that is being read; the parser is synchronous and its tags are told nothing else.
let reading = "";

const asWritten = (name: string) => defineScalarTag(name, { resolve: (source) => source, identify: () => false });

/** Any tag that begins so becomes a `Tagged`, whatever it stands at. */
const tagged = (prefix: string) => [
	defineScalarTag(prefix, {
		matchByTagPrefix: true,
		resolve: (source, _, tag) => new Tagged(tag, source.trim(), reading),
		identify: () => false,
	}),
	defineSequenceTag<{ tag: string }, Tagged>(prefix, {
		matchByTagPrefix: true,
		create: (tag) => ({ tag }),
		addItem: () => {},
		finalize: ({ tag }) => new Tagged(tag, undefined, reading),
		identify: () => false,
	}),
	defineMappingTag<{ tag: string }, Tagged>(prefix, {
		matchByTagPrefix: true,
		create: (tag) => ({ tag }),
		addPair: () => "",
		has: () => false,
		keys: () => [],
		get: () => undefined,
		finalize: ({ tag }) => new Tagged(tag, undefined, reading),
		identify: () => false,
	}),
];

// No merge tag: `<<` may also take a `!include`, which the parser's own merging refuses.
const SCHEMA = FAILSAFE_SCHEMA.withTags(
	nullCoreTag,
	boolCoreTag,
	asWritten("tag:yaml.org,2002:int"),
	asWritten("tag:yaml.org,2002:float"),
	asWritten("tag:yaml.org,2002:timestamp"),
	...tagged("!"),
	// Types of the specification and of others that this program has no use for.
	...tagged("tag:"),
);

/**
 * @param text a configuration file's content
 * @param file its path, for errors and tags
 * @returns the first document; an empty one is an empty map
 * @throws ConfigError with file and line for what is no YAML, no map, or grows without bounds through its aliases
 */
export function parseYaml(text: string, file: string): YamlMap {
	const value = parseValue(text, file) ?? {};
	if (!isMap(value)) throw broken(file, "expected a map at the top level");
	return value;
}

/** The same for a file that need not be a map; an empty one is null. */
export function parseValue(text: string, file: string): YamlValue {
	reading = file;
	let value: YamlValue;
	try {
		// Go's parser reads the first document and no further.
		value = (loadAll(text.replace(/^\ufeff/, ""), { schema: SCHEMA, filename: file })[0] ?? null) as YamlValue;
	} catch (error) {
		if (!(error instanceof YAMLException)) throw error;
		const { mark } = error;
		throw broken(file, `not valid YAML: ${yamlReason(error.reason)}`, (mark?.line ?? 0) + 1, (mark?.column ?? 0) + 1);
	}
	if (text.includes("*")) {
		const wrong = checkAliases(value);
		if (wrong !== undefined) throw broken(file, wrong);
	}
	return text.includes("<<") ? resolveMerges(value) : value;
}

function broken(file: string, message: string, line = 1, column = 1): ConfigError {
	return new ConfigError([{ severity: "error", key: "", message, location: { file, line, column } }]);
}

/** More values than this is no configuration, unless the file itself is that large. */
const MANY = 100_000;
const GROWTH = 50;

/**
 * Aliases share what they point to, and everything after this walks it as if it were written out.
 *
 * @returns what is wrong with them
 */
function checkAliases(root: YamlValue): string | undefined {
	const sizes = new Map<object, number>();
	const open = new Set<object>();
	let circular = false;
	const measure = (value: YamlValue): number => {
		if (typeof value !== "object" || value === null || value instanceof Tagged) return 1;
		const known = sizes.get(value);
		if (known !== undefined) return known;
		if (open.has(value)) {
			circular = true;
			return 1;
		}
		open.add(value);
		let size = 1;
		for (const item of Object.values(value) as YamlValue[]) size += measure(item);
		open.delete(value);
		sizes.set(value, size);
		return size;
	};
	const size = measure(root);
	if (circular) return "an alias refers to something that contains it";
	if (size > MANY && size > GROWTH * sizes.size) return "its aliases expand to too much";
	return undefined;
}

/**
 * Carries out the merge keys: what a map has itself wins, then the sources in their order. A source that is a function stays
 * under `<<` for whoever evaluates the map. https://yaml.org/type/merge.html
 */
function resolveMerges(root: YamlValue): YamlValue {
	const done = new Map<object, YamlValue>();
	const resolve = (value: YamlValue): YamlValue => {
		if (typeof value !== "object" || value === null || value instanceof Tagged) return value;
		const known = done.get(value);
		if (known !== undefined) return known;
		const result = Array.isArray(value) ? value.map(resolve) : merged(value as YamlMap);
		done.set(value, result);
		return result;
	};
	const merged = (map: YamlMap): YamlMap => {
		const result: Record<string, YamlValue> = Object.create(null);
		const given = Object.hasOwn(map, "<<") ? resolve(map["<<"] as YamlValue) : undefined;
		const sources = Array.isArray(given) && given.every(isMap) ? given : isMap(given) ? [given] : undefined;
		for (const source of (sources ?? []).toReversed()) Object.assign(result, source);
		for (const key of Object.keys(map)) {
			if (key !== "<<" || sources === undefined) result[key] = resolve(map[key] as YamlValue);
		}
		return result;
	};
	return resolve(root);
}
