/** `session.duration` of a provider. */
import type { Config } from "./schema.ts";

const HOUR_MS = 3_600_000;
const UNITS: Readonly<Record<string, number>> = { h: HOUR_MS, m: 60_000, s: 1000, ms: 1, us: 1e-3, µs: 1e-3, ns: 1e-6 };

/**
 * How long a session lasts whose token does not say so: `session.duration` as Go writes durations (`8h`, `1h30m`), or an
 * hour. The access portal always says so; this is for services that stand in for it.
 *
 * @returns milliseconds
 */
export function sessionDuration(config: Config): number {
	const text = config.session?.duration;
	let total = 0;
	for (const [, amount, unit] of text?.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g) ?? []) {
		total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
	}
	return total > 0 ? total : HOUR_MS;
}
