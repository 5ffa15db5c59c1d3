/**
 * A lock that is the existence of a name, as kubectl's are. The name is a symbolic link whose text says who holds it:
 * one system call makes it, owner included, so there is no instant at which a kill leaves a lock of nobody. Where there
 * are no symbolic links it is a file with the same text.
 *
 * A lock of a dead process is taken away at once. Two processes that both find it dead must not both take it away, since
 * the slower one would remove the lock of a third that came in between: they first need the lock on the breaking of that
 * one acquisition, whose name holds its nonce, and look again.
 *
 * Waiting is real time and not the context's clock: other processes do not follow that.
 */
import { lstat, lutimes, readFile, readlink, symlink, unlink, writeFile } from "node:fs/promises";
import type { AuthContext } from "../context.ts";
import { errnoOf } from "./failure.ts";
import { formatOwner, livenessOf, newOwner, type Owner, parseOwner } from "./owner.ts";
import { pauseFor } from "./pause.ts";

export type LockContext = Pick<AuthContext, "pid" | "hostname" | "platform" | "clock" | "log">;

const HEARTBEAT_MS = 2_000;
/** A holder that cannot be asked is dead after so long without a heartbeat, as the waiting process sees it. */
const LEASE_MS = 8_000;
const MAX_OWNER_BYTES = 1_000;
/** Half a second in all. */
const PASSING_ATTEMPTS = 10;

/** A lock that is held by this process. */
export interface HeldLock {
	readonly owner: Owner;
	/** Gives it back. Never throws; does nothing when it was lost or given back before. */
	release(): Promise<void>;
}

/** A lock that another one holds. */
export interface Holder {
	/** Undefined if it is not a lock of this program. */
	readonly owner: Owner | undefined;
	/** Changes with every heartbeat. */
	readonly pulse: string;
	readonly modifiedAt: number;
	readonly inode: number;
}

export type Attempt = { readonly lock: HeldLock } | { readonly holder: Holder };

export interface LockRules {
	/** A lock of unknown origin is stale at this age. */
	readonly foreignStaleMs: number;
	/** Whether a holder that was suspended, as by Ctrl-Z, loses the lock. Only where it does no harm when it goes on. */
	readonly stoppedIsStale?: boolean;
}

/** Watches one lock on behalf of a waiting process: how long has nothing moved? */
export class Patience {
	#pulse = "";
	#quiet = 0;
	#last = 0;

	/** @returns milliseconds without a heartbeat */
	observe(pulse: string): number {
		const now = performance.now();
		// A pause longer than a second is our own (a suspended laptop) and says nothing about the holder.
		if (pulse === this.#pulse) this.#quiet += Math.min(now - this.#last, 1_000);
		else this.#quiet = 0;
		this.#pulse = pulse;
		this.#last = now;
		return this.#quiet;
	}
}

/**
 * Takes the lock if it is free or its holder dead.
 *
 * @param patience the same object for all attempts of one wait
 * @returns the lock, or who holds it
 * @throws the system's own error if the name cannot be made
 */
export function tryLock(ctx: LockContext, path: string, rules: LockRules, patience: Patience): Promise<Attempt> {
	return untilItPasses(ctx, () => takeOrRead(ctx, path, rules, patience));
}

async function takeOrRead(ctx: LockContext, path: string, rules: LockRules, patience: Patience): Promise<Attempt> {
	for (;;) {
		const self = newOwner(ctx);
		if (await create(ctx, path, self)) return { lock: hold(ctx, path, self) };
		const holder = await readHolder(path);
		if (holder === undefined) continue; // gone in between
		if (!(await isStale(ctx, path, holder, self, rules, patience))) return { holder };
		if (!(await takeAway(ctx, path, holder))) return { holder };
		ctx.log.debug("removed a stale lock", { path, pid: holder.owner?.pid });
	}
}

/** @returns false if the name is taken */
async function create(ctx: LockContext, path: string, owner: Owner): Promise<boolean> {
	const text = formatOwner(owner);
	try {
		if (ctx.platform !== "win32") {
			try {
				await symlink(text, path);
				return true;
			} catch (error) {
				// FAT and some network file systems have none.
				if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EINVAL"].includes(errnoOf(error) ?? "")) throw error;
			}
		}
		await writeFile(path, text, { flag: "wx", mode: 0o600 });
		return true;
	} catch (error) {
		if (errnoOf(error) === "EEXIST") return false;
		throw error;
	}
}

/**
 * Whether an error says that a name is in use for a moment: on Windows, by a virus scanner or by a removal that is under
 * way. It looks like a permission that is missing, and must not be taken for one.
 */
export function isPassing(ctx: Pick<AuthContext, "platform">, error: unknown): boolean {
	return ctx.platform === "win32" && ["EPERM", "EACCES", "EBUSY"].includes(errnoOf(error) ?? "");
}

async function untilItPasses<T>(ctx: LockContext, action: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await action();
		} catch (error) {
			if (!isPassing(ctx, error) || attempt === PASSING_ATTEMPTS) throw error;
			await pauseFor(attempt * 10, undefined);
		}
	}
}

