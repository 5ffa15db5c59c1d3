/** What a row says of a session: its symbol, and its bar with the time or a word. */
import type { ReactNode } from "react";
import type { SessionState } from "../auth/kinds.ts";
import type { Columns } from "./board.ts";
import { useTime } from "./clock.ts";
import { useSurroundings } from "./context.ts";
import { LifetimeBar } from "./lifetime-bar.tsx";
import { timeAgo, URGENCY_TONES, urgencyOf } from "./lifetime.ts";
import { T } from "./styled.tsx";
import { cell } from "./text.ts";
import type { Symbols, Tone } from "./theme.ts";

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

export interface SessionProps {
	readonly session: SessionState;
	readonly broken: boolean;
}

export function SessionSymbol({ session, broken }: SessionProps): ReactNode {
	const { symbols } = useSurroundings();
	const look = useTime((now) => lookOf(session, broken, now));
	const [symbol, tone] = SYMBOLS[look];
	return <T tone={tone}>{symbols[symbol]}</T>;
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

export function SessionCell({ session, broken, columns }: SessionProps & { readonly columns: Columns }): ReactNode {
	const { symbols } = useSurroundings();
	const look = useTime((now) => lookOf(session, broken, now));
	const words = useTime((now) => sessionWords(session, look, now, columns.session));
	if (session.state === "valid" && session.expiresAt !== undefined && look !== "expired" && look !== "broken") {
		return (
			<LifetimeBar
				span={{ expiresAt: session.expiresAt, issuedAt: session.issuedAt }}
				bar={columns.bar}
				time={columns.time}
			/>
		);
	}
	const tone: Tone = look === "broken" ? "soon" : look === "good" ? "good" : "muted";
	return <T tone={tone}>{cell(words, columns.session, { ellipsis: symbols.ellipsis })}</T>;
}
