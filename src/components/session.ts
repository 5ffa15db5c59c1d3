/** What a row says of a session: its symbol, and its bar with the time or a word. */
import type { SessionState } from "../auth/kinds.ts";
import type { Columns } from "./identity-list.ts";
import { timeAgo, URGENCY_TONES, urgencyOf } from "./lifetime.ts";
import { lifetimeText } from "./lifetime-bar.tsx";
import { cell } from "./text.ts";
import type { Symbols, Tone } from "./theme.ts";
import type { UiContext } from "./ui-context.ts";

export type SessionLook = "good" | "soon" | "bad" | "expired" | "none" | "broken";

/** What local state amounts to at a moment. */
export function lookOf(session: SessionState, broken: boolean, now: number): SessionLook {
	if (broken) return "broken";
	if (session.state === "none") return "none";
	if (session.state === "expired") return "expired";
	if (session.expiresAt === undefined) return "good";
	const urgency = urgencyOf({ expiresAt: session.expiresAt, issuedAt: session.issuedAt }, now);
	return urgency === "over" ? "expired" : urgency;
}

const SYMBOLS: Readonly<Record<SessionLook, readonly [symbol: keyof Symbols, tone: Tone]>> = {
	good: ["valid", URGENCY_TONES.good],
	soon: ["soon", URGENCY_TONES.soon],
	bad: ["soon", URGENCY_TONES.bad],
	expired: ["expired", "muted"],
	none: ["none", "muted"],
	broken: ["warning", "soon"],
};

/** The symbol that goes with a look. */
export function sessionSymbol(look: SessionLook, { paint, symbols }: Pick<UiContext, "paint" | "symbols">): string {
	const [symbol, tone] = SYMBOLS[look];
	return paint(symbols[symbol], tone);
}

/** Words for a session without a countdown; the short ones are for narrow columns. */
export function sessionWords(session: SessionState, look: SessionLook, now: number, width: number): string {
	const short = width < 14;
	switch (look) {
		case "broken":
			return "broken";
		case "none":
			return short ? "none" : "not signed in";
		case "expired": {
			const at = session.state === "none" ? undefined : session.expiresAt;
			return short || at === undefined ? "expired" : `expired ${timeAgo(at, now)}`;
		}
		default:
			return short ? "good" : "signed in";
	}
}

/** The bar with its time, or the words, as wide as the column. */
export function sessionText(
	session: SessionState,
	broken: boolean,
	now: number,
	columns: Columns,
	ui: Pick<UiContext, "paint" | "symbols" | "motion">,
): string {
	const look = lookOf(session, broken, now);
	if (session.state === "valid" && session.expiresAt !== undefined && look !== "expired" && look !== "broken") {
		return lifetimeText({ expiresAt: session.expiresAt, issuedAt: session.issuedAt }, now, columns, ui);
	}
	const words = sessionWords(session, look, now, columns.session);
	const tone: Tone = look === "broken" ? "soon" : look === "good" ? "good" : "muted";
	return ui.paint(cell(words, columns.session, { ellipsis: ui.symbols.ellipsis }), tone);
}
