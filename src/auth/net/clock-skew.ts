/**
 * The difference between this machine's clock and the servers'. A wrong clock has many faces (signatures that are refused,
 * certificates that are not valid yet, credentials that seem to be over at once); all of them say the same.
 */
import type { AuthContext } from "../context.ts";
import { AuthError, type Remedy, remedyText, type ServiceDetails } from "../errors.ts";
import type { Network } from "./network.ts";

/** Below this the `Date` header, which has whole seconds, and slow answers explain it. */
const NOTABLE_MS = 60_000;

/**
 * @param skewMs how far the servers are ahead, as `Network.skewMs()` has it
 * @returns "this machine's clock is 7 minutes slow", or undefined where it is right or nothing is known
 */
export function describeSkew(skewMs: number | undefined): string | undefined {
	if (skewMs === undefined || Math.abs(skewMs) < NOTABLE_MS) return undefined;
	const minutes = Math.round(Math.abs(skewMs) / 60_000);
	const amount =
		minutes < 120
			? `${minutes} minute${minutes === 1 ? "" : "s"}`
			: minutes < 48 * 60
				? `${Math.round(minutes / 60)} hours`
				: `${Math.round(minutes / 1440)} days`;
	return `this machine's clock is ${amount} ${skewMs > 0 ? "slow" : "fast"}`;
}

/**
 * @param reason what the clock has done, in a sentence
 * @returns the error of a clock that is known to be wrong, or undefined where it is right or nothing is known
 */
export function clockError(
	ctx: AuthContext,
	reason: string,
	more: { readonly service?: ServiceDetails; readonly cause?: unknown } = {},
): AuthError | undefined {
	const message = describeSkew(ctx.network.skewMs());
	if (message === undefined) return undefined;
	return new AuthError({ code: "denied", message, reason, remedy: setClock(ctx), ...more });
}

/** The remedy for a wrong clock. */
export function setClock(ctx: AuthContext): Remedy {
	return { say: "set the clock", run: syncCommand(ctx) };
}

const told = new WeakSet<Network>();

/** Warns of a wrong clock as soon as an answer has shown it, once for each run. */
export function warnOfSkew(ctx: AuthContext): void {
	const skew = describeSkew(ctx.network.skewMs());
	if (skew === undefined || told.has(ctx.network)) return;
	told.add(ctx.network);
	ctx.log.warn(`${skew}; times may be wrong, and signed requests may be rejected`, {
		remedy: remedyText(setClock(ctx)),
	});
}

/** The words of the command that sets the clock from the network. */
function syncCommand({ platform, env }: AuthContext): readonly string[] {
	switch (platform) {
		case "darwin":
			return ["sudo", "sntp", "-sS", "time.apple.com"];
		case "win32":
			return ["w32tm", "/resync"];
		default:
			// WSL's clock stands still while Windows sleeps (microsoft/WSL#10006); it has no clock of its own to set.
			return env.WSL_DISTRO_NAME ? ["sudo", "hwclock", "--hctosys"] : ["sudo", "timedatectl", "set-ntp", "true"];
	}
}
