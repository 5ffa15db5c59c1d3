/**
 * Which key does what on which screen. The one table from which keys are handled, the key bar is drawn and the help is
 * written. A binding counts only while its screen gives a handler for it, so what is shown is what works.
 */
import type { Key } from "ink";
import { type Symbols, UNICODE } from "../theme.ts";

export type Command =
	| "move"
	| "up"
	| "down"
	| "pageUp"
	| "pageDown"
	| "first"
	| "last"
	| "choose"
	| "submit"
	| "filter"
	| "endFilter"
	| "copyCode"
	| "copyLink"
	| "open"
	| "plainLink"
	| "ways"
	| "browserWay"
	| "deviceCodeWay"
	| "pasteWay"
	| "retry"
	| "retryAll"
	| "details"
	| "done"
	| "back"
	| "cancel"
	| "quit"
	| "help";

export interface Binding {
	readonly command: Command;
	/** Names of keys as `keyName` gives them. */
	readonly keys: readonly string[];
	/** How the key is written in the key bar; the first of `keys` if left out. A symbol's name is replaced by the symbol. */
	readonly shown?: keyof Symbols | (string & {});
	/** One or two words for the key bar; left out there without them. */
	readonly label?: string;
	/** A sentence for the help. */
	readonly help: string;
}

export type ScreenName =
	| "identities"
	| "filter"
	| "menu"
	| "code"
	| "secret"
	| "approval"
	| "page"
	| "paste"
	| "progress"
	| "attention"
	| "failure"
	| "help";

const HELP: Binding = { command: "help", keys: ["?"], label: "keys", help: "open or close this page" };

const MOVES: readonly Binding[] = [
	{ command: "up", keys: ["up", "k"], help: "one row up" },
	{ command: "down", keys: ["down", "j"], help: "one row down" },
];
const MOVE_BAR: Binding = { command: "move", keys: [], shown: "upDown", label: "move", help: "" };

/** Another way to sign in. Where there is one only, the key says which; it is taken at once. */
const ways = (key: string, shown = key): readonly Binding[] => [
	{ command: "ways", keys: [key], shown, label: "other ways", help: "choose another way to sign in" },
	{ command: "browserWay", keys: [key], shown, label: "use browser", help: "sign in with a page in a browser instead" },
	{ command: "deviceCodeWay", keys: [key], shown, label: "use a code", help: "approve a code in any browser instead" },
	{ command: "pasteWay", keys: [key], shown, label: "paste", help: "paste what a page in any browser shows instead" },
];

/** What leaves a page on which somebody signs in. */
const LEAVE: readonly Binding[] = [
	{ command: "back", keys: ["escape"], shown: "esc", label: "back", help: "back to the list" },
	{ command: "cancel", keys: ["escape"], shown: "esc", label: "cancel", help: "cancel the sign-in" },
];
const OPEN = "open the link in the browser of this machine";
const PLAIN_LINK = "show the plain link outside the dashboard";

const PAGES: readonly Binding[] = [
	{ command: "pageUp", keys: ["pageup"], help: "one page up" },
	{ command: "pageDown", keys: ["pagedown"], help: "one page down" },
	{ command: "first", keys: ["home", "g"], help: "first row" },
	{ command: "last", keys: ["end", "G"], help: "last row" },
];

