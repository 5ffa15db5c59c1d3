/** Reads, changes and writes a kubeconfig under kubectl's lock and ours. */
import { stat } from "node:fs/promises";
import type { AuthContext } from "../context.ts";
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
}

interface Job {
	readonly entry: ClusterEntry;
	readonly options: KubeconfigOptions;
	done(change: KubeconfigChange): void;
	failed(error: unknown): void;
}

/** What waits to be written, by file. Integrations that end at the same time share a lock, a reading and a writing. */
const waiting = new Map<string, Job[]>();

/** @throws AuthError `storage` for a file that cannot be read, parsed, locked or written; the file is as it was then */
export function updateKubeconfig(
	ctx: AuthContext,
	file: string,
	entry: ClusterEntry,
	options: KubeconfigOptions,
): Promise<KubeconfigChange> {
	return new Promise((done, failed) => {
		const { signal } = options;
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
		writeTogether(ctx, file, jobs).catch((error: unknown) => {
			for (const each of jobs) each.failed(error);
		});
	});
}

/** kubectl does not wait for its lock but fails, so it is held as briefly as possible: our own processes queue before it. */
function writeTogether(ctx: AuthContext, file: string, jobs: readonly Job[]): Promise<void> {
	return withLock(ctx, file, { flock: false }, () =>
		withKubectlLock(ctx, file, {}, async () => {
			// Whoever comes from now on has to wait for the next turn.
			waiting.delete(file);
			const before = await readText(file);
			let text = before;
			const changed = new Map<Job, boolean>();
			for (const job of jobs) {
				const { entry, options } = job;
				if (options.signal.aborted) continue;
				try {
					const change = putCluster(text, file, entry, { update: options.update, takeContext: options.takeContext() });
					if (change.current) options.onCurrent();
					changed.set(job, change.changed);
					text = change.text;
				} catch (error) {
					job.failed(error);
				}
			}
			if (text === undefined) return;
			const mode = jobs.find(({ options }) => options.mode !== undefined)?.options.mode;
			const wrongMode = mode !== undefined && before !== undefined && (await fileMode(file)) !== mode;
			if (wrongMode || [...changed.values()].includes(true)) {
				await writeWhole(file, text, { mode: mode ?? 0o600, existing: mode === undefined ? "keep" : "set" });
			}
			for (const [job, change] of changed) job.done({ changed: change || wrongMode, text });
		}),
	).finally(() => {
		if (waiting.get(file) === jobs) waiting.delete(file);
	});
}

/** The permissions of a file; undefined where there is none, or on a system without them. */
export async function fileMode(file: string): Promise<number | undefined> {
	if (process.platform === "win32") return undefined;
	const found = await stat(file).catch(() => undefined);
	return found && found.mode & 0o777;
}
