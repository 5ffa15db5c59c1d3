/** What marks and colours the output may use, and how our own marks look without either. */
import { wantsColour } from "../terminal/colour.ts";
import type { Terminal } from "../terminal/streams.ts";
import { wantsUnicode } from "../terminal/unicode.ts";

type Tone = "good" | "bad" | "soon" | "accent" | "link" | "muted" | "bold";

/** How the lines for people are written. */
export interface Style {
	readonly unicode: boolean;
	/** Wraps a text in the colour of its meaning, or leaves it alone. */
	paint(tone: Tone, text: string): string;
	/** `✓`, or `ok` where the terminal cannot show it. */
	readonly ok: string;
	readonly failed: string;
	readonly arrow: string;
}

const SGR: Readonly<Record<Tone, readonly [open: number, close: number]>> = {
	good: [32, 39],
	bad: [31, 39],
	soon: [33, 39],
	accent: [36, 39],
	link: [34, 39],
	muted: [2, 22],
	bold: [1, 22],
};

/** Our own marks in ASCII; foreign text is left as it is. */
function ascii(text: string): string {
	return text.replaceAll("→", "->").replaceAll("…", "...").replaceAll("·", "-");
}

/** Makes a style of what the terminal takes. */
export function createStyle(options: { readonly colour: boolean; readonly unicode: boolean }): Style {
	const { colour, unicode } = options;
	return {
		unicode,
		paint: (tone, text) => (colour && text !== "" ? `\u001b[${SGR[tone][0]}m${text}\u001b[${SGR[tone][1]}m` : text),
		ok: unicode ? "✓" : "ok",
		failed: "!",
		arrow: unicode ? "→" : "->",
	};
}

/**
 * The style of what is written to stderr.
 *
 * @param flag `true` for `--color`, `false` for `--no-color`
 */
export function stderrStyle(terminal: Terminal, flag: boolean | undefined): Style {
	const { env, platform, stderrIsTerminal } = terminal;
	return createStyle({
		colour: wantsColour({ env, isTerminal: stderrIsTerminal, flag }),
		unicode: wantsUnicode(env, platform),
	});
}

/** The style that no terminal can object to. */
export const plainStyle: Style = createStyle({ colour: false, unicode: true });

/** A text of ours as the terminal can show it. */
export function shown(text: string, style: Style): string {
	return style.unicode ? text : ascii(text);
}
