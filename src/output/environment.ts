/** Variables as other programs read them. */
import { AuthError } from "../auth/errors.ts";
import type { EnvironmentChange } from "../auth/kinds.ts";

export type EnvironmentFormat = "bash" | "dotenv" | "json";

/**
 * @returns lines, the last one ended
 * @throws AuthError `usage` for a value that the format cannot have
 */
export function environmentText(format: EnvironmentFormat, { set, unset }: EnvironmentChange): string {
	switch (format) {
		case "bash":
			return lines([
				...Object.entries(set).map(([name, value]) => `export ${name}=${shellQuoted(value)};`),
				...unset.map((name) => `unset ${name};`),
			]);
		case "dotenv":
			return lines(Object.entries(set).map(([name, value]) => `${name}=${dotenvValue(name, value)}`));
		case "json":
			return `${JSON.stringify(set, null, 2)}\n`;
	}
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

/**
 * For `eval "$(…)"` in any POSIX shell. `eval $(…)` without quotes, which Atmos documents, makes one blank of every run of blanks
 * and line breaks before it looks at quotes: statements survive by their semicolons, and values with single spaces as they
 * are. Others cannot be written for both, but by a command of their own.
 */
const shellQuoted = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

/**
 * As Node's `--env-file` reads it. Docker's takes what stands behind `=` as it is, so there are quotes only where Node would
 * read something else without: they have no escapes, but for `\n` in double ones.
 * https://github.com/nodejs/node/blob/main/src/node_dotenv.cc
 */
function dotenvValue(name: string, value: string): string {
	const isPlain = value === value.trim() && !/^["'`]|[#\r\n]/.test(value);
	if (isPlain) return value;
	const quote = ["'", "`", '"'].find((each) => !value.includes(each) && !(each === '"' && value.includes("\\n")));
	// Node makes line breaks of its own of these.
	if (quote !== undefined && !value.includes("\r")) return `${quote}${value}${quote}`;
	throw new AuthError({
		code: "usage",
		message: `the value of ${name} cannot be written for dotenv: it has all kinds of quotes, or a carriage return`,
		remedy: "use --format json",
	});
}
