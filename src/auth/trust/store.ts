/**
 * What was said yes to, one file a project, in the user's data folder: not in the cache, which people clear, and never where
 * the project could have put it. The facts stand in it in clear, for `atmos-auth trust --list`.
 */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AuthConfig } from "../config/model.ts";
import { readRegular } from "../config/read-regular.ts";
import type { AuthContext } from "../context.ts";
import { dataHome } from "../storage/paths.ts";
import { withLock } from "../storage/with-lock.ts";
import { writeWhole } from "../storage/write.ts";
import { sanitize } from "../system/sanitize.ts";
import type { Fact } from "./facts.ts";
import { isHomeOfProject, rootOf } from "./owner.ts";
import { isWithin, realPath } from "./paths.ts";

/** A fact that was said yes to, and when: milliseconds since the epoch. */
export type Remembered = Omit<Fact, "root"> & { readonly at: number };

interface Kept {
	readonly version: 1;
	readonly root: string;
	readonly facts: readonly Remembered[];
}

function fileOf(ctx: AuthContext, root: string): string {
	const name = createHash("sha256").update(root).digest("hex").slice(0, 32);
	return join(dataHome(ctx), "atmos-auth", "trust", `${name}.json`);
}

/** Why the file, or its folder, does not count; undefined where it does or is not there. */
function objection(ctx: AuthContext, file: string, root: string): string | undefined {
	const inProject = isWithin(realPath(file), root) && (isHomeOfProject(ctx.home, root) || realPath(ctx.home) !== root);
	if (inProject && root !== dirname(root)) return "it is inside the project itself";
	if (ctx.platform === "win32") return undefined;
	for (const path of [dirname(file), file]) {
		const info = lstatSync(path, { throwIfNoEntry: false });
		if (info === undefined) continue;
		if (info.isSymbolicLink()) return "it is a symbolic link";
		if (info.uid !== process.getuid?.()) return "it belongs to another user";
		if ((info.mode & 0o022) !== 0) return "other users can write to it";
	}
	return undefined;
}

/**
 * @param root the real path of a project
 * @returns what was said yes to there; nothing where the file cannot be relied on, and then the log says why
 */
export function readTrust(ctx: AuthContext, root: string): readonly Remembered[] {
	const file = fileOf(ctx, root);
	if (!existsSync(file)) return [];
	const ignored = (why: string): readonly Remembered[] => {
		ctx.log.warn(`what you agreed to for this project is ignored: ${why}`, { file: sanitize(file) });
		return [];
	};
	const why = objection(ctx, file, root);
	if (why !== undefined) return ignored(why);
	try {
		const kept = JSON.parse(readRegular(file)) as Partial<Kept> | null;
		if (kept?.version !== 1 || !Array.isArray(kept.facts)) return ignored("the file is not in the expected format");
		return kept.facts.filter(({ key }) => typeof key === "string");
	} catch {
		return ignored("the file cannot be read");
	}
}

/**
 * Adds to what was said yes to.
 *
 * @throws AuthError `storage` when it cannot be written
 */
export async function addTrust(ctx: AuthContext, root: string, facts: readonly Fact[]): Promise<void> {
	const file = fileOf(ctx, root);
	if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(file, { force: true });
	await withLock(ctx, file, { flock: false }, async () => {
		const added = facts.map(({ root: _, ...fact }): Remembered => ({ ...fact, at: ctx.clock.now() }));
		const before = readTrust(ctx, root).filter(({ key }) => !added.some((fact) => fact.key === key));
		const kept: Kept = { version: 1, root, facts: [...before, ...added] };
		await writeWhole(file, `${JSON.stringify(kept, null, 2)}\n`, { existing: "set" });
	});
	const why = objection(ctx, file, root);
	if (why !== undefined) ctx.log.warn(`what you agreed to applies to this run only: ${why}`, { file: sanitize(file) });
}

/** The root of the project that a configuration belongs to, by its last file. */
export function projectRoot(config: Pick<AuthConfig, "files">, cwd: string): string {
	return rootOf(config.files.at(-1) ?? join(cwd, "atmos.yaml"));
}

/** Forgets all that was said yes to in a project. @returns how many facts that was */
export async function removeTrust(ctx: AuthContext, root: string): Promise<number> {
	const count = readTrust(ctx, root).length;
	rmSync(fileOf(ctx, root), { force: true });
	return count;
}
