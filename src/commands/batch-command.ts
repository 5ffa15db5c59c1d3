/**
 * The command line by which cmd.exe runs a `.cmd` or `.bat` with arguments as they are. Such files read their arguments a second
 * time when they hand them on (`%*`), so everything that cmd.exe takes for its own is escaped twice, as `cross-spawn` does it
 * for npm's shims. https://flatt.tech/research/posts/batbadbut-you-cant-securely-execute-commands-on-windows/
 */
import { AuthError } from "../auth/errors.ts";

const META = /[()\][%!^"`<>&|;, *?]/g;

/** @throws AuthError `usage` for an argument with a line break, which cannot be given to such a file */
export function batchCommand(
	file: string,
	args: readonly string[],
	env: Readonly<Record<string, string>>,
): { readonly file: string; readonly args: readonly string[] } {
	if (args.some((arg) => /[\r\n]/.test(arg))) {
		throw new AuthError({ code: "usage", message: "a batch file cannot be given an argument with a line break" });
	}
	const withCarets = (text: string): string => text.replace(META, "^$&");
	const line = [withCarets(file), ...args.map((arg) => withCarets(withCarets(quoted(arg))))].join(" ");
	const shell = Object.entries(env).find(([name]) => name.toUpperCase() === "COMSPEC")?.[1];
	return { file: shell ?? "cmd.exe", args: ["/d", "/s", "/c", `"${line}"`] };
}

/** In quotes as the C runtime reads them: backslashes count double before a quote. */
const quoted = (arg: string): string => `"${arg.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, "$1$1")}"`;
