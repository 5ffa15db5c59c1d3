/** Puts a text on the user's clipboard: with a program of this machine where that reaches the user, else through the terminal. */
import type { ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";
import { findProgram } from "../auth/system/find-program.ts";
import { isRemote, isWsl } from "../auth/system/place.ts";
import { startProgram } from "../auth/system/start-program.ts";
import { copySequence } from "./osc.ts";

/** Longest that a clipboard program may take. */
const LIMIT_MS = 2_000;

export interface ClipboardOptions {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly platform: NodeJS.Platform;
	readonly cwd: string;
	/** Writes to the terminal itself. */
	write(sequence: string): void;
}

/** How it was copied: the program's name, or `terminal` for OSC 52, which the terminal may ignore without a word. */
export type CopyResult = { readonly by: string; readonly certain: boolean };

interface Tool {
	readonly name: string;
	readonly args: readonly string[];
}

/** The clipboard programs that can reach the person's clipboard from here, best first. */
export function clipboardTools(
	env: Readonly<Record<string, string | undefined>>,
	platform: NodeJS.Platform,
): readonly Tool[] {
	const tmux: readonly Tool[] = env.TMUX ? [{ name: "tmux", args: ["load-buffer", "-w", "-"] }] : [];
	// The clipboard of a machine at the other end of a connection is not the person's.
	if (isRemote(env)) return tmux;
	if (platform === "darwin") return [{ name: "pbcopy", args: [] }];
	if (platform === "win32") return [{ name: "clip.exe", args: [] }];
	return [
		...(env.WAYLAND_DISPLAY ? [{ name: "wl-copy", args: [] }] : []),
		...(env.DISPLAY
			? [
					{ name: "xclip", args: ["-selection", "clipboard"] },
					{ name: "xsel", args: ["--clipboard", "--input"] },
				]
			: []),
		...(isWsl(env, platform) ? [{ name: "clip.exe", args: [] }] : []),
		...tmux,
	];
}

/** Never fails: what no program takes goes to the terminal. */
export async function copyText(text: string, options: ClipboardOptions): Promise<CopyResult> {
	for (const tool of clipboardTools(options.env, options.platform)) {
		const file = findProgram(tool.name, { path: options.env.PATH, cwd: options.cwd });
		if (file !== undefined && (await feed(file, tool.args, text, options.env))) return { by: tool.name, certain: true };
	}
	options.write(copySequence(text));
	return { by: "terminal", certain: false };
}

/** A program with its standard input open. */
type Reader = ChildProcess & { readonly stdin: Writable };

/** @returns whether the program took the text; never rejects */
async function feed(
	file: string,
	args: readonly string[],
	text: string,
	env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
	const started = await startProgram<Reader>(file, args, {
		stdio: ["pipe", "ignore", "ignore"],
		windowsHide: true,
		env: { ...env },
	});
	if ("error" in started) return false;
	const { child } = started;
	return new Promise((resolve) => {
		const timer = setTimeout(() => {
			child.kill("SIGKILL");
			resolve(false);
		}, LIMIT_MS);
		const end = (ok: boolean): void => {
			clearTimeout(timer);
			resolve(ok);
		};
		// Not "close": xclip leaves a child behind that keeps the selection.
		child.once("exit", (code) => end(code === 0));
		child.stdin.on("error", () => end(false));
		child.stdin.end(text);
	});
}
