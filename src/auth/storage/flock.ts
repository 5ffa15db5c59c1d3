/**
 * The lock of Cloud Posse's `atmos`: flock(2) on `<file>.lock`, a file that stays for ever. Node has no call for it, but
 * the lock belongs to the open file and not to a process: flock(1) takes it on a descriptor that it inherits, and it is
 * held until the descriptor is closed here, by whatever death.
 */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { AuthContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../sanitize.ts";
import { errnoOf } from "./failure.ts";

export interface FlockOptions {
	readonly signal?: AbortSignal | undefined;
	readonly timeoutMs: number;
}

/**
 * @param lockPath made if it is missing, and never removed
 * @returns a function that gives the lock back; undefined where flock(1) or flock(2) is not to be had
 * @throws AuthError `storage` after `timeoutMs`; the signal's reason when it is aborted
 */
export async function holdFlock(
	ctx: Pick<AuthContext, "env" | "cwd" | "platform" | "log">,
	lockPath: string,
	options: FlockOptions,
): Promise<(() => Promise<void>) | undefined> {
	if (ctx.platform === "win32") return undefined; // the Go program has no lock there
	const program = await findFlock(ctx);
	if (program === undefined) return undefined;
	let file: FileHandle;
	try {
		file = await open(lockPath, constants.O_RDWR | constants.O_CREAT, 0o600);
	} catch (error) {
		ctx.log.debug("no flock", { path: lockPath, code: errnoOf(error) });
		return undefined;
	}
	let held = false;
	try {
		const outcome = await run(program, file.fd, options);
		options.signal?.throwIfAborted();
		if (outcome === "timeout") throw timedOut(lockPath);
		held = outcome === "locked";
		if (!held) ctx.log.debug("no flock", { path: lockPath, outcome });
	} finally {
		if (!held) await file.close();
	}
	return held ? () => file.close() : undefined;
}

async function run(program: string, fd: number, { signal, timeoutMs }: FlockOptions): Promise<string> {
	const { spawn } = await import("node:child_process");
	return new Promise((resolve) => {
		let timedOut = false;
		try {
			// Without -w, which BusyBox does not have.
			const child = spawn(program, ["-x", "3"], { stdio: ["ignore", "ignore", "ignore", fd], env: {} });
			const stop = (): void => void child.kill("SIGKILL");
			const timer = setTimeout(() => {
				timedOut = true;
				stop();
			}, timeoutMs);
			const end = (outcome: string): void => {
				clearTimeout(timer);
				signal?.removeEventListener("abort", stop);
				resolve(timedOut ? "timeout" : outcome);
			};
			signal?.addEventListener("abort", stop, { once: true });
			child.once("error", (error) => end(error.message));
			child.once("exit", (code, killer) => end(code === 0 ? "locked" : `exit ${code ?? killer}`));
		} catch (error) {
			resolve(String(error));
		}
	});
}

let found:
	| { readonly path: string | undefined; readonly cwd: string; readonly program: string | undefined }
	| undefined;

/** The first one on an absolute entry of `PATH` that is not inside the working directory, whose content is the project's. */
async function findFlock(ctx: Pick<AuthContext, "env" | "cwd">): Promise<string | undefined> {
	const path = ctx.env.PATH;
	if (found?.path === path && found?.cwd === ctx.cwd) return found?.program;
	const { findProgram } = await import("../find-program.ts");
	const program = findProgram("flock", { path, cwd: ctx.cwd });
	found = { path, cwd: ctx.cwd, program };
	return program;
}

function timedOut(lockPath: string): AuthError {
	return new AuthError({
		code: "storage",
		message: `Timed out waiting for the lock ${sanitize(lockPath)}`,
		reason: "another program, such as atmos, holds it",
		remedy: "Wait for it to end, then run the command again",
	});
}
