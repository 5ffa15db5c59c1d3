/** Runs the command of an `!exec`: without the terminal, within a time limit, and in a process group of its own. */
import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import type { Environment } from "../context.ts";
import { sanitize } from "./sanitize.ts";
import { startProgram } from "./start-program.ts";

/** More output than this, in characters, is no value. */
const MOST_OUTPUT = 1_000_000;
/** How long output may still come when the command itself has ended but something that it started has not; milliseconds. */
const GRACE_MS = 100;

/** How much of what it said on stderr is kept, in characters; the end of it, and in an error the last lines. */
const MOST_COMPLAINT = 4_000;
const COMPLAINT_LINES = 3;
const COMPLAINT_LENGTH = 300;

const running = new Set<() => void>();
let watching = false;

/** Whatever ends this program ends what it started. */
function watchExit(): void {
	if (watching) return;
	watching = true;
	process.once("exit", () => {
		for (const end of running) end();
	});
}

/**
 * @param ctx.execLimitMs when the command and all that it started are killed, in milliseconds
 * @returns what it printed on stdout, without the blanks around it
 * @throws Error with the reason and the end of what it wrote to stderr; never with what was printed on stdout
 */
export async function execute(
	ctx: {
		readonly env: Environment;
		readonly cwd: string;
		readonly platform: NodeJS.Platform;
		readonly execLimitMs: number;
	},
	command: string,
): Promise<string> {
	watchExit();
	const windows = ctx.platform === "win32";
	const started = await startProgram<ChildProcessByStdio<null, Readable, Readable>>(command, [], {
		shell: true,
		cwd: ctx.cwd,
		env: ctx.env as NodeJS.ProcessEnv,
		stdio: ["ignore", "pipe", "pipe"],
		// Its own session has no terminal to read from, and can be killed as a whole.
		detached: !windows,
		windowsHide: true,
	});
	if ("error" in started) throw new Error(sanitize(started.error.message));
	const { child } = started;
	return new Promise((resolve, reject) => {
		const end = (): void => killGroup(child, windows);
		running.add(end);
		let output = "";
		let complaint = "";
		let grace: NodeJS.Timeout | undefined;
		const settle = (reason: string | undefined): void => {
			clearTimeout(timer);
			clearTimeout(grace);
			running.delete(end);
			child.stdout.destroy();
			child.stderr.destroy();
			if (reason === undefined) resolve(output.trim());
			else reject(new Error(`${reason}${lastLines(complaint, output)}`));
		};
		const timer = setTimeout(() => {
			end();
			settle(`it took more than ${ctx.execLimitMs / 1000} s and was stopped`);
		}, ctx.execLimitMs);
		child.stdout.setEncoding("utf8");
		child.stdout.on("data", (chunk: string) => {
			output += chunk;
			if (output.length <= MOST_OUTPUT) return;
			end();
			settle("it printed more than a million characters and was stopped");
		});
		child.stderr.setEncoding("utf8");
		child.stderr.on("data", (chunk: string) => {
			complaint = (complaint + chunk).slice(-MOST_COMPLAINT);
		});
		const ended = (code: number | null, signal: NodeJS.Signals | null): void =>
			settle(code === 0 ? undefined : code === null ? `it was killed by ${signal}` : `it exited with code ${code}`);
		child.once("exit", (code, signal) => {
			grace = setTimeout(() => ended(code, signal), GRACE_MS);
		});
		child.once("close", ended);
	});
}

/** `: ` and the end of what a program said on stderr, without what it printed as its value; empty if it said nothing. */
function lastLines(text: string, output: string): string {
	const values = output.split(/\s+/).filter((word) => word.length > 3);
	const lines = values
		.reduce((rest, value) => rest.replaceAll(value, "***"), text)
		.split(/\r?\n/)
		.map(sanitize)
		.filter((line) => line !== "");
	const end = lines.slice(-COMPLAINT_LINES).join(" / ");
	const short = end.length > COMPLAINT_LENGTH ? `…${end.slice(-COMPLAINT_LENGTH)}` : end;
	return short === "" ? "" : `: ${short}`;
}

function killGroup(child: ChildProcess, windows: boolean): void {
	try {
		if (child.pid === undefined) return;
		if (windows) {
			void startProgram("taskkill", ["/pid", String(child.pid), "/t", "/f"], { stdio: "ignore", windowsHide: true });
		} else process.kill(-child.pid, "SIGKILL");
	} catch {
		// It has just ended.
	}
}
