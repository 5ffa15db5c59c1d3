/** Values that have to be one of a few, whether they come from a flag or from a variable. */
import { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";

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
	throw new AuthError({
		code: "usage",
		message: `${name} is "${sanitize(text)}", which is neither true nor false`,
		remedy: `set ${name} to true or false, or unset it`,
		candidates: ["true", "false"],
	});
}
