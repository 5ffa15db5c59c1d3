/**
 * The lock of Cloud Posse's `atmos`: flock(2) on `<file>.lock`, a file that stays for ever. Node has no call for it, but
 * the lock belongs to the open file and not to a process: it is held until the descriptor is closed here, by whatever
 * death. On macOS, which has no flock(1), `open` takes it; elsewhere flock(1) does, on a descriptor that it inherits.
 */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { AuthContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import { startProgram } from "../system/start-program.ts";
import { errnoOf } from "./failure.ts";
import { pauseFor } from "./pause.ts";

/** open(2) of macOS: take the lock of flock(2), exclusively. With O_NONBLOCK it fails with EAGAIN where somebody has it. */
const O_EXLOCK = 0x20;
/** As often as the Go program tries. */
const TRY_AGAIN_MS = 10;

export interface FlockOptions {
	readonly signal?: AbortSignal | undefined;
	readonly timeoutMs: number;
}

/**
 * @param lockPath made if it is missing, and never removed
 * @param openFile stands in for the system's own in tests
 * @returns a function that gives the lock back; undefined where it is not to be had: the log says so
 * @throws AuthError `storage` after `timeoutMs`; the signal's reason when it is aborted
 */
export async function holdFlock(
	ctx: Pick<AuthContext, "env" | "cwd" | "platform" | "log">,
	lockPath: string,
	options: FlockOptions,
	openFile: typeof open = open,
): Promise<(() => Promise<void>) | undefined> {
	if (ctx.platform === "win32") return undefined; // the Go program has no lock there
	const file =
		ctx.platform === "darwin"
			? await openLocked(ctx, lockPath, options, openFile)
			: await lockOpened(ctx, lockPath, options, openFile);
	return file && (() => file.close());
}

function notTaken(ctx: Pick<AuthContext, "log">, path: string, reason: string | undefined): undefined {
	ctx.log.info("not taking the lock that atmos uses", { path, reason });
}

async function openLocked(
	ctx: Pick<AuthContext, "log">,
	path: string,
	{ signal, timeoutMs }: FlockOptions,
	openFile: typeof open,
): Promise<FileHandle | undefined> {
	const deadline = performance.now() + timeoutMs;
	const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK;
	for (;;) {
		try {
			return await openFile(path, flags, 0o600);
		} catch (error) {
			const code = errnoOf(error);
			if (code !== "EAGAIN" && code !== "EWOULDBLOCK") return notTaken(ctx, path, code);
			if (performance.now() >= deadline) throw timedOut(path);
		}
		await pauseFor(TRY_AGAIN_MS, signal);
	}
}

async function lockOpened(
	ctx: Pick<AuthContext, "env" | "cwd" | "log">,
	path: string,
	options: FlockOptions,
	openFile: typeof open,
): Promise<FileHandle | undefined> {
	const program = await findFlock(ctx);
	if (program === undefined) return notTaken(ctx, path, "there is no program called flock");
	let file: FileHandle;
	try {
		file = await openFile(path, constants.O_RDWR | constants.O_CREAT, 0o600);
	} catch (error) {
		return notTaken(ctx, path, errnoOf(error));
	}
	let held = false;
	try {
		const outcome = await run(program, file.fd, options);
		options.signal?.throwIfAborted();
		if (outcome === "timeout") throw timedOut(path);
		held = outcome === "locked";
		return held ? file : notTaken(ctx, path, outcome);
	} finally {
		if (!held) await file.close();
	}
}

/** @returns `locked`, `timeout`, or what went wrong */
async function run(program: string, fd: number, { signal, timeoutMs }: FlockOptions): Promise<string> {
	// Without -w, which BusyBox does not have.
	const started = await startProgram(program, ["-x", "3"], { stdio: ["ignore", "ignore", "ignore", fd], env: {} });
	if ("error" in started) return started.error.message;
	const { child } = started;
	return new Promise((resolve) => {
		let timedOut = false;
		const stop = (): void => void child.kill("SIGKILL");
		const timer = setTimeout(() => {
			timedOut = true;
			stop();
		}, timeoutMs);
		signal?.addEventListener("abort", stop, { once: true });
		child.once("exit", (code, killer) => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", stop);
			resolve(timedOut ? "timeout" : code === 0 ? "locked" : `exit ${code ?? killer}`);
		});
		if (signal?.aborted) stop();
	});
}

let found:
	| { readonly path: string | undefined; readonly cwd: string; readonly program: string | undefined }
	| undefined;

/** The first one on an absolute entry of `PATH` that is not inside the working directory, whose content is the project's. */
async function findFlock(ctx: Pick<AuthContext, "env" | "cwd">): Promise<string | undefined> {
	const path = ctx.env.PATH;
	if (found?.path === path && found?.cwd === ctx.cwd) return found?.program;
	const { findProgram } = await import("../system/find-program.ts");
	const program = findProgram("flock", { path, cwd: ctx.cwd });
	found = { path, cwd: ctx.cwd, program };
	return program;
}

function timedOut(lockPath: string): AuthError {
	return new AuthError({
		code: "storage",
		message: `timed out waiting for the lock ${sanitize(lockPath)}`,
		reason: "another program, such as atmos, holds it",
		remedy: "wait for it to finish, then run the command again",
	});
}
