/** What the operating system said about a file, as an error with the path and one thing to do. */
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { AuthError, type AuthErrorOptions, isAbort } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import { shellWord } from "../system/shell-word.ts";
import { pathWord } from "./paths.ts";

/** The system's name of an error, such as `ENOENT`; undefined for errors of other origin. */
export function errnoOf(error: unknown): string | undefined {
	const code = (error as { code?: unknown } | null)?.code;
	return typeof code === "string" ? code : undefined;
}

/**
 * @param doing what was tried, as in "cannot write …"
 * @param path the file that the user knows
 * @returns an AuthError `storage`; AuthErrors and aborts are returned as they are
 */
export async function storageError(error: unknown, doing: "read" | "write" | "lock", path: string): Promise<unknown> {
	if (error instanceof AuthError || isAbort(error)) return error;
	const code = errnoOf(error);
	const { reason, remedy } = await explain(code, path);
	return new AuthError({
		code: "storage",
		message: `cannot ${doing} ${sanitize(path)}`,
		reason:
			reason ??
			(code === undefined
				? sanitize(error instanceof Error ? error.message : String(error))
				: `the system reported ${sanitize(code)}`),
		remedy,
		cause: error,
	});
}

type Explanation = Pick<AuthErrorOptions, "reason" | "remedy">;

async function explain(code: string | undefined, path: string): Promise<Explanation> {
	const folder = await nearestFolder(path);
	switch (code) {
		case "ENOSPC":
			return {
				reason: `no space left on the disk of ${sanitize(folder)}`,
				remedy: { run: ["df", "-h", pathWord(folder)] },
			};
		case "EDQUOT":
			return { reason: `your disk quota on ${sanitize(folder)} is used up`, remedy: { run: ["quota", "-s"] } };
		case "EROFS":
			return {
				reason: `the file system of ${sanitize(folder)} is read-only`,
				remedy: "set ATMOS_XDG_CONFIG_HOME and ATMOS_XDG_CACHE_HOME to writable folders",
			};
		case "EACCES":
		case "EPERM":
			return denied(path, folder);
		case "EISDIR":
			return {
				reason: "it is a folder",
				remedy: { say: "move it away", run: ["mv", pathWord(path), pathWord(`${path}.old`)] },
			};
		case "ENOENT":
			return {
				reason: `nothing can be created in ${sanitize(folder)}`,
				remedy: "set HOME, or ATMOS_XDG_CONFIG_HOME and ATMOS_XDG_CACHE_HOME, to writable folders",
			};
		case "ENOTDIR":
		case "EEXIST":
			return { reason: "a folder in its path is a file", remedy: { run: ["ls", "-ld", pathWord(folder)] } };
		case "ELOOP":
			return { reason: "its symbolic links form a loop", remedy: { run: ["ls", "-l", pathWord(path)] } };
		case "ENAMETOOLONG":
			return { reason: "its name is too long for the file system", remedy: "use a shorter name in atmos.yaml" };
		case "EMFILE":
		case "ENFILE":
			return { reason: "too many files are open", remedy: "ulimit -n 4096" };
		default:
			return {};
	}
}

/** Names what stands in the way, the file or its folder, and how its owner opens it. */
async function denied(path: string, folder: string): Promise<Explanation> {
	const uid = process.getuid?.();
	for (const candidate of [path, folder]) {
		const info = await stat(candidate).catch(() => undefined);
		if (info === undefined) continue;
		const needed = info.isDirectory() ? 0o300 : 0o600;
		if (uid !== undefined && info.uid !== uid) {
			return {
				reason: `permission denied: ${sanitize(candidate)} belongs to another user`,
				// Only a shell can put the user's name in.
				remedy: `sudo chown "$(id -un)" ${shellWord(pathWord(candidate))}`,
			};
		}
		if ((info.mode & needed) !== needed) {
			return {
				reason: `permission denied: ${sanitize(candidate)} has mode ${(info.mode & 0o777).toString(8).padStart(4, "0")}`,
				remedy: { run: ["chmod", `u+rw${info.isDirectory() ? "x" : ""}`, pathWord(candidate)] },
			};
		}
	}
	return {
		reason: "permission denied by the system",
		remedy: { run: ["ls", "-ld", pathWord(folder), pathWord(path)] },
	};
}

/** The closest folder of the path that exists. */
async function nearestFolder(path: string): Promise<string> {
	let at = dirname(path);
	while (at !== dirname(at)) {
		const info = await stat(at).catch(() => undefined);
		if (info !== undefined) break;
		at = dirname(at);
	}
	return at;
}

/** What is said of a path that is no file. */
export function notRegular(isFolder: boolean): Error {
	return isFolder
		? Object.assign(new Error("it is a folder"), { code: "EISDIR" })
		: new Error("it is a device, a pipe or a socket, not a file");
}
