/** Values that have to be one of a few, whether they come from a flag or from a variable. */
import { suggestionFor } from "../auth/config/suggest.ts";
import { valueError } from "./usage.ts";

/** As Go's strconv.ParseBool has it, which reads the same variables in Atmos. */
const TRUE: readonly string[] = ["true", "t", "1"];
const FALSE: readonly string[] = ["false", "f", "0"];

/** @returns undefined for what is neither */
export function parseBoolean(text: string): boolean | undefined {
	const plain = text.toLowerCase();
	if (TRUE.includes(plain)) return true;
	return FALSE.includes(plain) ? false : undefined;
}

/**
 * @param name the variable
 * @returns undefined where it is empty or not set
 * @throws AuthError `usage` for a value that is neither true nor false
 */
export function booleanVariable(env: Readonly<Record<string, string | undefined>>, name: string): boolean | undefined {
	const text = env[name]?.trim();
	if (!text) return undefined;
	const value = parseBoolean(text);
	if (value !== undefined) return value;
	throw valueError(name, text, "which is neither true nor false", { values: ["true", "false"] });
}

/** A flag that takes a few values only. */
export interface Choice<Value extends string = string> {
	readonly values: readonly Value[];
	readonly synonyms?: Readonly<Record<string, Value>>;
}

/**
 * @param choice the flag
 * @param text what was given, in capitals or small letters
 * @param source where: the flag as it is typed, or the variable that stands for it
 * @param noun what the values are, such as `log level`
 * @throws AuthError `usage` that lists the values, or names the nearest
 */
export function oneOf<Value extends string>(choice: Choice<Value>, text: string, source: string, noun: string): Value {
	const { values, synonyms = {} } = choice;
	const plain = text.trim().toLowerCase();
	const found = Object.hasOwn(synonyms, plain) ? synonyms[plain] : values.find((value) => value === plain);
	if (found !== undefined) return found;
	const near = suggestionFor(plain, values);
	throw valueError(source, text, `which is not ${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`, { values, near });
}
