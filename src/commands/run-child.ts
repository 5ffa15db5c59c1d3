/** Runs a program to its end in a process of its own, as if it were ours: for systems that cannot replace a process. */
import { constants } from "node:os";
import { isatty } from "node:tty";
import { startProgram } from "../auth/system/start-program.ts";
import { batchCommand } from "./batch-command.ts";
import type { Replacement } from "./replace-process.ts";

/** Those that a terminal sends to all of its programs at once when a key is pressed. */
const KEYS: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
const PASSED_ON: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"];

export type ChildOutcome = { readonly exitCode: number } | { readonly error: NodeJS.ErrnoException };

export interface ChildOptions extends Replacement {
	/** Absolute. */
	readonly file: string;
	/** Whether Ctrl-C reaches the program without us. */
	readonly hasTerminal?: boolean;
}

/** @returns its exit code, or 128 and the number of the signal that ended it; or why it could not be started */
export async function runChild(options: ChildOptions): Promise<ChildOutcome> {
	const { file, program, args, env, platform } = options;
	const hasTerminal = options.hasTerminal ?? [0, 1, 2].some((fd) => isatty(fd));
	const isBatch = platform === "win32" && /\.(?:cmd|bat)$/i.test(file);
	const batch = isBatch ? batchCommand(file, args, env) : undefined;
	// Before it is started: a signal that comes then must not end us alone.
	const held: NodeJS.Signals[] = [];
	let pass = (signal: NodeJS.Signals): unknown => held.push(signal);
	const listener = (signal: NodeJS.Signals): void => {
		if (!(hasTerminal && KEYS.includes(signal))) pass(signal);
	};
	for (const signal of PASSED_ON) process.on(signal, listener);
	try {
		const started = await startProgram(batch?.file ?? file, batch?.args ?? args, {
			stdio: "inherit",
			env,
			...(batch === undefined ? { argv0: program } : { windowsVerbatimArguments: true }),
		});
		if ("error" in started) return started;
		const { child } = started;
		const ended = new Promise<number>((resolve) => {
			child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal as NodeJS.Signals]));
		});
		pass = (signal) => child.kill(signal);
		for (const signal of held) pass(signal);
		return { exitCode: await ended };
	} finally {
		for (const signal of PASSED_ON) process.off(signal, listener);
	}
}
