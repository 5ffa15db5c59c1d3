/**
 * One sign-in for a session at a time on the machine. The first process leads; the others wait beside it, can show what
 * it shows, and share its result or its failure. When it dies or is cancelled, one of them takes over.
 */
import { unlink } from "node:fs/promises";
import type { AuthContext } from "../context.ts";
import { AuthError, type ErrorCode, type ErrorView, type Remedy, toErrorView } from "../errors.ts";
import { abortable } from "../system/abortable.ts";
import { errnoOf, storageError } from "./failure.ts";
import { type Attempt, type HeldLock, isPassing, Patience, readHolder, tryLock } from "./owned-lock.ts";
import { resolveFolder } from "./target.ts";
import { type Changes, watchBeside } from "./watch.ts";
import { readText, writeWhole } from "./write.ts";

/** Whom a process waits for. */
export interface Leader<Info> {
	readonly pid: number;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	/** What the leader published last. */
	readonly info?: Info | undefined;
}

export interface Flight<T, Info> {
	/** The lock's path, beside the result's. `<path>.info` and `<path>.failed` belong to it. */
	readonly path: string;
	readonly signal: AbortSignal;
	/**
	 * Reads the result if it is there and good enough. Called once more under the lock, so that nobody leads for a result
	 * that another process has just made. With a forced renewal it has to refuse what is older than the wait.
	 */
	read(): Promise<T | undefined>;
	/**
	 * Makes the result and stores it where `read` finds it.
	 *
	 * @param publish shows something small and not secret to those who wait; never fails
	 */
	lead(publish: (info: Info) => Promise<void>): Promise<T>;
	/** Told when this process begins to wait, and again whenever the leader or what it publishes changes. */
	onWaiting(leader: Leader<Info>): void;
	/** Whether a failure of ours ends those who wait as well. If left out: whatever the user or the service said. */
	shared?: ((error: unknown) => boolean) | undefined;
}

/** Failures that are of this process alone, its flags, terminal and configuration, say nothing about another's chances. */
const SHARED: ReadonlySet<ErrorCode> = new Set(["denied", "expired", "network", "service", "storage"]);
/** Watching tells at once; this is for file systems that cannot be watched, and for leaders that die silently. */
const POLL_MS = 240;
/**
 * A lock without an owner's name is what a crash left. A sign-in that was suspended is not waited for: its user has given
 * it up, or would wait for himself. When it goes on, all it can do is make a second session.
 */
const RULES = { foreignStaleMs: 10_000, stoppedIsStale: true } as const;
/** No lock can be made in such a folder. */
const UNLOCKABLE = ["EROFS", "EACCES", "EPERM", "ENOENT", "ENOTDIR"];
/** Failures that are remembered for those who have not looked yet. */
const REMEMBERED = 8;

/**
 * @returns the result, by whichever process it was made
 * @throws what `lead` throws; the leader's failure, if it is a shared one; the signal's reason at once when it is aborted
 */
export async function joinOrLead<T, Info>(ctx: AuthContext, flight: Flight<T, Info>): Promise<T> {
	const { signal } = flight;
	signal.throwIfAborted();
	const path = await resolveFolder(flight.path, 0o700).catch(() => flight.path);
	const patience = new Patience();
	let changes: Changes | undefined;
	/** The attempt that this process waits for. */
	let watched: string | undefined;
	let told: string | undefined;
	try {
		for (;;) {
			if (watched !== undefined && (await holderOf(path))?.nonce !== watched) {
				const made = await flight.read();
				if (made !== undefined) return made;
				await throwFailure(path, watched);
				watched = undefined;
			}
			signal.throwIfAborted();
			const attempt = await take(ctx, path, patience);
			// Where no lock can be made, a sign-in for oneself is better than none.
			if (attempt === undefined)
				return await abortable(
					signal,
					flight.lead(async () => {}),
				);
			if ("lock" in attempt) {
				try {
					const made = await flight.read();
					if (made !== undefined) return made;
					if (watched !== undefined) await throwFailure(path, watched);
					signal.throwIfAborted();
					return await abortable(signal, lead(ctx, path, flight, attempt.lock));
				} finally {
					await attempt.lock.release();
				}
			}
			const owner = attempt.holder.owner;
			const nonce = owner?.nonce ?? "";
			if (watched !== undefined && nonce !== watched) continue; // that attempt is over: look what came of it
			if (watched === undefined) told = undefined;
			watched = nonce;
			changes ??= watchBeside(path, POLL_MS);
			const info = await infoOf<Info>(path, nonce);
			const text = JSON.stringify(info) ?? "";
			if (told !== text) flight.onWaiting({ pid: owner?.pid ?? 0, startedAt: owner?.at ?? ctx.clock.now(), info });
			told = text;
			await changes.next(signal);
		}
	} finally {
		changes?.close();
	}
}

