/** The thin bar with its time: the same on every screen for everything that runs out. */
import type { ReactNode } from "react";
import { useTime } from "./clock.ts";
import { type Span, shareLeft, timeLeft, URGENCY_TONES, urgencyOf } from "./lifetime.ts";
import { cell } from "./text.ts";
import type { Symbols } from "./theme.ts";
import { type UiContext, useUi } from "./ui-context.ts";

const MINUTE = 60_000;

/** The bar's two parts, together `width` columns. */
export function barParts(share: number, width: number, symbols: Symbols): { left: string; gone: string } {
	// Something that is still good shows something.
	const halves = share <= 0 || width <= 0 ? 0 : Math.max(1, Math.round(share * width * 2));
	const full = Math.floor(halves / 2);
	const half = halves % 2;
	return {
		left: symbols.bar.repeat(full) + (half === 1 ? symbols.halfBar : ""),
		gone: symbols.track.repeat(Math.max(0, width - full - half)),
	};
}

export interface LifetimeColumns {
	/** Columns of the bar; 0 for the time alone. */
	readonly bar: number;
	/** Columns of the time, right-aligned. */
	readonly time: number;
}

/** The bar and the time as they stand in a list: seconds only in the last five minutes. */
export function lifetimeText(
	span: Span,
	now: number,
	columns: LifetimeColumns,
	{ paint, symbols, motion }: Pick<UiContext, "paint" | "symbols" | "motion">,
): string {
	const { bar, time } = columns;
	const tone = URGENCY_TONES[urgencyOf(span, now)];
	const parts = barParts(shareLeft(span, now) ?? 0, bar, symbols);
	const left = timeLeft(span, now, { from: 5 * MINUTE, coarse: !motion });
	const drawn = bar > 0 ? paint(parts.left, tone) + paint(`${parts.gone} `, "muted") : "";
	return drawn + paint(cell(left, time, { align: "right", ellipsis: symbols.ellipsis }), tone);
}

export function LifetimeBar({ span, ...columns }: LifetimeColumns & { readonly span: Span }): ReactNode {
	const ui = useUi();
	return useTime((now) => lifetimeText(span, now, columns, ui));
}
