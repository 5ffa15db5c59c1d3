/** What is wrong with a command line, and where its help is. */
import { AuthError } from "../auth/errors.ts";

/** @param command its words; an empty text for the program itself */
export function usageError(command: string, message: string): AuthError {
	return new AuthError({ code: "usage", message, remedy: `${["atmos-auth", command].join(" ").trimEnd()} --help` });
}
