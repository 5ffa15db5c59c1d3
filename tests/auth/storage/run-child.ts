/** Starts the child processes of `child.ts`, and sees to it that none outlives its test. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { ChildInput } from "./child.ts";

const PROGRAM = fileURLToPath(new URL("child.ts", import.meta.url));

export interface Child {
	readonly process: ChildProcess;
	/** Has it finish what it waits with, now or as soon as it gets there. */
	release(): void;
	/** Everything that it has said so far. */
	readonly said: readonly unknown[];
	/** Resolves with the first thing said, before or from now on, that fits. Rejects if the child ends before. */
	until(fits: (value: unknown) => boolean): Promise<unknown>;
	/** Resolves at the end of the process: its result, or undefined if it was killed. */
	readonly ended: Promise<{
		readonly result: unknown;
		readonly signal: NodeJS.Signals | null;
		readonly errors: string;
	}>;
}

export function start(task: string, input: ChildInput): Child {
	const child = spawn(process.execPath, [PROGRAM, task, JSON.stringify(input)], {
		stdio: ["pipe", "pipe", "pipe"],
		env: { PATH: process.env.PATH, NODE_NO_WARNINGS: "1" },
	});
	onTestFinished(() => void child.kill("SIGKILL"));
	const said: unknown[] = [];
	let listeners: (() => void)[] = [];
	const tell = (): void => {
		const now = listeners;
		listeners = [];
		for (const listener of now) listener();
	};
	let errors = "";
	child.stderr.on("data", (chunk) => {
		errors += chunk;
	});
	createInterface({ input: child.stdout }).on("line", (line) => {
		said.push(JSON.parse(line));
		tell();
	});
	let over = false;
	const ended = new Promise<Awaited<Child["ended"]>>((resolve) => {
		child.once("close", (_code, signal) => {
			over = true;
			tell();
			const last = said.findLast((value) => typeof value === "object" && value !== null && "result" in value);
			resolve({ result: (last as { result?: unknown } | undefined)?.result, signal, errors });
		});
	});
	return {
		process: child,
		// One that has ended needs nothing more.
		release: () => void child.stdin.on("error", () => {}).write("go\n"),
		said,
		ended,
		async until(fits) {
			for (;;) {
				const found = said.find(fits);
				if (found !== undefined) return found;
				if (over) throw new Error(`the child ended: ${errors}`);
				await new Promise<void>((resolve) => listeners.push(resolve));
			}
		},
	};
}

/** Runs a child to its end. @throws what it wrote to stderr, if it failed in another way than by being killed */
export async function run(task: string, input: ChildInput): ReturnType<typeof waitFor> {
	return waitFor(start(task, input));
}

async function waitFor(child: Child): Promise<{ readonly result: unknown; readonly signal: NodeJS.Signals | null }> {
	const { result, signal, errors } = await child.ended;
	if (errors !== "") throw new Error(errors);
	return { result, signal };
}
