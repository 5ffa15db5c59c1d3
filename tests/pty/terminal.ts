/** Drives the built program in a real pseudo-terminal and reads the screen as a terminal emulator would draw it. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type IPty, spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";

/** The built program. */
export const ENTRY = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "dist", "atmos-auth.mjs");

const KEYS = {
	up: "\u001b[A",
	down: "\u001b[B",
	enter: "\r",
	escape: "\u001b",
	space: " ",
	end: "\u001b[F",
	home: "\u001b[H",
	"ctrl-c": "\u0003",
	"ctrl-z": "\u001a",
} as const;

export interface LaunchOptions {
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
	readonly columns: number;
	readonly rows: number;
	/** Another program than the built one, with `args` as they are. */
	readonly program?: string;
}

export interface Exit {
	readonly code: number;
	readonly signal: number | undefined;
}

export interface PtyProgram {
	/** The visible screen, one string a row, without trailing spaces. */
	screen(): Promise<string[]>;
	/** The screen together with what has scrolled away. */
	everything(): Promise<string[]>;
	/** Every byte that the program has written. */
	raw(): string;
	/** True while the alternate screen is shown. */
	alternate(): Promise<boolean>;
	/** Resolves with the screen as soon as it shows `text`; rejects with the screen after the time limit, or when the program ends. */
	waitFor(text: string | RegExp, timeoutMs?: number): Promise<string[]>;
	press(...keys: (keyof typeof KEYS | (string & {}))[]): void;
	resize(columns: number, rows: number): void;
	kill(signal: NodeJS.Signals): void;
	readonly pid: number;
	readonly exited: Promise<Exit>;
}

/** A person's environment: a UTF-8 terminal with colours, no CI, no cloud variables, not over SSH. */
export function personalEnv(
	home: string,
	extra: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
	const env: Record<string, string | undefined> = {
		PATH: process.env.PATH,
		HOME: home,
		TERM: "xterm-256color",
		COLORTERM: "truecolor",
		LC_ALL: "C.UTF-8",
		TZ: "UTC",
		BROWSER: "none",
		...extra,
	};
	// node-pty would turn an undefined value into the string "undefined".
	return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const running = new Set<IPty>();

/** Ends whatever a failed test has left running. For `afterEach`. */
export function killAll(): void {
	for (const pty of running) pty.kill("SIGKILL");
	running.clear();
}

/** Starts the built program. */
export function launch(options: LaunchOptions): PtyProgram {
	const emulator = new xterm.Terminal({
		cols: options.columns,
		rows: options.rows,
		scrollback: 2000,
		allowProposedApi: true,
	});
	const pty = spawn(
		options.program ?? process.execPath,
		options.program ? [...options.args] : [ENTRY, ...options.args],
		{
			cols: options.columns,
			rows: options.rows,
			cwd: options.cwd,
			env: personalEnvOnly(options.env),
			name: "xterm-256color",
		},
	);
	running.add(pty);
	let raw = "";
	let ended = false;
	const watchers = new Set<() => void>();
	const notify = (): void => {
		for (const watcher of watchers) watcher();
	};
	pty.onData((data) => {
		raw += data;
		emulator.write(data, notify);
	});
	const exited = new Promise<Exit>((resolve) => {
		pty.onExit(({ exitCode, signal }) => {
			ended = true;
			running.delete(pty);
			emulator.write("", () => {
				notify();
				resolve({ code: exitCode, signal: signal || undefined });
			});
		});
	});
	const flush = (): Promise<void> => new Promise((resolve) => emulator.write("", resolve));
	const rowsFrom = (start: number, end: number): string[] =>
		Array.from(
			{ length: end - start },
			(_, index) => emulator.buffer.active.getLine(start + index)?.translateToString(true) ?? "",
		);

	const program: PtyProgram = {
		pid: pty.pid,
		exited,
		raw: () => raw,
		async screen() {
			await flush();
			const { viewportY } = emulator.buffer.active;
			return rowsFrom(viewportY, viewportY + emulator.rows);
		},
		async everything() {
			await flush();
			return rowsFrom(0, emulator.buffer.active.length);
		},
		async alternate() {
			await flush();
			return emulator.buffer.active.type === "alternate";
		},
		waitFor(text, timeoutMs = 20_000) {
			return new Promise((resolve, reject) => {
				let timer: NodeJS.Timeout | undefined;
				const stop = (): void => {
					watchers.delete(look);
					clearTimeout(timer);
				};
				const look = (): void => {
					const wasEnded = ended;
					const lines = wasEnded ? program.everything() : program.screen();
					void lines.then((rows) => {
						const all = rows.join("\n");
						if (typeof text === "string" ? all.includes(text) : text.test(all)) {
							stop();
							resolve(rows);
						} else if (wasEnded) {
							stop();
							reject(new Error(`the program ended without showing ${text}:\n${all}`));
						}
					});
				};
				timer = setTimeout(() => {
					stop();
					void program
						.screen()
						.then((rows) => reject(new Error(`no ${text} within ${timeoutMs} ms on:\n${rows.join("\n")}`)));
				}, timeoutMs);
				watchers.add(look);
				look();
			});
		},
		press(...keys) {
			for (const key of keys) pty.write(KEYS[key as keyof typeof KEYS] ?? key);
		},
		resize(columns, rows) {
			emulator.resize(columns, rows);
			pty.resize(columns, rows);
		},
		kill(signal) {
			process.kill(pty.pid, signal);
		},
	};
	return program;
}

function personalEnvOnly(env: LaunchOptions["env"]): Record<string, string> {
	return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
