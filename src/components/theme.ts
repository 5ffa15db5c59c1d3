/** Colours by meaning and the symbols, each in one table. Sixteen ANSI colours, so that the user's own theme holds. */

/** What a text means. */
export type Tone = "plain" | "strong" | "accent" | "good" | "soon" | "bad" | "link" | "match" | "muted";

/** The properties of Ink's `Text` that show a tone. */
export const TONES = {
	plain: {},
	strong: { bold: true },
	accent: { color: "cyan" },
	good: { color: "green" },
	soon: { color: "yellow" },
	bad: { color: "red" },
	link: { color: "blue", underline: true },
	match: { color: "cyan", bold: true, underline: true },
	muted: { dimColor: true },
} as const satisfies Record<Tone, object>;

/** Everything that is drawn and not written. Each is one column wide, so that columns line up in either table. */
export interface Symbols {
	readonly pointer: string;
	/** A session that is good, runs out soon, has run out, or never was. */
	readonly valid: string;
	readonly soon: string;
	readonly expired: string;
	readonly none: string;
	readonly ok: string;
	readonly failed: string;
	readonly warning: string;
	/** What a lifetime bar has left, half of a column of it, and what is gone. */
	readonly bar: string;
	readonly halfBar: string;
	readonly track: string;
	readonly rule: string;
	readonly arrow: string;
	readonly dot: string;
	readonly ellipsis: string;
	readonly cursor: string;
	readonly upDown: string;
	readonly enter: string;
}

export const UNICODE: Symbols = {
	pointer: "❯",
	valid: "●",
	soon: "◐",
	expired: "○",
	none: "·",
	ok: "✓",
	failed: "✗",
	warning: "!",
	bar: "━",
	halfBar: "╸",
	track: "─",
	rule: "─",
	arrow: "→",
	dot: "·",
	ellipsis: "…",
	cursor: "▏",
	upDown: "↑↓",
	enter: "⏎",
};

export const ASCII: Symbols = {
	pointer: ">",
	valid: "*",
	soon: "%",
	expired: "o",
	none: "-",
	ok: "+",
	failed: "x",
	warning: "!",
	bar: "=",
	halfBar: "-",
	track: ".",
	rule: "-",
	arrow: ">",
	dot: "-",
	ellipsis: "~",
	cursor: "_",
	upDown: "up/down",
	enter: "enter",
};
