/** The dashboard on a terminal that is only a list of frames: any size, a clock that stands still, keys by name. */
import { EventEmitter } from "node:events";
import { render } from "ink";
import { App, type AppProps, type DisplayOptions } from "../../../src/components/app.tsx";
import { createTicker } from "../../../src/components/clock.ts";
import { createNotes } from "../../../src/components/notes.ts";
import type { LoginHandle } from "../../../src/flows/snapshot.ts";

const KEYS: Readonly<Record<string, string>> = {
	up: "\u001b[A",
	down: "\u001b[B",
	enter: "\r",
	esc: "\u001b",
	tab: "\t",
	backspace: "\u007f",
	home: "\u001b[H",
	end: "\u001b[F",
	pageup: "\u001b[5~",
	pagedown: "\u001b[6~",
	"ctrl-c": "\u0003",
	"ctrl-u": "\u0015",
	"ctrl-z": "\u001a",
};

/** Asking the terminal to mark pastes, or no longer to: written apart from any frame. */
const PASTE_MODE = ["\u001b[?2004h", "\u001b[?2004l"];

export class FakeStdout extends EventEmitter {
	readonly isTTY = true;
	readonly writable = true;
	readonly frames: string[] = [];
	columns: number;
	rows: number;

	constructor(columns: number, rows: number) {
		super();
		this.columns = columns;
		this.rows = rows;
	}

	write(text: string, done?: unknown): boolean {
		this.frames.push(text);
		this.emit("frame");
		if (typeof done === "function") done();
		return true;
	}

	/** The last of the frames that drew something. */
	last(): string {
		return this.frames.findLast((frame) => !PASTE_MODE.includes(frame)) ?? "";
	}

	resize(columns: number, rows: number): void {
		this.columns = columns;
		this.rows = rows;
		this.emit("resize");
	}
}

export class FakeStdin extends EventEmitter {
	readonly isTTY = true;
	raw = false;
	readonly #waiting: string[] = [];

	type(text: string): void {
		this.#waiting.push(text);
		this.emit("readable");
	}

	read(): string | null {
		return this.#waiting.shift() ?? null;
	}

	setRawMode(raw: boolean): void {
		this.raw = raw;
	}

	setEncoding(): void {}
	resume(): void {}
	pause(): void {}
	ref(): void {}
	unref(): void {}
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away
const SEQUENCES = /\u001b\[[0-9;?]*[a-zA-Z]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** A pattern in which `ESC` stands for the character. */
export function sequence(pattern: string, flags?: string): RegExp {
	return new RegExp(pattern.replaceAll("ESC", "\u001b"), flags);
}

/** Text as it is seen. */
export function plain(text: string): string {
	return text.replace(SEQUENCES, "");
}

export interface ScreenOptions {
	readonly columns?: number;
	readonly rows?: number;
	readonly now?: number;
	readonly display?: Partial<DisplayOptions>;
	readonly forwarding?: AppProps["forwarding"];
	readonly pages?: AppProps["pages"];
}

export const NOW = Date.UTC(2026, 10, 23, 10, 42, 25);

/** Lets turns of the event loop pass: what a terminal's other end takes at least to answer to what it sees. */
export async function turns(count: number): Promise<void> {
	for (let done = 0; done < count; done++) await new Promise((resolve) => setImmediate(resolve));
}

const shown: { unmount(): void }[] = [];

/** For `afterEach`. */
export function closeScreens(): void {
	for (const screen of shown.splice(0)) screen.unmount();
}

export function show(login: LoginHandle, options: ScreenOptions = {}) {
	const { columns = 80, rows = 24, display } = options;
	let now = options.now ?? NOW;
	const clock = { now: () => now };
	const stdout = new FakeStdout(columns, rows);
	const stdin = new FakeStdin();
	const ticker = createTicker(clock);
	const notes = createNotes(clock);
	const actions: string[] = [];
	const said: string[] = [];
	const record = (action: string): void => {
		actions.push(action);
	};
	const instance = render(
		<App
			login={login}
			ticker={ticker}
			notes={notes}
			display={{ unicode: true, colour: true, motion: false, screenReader: false, ...display }}
			hostname="build-host-3"
			forwarding={options.forwarding ?? (() => undefined)}
			pages={options.pages ?? { outcome: () => undefined, subscribe: () => () => undefined }}
			actions={{
				copy: async (text, what) => {
					record(`copy ${text}`);
					return `${what} copied with pbcopy`;
				},
				open: async (url, browser) => {
					record(`open ${url}${browser?.name === undefined ? "" : ` in ${browser.name}`}`);
					return "opened in your browser";
				},
				plainLink: async (url) => record(`plain ${url}`),
				print: (line) => void said.push(line),
			}}
			onInterrupt={() => record("interrupt")}
			onSuspend={() => record("suspend")}
		/>,
		{
			stdout: stdout as unknown as NodeJS.WriteStream,
			stdin: stdin as unknown as NodeJS.ReadStream,
			debug: true,
			interactive: true,
			exitOnCtrlC: false,
			patchConsole: false,
		},
	);
	const screen = {
		stdout,
		stdin,
		actions,
		said,
		/** The last frame with its colours. */
		raw: (): string => stdout.last(),
		lines: (): string[] =>
			plain(stdout.last())
				.split("\n")
				.map((line) => line.trimEnd()),
		text: (): string => screen.lines().join("\n"),
		/** Resolves with the text of the first frame from now that fits. */
		async until(wanted: string | RegExp | ((text: string) => boolean)): Promise<string> {
			const fits = (text: string): boolean =>
				typeof wanted === "function"
					? wanted(text)
					: typeof wanted === "string"
						? text.includes(wanted)
						: wanted.test(text);
			while (!fits(screen.text())) await new Promise<void>((resolve) => void stdout.once("frame", () => resolve()));
			return screen.text();
		},
		/** Lets the screen be seen, then presses keys by name, else types the text in one piece, and lets effects run. */
		async press(...keys: string[]): Promise<void> {
			for (const key of keys) {
				await turns(3);
				stdin.type(KEYS[key] ?? key);
				await turns(1);
			}
		},
		/** Pastes as a terminal does that marks pastes. */
		paste: (text: string): Promise<void> => screen.press(`\u001b[200~${text}\u001b[201~`),
		resize: (width: number, height: number): void => stdout.resize(width, height),
		async tick(ms: number): Promise<void> {
			now += ms;
			ticker.tick();
			await new Promise((resolve) => setImmediate(resolve));
		},
		unmount: () => instance.unmount(),
	};
	shown.push(screen);
	return screen;
}
