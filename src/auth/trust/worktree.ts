/** The main checkout of a linked worktree, from git's files alone: running git would obey what the project configures. */
import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { readRegular } from "../config/read-regular.ts";

/**
 * A worktree's `.git` names its folder in the main checkout, and that folder names the worktree back. The second half is
 * what an archive or a copied folder cannot forge: it would have to be written into the other checkout.
 * https://git-scm.com/docs/gitrepository-layout
 *
 * @param root the real path of a project's root
 * @param isOwn whether a user's files of this owner are the user's own
 * @returns the real path of the main checkout; undefined for anything else: an ordinary checkout, a submodule, a bare
 *   repository, or one that was moved
 */
export function mainCheckout(root: string, isOwn: (uid: number) => boolean): string | undefined {
	try {
		const link = join(root, ".git");
		if (!owned(link, isOwn)) return undefined;
		const given = /^gitdir: (.+)$/.exec(readRegular(link).trimEnd())?.[1];
		if (given === undefined) return undefined;
		const folder = realpathSync.native(resolve(root, given));
		const worktrees = dirname(folder);
		const common = dirname(worktrees);
		if (basename(worktrees) !== "worktrees" || basename(common) !== ".git") return undefined;
		const [back, up] = [join(folder, "gitdir"), join(folder, "commondir")];
		if (![folder, back, up, common].every((path) => owned(path, isOwn))) return undefined;
		const backLink = resolve(folder, readRegular(back).trimEnd());
		if (realpathSync.native(dirname(backLink)) !== root || basename(backLink) !== ".git") return undefined;
		if (realpathSync.native(resolve(folder, readRegular(up).trimEnd())) !== common) return undefined;
		return dirname(common);
	} catch {
		return undefined;
	}
}

/** No symbolic link, and of a user that counts. */
function owned(path: string, isOwn: (uid: number) => boolean): boolean {
	const info = lstatSync(path);
	return !info.isSymbolicLink() && isOwn(info.uid);
}
