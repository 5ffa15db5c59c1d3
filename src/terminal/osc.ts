/** Operating system commands: sequences that ask the terminal for more than text. */

const ESC = "\u001b";
/** ST rather than BEL: a terminal that knows neither does not beep. */
const ST = `${ESC}\\`;
const BEL = "\u0007";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into a sequence
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * OSC 8. Text between the two is a link; the id makes pieces on several lines one link.
 *
 * @param url loses its control characters; nothing else is checked
 */
export function hyperlink(url: string, text: string, id: string): string {
	return `${ESC}]8;id=${id.replace(/[^\w-]/g, "")};${url.replace(CONTROL, "")}${ST}${text}${ESC}]8;;${ST}`;
}

/** OSC 52: asks the terminal to put the text on its clipboard. It works over SSH, and never answers. */
export function copySequence(text: string): string {
	return `${ESC}]52;c;${Buffer.from(text, "utf8").toString("base64")}${BEL}`;
}

/** Keeps the window's title on the terminal's stack and sets another (XTWINOPS 22, OSC 2). */
export function pushTitle(title: string): string {
	return `${ESC}[22;2t${setTitle(title)}`;
}

/** OSC 2. */
export function setTitle(title: string): string {
	return `${ESC}]2;${title.replace(CONTROL, "")}${BEL}`;
}

/** Brings back the title that `pushTitle` kept (XTWINOPS 23). */
export const POP_TITLE = `${ESC}[23;2t`;