export const KEYS: Readonly<Record<ScreenName, readonly Binding[]>> = {
	identities: [
		MOVE_BAR,
		{
			command: "choose",
			keys: ["return"],
			shown: "enter",
			label: "sign in",
			help: "sign in with the selected identity",
		},
		{ command: "filter", keys: ["/"], label: "filter", help: "filter by name, account, role, kind or tag" },
		HELP,
		...MOVES,
		...PAGES,
		{ command: "back", keys: ["escape"], shown: "esc", help: "clear the filter, or quit" },
		{ command: "quit", keys: ["q"], label: "quit", help: "quit without signing in" },
	],
	// While a filter is typed every letter belongs to it.
	filter: [
		{ command: "move", keys: [], shown: "upDown", label: "move", help: "" },
		{
			command: "choose",
			keys: ["return"],
			shown: "enter",
			label: "sign in",
			help: "sign in with the selected identity",
		},
		{ command: "up", keys: ["up", "ctrl+p"], help: "one row up" },
		{ command: "down", keys: ["down", "ctrl+n"], help: "one row down" },
		{ command: "pageUp", keys: ["pageup"], help: "one page up" },
		{ command: "pageDown", keys: ["pagedown"], help: "one page down" },
		{ command: "first", keys: ["home"], help: "first row" },
		{ command: "last", keys: ["end"], help: "last row" },
		{ command: "endFilter", keys: ["tab"], label: "keep", help: "keep the filter and go back to the list" },
		{ command: "back", keys: ["escape"], shown: "esc", label: "clear", help: "clear the filter" },
	],
	// The drawn menu's library listens to the moving keys, Enter and numbers itself.
	menu: [
		MOVE_BAR,
		{
			command: "choose",
			keys: ["return"],
			shown: "enter",
			label: "choose",
			help: "choose the selected line (or press its number)",
		},
		HELP,
		...MOVES,
		{ command: "back", keys: ["escape"], shown: "esc", label: "back", help: "back, without choosing" },
		{ command: "cancel", keys: ["escape"], shown: "esc", help: "quit without signing in" },
		{ command: "quit", keys: ["q"], label: "quit", help: "quit without signing in" },
	],
	// Digits belong to the code.
	code: [{ command: "submit", keys: ["return"], shown: "enter", label: "send", help: "send the code" }, HELP, ...LEAVE],
	// Every character may belong to the secret.
	secret: [
		{ command: "submit", keys: ["return"], shown: "enter", label: "send", help: "send what was typed" },
		...LEAVE,
	],
	approval: [
		{ command: "copyCode", keys: ["c"], label: "copy code", help: "copy the code" },
		{ command: "copyLink", keys: ["l"], label: "link", help: "copy the link" },
		{ command: "open", keys: ["o", "return"], label: "open", help: OPEN },
		{ command: "plainLink", keys: ["u"], label: "print", help: PLAIN_LINK },
		...ways("m"),
		HELP,
		{ command: "back", keys: ["escape"], shown: "esc", label: "back", help: "back to the list; discards the code" },
		{ command: "cancel", keys: ["escape"], shown: "esc", label: "cancel", help: "cancel the sign-in" },
		{ command: "quit", keys: ["q"], help: "cancel the sign-in and quit" },
	],
	page: [
		{ command: "open", keys: ["return", "o"], shown: "enter", label: "open", help: OPEN },
		{ command: "copyLink", keys: ["l"], label: "copy link", help: "copy the link" },
		{ command: "plainLink", keys: ["u"], label: "print", help: PLAIN_LINK },
		...ways("m"),
		HELP,
		...LEAVE,
		{ command: "quit", keys: ["q"], help: "cancel the sign-in and quit" },
	],
	// Something is pasted, and every letter may belong to it: commands are on keys that no text has.
	paste: [
		{ command: "submit", keys: ["return"], shown: "enter", label: "send", help: "send what was pasted" },
		{ command: "open", keys: ["ctrl+o"], shown: "^o", label: "open", help: OPEN },
		{ command: "copyLink", keys: ["ctrl+l"], shown: "^l", label: "copy link", help: "copy the link" },
		{ command: "plainLink", keys: ["ctrl+p"], shown: "^p", label: "print", help: PLAIN_LINK },
		...ways("tab"),
		...LEAVE,
	],
	progress: [
		HELP,
		{
			command: "back",
			keys: ["escape"],
			shown: "esc",
			label: "back",
			help: "back to the list; cancels what is running",
		},
		{ command: "cancel", keys: ["escape"], shown: "esc", label: "cancel", help: "cancel the sign-in" },
		{ command: "quit", keys: ["q"], help: "cancel the sign-in and quit" },
	],
	attention: [
		{ command: "move", keys: [], shown: "upDown", label: "choose a row", help: "" },
		...MOVES,
		{ command: "retry", keys: ["r"], label: "retry", help: "retry only the selected failed row" },
		{ command: "retryAll", keys: ["a"], label: "retry all", help: "retry all failed rows" },
		{ command: "details", keys: ["d"], label: "details", help: "what the service said, and the request ID" },
		{ command: "done", keys: ["return", "q"], shown: "enter", label: "done", help: "finish without retrying" },
		HELP,
		{ command: "back", keys: ["escape"], shown: "esc", label: "back", help: "back to the list" },
	],
	failure: [
		{ command: "move", keys: [], shown: "upDown", label: "move", help: "" },
		...MOVES,
		{ command: "retry", keys: ["r"], label: "try again", help: "sign in again, to all that failed" },
		{ command: "details", keys: ["d"], label: "details", help: "what the service said, and the request ID" },
		HELP,
		{ command: "back", keys: ["escape"], shown: "esc", label: "back", help: "back to the list" },
		{ command: "quit", keys: ["q", "return"], label: "quit", help: "quit; the error stays in the terminal" },
	],
	help: [
		{ command: "help", keys: ["?", "escape", "q", "return"], shown: "esc", label: "back", help: "close this page" },
	],
};

