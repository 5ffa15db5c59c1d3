/** The answers to commands and flags that do not exist. */
import { suggestionFor } from "../auth/config/suggest.ts";
import type { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { dashed } from "./definition.ts";
import { usageError } from "./usage.ts";

/**
 * @param said what was typed, arguments included
 * @param commandNames the commands that there are
 * @returns the error for a command that does not exist, with the nearest one that does
 */
export function unknownCommand(said: string, commandNames: readonly string[]): AuthError {
	const words = said.split(" ");
	// What follows a command's name may be an argument.
	const beginnings = words.map((_, index) => words.slice(0, words.length - index));
	const near = beginnings
		.map((some) => {
			const names = [...commandNames, "help", "version"].filter((name) => name.split(" ").length === some.length);
			return suggestionFor(some.join(" "), names);
		})
		.find((name) => name !== undefined);
	return usageError(
		"",
		`unknown command "${sanitize(said)}"${near === undefined ? "" : `, did you mean "${near}"?`}`,
		near === undefined ? commandNames : [near],
	);
}

/**
 * @param word what was typed
 * @param known the flags that there are, with dashes
 * @param command the command's words; an empty text where none was found
 */
export function unknownFlag(word: string, known: readonly string[], command: string): AuthError {
	if (!word.startsWith("--")) return usageError(command, `unknown flag ${sanitize(word)}`);
	const [name = ""] = word.slice(2).split("=");
	const plain = dashed(name).replace(/^-+/, "");
	const near = plain.length > 2 ? suggestionFor(plain, known) : undefined;
	const hint = near === undefined ? "" : `, did you mean --${near}?`;
	return usageError(command, `unknown flag --${sanitize(name)}${hint}`);
}
