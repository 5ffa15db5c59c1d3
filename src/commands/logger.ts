/** Diagnostics on stderr, off unless asked for. The sink redacts what looks like a secret, as a second line of defence. */
import type { LogFields, Logger } from "../auth/context.ts";
import { sanitize } from "../auth/sanitize.ts";

const LEVELS = ["trace", "debug", "info", "warning", "error", "off"] as const;
const ALIASES: Readonly<Record<string, (typeof LEVELS)[number]>> = { warn: "warning", none: "off" };

/** What looks like a secret, and what is left of it. */
const SECRETS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
	// AWS access key ids keep their last four characters, by which people recognize them.
	[/\b(AKIA|ASIA)[A-Z0-9]{8,}([A-Z0-9]{4})\b/g, "$1…$2"],
	[/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, "[redacted]"],
	[/\bk8s-aws-v1\.[\w-]+/g, "[redacted]"],
	[/((?:secret|token|password|authorization|assertion)["']?\s*[:=]\s*["']?)[^\s"',}]+/gi, "$1[redacted]"],
	// An AWS secret key: 40 characters of base64. Forty hexadecimal digits are a hash, which names a file.
	[/(?<![A-Za-z0-9/+=])(?![0-9a-f]{40}(?![A-Za-z0-9/+=]))[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/g, "[redacted]"],
	// Long opaque values. Paths are spared: they have slashes.
	[/(?<![\w/.+=-])[A-Za-z0-9+=_-]{65,}/g, "[redacted]"],
];

/** @returns the text with everything that looks like a secret replaced */
export function redact(text: string): string {
	return SECRETS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/**
 * @param options.level `trace`, `debug`, `info`, `warning` (the default), `error` or `off`, in any case
 * @param options.write where a finished line goes
 */
export function createLogger(options: { readonly level: string | undefined; write(line: string): void }): Logger {
	const asked = (options.level ?? "warning").toLowerCase();
	const name = ALIASES[asked] ?? asked;
	const index = LEVELS.indexOf(name as (typeof LEVELS)[number]);
	const threshold = index < 0 ? LEVELS.indexOf("warning") : index;
	const log =
		(level: (typeof LEVELS)[number]) =>
		(message: string, fields?: LogFields): void => {
			if (LEVELS.indexOf(level) < threshold) return;
			const rest = Object.entries(fields ?? {})
				.filter(([, value]) => value !== undefined)
				.map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
				.join("");
			options.write(`${level}: ${redact(sanitize(message + rest))}\n`);
		};
	return { trace: log("trace"), debug: log("debug"), info: log("info"), warn: log("warning"), error: log("error") };
}
