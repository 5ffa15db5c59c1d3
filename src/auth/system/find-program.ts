/** Where a program is. Never the working directory: a cloned repository must not be able to bring its own `pbcopy`. */
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, relative, sep } from "node:path";
import which from "which";

/**
 * @param name a program's name, or an absolute path
 * @param options.path the `PATH` to search; its relative entries are left out
 * @param options.cwd the working directory; nothing in it is found
 * @returns an absolute path, or undefined
 */
export function findProgram(
	name: string,
	options: { readonly path: string | undefined; readonly cwd: string },
): string | undefined {
	const fits = (file: string): boolean => isAbsolute(file) && !isOfProject(file, options.cwd);
	// One entry after the other, to stop at the first hit: below WSL each entry of Windows costs milliseconds.
	const entries = isAbsolute(name) ? [""] : (options.path ?? "").split(delimiter);
	for (const entry of entries) {
		const found = which.sync(name, { nothrow: true, all: true, path: entry })?.find(fits);
		if (found !== undefined) return found;
	}
	return undefined;
}

/**
 * Whether a program may have come with the project. A home folder, or `/`, is no project: people keep programs in it, but
 * what lies in it directly may as well have been downloaded.
 */
function isOfProject(file: string, cwd: string): boolean {
	try {
		const [project, folder] = [realpathSync(cwd), realpathSync(dirname(file))];
		return folder === project || (isWithin(folder, project) && !isWithin(homedir(), project));
	} catch {
		return true;
	}
}

function isWithin(path: string, folder: string): boolean {
	const way = relative(folder, path);
	return way === "" || (way.split(sep)[0] !== ".." && !isAbsolute(way));
}
