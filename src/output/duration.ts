/** How lengths of time and moments are written, in every face. All of them round down: what is shown is still to be had. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * The short form of the summary and of plain lines.
 *
 * @param ms a length in milliseconds
 * @returns `11h59m`, `12h0m`, `45m`, or `<1m` for anything below a minute
 */
export function shortDuration(ms: number): string {
	if (!(ms >= MINUTE)) return "<1m";
	const hours = Math.floor(ms / HOUR);
	const minutes = Math.floor((ms % HOUR) / MINUTE);
	return hours > 0 ? `${hours}h${minutes}m` : `${minutes}m`;
}

/**
 * The form of lists: the two largest units, from minutes up.
 *
 * @param ms a length in milliseconds
 * @returns `2d 4h`, `3h 52m`, `6m`, or `<1m`
 */
export function longDuration(ms: number): string {
	if (!(ms >= MINUTE)) return "<1m";
	const days = Math.floor(ms / DAY);
	const hours = Math.floor((ms % DAY) / HOUR);
	const minutes = Math.floor((ms % HOUR) / MINUTE);
	if (days > 0) return hours > 0 ? `${days}d ${hours}h` : `${days}d`;
	if (hours > 0) return minutes > 0 ? `${hours}h ${minutes}m` : `${hours}h`;
	return `${minutes}m`;
}

/**
 * The form of a countdown that runs while one looks at it, to the second below an hour.
 *
 * @param ms a length in milliseconds; what is over counts as nothing
 * @returns `3h 52m`, `9m 41s`, or `41s`
 */
export function countdown(ms: number): string {
	if (ms >= HOUR) return longDuration(ms);
	const seconds = Math.max(0, Math.floor(ms / 1000));
	return seconds >= 60 ? `${Math.floor(seconds / 60)}m ${seconds % 60}s` : `${seconds}s`;
}

/**
 * @param at milliseconds since the epoch
 * @returns `2026-11-23 15:42:07 UTC`
 */
export function utcTime(at: number): string {
	return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
