/** Reads one line that the terminal does not show: a passphrase, or a text too long for the terminal's own lines (4095 octets on
 * Linux, 1024 on a Mac). */
import { StringDecoder } from "node:string_decoder";
import { stopUntilContinued } from "./suspend.ts";

/** A stream that may be a terminal. */
export type MaybeTerminal = NodeJS.ReadableStream & { setRawMode?(on: boolean): unknown; ref?(): void; unref?(): void };

export interface HiddenLineOptions {
	readonly stdin: MaybeTerminal;
	/** Writes to the terminal: asks it to mark pastes, so that a line break in one does not end the line. */
	readonly write: (sequence: string) => void;
	readonly platform: NodeJS.Platform;
	readonly signal: AbortSignal;
}

const MARK_PASTES = "\u001b[?2004h";
const MARK_NO_PASTES = "\u001b[?2004l";
const PASTE_BEGINS = "\u001b[200~";
const PASTE_ENDS = "\u001b[201~";

/** What a key does to the line, besides adding to it. */
type Key = "enter" | "interrupt" | "end" | "suspend";

const KEYS: Readonly<Record<string, Key>> = {
	"\r": "enter",
	"\n": "enter",
	"\u0003": "interrupt",
	"\u0004": "end",
	"\u001a": "suspend",
};

/** Whatever is no text: a control character, or a sequence of a key. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SEQUENCE = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const TEXT = /[^\u0000-\u001f\u007f]+/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away
const CONTROLS = /[\u0000-\u001f\u007f]/g;

/** A line in the making. */
export function createHiddenLine() {
	let text = "";
	let pending = "";
	let isPaste = false;

	/** @returns where to go on in `input`; its length where more has to come first */
	function pasted(input: string, from: number): number {
		const end = input.indexOf(PASTE_ENDS, from);
		// The mark itself may come in two pieces.
		const last = input.lastIndexOf("\u001b");
		const stop = end >= 0 ? end : last >= from && PASTE_ENDS.startsWith(input.slice(last)) ? last : input.length;
		text += input.slice(from, stop).replace(CONTROLS, "");
		if (end >= 0) {
			isPaste = false;
			return end + PASTE_ENDS.length;
		}
		pending = input.slice(stop);
		return input.length;
	}

	return {
		text: () => text,
		/** @returns the first key that is not part of the line; what comes after it is dropped */
		take(chunk: string): Key | undefined {
			const input = pending + chunk;
			pending = "";
			let at = 0;
			while (at < input.length) {
				if (isPaste) {
					at = pasted(input, at);
					continue;
				}
				TEXT.lastIndex = at;
				const run = TEXT.exec(input)?.[0];
				const character = input[at] as string;
				if (run !== undefined) {
					text += run;
					at += run.length;
				} else if (character === "\u001b") {
					if (input.startsWith(PASTE_BEGINS, at)) {
						isPaste = true;
						at += PASTE_BEGINS.length;
					} else if (input.length - at > 1 && PASTE_BEGINS.startsWith(input.slice(at))) {
						pending = input.slice(at);
						return undefined;
					} else {
						SEQUENCE.lastIndex = at;
						at += SEQUENCE.exec(input)?.[0].length ?? 1;
					}
				} else {
					at++;
					const key = KEYS[character];
					if (character === "\u007f" || character === "\b") text = Array.from(text).slice(0, -1).join("");
					else if (character === "\u0015") text = "";
					else if (character === "\u0017") text = text.replace(/\S*\s*$/, "");
					// As at any shell, Ctrl-D ends the input where nothing has been typed.
					else if (key !== undefined && (key !== "end" || text === "")) return key;
				}
			}
			return undefined;
		},
	};
}

/**
 * The terminal is given back however it ends. Ctrl-C and Ctrl-Z do what they do at any shell.
 *
 * @returns the line; undefined when the signal came first, or the input has ended
 */
export function readHiddenLine({ stdin, write, platform, signal }: HiddenLineOptions): Promise<string | undefined> {
	return new Promise((resolve) => {
		if (signal.aborted) {
			resolve(undefined);
			return;
		}
		const line = createHiddenLine();
		const decoder = new StringDecoder("utf8");
		const hold = (): void => {
			stdin.setRawMode?.(true);
			write(MARK_PASTES);
		};
		const giveBack = (): void => {
			write(MARK_NO_PASTES);
			stdin.setRawMode?.(false);
		};
		const end = (text: string | undefined): void => {
			signal.removeEventListener("abort", over);
			stdin.off("data", take);
			stdin.off("end", over);
			stdin.pause();
			giveBack();
			stdin.unref?.();
			resolve(text);
		};
		const over = (): void => end(undefined);
		const take = (chunk: Buffer | string): void => {
			switch (line.take(typeof chunk === "string" ? chunk : decoder.write(chunk))) {
				case "enter":
					end(line.text());
					break;
				case "end":
					over();
					break;
				case "interrupt":
					over();
					interrupt(platform);
					break;
				case "suspend":
					if (platform === "win32") break;
					giveBack();
					void stopUntilContinued().then(() => {
						if (!signal.aborted) hold();
					});
			}
		};
		signal.addEventListener("abort", over, { once: true });
		stdin.ref?.();
		hold();
		stdin.on("data", take);
		stdin.on("end", over);
		stdin.resume();
	});
}

/** What the terminal makes of Ctrl-C where it makes anything of it: a signal for the whole job. */
function interrupt(platform: NodeJS.Platform): void {
	if (platform === "win32") process.emit("SIGINT", "SIGINT");
	else process.kill(0, "SIGINT");
}
