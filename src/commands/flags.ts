/** Reads a command's flags with meow, as its definition has them. */
import meow from "meow";
import { version } from "../version.ts";
import { commonFlags, type Definition, type Flag, type Flags } from "./definition.ts";
import { type Options, optionsOf } from "./options.ts";
import { normalWords } from "./words.ts";

/**
 * @param argv the words after the command's name
 * @throws AuthError `usage` for whatever the definition does not have
 */
export function parseFlags<Own extends Flags>(definition: Definition<Own>, argv: readonly string[]): Options<Own> {
	const flags = Object.entries<Flag>({ ...definition.flags, ...commonFlags });
	const parsed = meow({
		argv: normalWords(definition, argv),
		importMeta: import.meta,
		// Given here, so that meow does not look for a package.json on disk.
		pkg: { name: "atmos-auth", version },
		autoHelp: false,
		autoVersion: false,
		booleanDefault: undefined,
		flags: Object.fromEntries(flags.map(([name, { type, list }]) => [name, { type, isMultiple: list === true }])),
	} as never);
	const values = parsed.flags as Readonly<Record<string, unknown>>;
	return optionsOf(definition, {
		input: parsed.input as readonly string[],
		value: (name) => values[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())],
	});
}
