/** Reads, changes and writes a kubeconfig under kubectl's lock and ours. */
import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { AuthContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { keepCopy } from "../storage/keep-copy.ts";
import { isInGitFolder } from "../storage/paths.ts";
import { withKubectlLock, withLock } from "../storage/with-lock.ts";
import { readText, writeWhole } from "../storage/write.ts";
import { sanitize } from "../system/sanitize.ts";
import type { Change, ClusterEntry, Removal, TakeContext, UpdateMode } from "./kubeconfig.ts";

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
	/** Where the file's former content is kept, if something foreign went with it. */
	readonly copy: string | undefined;
}

interface Job {
	readonly entry: ClusterEntry;
	readonly options: KubeconfigOptions;
	done(change: KubeconfigChange): void;
	failed(error: unknown): void;
}

/** What waits to be written, by file. Integrations that end at the same time share a lock, a reading and a writing. */
const waiting = new Map<string, Job[]>();

/**
 * @throws AuthError `storage` for a file that cannot be read, parsed, locked or written, `config` for a path in a `.git`
 *   folder; the file is as it was then
 */
export async function updateKubeconfig(
	ctx: AuthContext,
	file: string,
	entry: ClusterEntry,
	options: KubeconfigOptions,
): Promise<KubeconfigChange> {
	const { signal } = options;
	signal.throwIfAborted();
	await refuseGitFolder(file);
	return new Promise((done, failed) => {
		signal.throwIfAborted();
		signal.addEventListener("abort", () => failed(signal.reason), { once: true });
		const job: Job = { entry, options, done, failed };
		const others = waiting.get(file);
		if (others) {
			others.push(job);
			return;
		}
		const jobs = [job];
		waiting.set(file, jobs);
		writeTogether(ctx, file, jobs)
			.finally(() => {
				if (waiting.get(file) === jobs) waiting.delete(file);
			})
			.catch((error: unknown) => {
				for (const each of jobs) each.failed(error);
			});
	});
}

/** kubectl does not wait for its lock but fails, so it is held as briefly as possible: our own processes queue before it. */
async function writeTogether(ctx: AuthContext, file: string, jobs: readonly Job[]): Promise<void> {
	// A YAML parser comes with it, which a login that has nothing to write does without. Loaded before the lock is taken.
	const { putCluster } = await import("./kubeconfig.ts");
	await withLock(ctx, file, { flock: false }, () =>
		withKubectlLock(ctx, file, {}, async () => {
			// Whoever comes from now on has to wait for the next turn.
			waiting.delete(file);
			const before = await readText(file);
			let text = before;
			const changed = new Map<Job, Change>();
			for (const job of jobs) {
				const { entry, options } = job;
				if (options.signal.aborted) continue;
				try {
					const change = putCluster(text, file, entry, { update: options.update, takeContext: options.takeContext() });
					if (change.current) options.onCurrent();
					changed.set(job, change);
					text = change.text;
				} catch (error) {
					job.failed(error);
				}
			}
			if (text === undefined) return;
			const changes = [...changed.values()];
			const mode = jobs.find(({ options }) => options.mode !== undefined)?.options.mode;
			const wrongMode = before !== undefined && (await hasOtherMode(ctx, file, mode));
			const drops = before !== undefined && changes.some((change) => change.drops);
			const copy = drops ? await keepCopy(file, before, ctx.clock.now()) : undefined;
			if (wrongMode || changes.some((change) => change.changed)) {
				await writeWhole(file, text, { mode: mode ?? 0o600, existing: mode === undefined ? "keep" : "set" });
			}
			for (const [job, change] of changed) {
				job.done({ changed: change.changed || wrongMode, text, copy: change.drops ? copy : undefined });
			}
		}),
	);
}

/**
 * Takes a context of ours out of a kubeconfig, as `removeContext` does. The file stays, with its mode, even if nothing else
 * is in it; without one, none is made.
 *
 * @returns what went
 * @throws AuthError as `updateKubeconfig` does
 */
export async function removeFromKubeconfig(
	ctx: AuthContext,
	file: string,
	entry: Pick<ClusterEntry, "context" | "kindPrefix">,
	options: Pick<KubeconfigOptions, "signal">,
): Promise<Removal["removed"]> {
	const { removeContext } = await import("./kubeconfig.ts");
	// Not even a lock is put beside a file that has nothing of ours.
	if (removeContext(await readText(file), file, entry).removed.length === 0) return [];
	await refuseGitFolder(file);
	return withLock(ctx, file, { flock: false, signal: options.signal }, () =>
		withKubectlLock(ctx, file, {}, async () => {
			const { text, removed } = removeContext(await readText(file), file, entry);
			if (removed.length > 0) await writeWhole(file, text, { mode: 0o600, existing: "keep" });
			return removed;
		}),
	);
}

/** @returns false where the mode is as configured or none is, where there is no file, and on a system without modes */
export async function hasOtherMode(
	ctx: Pick<AuthContext, "platform">,
	file: string,
	mode: number | undefined,
): Promise<boolean> {
	if (mode === undefined || ctx.platform === "win32") return false;
	const found = await stat(file).catch(() => undefined);
	return found !== undefined && (found.mode & 0o777) !== mode;
}

/** @throws AuthError `config` for a path in a `.git` folder, also by way of symbolic links */
async function refuseGitFolder(file: string): Promise<void> {
	let inside = isInGitFolder(file);
	// As much of the path as there is; what is missing has been looked at by name.
	for (let at = file; !inside; at = dirname(at)) {
		const real = await realpath(at).catch(() => undefined);
		if (real !== undefined) inside = isInGitFolder(real);
		if (real !== undefined || at === dirname(at)) break;
	}
	if (!inside) return;
	throw new AuthError({
		code: "config",
		message: `${sanitize(file)} is in a .git folder`,
		reason: "a kubeconfig does not belong there, and Git may run what it finds",
		remedy: "set spec.cluster.kubeconfig.path to another file",
	});
}
