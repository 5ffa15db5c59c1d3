/** What is left on the ordinary screen when a login is over: the summary, or the error. */
import type { LoginSnapshot } from "../flows/snapshot.ts";
import { errorLines } from "./error-lines.ts";
import type { Style } from "./style.ts";
import { summaryLines } from "./summary.ts";

/**
 * @param snapshot the last one of a login
 * @param now milliseconds since the epoch
 * @returns the lines, without line breaks; none for a login that was cancelled before it was signed in
 */
export function endingLines(snapshot: LoginSnapshot, now: number, style: Style): string[] {
	if (snapshot.phase === "failed" && snapshot.error !== undefined) return errorLines(snapshot.error, style);
	// A login that is left while integrations are retried has signed in all the same.
	return summaryLines(snapshot, now, style);
}
