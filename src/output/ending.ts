/** What is left on the ordinary screen when a login is over: the summary, or the error. */
import { shellWord } from "../auth/system/shell-word.ts";
import type { LoginSnapshot } from "../flows/snapshot.ts";
import { errorLines } from "./error-lines.ts";
import type { Style } from "./style.ts";
import { summaryLines } from "./summary.ts";

/**
 * @param snapshot the last one of a login
 * @param now milliseconds since the epoch
 * @param options.next whether it is told how to use it
 * @returns the lines, without line breaks; none for a login that was cancelled before it was signed in
 */
export function endingLines(
	snapshot: LoginSnapshot,
	now: number,
	style: Style,
	options: { readonly next: boolean } = { next: false },
): string[] {
	if (snapshot.phase === "failed" && snapshot.error !== undefined) return errorLines(snapshot.error, style);
	// A login that is left while integrations are retried has signed in all the same.
	const lines = summaryLines(snapshot, now, style);
	return options.next && snapshot.phase === "done" ? [...lines, ...nextLines(snapshot, style)] : lines;
}

/** How to use what was signed in to. */
function nextLines(snapshot: LoginSnapshot, style: Style): string[] {
	const [result] = snapshot.targets.flatMap((target) => target.result ?? []);
	if (result?.identity === undefined || Object.keys(result.env).length === 0) return [];
	const profiles = snapshot.profiles.map((profile) => ` --profile ${shellWord(profile)}`).join("");
	const name = `-i ${shellWord(result.identity)}${profiles}`;
	const say = (command: string): string => style.paint("accent", command);
	return [
		"",
		`Use it:  ${say(`atmos-auth exec ${name} -- terraform plan`)}`,
		`         ${say(`eval "$(atmos-auth env ${name})"`)}`,
	];
}
