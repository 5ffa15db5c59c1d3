/** The face of a login on a terminal. Loads Ink only after it is known that there is something to show. */
import { hostname as localHostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { LoginHandle, LoginSnapshot, Phase } from "../flows/snapshot.ts";
import { forwardingOf } from "../output/forwarding.ts";
import type { OpenedPages } from "../output/opened-pages.ts";
import type { OpenOptions, OpenResult } from "../terminal/browser.ts";
import { settleColour, wantsColour } from "../terminal/colour.ts";
import { POP_TITLE, pushTitle, setTitle } from "../terminal/osc.ts";
import { EXIT_CODES, leaveAtOnce } from "../terminal/signals.ts";
import type { Terminal } from "../terminal/streams.ts";
import { onUnexpected } from "../terminal/unexpected.ts";
import { wantsUnicode } from "../terminal/unicode.ts";

export interface DashboardOptions {
	readonly login: LoginHandle;
	readonly terminal: Terminal;
	readonly clock: { now(): number };
	/** `true` for `--color`, `false` for `--no-color`. */
	readonly colour?: boolean | undefined;
	/** The name of this machine, as its user knows it. */
	readonly hostname?: string | undefined;
	/** Nothing in it is ever run. */
	readonly cwd?: string | undefined;
	/** Opens a page in the browser; the real one if left out. */
	readonly openPage?: ((url: string, options: OpenOptions) => Promise<OpenResult>) | undefined;
	/** What came of the pages that were opened by themselves. */
	readonly pages?: OpenedPages | undefined;
}

const FINAL: ReadonlySet<Phase> = new Set(["done", "failed", "cancelled"]);
/** Phases in which there is something for a person to do. */
const WANTED: ReadonlySet<Phase> = new Set(["choosing", "approving", "attention"]);

/** How long a login that something unexpected has ended may take to clean up, in milliseconds. */
const CLEAN_UP_MS = 1_000;
/** The title for a terminal that cannot bring back its own. Most shells set one of theirs with the next prompt. */
const TITLE_AFTER = "Terminal";
/** A login that is over sooner than this has no need of a screen. */
const PATIENCE_MS = 150;

/**
 * Shows the login on the terminal's alternate screen until it is over.
 *
 * It draws on stderr, as stdout carries only data. The terminal is given back before this resolves, whatever the end; the
 * summary is for the caller to print. Signals are the caller's too: `CANCEL` is all that the dashboard needs to close.
 *
 * @throws what a component threw, or nothing else caught; the login is cancelled then
 */
export async function runDashboard(options: DashboardOptions): Promise<void> {
	const { login, terminal, clock } = options;
	const { env, platform } = terminal;
	const colour = wantsColour({ env, isTerminal: terminal.stderrIsTerminal, flag: options.colour });
	// Before Ink is loaded: chalk decides when it is first imported.
	settleColour(process.env, colour);
	const [{ mount, createNotes, createTicker }] = await Promise.all([import("./ink-parts.ts"), somethingToShow(login)]);
	if (FINAL.has(login.snapshot().phase)) {
		await login.finished;
		return;
	}

	const screenReader = isOn(env.INK_SCREEN_READER) || isOn(env.ACCESSIBLE) || env.TERM === "dumb";
	const display = {
		unicode: wantsUnicode(env, platform),
		colour,
		motion: !screenReader && !isOn(env.ATMOS_REDUCED_MOTION),
		screenReader,
	};
	const cwd = options.cwd ?? process.cwd();
	const hostname = options.hostname ?? localHostname();
	const screen = terminal.stderr;
	const notes = createNotes(clock);
	const ticker = createTicker(clock);
	const tell = (text: string): void => {
		ticker.tick();
		notes.add(text);
	};
	// A terminal that was closed is no reason to fail: SIGHUP comes with it.
	const ignore = (): void => undefined;
	screen.on("error", ignore);
	const title = screenReader || env.TERM === "linux" ? undefined : keepTitle(screen, login);
	const { interrupt } = interruptions(login);

	const mounted = mount({
		login,
		ticker,
		notes: { store: notes.store, add: tell },
		display,
		hostname,
		forwarding: (port) => forwardingOf(port, { env, platform, hostname }),
		pages: options.pages ?? NO_PAGES,
		stdin: terminal.stdin,
		screen,
		platform,
		onInterrupt: interrupt,
		async copy(text, what) {
			const { copyText } = await import("../terminal/clipboard.ts");
			const result = await copyText(text, { env, platform, cwd, write: (sequence) => screen.write(sequence) });
			return result.certain
				? `${what} copied with ${result.by}`
				: `${what} sent to the terminal's clipboard, if the terminal allows it`;
		},
		async open(url, browser) {
			const { openedText, openPage } = await import("../terminal/browser.ts");
			return openedText(await (options.openPage ?? openPage)(url, { env, platform, cwd, browser }));
		},
	});
	if (!screenReader) ticker.start();
	// Nothing else would end the login: what failed may be what it waits for.
	let stopListening: () => void = ignore;
	const unexpected = new Promise<never>((_, reject) => {
		stopListening = onUnexpected(reject);
	});
	const close = (snapshot: LoginSnapshot): void => {
		if (FINAL.has(snapshot.phase)) mounted.unmount();
	};
	const unsubscribe = login.subscribe(close);
	close(login.snapshot());
	try {
		await Promise.race([mounted.over, unexpected]);
		await login.finished;
	} catch (error) {
		login.send({ type: "CANCEL" });
		mounted.unmount();
		await mounted.over.catch(ignore);
		await Promise.race([login.finished, delay(CLEAN_UP_MS)]);
		throw error;
	} finally {
		stopListening();
		unsubscribe();
		ticker.stop();
		title?.restore();
		screen.off("error", ignore);
	}
}

const NO_PAGES: OpenedPages = { outcome: () => undefined, subscribe: () => () => undefined };

function isOn(value: string | undefined): boolean {
	return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

/** Resolves as soon as a person is wanted or the login is over, or when it takes so long that they want to see something. */
function somethingToShow(login: LoginHandle): Promise<void> {
	return new Promise((resolve) => {
		const end = (): void => {
			clearTimeout(timer);
			unsubscribe();
			resolve();
		};
		const look = ({ phase }: LoginSnapshot): void => {
			if (WANTED.has(phase) || FINAL.has(phase)) end();
		};
		const timer = setTimeout(end, PATIENCE_MS);
		const unsubscribe = login.subscribe(look);
		look(login.snapshot());
	});
}

/** The first one cancels and cleans up, the second leaves at once. */
function interruptions(login: LoginHandle): { interrupt(): void } {
	let before = 0;
	return {
		interrupt() {
			if (before++ > 0) leaveAtOnce(EXIT_CODES.SIGINT);
			login.send({ type: "CANCEL" });
		},
	};
}

function titleOf({ prompts: [asked] }: LoginSnapshot): string {
	const title = "atmos auth login";
	switch (asked?.prompt.type) {
		case "device-code":
			return `approve ${asked.prompt.userCode} · ${title}`;
		case "authorization":
			return `sign in to ${asked.prompt.provider} · ${title}`;
		case "code":
			return `type a code · ${title}`;
		case "secret":
			return `answer a question · ${title}`;
		default:
			return title;
	}
}

/**
 * A window title that says when somebody is wanted. Whatever happens, the old one comes back; a terminal that keeps none is
 * left with a harmless one, and not with a code to be approved.
 */
function keepTitle(screen: NodeJS.WriteStream, login: LoginHandle): { restore(): void } {
	let shown = titleOf(login.snapshot());
	screen.write(pushTitle(shown));
	const unsubscribe = login.subscribe((snapshot) => {
		const title = titleOf(snapshot);
		if (title !== shown) screen.write(setTitle(title));
		shown = title;
	});
	const restore = (): void => {
		unsubscribe();
		process.off("exit", restore);
		screen.write(setTitle(TITLE_AFTER) + POP_TITLE);
	};
	process.once("exit", restore);
	return { restore };
}
