/** Locks around read-modify-write of a file, in the forms that its other users know. */
import type { AuthContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import { errnoOf, storageError } from "./failure.ts";
import {
	type Attempt,
	type HeldLock,
	type Holder,
	isPassing,
	type LockRules,
	Patience,
	tryLock,
} from "./owned-lock.ts";
import { pathWord } from "./paths.ts";
import { pauseFor } from "./pause.ts";
import { resolveTarget } from "./target.ts";

export interface LockOptions {
	readonly signal?: AbortSignal | undefined;
	/** How long to wait, in milliseconds: 10 000. */
	readonly timeoutMs?: number | undefined;
}

export interface FileLockOptions extends LockOptions {
	/**
	 * Whether to take the lock of Cloud Posse's `atmos` as well: flock(2) on `<file>.lock`. True, if left out. It has to
	 * be false for files that the Go program does not lock in this way, a kubeconfig above all: the lock's file stays, and
	 * kubectl takes its existence for a lock.
	 */
	readonly flock?: boolean | undefined;
}

const TIMEOUT_MS = 10_000;
/** An empty lock is what a crash left between making the name and writing into it, where that takes two steps. */
const NAMELESS_STALE_MS = 10_000;
/** kubectl holds its lock for milliseconds; one that a crash left keeps every kubectl from changing the file. */
const KUBECTL_STALE_MS = 60_000;

/**
 * Runs `fn` while no other process of this program is inside `withLock` for the same file. Symbolic links to one file
 * are one file. Not reentrant: the same file inside `fn` waits until the time is up.
 *
 * @param path the file that will be written; its folder is made if it is missing. The lock is a name beside it
 * @throws AuthError `storage` when the wait is over; the signal's reason when it is aborted; what `fn` throws
 */
export async function withLock<T>(
	ctx: AuthContext,
	path: string,
	options: FileLockOptions,
	fn: () => Promise<T>,
): Promise<T> {
	const target = await resolved(path);
	const rules = { foreignStaleMs: NAMELESS_STALE_MS };
	const lock = await acquire(ctx, `${target}.atmos-auth-lock`, path, rules, options);
	try {
		if (options.flock === false) return await fn();
		const { holdFlock } = await import("./atmos-flock.ts");
		const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
		const release = await holdFlock(ctx, `${path}.lock`, { signal: options.signal, timeoutMs });
		try {
			return await fn();
		} finally {
			await release?.();
		}
	} finally {
		await lock?.release();
	}
}

/**
 * Runs `fn` under the lock of kubectl and everything else built on client-go: the existence of `<file>.lock`
 * (k8s.io/client-go/tools/clientcmd, `lockFile`). Those fail at once when they find it, so `fn` has to be short. One
 * that a crash left is taken away: ours at once, another program's when it is a minute old.
 *
 * @throws AuthError `storage` when the wait is over; the signal's reason when it is aborted; what `fn` throws
 */
export async function withKubectlLock<T>(
	ctx: AuthContext,
	path: string,
	options: LockOptions,
	fn: () => Promise<T>,
): Promise<T> {
	await resolved(path);
	const lock = await acquire(ctx, `${path}.lock`, path, { foreignStaleMs: KUBECTL_STALE_MS }, options);
	try {
		return await fn();
	} finally {
		await lock?.release();
	}
}

async function resolved(path: string): Promise<string> {
	try {
		return await resolveTarget(path, 0o700);
	} catch (error) {
		throw await storageError(error, "lock", path);
	}
}

/** @returns undefined where no lock can be made, such as beside a single file that is mounted into a read-only container */
async function acquire(
	ctx: AuthContext,
	lockPath: string,
	path: string,
	rules: LockRules,
	{ signal, timeoutMs = TIMEOUT_MS }: LockOptions,
): Promise<HeldLock | undefined> {
	const patience = new Patience();
	const deadline = performance.now() + timeoutMs;
	for (let pause = 4; ; pause = Math.min(pause * 1.5, 60)) {
		signal?.throwIfAborted();
		let attempt: Attempt;
		try {
			attempt = await tryLock(ctx, lockPath, rules, patience);
		} catch (error) {
			if (isPassing(ctx, error) && performance.now() < deadline) continue;
			if (isPassing(ctx, error) || !["EROFS", "EACCES", "EPERM"].includes(errnoOf(error) ?? ""))
				throw await storageError(error, "lock", path);
			// Whether the file can be written all the same is for the writer to find out, and to explain.
			ctx.log.debug("a lock cannot be created", { path: lockPath, code: errnoOf(error) });
			return undefined;
		}
		if ("lock" in attempt) return attempt.lock;
		if (performance.now() >= deadline) throw timedOut(path, lockPath, attempt.holder, timeoutMs);
		// Full jitter, so that a dozen waiting processes do not try in step.
		await pauseFor(1 + Math.random() * pause, signal);
	}
}

function timedOut(path: string, lockPath: string, { owner }: Holder, timeoutMs: number): AuthError {
	return new AuthError({
		code: "storage",
		message: `${sanitize(path)} was locked for ${Math.round(timeoutMs / 1000)} s`,
		reason:
			owner === undefined
				? `another program created ${sanitize(lockPath)} and has not removed it`
				: `process ${owner.pid} holds ${sanitize(lockPath)}`,
		remedy: { run: owner === undefined ? ["rm", pathWord(lockPath)] : ["kill", String(owner.pid)] },
	});
}
