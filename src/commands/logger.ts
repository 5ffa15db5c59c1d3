/** Diagnostics on stderr, off unless asked for. The sink redacts what looks like a secret, as a second line of defence. */
import type { LogFields, Logger } from "../auth/context.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { escapeWorkflowCommands } from "../output/workflow-commands.ts";
import { commonFlags } from "./definition.ts";
import { oneOf } from "./values.ts";

const LEVELS = commonFlags.logLevel.values;
export type LogLevel = (typeof LEVELS)[number];

/**
 * @param text a level in any case
 * @param source the flag or variable that it comes from
 * @throws AuthError `usage` that lists the levels
 */
export const logLevel = (text: string, source: string): LogLevel =>
	oneOf(commonFlags.logLevel, text, source, "log level");

/** What looks like a secret, and what is left of it. */
const SECRETS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
	// AWS access key ids keep their last four characters, by which people recognize them.
	[/\b(AKIA|ASIA)[A-Z0-9]{8,}([A-Z0-9]{4})\b/g, "$1…$2"],
	// JSON web tokens and keys: base64 of `{"`.
	[/\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, "[redacted]"],
	[/\bk8s-aws-v1\.[\w-]+/g, "[redacted]"],
	// User name and password of an address (RFC 3986, section 3.2.1).
	[/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"']*@/gi, "$1[redacted]@"],
	[/\b(Bearer|Basic|Negotiate)\s+[\w.~+/=-]{6,}/gi, "$1 [redacted]"],
	// `name: value` and `name=value`, in JSON, headers, queries and settings. In a query the value ends at `&`.
	[
		/((?:secret|token|password|passwd|authorization|assertion|signature|credential(?!s)|api[_-]?key|device_?code|code_?verifier)(?:[_-]?(?:access[_-]?key|key|value))?(?:\\?["'])?\s*[:=]\s*(?:\\?["'])?)(?!\[redacted\])[^\s"'\\,;&}]+/gi,
		"$1[redacted]",
	],
	// Docker's `"auth": "…"`: base64 of user name and password.
	[/((?:\\?["'])auth(?:\\?["'])\s*:\s*(?:\\?["']))[^\s"'\\]+/gi, "$1[redacted]"],
	// An AWS secret key: 40 characters of base64, hardly ever without capitals, small letters and digits, which paths and
	// hashes of that length do not have all of.
	[
		/(?<![A-Za-z0-9/+=])(?=[^A-Z]{0,39}[A-Z])(?=[^a-z]{0,39}[a-z])(?=\D{0,39}\d)[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/g,
		"[redacted]",
	],
	// Long opaque values. Paths are spared: they have slashes.
	[/(?<![\w/.+=-])[A-Za-z0-9+=_-]{65,}/g, "[redacted]"],
];

/** @returns the text with everything that looks like a secret replaced */
export function redact(text: string): string {
	return SECRETS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** A secret shorter than this would take words out of the log. */
const SHORTEST_SECRET = 8;

/**
 * @param options.level what is less than this is not written
 * @param options.write where a finished line goes
 * @param options.secrets values that are replaced wherever they stand; it may grow
 */
export function createLogger(options: {
	readonly level: LogLevel;
	readonly secrets?: ReadonlySet<string> | undefined;
	write(line: string): void;
}): Logger {
	const threshold = LEVELS.indexOf(options.level);
	const withoutSecrets = (text: string): string => {
		let result = text;
		for (const secret of options.secrets ?? []) {
			if (secret.length >= SHORTEST_SECRET) result = result.replaceAll(secret, "[redacted]");
		}
		return redact(result);
	};
	const log =
		(level: LogLevel) =>
		(message: string, fields?: LogFields): void => {
			if (LEVELS.indexOf(level) < threshold) return;
			const rest = Object.entries(fields ?? {})
				.filter(([, value]) => value !== undefined)
				.map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
				.join("");
			options.write(`${level}: ${escapeWorkflowCommands(withoutSecrets(sanitize(message + rest)))}\n`);
		};
	return { trace: log("trace"), debug: log("debug"), info: log("info"), warn: log("warning"), error: log("error") };
}
