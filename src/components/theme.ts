/** Colours by meaning and the symbols, each in one table. Sixteen ANSI colours, so that the user's own theme holds. */

/** What a text means. */
export type Tone = "plain" | "strong" | "accent" | "good" | "soon" | "bad" | "link" | "match" | "muted";

type Sgr = readonly [open: number, close: number];

const BOLD: Sgr = [1, 22];
const DIM: Sgr = [2, 22];
const UNDERLINE: Sgr = [4, 24];

/** The colour and the other attributes of each tone (ECMA-48 SGR). The attributes stay where colours are not wanted. */
const TONES: Readonly<Record<Tone, { readonly colour?: Sgr; readonly attributes?: readonly Sgr[] }>> = {
	plain: {},
	strong: { attributes: [BOLD] },
	accent: { colour: [36, 39] },
	good: { colour: [32, 39] },
	soon: { colour: [33, 39] },
	bad: { colour: [31, 39] },
	link: { colour: [34, 39], attributes: [UNDERLINE] },
	match: { colour: [36, 39], attributes: [BOLD, UNDERLINE] },
	muted: { attributes: [DIM] },
};

/** Gives a text its meaning on the screen. */
export type Paint = (text: string, tone?: Tone, strong?: boolean) => string;

/**
 * Painted text is one string for Ink, where a component for each colour would be several nodes: a list is drawn in half
 * the time.
 *
 * @param terminal.colour whether colours are wanted
 * @param terminal.attributes whether the terminal knows bold, dim and underlined
 */
export function createPaint(terminal: { readonly colour: boolean; readonly attributes: boolean }): Paint {
	return (text, tone = "plain", strong = false) => {
		if (text === "" || !terminal.attributes) return text;
		const { colour, attributes = [] } = TONES[tone];
		const codes = [
			...(colour !== undefined && terminal.colour ? [colour] : []),
			...attributes,
			...(strong && !attributes.includes(BOLD) ? [BOLD] : []),
		];
		const open = codes.map(([code]) => `\u001b[${code}m`).join("");
		const close = codes.map(([, code]) => `\u001b[${code}m`).reverse();
		return open + text + close.join("");
	};
}

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
	/** A character that must not be seen. */
	readonly hidden: string;
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
	hidden: "•",
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
	hidden: "*",
	upDown: "up/down",
	enter: "enter",
};
