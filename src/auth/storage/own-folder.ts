/**
 * `spec.files.base_path` comes with a repository, and so can what lies there: a link to `~/.aws`, and a person's own
 * `[default]` would be read, sent to the configured cloud and overwritten. Below `base_path` only what is really there is
 * used, and only the user's own.
 */
import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AuthError } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import { errnoOf, storageError } from "./failure.ts";
import { pathWord } from "./paths.ts";

/**
 * @param base the `base_path`, absolute; it may itself be a link
 * @param folder the provider's folder, below it. It and those between may be missing
 * @param names what is read and written in it, each with a lock of the Go program beside it
 * @param user who may own them, by number
 * @param setting the key that names the base, for what is said
 * @throws AuthError `storage` for a symbolic link, or a folder of another user, from below the base to the files
 */
export async function checkOwnFolder(
	base: string,
	folder: string,
	names: readonly string[],
	user: number = process.geteuid?.() ?? 0,
	setting = "spec.files.base_path",
): Promise<void> {
	const folders: string[] = [];
	for (let at = folder; at !== base && at !== dirname(at); at = dirname(at)) folders.unshift(at);
	for (const path of folders) if (!(await isOwn(path, user, setting))) return;
	const files = names.flatMap((name) => [name, `${name}.lock`]);
	await Promise.all(files.map((name) => isOwn(join(folder, name), user, setting)));
}

/** @returns false if nothing is there */
async function isOwn(path: string, user: number, setting: string): Promise<boolean> {
	try {
		const info = await lstat(path);
		if (info.isSymbolicLink())
			throw refused(path, setting, "it is a symbolic link, which may lead to other programs' credentials");
		// Root works in folders of others, and gives them what it makes there. Windows has no such numbers.
		if (user !== 0 && info.uid !== user) throw refused(path, setting, "it belongs to another user");
		return true;
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return false;
		throw await storageError(error, "read", path);
	}
}

function refused(path: string, setting: string, reason: string): AuthError {
	return new AuthError({
		code: "storage",
		message: `${sanitize(path)} (\`${setting}\`) cannot be used for credentials`,
		reason,
		remedy: {
			say: `set \`${setting.split(".").at(-1)}\` to another folder, or remove it`,
			run: ["rm", pathWord(path)],
		},
	});
}
