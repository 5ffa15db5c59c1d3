/** Where a program is. Never in the working directory: a cloned repository must not be able to bring its own `pbcopy`. */
import { realpathSync } from "node:fs";
import { dirname, isAbsolute, relative } from "node:path";
import which from "which";

/**
 * @param name a program's name, or an absolute path
 * @param options.path the `PATH` to search
 * @param options.cwd the working directory; nothing in it is found
 * @returns an absolute path, or undefined
 */
export function findProgram(
	name: string,
	options: { readonly path: string | undefined; readonly cwd: string },
): string | undefined {
	const found = which.sync(name, { nothrow: true, all: true, path: options.path ?? "" }) ?? [];
	return found.find((file) => isAbsolute(file) && !isInside(file, options.cwd));
}

function isInside(file: string, folder: string): boolean {
	try {
		const way = relative(realpathSync(folder), realpathSync(dirname(file)));
		return way === "" || (!way.startsWith("..") && !isAbsolute(way));
	} catch {
		return true;
	}
}
