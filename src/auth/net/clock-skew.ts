/** The difference between this machine's clock and the servers', for error messages. */

/** Below this the `Date` header, which has whole seconds, and slow answers explain it. */
const NOTABLE_MS = 60_000;

/**
 * @param skewMs how far the servers are ahead, as `Network.skewMs()` has it
 * @returns "the clock of this machine is 7 minutes slow", or undefined where it is right or nothing is known
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
	return `the clock of this machine is ${amount} ${skewMs > 0 ? "slow" : "fast"}`;
}

/** The command that sets the clock from the network. */
export function syncCommand(platform: NodeJS.Platform): string {
	switch (platform) {
		case "darwin":
			return "sudo sntp -sS time.apple.com";
		case "win32":
			return "w32tm /resync";
		default:
			return "sudo timedatectl set-ntp true";
	}
}