/** Removes what earlier attempts left beside their lock. One that is under way keeps what is its own. */
export async function clearFlight(ctx: AuthContext, path: string): Promise<void> {
	const attempt = await take(ctx, path, new Patience());
	if (attempt === undefined || !("lock" in attempt)) return;
	for (const left of [`${path}.info`, `${path}.failed`]) await unlink(left).catch(() => {});
	await attempt.lock.release();
}

async function take(ctx: AuthContext, path: string, patience: Patience): Promise<Attempt | undefined> {
	try {
		return await tryLock(ctx, path, RULES, patience);
	} catch (error) {
		if (isPassing(ctx, error) || !UNLOCKABLE.includes(errnoOf(error) ?? ""))
			throw await storageError(error, "lock", path);
		ctx.log.debug("a lock cannot be created", { path, code: errnoOf(error) });
		return undefined;
	}
}

async function holderOf(path: string): Promise<{ readonly nonce: string } | undefined> {
	const holder = await readHolder(path).catch(() => undefined);
	return holder && { nonce: holder.owner?.nonce ?? "" };
}

interface Published<Info> {
	readonly nonce: string;
	readonly info: Info;
}

async function lead<T, Info>(ctx: AuthContext, path: string, flight: Flight<T, Info>, lock: HeldLock): Promise<T> {
	const { nonce } = lock.owner;
	const publish = async (info: Info): Promise<void> => {
		const published: Published<Info> = { nonce, info };
		await writeWhole(`${path}.info`, JSON.stringify(published), { durable: false }).catch((error: unknown) => {
			ctx.log.debug("waiting processes cannot be told", { path, reason: (error as Error).message });
		});
	};
	try {
		const result = await flight.lead(publish);
		await unlink(`${path}.failed`).catch(() => {});
		return result;
	} catch (error) {
		if (!flight.signal.aborted && (flight.shared ?? isShared)(error)) await remember(path, nonce, toErrorView(error));
		throw error;
	} finally {
		await unlink(`${path}.info`).catch(() => {});
	}
}

function isShared(error: unknown): boolean {
	return error instanceof AuthError && SHARED.has(error.code);
}

interface Failure {
	readonly nonce: string;
	readonly error: ErrorView;
}

async function remember(path: string, nonce: string, error: ErrorView): Promise<void> {
	const failures = [...(await failuresOf(path)), { nonce, error }].slice(-REMEMBERED);
	await writeWhole(`${path}.failed`, JSON.stringify(failures), { durable: false }).catch(() => {});
}

async function failuresOf(path: string): Promise<readonly Failure[]> {
	const found = await readJson(`${path}.failed`);
	if (!Array.isArray(found)) return [];
	return found.filter((entry) => typeof entry?.nonce === "string" && typeof entry.error?.message === "string");
}

/** @throws AuthError the failure of that attempt, if it left one */
async function throwFailure(path: string, nonce: string): Promise<void> {
	const view = (await failuresOf(path)).find((failure) => failure.nonce === nonce)?.error;
	if (view === undefined) return;
	throw new AuthError({
		...view,
		details: Array.isArray(view.details) ? view.details : [],
		remedy: readRemedy(view.remedy),
	});
}

/** The leader may be of another version: older ones leave a text. What is neither is not worth losing the failure for. */
function readRemedy(found: unknown): string | Remedy | undefined {
	if (typeof found === "string") return found;
	const { say, run, edit } = (found ?? {}) as { readonly [Part in keyof Remedy]?: unknown };
	const words = Array.isArray(run) && run.every((word) => typeof word === "string") ? run : [];
	const command = words.length === 0 ? undefined : words;
	const place = isPlace(edit) ? edit : undefined;
	if (typeof say === "string") return { say, run: command, edit: place };
	return command && { run: command, edit: place };
}

function isPlace(found: unknown): found is Remedy["edit"] {
	const { file, line } = (found ?? {}) as { readonly file?: unknown; readonly line?: unknown };
	return typeof file === "string" && typeof line === "number";
}

async function infoOf<Info>(path: string, nonce: string): Promise<Info | undefined> {
	const published = (await readJson(`${path}.info`)) as Published<Info> | null | undefined;
	return published?.nonce === nonce ? published.info : undefined;
}

async function readJson(path: string): Promise<unknown> {
	try {
		return JSON.parse((await readText(path)) ?? "null");
	} catch {
		return undefined;
	}
}
