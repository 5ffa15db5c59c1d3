/** What is said about a page on which a person signs in, on the drawn and the spoken dashboard alike. */
import type { AuthorizationPrompt, DeviceCodePrompt } from "../auth/interaction.ts";
import type { Ways } from "../auth/sign-in-ways.ts";
import { takesPaste } from "./keys/shown.ts";
import { clean } from "./text.ts";

/** `10:42:07` on this machine's wall. */
function clockTime(at: number): string {
	return new Date(at).toTimeString().slice(0, 8);
}

/** The sentence by which a person can tell a sign-in of their own from somebody else's. */
export function notice(prompt: DeviceCodePrompt, hostname: string): string {
	const by =
		prompt.waitingForPid === undefined
			? `because you started this sign-in at ${clockTime(prompt.startedAt)} on ${clean(hostname)}`
			: `because you started a sign-in at ${clockTime(prompt.startedAt)} on ${clean(hostname)} in another terminal (process ${prompt.waitingForPid})`;
	return `This is a device code, not an MFA code. Approve it only ${by}.`;
}

/** The same of a page without a code. */
export function pageNotice(prompt: AuthorizationPrompt, hostname: string): string {
	const own = `you started this at ${clockTime(prompt.startedAt)} on ${clean(hostname)}`;
	return takesPaste(prompt)
		? `Go on only if ${own}. What the page shows signs in as you: paste it here and nowhere else.`
		: `Go on only if ${own}.`;
}

/** What there is to do; the link follows. */
export function pageTask(prompt: AuthorizationPrompt): string {
	if (prompt.opensItself) return "Sign in in the window that has opened.";
	if (prompt.waitingForPid !== undefined)
		return `Process ${prompt.waitingForPid} is already signing in there. This is its page:`;
	return takesPaste(prompt) ? "Open this page in any browser, and sign in:" : "Sign in on this page:";
}

/** What the page gives and where it goes. */
export function pasteTask({ paste }: AuthorizationPrompt): string {
	return `Then paste ${clean(paste?.label ?? "what it shows")} here:`;
}

/** Why it is signed in to in this way; undefined where that is not known. */
export function wayText(ways: Ways | undefined): string | undefined {
	return ways === undefined ? undefined : `This way because ${clean(ways.why)}.`;
}
