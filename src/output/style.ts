/** What marks and colours the output may use, and how our own marks look without either. */
import type { Environment } from "../auth/context.ts";

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

/**
 * Whether colours are written: the flag, then `NO_COLOR` (https://no-color.org: any value but an empty one), then
 * `FORCE_COLOR`, then whether it is a terminal that has colours.
 *
 * @param options.flag `true` for `--color`, `false` for `--no-color`
 */
export function wantsColour(options: {
	readonly env: Environment;
	readonly isTerminal: boolean;
	readonly flag?: boolean | undefined;
}): boolean {
	const { env, flag, isTerminal } = options;
	if (flag !== undefined) return flag;
	if (env.NO_COLOR || env.ATMOS_NO_COLOR) return false;
	if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
	return isTerminal && env.TERM !== "dumb";
}

/**
 * Whether the locale can show more than ASCII. A locale that is not set at all counts as one that can: containers have
 * none, and the terminal around them is a modern one.
 */
export function wantsUnicode(env: Environment, platform: NodeJS.Platform): boolean {
	if (env.TERM === "linux") return false;
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
	if (!locale) return platform !== "win32" || env.WT_SESSION !== undefined || env.TERM_PROGRAM !== undefined;
	return /utf-?8/i.test(locale);
}

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

/** The style that no terminal can object to. */
export const plainStyle: Style = createStyle({ colour: false, unicode: true });

/** A text of ours as the terminal can show it. */
export function shown(text: string, style: Style): string {
	return style.unicode ? text : ascii(text);
}
