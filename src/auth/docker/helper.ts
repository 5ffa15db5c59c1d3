/** Docker's credential helpers: programs called `docker-credential-<name>`. https://github.com/docker/docker-credential-helpers#development */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { AuthContext } from "../context.ts";
import type { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import { errnoOf } from "../storage/failure.ts";
import { cacheHome } from "../storage/paths.ts";
import { withLock } from "../storage/with-lock.ts";
import { findProgram } from "../system/find-program.ts";
import { sanitize } from "../system/sanitize.ts";
import { startProgram } from "../system/start-program.ts";
import type { DockerLogin } from "./config.ts";

export type HelperOutcome =
	| { readonly done: true }
	| {
			readonly done: false;
			readonly reason: string;
			/** There is no such program, and nothing was started. */
			readonly missing?: true;
			/** It was ended because its time was over. */
			readonly late?: true;
	  };

/** How long one helper may take, in milliseconds: a keychain that asks needs its person, if there is one. */
export const HELPER_MS = { alone: 10_000, attended: 60_000 } as const;
/** How long all helpers of one store may take together, from the first on. */
export const HELPERS_MS = 60_000;
/** How long the words of a helper are waited for that has failed: a child of it may keep its streams open. */
const LAST_WORDS_MS = 250;

/** What helpers say when they cannot, and what it means. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
	[/-25308/, "the keychain is locked or cannot be used here"],
	[/-25299/, "the keychain has an entry that cannot be replaced"],
	[/received bad data/i, "the login is too long for Windows Credential Manager"],
	[/not\s+implemented/i, "it is read-only"],
	[/pass.*not initialized|gpg/i, "its password store is not set up"],
];

/** @returns the absolute path of a helper, outside of the working directory; undefined where there is none */
export function findHelper(ctx: Pick<AuthContext, "env" | "cwd">, name: string): string | undefined {
	if (/[\\/\0]/.test(name)) return undefined;
	return findProgram(`docker-credential-${name}`, { path: ctx.env.PATH, cwd: ctx.cwd });
}

/** What is under way for one store. */
interface Queue {
	/** Resolves when the last of them is done; never rejects. */
	tail: Promise<unknown>;
	waiting: number;
	/** Milliseconds since the epoch. */
	readonly deadline: number;
	/** Why the others need not try. */
	gaveUp: string | undefined;
}

const queues = new Map<string, Queue>();

/** What a helper is asked for: the word it is started with, what it reads, and what it must not be quoted with. */
interface Request {
	readonly action: "store" | "erase";
	readonly input: string;
	readonly secret?: Secret;
}

export interface HelperOptions {
	readonly signal: AbortSignal;
	/** Whether a person is there who may answer a dialog of the system. */
	readonly attended: boolean;
}

/**
 * Gives a login to a credential helper, as `ask` does.
 *
 * @throws the signal's reason when it is aborted; the helper is ended then
 */
export function storeWithHelper(
	ctx: AuthContext,
	name: string,
	login: DockerLogin,
	options: HelperOptions,
): Promise<HelperOutcome> {
	const input = JSON.stringify({ ServerURL: login.host, Username: login.username, Secret: login.password.reveal() });
	return ask(ctx, name, { action: "store", input, secret: login.password }, options);
}

/**
 * Has a credential helper forget a host's login, as `ask` does. One that it does not have is forgotten already.
 *
 * @throws the signal's reason when it is aborted; the helper is ended then
 */
export async function eraseWithHelper(
	ctx: AuthContext,
	name: string,
	host: string,
	options: HelperOptions,
): Promise<HelperOutcome> {
	const outcome = await ask(ctx, name, { action: "erase", input: host }, options);
	// The words of the helpers' own library: `credentials.errCredentialsNotFound`.
	return !outcome.done && /credentials not found/i.test(outcome.reason) ? { done: true } : outcome;
}

/**
 * Runs a credential helper. The helper never gets the terminal and has limited time (`HELPER_MS`). Helpers of
 * one store run one after the other, here and in other processes, since keychains ask once for each that comes; when one
 * did not answer in time, those that wait for it are not started any more. Not to be called under a lock.
 */
async function ask(ctx: AuthContext, name: string, request: Request, options: HelperOptions): Promise<HelperOutcome> {
	const { signal } = options;
	if (/[\\/\0]/.test(name)) return { done: false, reason: "its name is a path", missing: true };
	const program = findHelper(ctx, name);
	if (program === undefined) {
		return { done: false, reason: `docker-credential-${sanitize(name)} is not installed`, missing: true };
	}
	const queue = queues.get(program) ?? {
		tail: Promise.resolve(),
		waiting: 0,
		deadline: ctx.clock.now() + HELPERS_MS,
		gaveUp: undefined,
	};
	queues.set(program, queue);
	queue.waiting++;
	const turn = queue.tail.then(async (): Promise<HelperOutcome> => {
		const left = (): number => queue.deadline - ctx.clock.now();
		if (queue.gaveUp === undefined) {
			const outcome = await alone(ctx, name, { signal, timeoutMs: Math.max(0, left()) }, async () => {
				const limitMs = Math.min(left(), options.attended ? HELPER_MS.attended : HELPER_MS.alone);
				return limitMs > 0 ? run(ctx, program, request, { signal, limitMs }) : undefined;
			});
			if (outcome && !("late" in outcome)) return outcome;
			queue.gaveUp = outcome?.reason ?? `the helpers before it took ${HELPERS_MS / 1000} s`;
		}
		return { done: false, reason: queue.gaveUp };
	});
	queue.tail = turn.catch(() => {});
	try {
		return await turn;
	} finally {
		if (--queue.waiting === 0) queues.delete(program);
	}
}

/** Runs `fn` while no other process runs a helper of this store. Where no lock can be had, it runs all the same. */
async function alone<T>(
	ctx: AuthContext,
	name: string,
	options: { readonly signal: AbortSignal; readonly timeoutMs: number },
	fn: () => Promise<T>,
): Promise<T> {
	const lock = join(cacheHome(ctx), "atmos-auth", `docker-credential-${encodeURIComponent(name)}`);
	let started = false;
	const begin = (): Promise<T> => {
		started = true;
		return fn();
	};
	try {
		return await withLock(ctx, lock, { ...options, flock: false }, begin);
	} catch (error) {
		if (started || options.signal.aborted || !(error instanceof AuthError)) throw error;
		ctx.log.debug("the credential helper could not be locked", { helper: name, reason: error.reason });
		return begin();
	}
}

async function run(
	ctx: AuthContext,
	program: string,
	request: Request,
	{ signal, limitMs }: { readonly signal: AbortSignal; readonly limitMs: number },
): Promise<HelperOutcome> {
	const started = await startProgram(program, [request.action], {
		stdio: ["pipe", "pipe", "pipe"],
		env: ctx.env as NodeJS.ProcessEnv,
		cwd: ctx.home,
		// A group of its own, so that all that it starts can be ended. On Windows this would open a window.
		detached: ctx.platform !== "win32",
		windowsHide: true,
	});
	if ("error" in started)
		return {
			done: false,
			reason: `it cannot be started (${sanitize(errnoOf(started.error) ?? started.error.message)})`,
		};
	const { child } = started;
	const endWithUs = (): void => endGroup(ctx, child);
	process.once("exit", endWithUs);
	const over = new AbortController();
	try {
		const said = listen(child);
		const ended = ending(child);
		// A helper that does not read its input closes the pipe: its exit code says the rest.
		child.stdin?.on("error", () => {});
		child.stdin?.end(request.input);
		const limit = ctx.clock.sleep(limitMs, AbortSignal.any([signal, over.signal])).then(() => undefined);
		limit.catch(() => {});
		const code = await Promise.race([ended, limit]);
		if (code === undefined) {
			return { done: false, reason: `it did not answer within ${Math.round(limitMs / 1000)} s`, late: true };
		}
		if (code === 0) return { done: true };
		const text = await said(LAST_WORDS_MS);
		const meaning = MEANINGS.find(([pattern]) => pattern.test(text))?.[1];
		// What it says could repeat what it was given.
		const words = request.secret && text.includes(request.secret.reveal()) ? "" : sanitize(text).slice(0, 120).trim();
		return { done: false, reason: meaning ?? (words || `exit code ${code}`) };
	} finally {
		over.abort();
		process.off("exit", endWithUs);
		// What it leaves running in good order, such as an agent, stays; it must only not keep us.
		if (child.exitCode === null && child.signalCode === null) endGroup(ctx, child);
		for (const stream of child.stdio) stream?.destroy();
		child.unref();
	}
}

/** Resolves with the exit code, or the signal's name, as soon as the program itself has ended, whoever keeps its streams. */
function ending(child: ChildProcess): Promise<number | string> {
	return new Promise((resolve) => {
		const ended = (code: number | null, killedBy: string | null): void => resolve(code ?? killedBy ?? "unknown");
		if (child.exitCode !== null || child.signalCode !== null) ended(child.exitCode, child.signalCode);
		else child.once("exit", ended);
	});
}

/** Collects what it says. The function returned waits for the end of its streams, or for so many milliseconds. */
function listen(child: ChildProcess): (ms: number) => Promise<string> {
	let said = "";
	const hear = (chunk: Buffer): void => {
		if (said.length < 4_000) said += chunk.toString("utf8");
	};
	child.stdout?.on("data", hear);
	child.stderr?.on("data", hear);
	const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
	return async (ms) => {
		let timer: NodeJS.Timeout | undefined;
		await Promise.race([closed, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
		clearTimeout(timer);
		return said;
	};
}

function endGroup(ctx: AuthContext, child: ChildProcess): void {
	if (child.pid === undefined) return;
	try {
		if (ctx.platform !== "win32") process.kill(-child.pid, "SIGKILL");
		else endTree(ctx, child.pid);
	} catch {
		// It has ended by itself in between.
	}
	child.kill("SIGKILL");
}

/** Windows has no groups; its own program follows the children. */
function endTree(ctx: AuthContext, pid: number): void {
	const taskkill = join(ctx.env.SystemRoot ?? "C:\\Windows", "System32", "taskkill.exe");
	void startProgram(taskkill, ["/pid", String(pid), "/t", "/f"], { stdio: "ignore", windowsHide: true });
}
