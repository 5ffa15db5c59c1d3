/** The thin bar with its time: the same on every screen for everything that runs out. */
import type { ReactNode } from "react";
import { useTime } from "./clock.ts";
import { useSurroundings } from "./context.ts";
import { type Span, shareLeft, timeLeft, URGENCY_TONES, urgencyOf } from "./lifetime.ts";
import { T } from "./styled.tsx";
import { cell } from "./text.ts";
import type { Symbols } from "./theme.ts";

const MINUTE = 60_000;

/** The bar's two parts, together `width` columns. */
export function barParts(share: number, width: number, symbols: Symbols): { left: string; gone: string } {
	// Something that is still good shows something.
	const halves = share <= 0 ? 0 : Math.max(1, Math.round(share * width * 2));
	const full = Math.floor(halves / 2);
	const half = halves % 2;
	return {
		left: symbols.bar.repeat(full) + (half === 1 ? symbols.halfBar : ""),
		gone: symbols.track.repeat(width - full - half),
	};
}

export interface LifetimeBarProps {
	readonly span: Span;
	/** Columns of the bar; 0 for the time alone. */
	readonly bar: number;
	/** Columns of the time, right-aligned. */
	readonly time: number;
}

/** In a list: seconds only in the last five minutes. */
export function LifetimeBar({ span, bar, time }: LifetimeBarProps): ReactNode {
	const { symbols, motion } = useSurroundings();
	const urgency = useTime((now) => urgencyOf(span, now));
	const halves = useTime((now) => Math.round((shareLeft(span, now) ?? -1) * bar * 2));
	const left = useTime((now) => timeLeft(span, now, { from: 5 * MINUTE, coarse: !motion }));
	const tone = URGENCY_TONES[urgency];
	const parts = barParts(halves < 0 ? 0 : halves / Math.max(1, bar * 2), bar, symbols);
	return (
		<>
			{bar > 0 && (
				<>
					<T tone={tone}>{parts.left}</T>
					<T tone="muted">{parts.gone} </T>
				</>
			)}
			<T tone={tone}>{cell(left, time, { align: "right", ellipsis: symbols.ellipsis })}</T>
		</>
	);
}
