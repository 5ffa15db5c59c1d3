/** Times as the files spell them: RFC 3339 as Go reads and writes it. */

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:([Zz]|UTC)|([+-])(\d\d):?(\d\d))$/;

/**
 * Reads any offset, any number of decimals, and the `UTC` that old versions of the AWS CLI wrote in place of `Z`.
 *
 * @returns milliseconds since the epoch, rounded down; undefined for Go's zero time, which means unset, and for no time at all
 */
export function parseTime(text: unknown): number | undefined {
	if (typeof text !== "string") return undefined;
	const match = RFC3339.exec(text.trim());
	if (match === null) return undefined;
	const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
		number,
		number,
		number,
		number,
		number,
		number,
	];
	if (year < 1900 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) {
		return undefined;
	}
	const milliseconds = Number((match[7] ?? "").slice(0, 3).padEnd(3, "0"));
	const offset = (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0)) * (match[9] === "-" ? -1 : 1);
	return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - offset * 60_000;
}

/** `2026-11-23T15:42:07Z`: whole seconds, rounded down so that nothing is said to last longer than it does. */
export function formatSeconds(ms: number): string {
	return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(".000Z", "Z");
}

/** As Go's `RFC3339Nano` has it: decimals without zeros at their end, none for whole seconds. */
export function formatNano(ms: number): string {
	return new Date(Math.floor(ms)).toISOString().replace(/\.?0*Z$/, "Z");
}

/** What Go writes for a time that is not set. */
export const GO_ZERO_TIME = "0001-01-01T00:00:00Z";
