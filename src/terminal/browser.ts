/** Opens a page in the user's browser: when that may happen unasked, and how it is done without a shell. */
import { statSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { BrowserChoice } from "../auth/interaction.ts";
import { findProgram } from "../auth/system/find-program.ts";
import { isRemote, isWsl } from "../auth/system/place.ts";
import { startProgram } from "../auth/system/start-program.ts";
import { namedBrowser } from "./named-browser.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Values of `BROWSER` with which people switch browsers off. */
const SWITCHED_OFF = new Set(["", "none", "true", "false", "/bin/true", "/usr/bin/true", "/bin/false", ":", "echo"]);

export interface BrowserPolicy {
	readonly env: Environment;
	readonly platform: NodeJS.Platform;
	/** `--no-browser`. */
	readonly noBrowser?: boolean | undefined;
	/** From `isContainer`. */
	readonly container?: boolean | undefined;
}

/**
 * Whether a page may be opened without a key having been pressed for it: on a local desktop, and in a container where
 * `BROWSER` names a program. Development containers set it to one that opens the page on the desktop around them.
 */
export function shouldOpenByItself({ env, platform, noBrowser, container }: BrowserPolicy): boolean {
	if (noBrowser === true || isRemote(env)) return false;
	if (env.BROWSER !== undefined) return !SWITCHED_OFF.has(env.BROWSER.trim());
	if (container === true) return false;
	if (platform === "darwin" || platform === "win32") return true;
	return isWsl(env, platform) || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** What came of opening a page. */
export type OpenResult =
	| {
			readonly opened: true;
			/** The browser that was named, where it was that one. */
			readonly by?: string | undefined;
			/** Why it was not the one that was named: "Firefox was not found". */
			readonly note?: string | undefined;
	  }
	| {
			readonly opened: false;
			/** Why not, in a few words: "there is no browser to be found". */
			readonly reason: string;
	  };

export interface OpenOptions {
	readonly env: Environment;
	readonly platform: NodeJS.Platform;
	readonly cwd: string;
	/** The browser that is wanted; where it is not there, the system's own opens the page. */
	readonly browser?: BrowserChoice | undefined;
}

/** What came of it, in a few words: "opened in Firefox". */
export function openedText(result: OpenResult): string {
	if (!result.opened) return `not opened: ${result.reason}`;
	if (result.note !== undefined) return `opened in the usual browser: ${result.note}`;
	return `opened in ${result.by ?? "your browser"}`;
}

/** https, or http on this machine; nothing that a program could take for an option or a terminal for a command. */
export function isSafeLink(url: string): boolean {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
	if (/[\u0000-\u0020\u007f-\u009f"'`<>\\^{|}]/.test(url) || url.startsWith("-")) return false;
	try {
		const { protocol, hostname, username, password } = new URL(url);
		if (username !== "" || password !== "") return false;
		return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
	} catch {
		return false;
	}
}

/**
 * The words of one entry of `BROWSER`. Quotes keep a word together, and so does a path that exists: people write
 * `C:\Program Files\…\chrome.exe` and `/Applications/Google Chrome.app/…` without them. Backslashes are only themselves.
 */
function wordsOf(entry: string): string[] {
	const text = entry.trim();
	if (isAbsolute(text)) {
		const blanks = [...text.matchAll(/\s+/g)].map(({ index }) => index);
		// The longest beginning that is a file.
		const end = [text.length, ...blanks.reverse()].find((length) => isFile(text.slice(0, length)));
		if (end !== undefined) return [text.slice(0, end), ...splitWords(text.slice(end))];
	}
	return splitWords(text);
}

function splitWords(text: string): string[] {
	return Array.from(text.matchAll(/(?:"[^"]*"?|'[^']*'?|[^\s"'])+/g), ([word]) =>
		word.replace(/"([^"]*)"?|'([^']*)'?/g, "$1$2"),
	);
}

function isFile(path: string): boolean {
	try {
		return statSync(path).isFile();
	} catch {
		return false;
	}
}

/** The programs that open a page here, best first, each with its arguments. */
export function browserCommands(url: string, { env, platform }: OpenOptions): readonly (readonly string[])[] {
	if (env.BROWSER !== undefined) {
		if (SWITCHED_OFF.has(env.BROWSER.trim())) return [];
		// A list as xdg-open and Python's webbrowser have it; `%s` is the page. On Windows the colon belongs to the path.
		const entries = platform === "win32" ? [env.BROWSER] : env.BROWSER.split(":");
		return entries.flatMap((entry) => {
			const words = wordsOf(entry);
			if (words.length === 0) return [];
			return words.some((word) => word.includes("%s"))
				? [words.map((word) => word.replaceAll("%s", () => url))]
				: [[...words, url]];
		});
	}
	switch (platform) {
		case "darwin":
			return [["/usr/bin/open", url]];
		case "win32":
			// Not `cmd /c start`, which would take `&` in the link for the end of the command.
			return [["rundll32.exe", "url.dll,FileProtocolHandler", url]];
		default:
			return [
				...(isWsl(env, platform)
					? [
							["wslview", url],
							["rundll32.exe", "url.dll,FileProtocolHandler", url],
						]
					: []),
				["xdg-open", url],
				["gio", "open", url],
			];
	}
}

/** Milliseconds in which a program that cannot start says so. */
const START_MS = 400;

/** Never fails, and does not wait for the browser to be closed. */
export async function openPage(url: string, options: OpenOptions): Promise<OpenResult> {
	if (!isSafeLink(url)) return { opened: false, reason: "the link is not safe to open" };
	const commands = browserCommands(url, options);
	// The person's own word, whatever a configuration names.
	if (commands.length === 0) return { opened: false, reason: "BROWSER is set to open none" };
	const named = namedBrowser(url, options.browser ?? {}, options);
	if (named !== undefined && (await startFirst(named.commands, options))) return { opened: true, by: named.title };
	const note = named && { note: named.problem ?? `${named.title} was not found` };
	if (await startFirst(commands, options)) return { opened: true, ...note };
	return { opened: false, reason: "no browser was found" };
}

/** Starts the first of the programs that is there. @returns whether one of them runs */
async function startFirst(commands: readonly (readonly string[])[], options: OpenOptions): Promise<boolean> {
	for (const [name = "", ...args] of commands) {
		const file = findProgram(name, { path: options.env.PATH, cwd: options.cwd });
		if (file !== undefined && (await start(file, args, options.env))) return true;
	}
	return false;
}

/** @returns whether it runs, or has done what it was asked for; never rejects */
async function start(file: string, args: readonly string[], env: Environment): Promise<boolean> {
	// Its own session, and none of our streams: it neither ends with us nor writes over the screen.
	const options = { detached: true, stdio: "ignore", windowsHide: true, env: { ...env } } as const;
	const started = await startProgram(file, args, options);
	if ("error" in started) return false;
	const { child } = started;
	child.unref();
	return new Promise((resolve) => {
		const timer = setTimeout(() => resolve(true), START_MS);
		child.once("exit", (code) => {
			clearTimeout(timer);
			resolve(code === 0);
		});
	});
}
