/**
 * What the process ends with: 0 signed in · 1 authentication failed · 2 usage, configuration, or a terminal is needed ·
 * 3 `--strict` and an integration failed · 128 and its number for a signal.
 */
import type { ErrorCode } from "../auth/errors.ts";
import type { LoginSnapshot } from "../flows/snapshot.ts";
import { type EndingSignal, EXIT_CODES } from "../terminal/signals.ts";

const BY_ERROR: Readonly<Record<ErrorCode, number>> = {
	usage: 2,
	config: 2,
	denied: 1,
	expired: 1,
	network: 1,
	service: 1,
	storage: 1,
	cancelled: EXIT_CODES.SIGINT,
	bug: 1,
};

/** @returns the exit code of a command that ended with such an error */
export function exitCodeOf(code: ErrorCode): number {
	return BY_ERROR[code];
}

/** What decides, beside the login itself, what the program ends with. */
export interface EndingOptions {
	/** `--strict`. */
	readonly strict: boolean;
	/** The signal that ended it, if one did. */
	endedBy(): EndingSignal | undefined;
}

/** @param last the last snapshot of a login */
export function loginExitCode(last: LoginSnapshot, { strict, endedBy }: EndingOptions): number {
	switch (last.phase) {
		case "done":
			return strict && last.integrations.some((row) => row.state === "failed") ? 3 : 0;
		case "cancelled":
			return EXIT_CODES[endedBy() ?? "SIGINT"];
		default:
			// Of several, one that is wrong in itself is a failure like any other.
			return last.error === undefined && last.targets.length > 1 ? 1 : exitCodeOf(last.error?.code ?? "bug");
	}
}
