/** Durations as Atmos takes them: Go's (`1h30m`), seconds (`3600`), days (`2d`). https://pkg.go.dev/time#ParseDuration */

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = {
	h: 3_600_000,
	m: 60_000,
	s: SECOND_MS,
	ms: 1,
	us: 1e-3,
	µs: 1e-3,
	ns: 1e-6,
};

export const DURATION = /^(?:\d+d?|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/;

/** @returns milliseconds, or undefined for what is no duration */
export function durationMs(text: string): number | undefined {
	if (!DURATION.test(text)) return undefined;
	if (/^\d+d?$/.test(text)) return Number.parseInt(text, 10) * (text.endsWith("d") ? DAY_MS : SECOND_MS);
	let total = 0;
	for (const [, amount, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)) {
		total += Number(amount) * (UNITS[unit] ?? 0);
	}
	return total;
}
