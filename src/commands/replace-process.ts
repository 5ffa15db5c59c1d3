/**
 * Becomes another program, where the system can (execve of POSIX): the same process, so that signals, the terminal's jobs and
 * the exit code are the program's without anybody in between.
 */
import { accessSync, constants } from "node:fs";
import { constants as system } from "node:os";

/** A program that is to be run. */
export interface Replacement {
	/** As it was typed. */
	readonly program: string;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	readonly platform: NodeJS.Platform;
}

/**
 * Node 22 and 24 abort where execve fails: a file of another architecture, a script whose interpreter is missing, a script
 * without a first line that names one. env(1) is there on every system, looks the program up and starts it as a shell does,
 * and says what is wrong with 126 and 127.
 */
const ENV = "/usr/bin/env";

/** Bytes of arguments and environment that every system takes; more may fail, too. Linux has at least this, macOS more. */
const MOST_BYTES = 100_000;

/** Signals that Node has set to be ignored, which a program would inherit: `yes | head -1` would complain. */
const IGNORED = ["SIGPIPE", "SIGXFSZ"] as const;

/** Does not return where it can be done, and runs no listener of `exit` then. Returns where it cannot. */
export function replaceProcess({ program, args, env, platform }: Replacement): void {
	if (platform === "win32" || typeof process.execve !== "function") return;
	// env(1) takes it for a variable.
	if (program.includes("=")) return;
	const words = ["env", "--", program, ...args];
	const parts = [...words, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
	if (parts.reduce((sum, part) => sum + Buffer.byteLength(part) + 9, 0) > MOST_BYTES) return;
	const { emitWarning } = process;
	try {
		accessSync(ENV, constants.X_OK);
		for (const signal of IGNORED) {
			if (!(signal in system.signals)) continue;
			// Whoever stops listening leaves the signal as the system has it.
			const listener = (): void => undefined;
			process.on(signal, listener).off(signal, listener);
		}
		// That it is experimental is nothing for a person who runs terraform.
		process.emitWarning = () => undefined;
		process.execve(ENV, words, env);
	} catch {
		// It was refused, as a sandbox may do: the program is started the other way.
	} finally {
		process.emitWarning = emitWarning;
	}
}
