/** What is wrong with a command line, or with a variable that stands for a part of it, and what puts it right. */
import { AuthError, type AuthErrorOptions } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { orList } from "./definition.ts";

/**
 * For whatever the command's help answers.
 *
 * @param command its words; an empty text for the program itself
 * @param candidates what may have been meant, or what there is
 */
export function usageError(command: string, message: string, candidates?: readonly string[]): AuthError {
	return settingError({
		message,
		remedy: { run: ["atmos-auth", ...command.split(" ").filter((word) => word !== ""), "--help"] },
		candidates,
	});
}

/**
 * For a value that is none of the few that there are.
 *
 * @param source the flag or variable that has it
 * @param objection such as `which is not a log level`
 * @param near the one that was probably meant
 */
export function valueError(
	source: string,
	value: string,
	objection: string,
	options: { readonly values: readonly string[]; readonly near?: string | undefined },
): AuthError {
	const { values, near } = options;
	return settingError({
		message: `${source} is "${sanitize(value)}", ${objection}${near === undefined ? "" : `, did you mean "${near}"?`}`,
		remedy: `choose ${values.length > 2 ? "one of " : ""}${orList(values)}`,
		candidates: near === undefined ? values : [near],
	});
}

/** For a setting of the user's that cannot be used, with a remedy of its own. */
export function settingError(options: Omit<AuthErrorOptions, "code">): AuthError {
	return new AuthError({ code: "usage", ...options });
}
