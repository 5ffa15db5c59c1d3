/** Reads, changes and writes a kubeconfig under kubectl's lock and ours. */
import { stat } from "node:fs/promises";
import type { AuthContext } from "../context.ts";
import { sanitize } from "../sanitize.ts";
import { withKubectlLock, withLock } from "../storage/lock.ts";
import { readText, writeWhole } from "../storage/write.ts";
import { type ClusterEntry, putCluster, type TakeContext, type UpdateMode } from "./kubeconfig.ts";

export interface KubeconfigOptions {
	readonly update: UpdateMode;
	/** The configured permissions; an existing file keeps its own otherwise, 0600 for a new one. */
	readonly mode: number | undefined;
	/** Asked under the lock, when it is known who else has been there. */
	takeContext(): TakeContext;
	/** Told when the entry's context is the current one. */
	onCurrent(): void;
	readonly signal: AbortSignal;
}

export interface KubeconfigChange {
	readonly changed: boolean;
	/** The file's content now. */
	readonly text: string;
	readonly notes: readonly string[];
}

/** @throws AuthError `storage` for a file that cannot be read, parsed, locked or written; the file is as it was then */
export async function updateKubeconfig(
	ctx: AuthContext,
	file: string,
	entry: ClusterEntry,
	options: KubeconfigOptions,
): Promise<KubeconfigChange> {
	const { signal } = options;
	// kubectl does not wait for its lock but fails, so it is held as briefly as possible: our own processes queue before it.
	return withLock(ctx, file, { signal, flock: false }, () =>
		withKubectlLock(ctx, file, { signal }, async () => {
			const text = await readText(file);
			const change = putCluster(text, file, entry, { update: options.update, takeContext: options.takeContext() });
			if (change.current) options.onCurrent();
			const wrongMode = options.mode !== undefined && text !== undefined && (await fileMode(file)) !== options.mode;
			if (!change.changed && !wrongMode) return { changed: false, text: change.text, notes: [] };
			const written = await writeWhole(file, change.text, {
				mode: options.mode ?? 0o600,
				existing: options.mode === undefined ? "keep" : "set",
			});
			const notes = written.tightened > 0 ? [`others could read ${sanitize(file)}; they cannot any more`] : [];
			return { changed: true, text: change.text, notes };
		}),
	);
}

/** The permissions of a file; undefined where there is none, or on a system without them. */
export async function fileMode(file: string): Promise<number | undefined> {
	if (process.platform === "win32") return undefined;
	const found = await stat(file).catch(() => undefined);
	return found && found.mode & 0o777;
}