/** @returns who holds the lock, undefined if it is free */
export async function readHolder(path: string): Promise<Holder | undefined> {
	try {
		const info = await lstat(path);
		const text = info.isSymbolicLink()
			? await readlink(path)
			: info.isFile() && info.size < MAX_OWNER_BYTES
				? await readFile(path, "latin1").catch(unreadable)
				: "";
		return {
			owner: parseOwner(text),
			pulse: `${info.ino} ${info.mtimeMs} ${text.slice(0, 200)}`,
			modifiedAt: info.mtimeMs,
			inode: info.ino,
		};
	} catch (error) {
		// EINVAL: the link was replaced by a file between the two calls; the next look will tell.
		if (errnoOf(error) === "ENOENT" || errnoOf(error) === "EINVAL") return undefined;
		throw error;
	}
}

/** kubectl makes its lock without any permissions, and nothing is in it. */
function unreadable(error: unknown): string {
	if (errnoOf(error) === "EACCES" || errnoOf(error) === "EPERM") return "";
	throw error;
}

async function isStale(
	_ctx: LockContext,
	path: string,
	holder: Holder,
	self: Owner,
	rules: LockRules,
	patience: Patience,
): Promise<boolean> {
	const quiet = patience.observe(holder.pulse);
	if (holder.owner === undefined) {
		const now = await diskTime(path, self);
		// Also when it is from the future: then a clock was wrong, and it is not from just now either.
		return now !== undefined && Math.abs(now - holder.modifiedAt) > rules.foreignStaleMs;
	}
	const liveness = await livenessOf(holder.owner, self);
	if (liveness === "stopped") return rules.stoppedIsStale === true;
	return liveness === "dead" || (liveness === "unknown" && quiet >= LEASE_MS);
}

/** The time of the disk, which may be another machine's: that of a name made just now. */
async function diskTime(path: string, self: Owner): Promise<number | undefined> {
	const probe = `${path}.atmos-auth-${self.nonce}`;
	try {
		await writeFile(probe, "", { flag: "wx", mode: 0o600 });
		try {
			return (await lstat(probe)).mtimeMs;
		} finally {
			await unlink(probe);
		}
	} catch {
		return undefined;
	}
}

/** @returns true if the stale lock is gone, by our doing or another's */
async function takeAway(ctx: LockContext, path: string, holder: Holder): Promise<boolean> {
	const name = holder.owner?.nonce ?? `${holder.inode}-${Math.floor(holder.modifiedAt)}`;
	const guard = await tryLock(ctx, `${path}.atmos-auth-${name}`, { foreignStaleMs: LEASE_MS }, new Patience());
	if (!("lock" in guard)) return false;
	try {
		const now = await readHolder(path);
		if (now === undefined || now.pulse !== holder.pulse) return true;
		await unlink(path);
		return true;
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return true;
		if (isPassing(ctx, error)) throw error;
		ctx.log.debug("a stale lock cannot be removed", { path, code: errnoOf(error) });
		return false;
	} finally {
		await guard.lock.release();
	}
}

function hold(ctx: LockContext, path: string, owner: Owner): HeldLock {
	let beats = 0;
	const isOurs = async (): Promise<boolean> =>
		(await untilItPasses(ctx, () => readHolder(path)).catch(() => undefined))?.owner?.nonce === owner.nonce;
	const timer = setInterval(async () => {
		if (!(await isOurs())) {
			ctx.log.debug("a lock was lost", { path });
			clearInterval(timer);
			return;
		}
		// Only the change counts, not the value: clocks of other machines differ anyway.
		const time = owner.at / 1000 + (++beats * HEARTBEAT_MS) / 1000;
		await lutimes(path, time, time).catch(() => {});
	}, HEARTBEAT_MS);
	timer.unref();
	let released = false;
	return {
		owner,
		async release() {
			if (released) return;
			released = true;
			clearInterval(timer);
			if (!(await isOurs())) return;
			await untilItPasses(ctx, () => unlink(path)).catch((error: unknown) => {
				if (errnoOf(error) !== "ENOENT") ctx.log.warn("a lock cannot be removed", { path, code: errnoOf(error) });
			});
		},
	};
}