/** A handler for each command that works at this moment. `move` and the menu's `choose` are only shown. */
export type Handlers = Partial<Record<Command, () => void>>;

/** The screen's bindings that work now. Of two for one key the first counts. */
export function activeBindings(screen: ScreenName, handlers: Handlers): Binding[] {
	const taken = new Set<string>();
	return KEYS[screen].filter((binding) => {
		if (handlers[binding.command] === undefined) return false;
		const free = binding.keys.length === 0 || binding.keys.some((key) => !taken.has(key));
		for (const key of binding.keys) taken.add(key);
		return free;
	});
}

/** The command that a key stands for on the screen, if it works now. */
export function commandFor(screen: ScreenName, handlers: Handlers, name: string): Command | undefined {
	return activeBindings(screen, handlers).find(({ keys }) => keys.includes(name))?.command;
}

const NAMED = [
	["upArrow", "up"],
	["downArrow", "down"],
	["leftArrow", "left"],
	["rightArrow", "right"],
	["pageUp", "pageup"],
	["pageDown", "pagedown"],
	["home", "home"],
	["end", "end"],
	["return", "return"],
	["escape", "escape"],
	["tab", "tab"],
	["backspace", "backspace"],
	["delete", "delete"],
] as const satisfies readonly (readonly [keyof Key, string])[];

/**
 * One name for a key press as Ink reports it: `up`, `return`, `ctrl+c`, or the character itself.
 * A printable character comes back as it is, `G` for shift and g.
 */
export function keyName(input: string, key: Key): string {
	for (const [property, name] of NAMED) if (key[property]) return name;
	if (key.ctrl) return `ctrl+${input.toLowerCase()}`;
	return key.meta ? `alt+${input}` : input;
}

/** How a binding's key is written. */
export function shownKey(binding: Binding, symbols: Symbols): string {
	const shown = binding.shown ?? binding.keys[0] ?? "";
	return shown in symbols ? symbols[shown as keyof Symbols] : shown;
}

/** All keys of a binding, as the help lists them. */
export function allKeys(binding: Binding, symbols: Symbols): string {
	const names: Readonly<Record<string, string>> = {
		up: symbols === UNICODE ? "↑" : "up",
		down: symbols === UNICODE ? "↓" : "down",
		return: symbols.enter,
		escape: "esc",
		pageup: "PgUp",
		pagedown: "PgDn",
		home: "Home",
		end: "End",
		tab: "Tab",
	};
	return binding.keys
		.map((key) => names[key] ?? key.replace(/^ctrl\+(.)$/, (_, letter: string) => `Ctrl-${letter.toUpperCase()}`))
		.join(" ");
}
