/** The answer to a command that does not exist. */
import { suggestionFor } from "../auth/config/suggest.ts";
import { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";

/**
 * @param said what was typed
 * @param commandNames the commands that there are
 * @returns the error for a command that does not exist, with the nearest one that does
 */
export function unknownCommand(said: string, commandNames: readonly string[]): AuthError {
	const near = suggestionFor(said, commandNames);
	return new AuthError({
		code: "usage",
		message: `unknown command "${sanitize(said)}"${near === undefined ? "" : `, did you mean "${near}"?`}`,
		remedy: "atmos-auth --help",
		candidates: near === undefined ? commandNames : [near],
	});
}
