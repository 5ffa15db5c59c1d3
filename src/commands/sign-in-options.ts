/** How a person wants to sign in: what the flags and variables of `login` say of it. */
import type { SignInOptions } from "../auth/sign-in-ways.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { login } from "./login.ts";
import type { ValuesOf } from "./options.ts";
import { usageError } from "./usage.ts";
import { booleanVariable } from "./values.ts";

type Given = Pick<ValuesOf<(typeof login)["flags"]>, "flow" | "callbackPort" | "webflow" | "provider">;

/**
 * @throws AuthError `usage` for flags that do not go together, for a port that is none, and for a variable that is neither true
 *   nor false
 */
export function signInOptions(flags: Given, env: Readonly<Record<string, string | undefined>>): SignInOptions {
	if (flags.webflow === true && flags.provider !== undefined) {
		throw usageError(login.words, "--webflow is for an identity of kind aws/user: it cannot be used with --provider");
	}
	return {
		flow: flags.flow,
		callbackPort: flags.callbackPort === undefined ? undefined : portOf(flags.callbackPort),
		webflow: webflowOf(flags, env),
	};
}

function webflowOf({ webflow }: Given, env: Readonly<Record<string, string | undefined>>): SignInOptions["webflow"] {
	if (webflow !== undefined) return webflow ? "flag" : undefined;
	return booleanVariable(env, "ATMOS_WEBFLOW") === true ? "variable" : undefined;
}

function portOf(text: string): number {
	const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
	if (port >= 1 && port <= 65_535) return port;
	throw usageError(
		login.words,
		`--callback-port is "${sanitize(text)}", which is not a port: a number from 1 to 65535`,
	);
}
