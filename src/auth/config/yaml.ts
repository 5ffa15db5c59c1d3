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
	load,
	mergeTag,
	nullCoreTag,
	YAMLException,
} from "js-yaml";
import { sanitize } from "../sanitize.ts";
import { ConfigError } from "./problems.ts";

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

const SCHEMA = FAILSAFE_SCHEMA.withTags(
	nullCoreTag,
	boolCoreTag,
	mergeTag,
	asWritten("tag:yaml.org,2002:int"),
	asWritten("tag:yaml.org,2002:float"),
	asWritten("tag:yaml.org,2002:timestamp"),
	defineScalarTag("!", {
		matchByTagPrefix: true,
		resolve: (source, _, tag) => new Tagged(tag, source.trim(), reading),
		identify: () => false,
	}),
	defineSequenceTag<{ tag: string }, Tagged>("!", {
		matchByTagPrefix: true,
		create: (tag) => ({ tag }),
		addItem: () => {},
		finalize: ({ tag }) => new Tagged(tag, undefined, reading),
		identify: () => false,
	}),
	defineMappingTag<{ tag: string }, Tagged>("!", {
		matchByTagPrefix: true,
		create: (tag) => ({ tag }),
		addPair: () => "",
		has: () => false,
		keys: () => [],
		get: () => undefined,
		finalize: ({ tag }) => new Tagged(tag, undefined, reading),
		identify: () => false,
	}),
);

/**
 * @param text a file's content
 * @param file its path, for errors and tags
 * @returns the document; an empty one is an empty map
 * @throws ConfigError with file and line for what is no YAML, or no map
 */
export function parseYaml(text: string, file: string): YamlMap {
	reading = file;
	let value: unknown;
	try {
		value = load(text.replace(/^\ufeff/, ""), { schema: SCHEMA, filename: file });
	} catch (error) {
		if (!(error instanceof YAMLException)) throw error;
		const { mark } = error;
		if (/empty|no document/i.test(error.reason) && !/\S/.test(text.replace(/^\s*#.*$/gm, ""))) return {};
		throw new ConfigError([
			{
				severity: "error",
				key: "",
				message: `not valid YAML: ${sanitize(error.reason)}`,
				location: { file, line: (mark?.line ?? 0) + 1, column: (mark?.column ?? 0) + 1 },
			},
		]);
	}
	if (value === null || value === undefined) return {};
	if (!isMap(value as YamlValue)) {
		throw new ConfigError([
			{ severity: "error", key: "", message: "expected a map at the top", location: { file, line: 1, column: 1 } },
		]);
	}
	return value as YamlMap;
}
