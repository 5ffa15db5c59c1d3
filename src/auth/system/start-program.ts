/**
 * The one way to start another program. `spawn` may throw at once (EPERM by a security agent, EINVAL for a `.cmd` on
 * Windows, EBADARCH on a Mac) as well as emit an error later; here both are the same outcome.
 */
import type { ChildProcess, SpawnOptions } from "node:child_process";

/** A program that runs, or why it does not. */
export type Started<Child extends ChildProcess = ChildProcess> =
	| { readonly child: Child }
	| { readonly error: NodeJS.ErrnoException };

/**
 * @param file an absolute path, as `findProgram` returns it
 * @returns as soon as the system has started it, before anything that it writes or its end can be missed; never rejects
 */
export async function startProgram<Child extends ChildProcess = ChildProcess>(
	file: string,
	args: readonly string[],
	options: SpawnOptions,
): Promise<Started<Child>> {
	const { spawn } = await import("node:child_process");
	return new Promise((resolve) => {
		try {
			const child = spawn(file, args, options);
			child.once("spawn", () => resolve({ child: child as Child }));
			// Stays, so that an error that comes later (a failed kill) ends nothing.
			child.on("error", (error: NodeJS.ErrnoException) => resolve({ error }));
		} catch (error) {
			resolve({ error: error as NodeJS.ErrnoException });
		}
	});
}
