/** Runs the command of an `!exec`: without the terminal, within a time limit, and in a process group of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Environment } from "../context.ts";
import { sanitize } from "../sanitize.ts";

/** More output than this, in characters, is no value. */
const MOST_OUTPUT = 1_000_000;
/** How long output may still come when the command itself has ended but something that it started has not; milliseconds. */
const GRACE_MS = 100;

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
 * @throws Error with the reason; never with what was printed
 */
export function execute(
	ctx: {
		readonly env: Environment;
		readonly cwd: string;
		readonly platform: NodeJS.Platform;
		readonly execLimitMs: number;
	},
	command: string,
): Promise<string> {
	return new Promise((resolve, reject) => {
		watchExit();
		const windows = ctx.platform === "win32";
		const child = spawn(command, {
			shell: true,
			cwd: ctx.cwd,
			env: ctx.env as NodeJS.ProcessEnv,
			stdio: ["ignore", "pipe", "ignore"],
			// Its own session has no terminal to read from, and can be killed as a whole.
			detached: !windows,
			windowsHide: true,
		});
		const end = (): void => killGroup(child, windows);
		running.add(end);
		let output = "";
		let grace: NodeJS.Timeout | undefined;
		const settle = (reason: string | undefined): void => {
			clearTimeout(timer);
			clearTimeout(grace);
			running.delete(end);
			child.stdout.destroy();
			if (reason === undefined) resolve(output.trim());
			else reject(new Error(reason));
		};
		const timer = setTimeout(() => {
			end();
			settle(`it took more than ${ctx.execLimitMs / 1000} s and was ended`);
		}, ctx.execLimitMs);
		child.stdout.setEncoding("utf8");
		child.stdout.on("data", (chunk: string) => {
			output += chunk;
			if (output.length <= MOST_OUTPUT) return;
			end();
			settle("it printed more than a million characters and was ended");
		});
		child.once("error", (error) => settle(sanitize(error.message)));
		const ended = (code: number | null, signal: NodeJS.Signals | null): void =>
			settle(code === 0 ? undefined : code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`);
		child.once("exit", (code, signal) => {
			grace = setTimeout(() => ended(code, signal), GRACE_MS);
		});
		child.once("close", ended);
	});
}

function killGroup(child: ChildProcess, windows: boolean): void {
	try {
		if (child.pid === undefined) return;
		if (windows) spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], { stdio: "ignore", windowsHide: true });
		else process.kill(-child.pid, "SIGKILL");
	} catch {
		// It has just ended.
	}
}
