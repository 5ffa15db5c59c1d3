/** How long something still lasts, as every screen shows it: a colour, a share for the bar and a few words. */
import { countdown, longDuration } from "../output/duration.ts";
import type { Tone } from "./theme.ts";

const MINUTE = 60_000;

/** Something that runs out. Times are milliseconds since the epoch. */
export interface Span {
	readonly expiresAt: number;
	/** When it began, where that is known. Without it there is no share to show. */
	readonly issuedAt?: number | undefined;
}

export type Urgency = "good" | "soon" | "bad" | "over";

/**
 * Yellow in the last third or 15 minutes, red in the last tenth or 5 minutes, whichever is shorter: a code that is good
 * for ten minutes does not begin in red.
 */
export function urgencyOf({ expiresAt, issuedAt }: Span, now: number): Urgency {
	const left = expiresAt - now;
	if (left <= 0) return "over";
	const lifetime = issuedAt === undefined || issuedAt >= expiresAt ? Number.POSITIVE_INFINITY : expiresAt - issuedAt;
	if (left <= Math.min(5 * MINUTE, lifetime / 10)) return "bad";
	return left <= Math.min(15 * MINUTE, lifetime / 3) ? "soon" : "good";
}

/** The tone of each urgency. */
export const URGENCY_TONES: Readonly<Record<Urgency, Tone>> = { good: "good", soon: "soon", bad: "bad", over: "muted" };

/** The part that is left, from 0 to 1; undefined where the beginning is not known. */
export function shareLeft({ expiresAt, issuedAt }: Span, now: number): number | undefined {
	if (issuedAt === undefined || issuedAt >= expiresAt) return undefined;
	return Math.min(1, Math.max(0, (expiresAt - now) / (expiresAt - issuedAt)));
}

/**
 * The time that is left, in few words: `3h 52m`, `6m`, and seconds where they matter.
 *
 * @param options.from show seconds once less than this many milliseconds are left
 * @param options.coarse never a step smaller than a minute, or ten seconds in the last one, for those whom motion disturbs
 */
export function timeLeft(
	{ expiresAt }: Span,
	now: number,
	options: { readonly from: number; readonly coarse: boolean },
): string {
	const left = Math.max(0, expiresAt - now);
	if (left > options.from) return longDuration(left);
	if (!options.coarse) return countdown(left);
	return left >= MINUTE ? longDuration(left) : `${Math.floor(left / 10_000) * 10}s`;
}

/** `2h ago`: one unit, as it no longer matters much. */
export function timeAgo(at: number, now: number): string {
	const passed = Math.max(0, now - at);
	const minutes = Math.floor(passed / MINUTE);
	if (minutes < 1) return "just now";
	if (minutes < 60) return `${minutes}m ago`;
	const hours = Math.floor(minutes / 60);
	return hours < 48 ? `${hours}h ago` : `${Math.floor(hours / 24)}d ago`;
}
