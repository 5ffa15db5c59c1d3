/** Where `base_path` leads, in the way of Atmos's `resolveAbsolutePath`: imports are looked for there. */
import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";

/**
 * @param path as it is written; empty for none
 * @param from.folder of the file that it stands in
 * @param from.runtime it comes from a flag or the environment, where a dot means the working directory
 * @returns an absolute path
 */
export function resolveBasePath(
	path: string,
	from: {
		readonly cwd: string;
		readonly repository: string | undefined;
		readonly folder: string;
		readonly runtime: boolean;
	},
): string {
	if (isAbsolute(path)) return path;
	if (/^\.{1,2}(?:[\\/]|$)/.test(path)) return resolve(from.runtime ? from.cwd : from.folder, path);
	const first = from.repository ?? (from.runtime && path !== "" ? from.cwd : from.folder);
	if (path === "") return first;
	const candidates = [join(first, path), ...(from.repository ? [] : [join(from.folder, path)]), join(from.cwd, path)];
	return candidates.find((candidate) => existsSync(candidate)) ?? (candidates[0] as string);
}
