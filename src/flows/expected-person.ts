/**
 * Whether the person who has just signed in is the one who was expected. A browser signs in as whoever it knows: another person's
 * keys are not to take the place of one's own without a word.
 */

import type { Provider } from "../auth/config/model.ts";
import { type Credentials, personIs } from "../auth/credentials.ts";
import { AuthError, isAbort } from "../auth/errors.ts";
import { reaches } from "../auth/interaction.ts";
import type { ProviderKind, Run } from "../auth/kinds.ts";
import { RejectedCredentials } from "../auth/rejected-credentials.ts";
import { signInCommand } from "../auth/sign-in-command.ts";
import { readState } from "../auth/storage/state.ts";
import { sanitize } from "../auth/system/sanitize.ts";

export interface SignedIn {
	/** What came of the sign-in. Only with `person` there is something to compare. */
	readonly credentials: Credentials;
	/** What it was made from, which is turned down where somebody else is to sign in. */
	readonly base: Credentials | undefined;
	/** Where the chain begins: the provider's key, or the kind of the identity with dashes. */
	readonly root: string;
	/** The entry that was signed in to: its name, and `spec.user` of it. */
	readonly name: string;
	readonly expected: string | undefined;
	/** The provider that has the session. */
	readonly session?: { readonly provider: Provider; readonly kind: ProviderKind } | undefined;
}

/**
 * Asks about another person than `spec.user`, or than who signed in before.
 *
 * @throws RejectedCredentials where somebody else is to sign in; AuthError `cancelled` after a no, `denied` where nobody can be
 *   asked. The session of the wrong person is ended then
 */
export async function assertExpectedPerson(signedIn: SignedIn, run: Run): Promise<void> {
	const { person } = signedIn.credentials;
	if (person === undefined) return;
	const before = (await readState(run.ctx)).people[run.realm.value]?.[signedIn.root];
	const wanted = signedIn.expected ?? before;
	if (wanted === undefined || personIs(person, wanted)) return;
	const { interaction, signal } = run;
	const texts = sentences(signedIn, person, wanted);
	if (!reaches(interaction, "choice")) {
		await endSession(signedIn, run);
		throw new AuthError({
			code: "denied",
			message: texts.message,
			reason: texts.reason,
			remedy: { say: "sign in on a terminal, where it can be decided", run: signInCommand(run.ctx) },
		});
	}
	interaction.status("checking who signed in");
	const ask = (): Promise<string> =>
		interaction.ask(
			{
				type: "choice",
				question: `${texts.message}. Whose sign-in is it to be?`,
				details: [texts.reason],
				options: [
					{ value: "again", label: `Sign in again, as ${sanitize(wanted)}`, key: "a" },
					{ value: "use", label: `Go on as ${sanitize(person)}`, key: "g", needsDetails: true },
					{ value: "cancel", label: "Cancel", key: "c" },
				],
			},
			signal,
		);
	const answer = await onceFor(signedIn.base, ask);
	if (answer === "use") return;
	await endSession(signedIn, run);
	if (answer === "again" && signedIn.base !== undefined) {
		throw new RejectedCredentials(signedIn.base, {
			code: "denied",
			message: texts.message,
			reason: "the browser signed in as the same person once more",
			remedy: {
				say: "sign out in the browser, or use another profile of it, then sign in again",
				run: signInCommand(run.ctx),
			},
		});
	}
	throw new AuthError({ code: answer === "again" ? "denied" : "cancelled", ...texts });
}

const answers = new WeakMap<Credentials, Promise<string>>();

/** Identities that share a session share the question about it. */
function onceFor(base: Credentials | undefined, ask: () => Promise<string>): Promise<string> {
	const answer = (base && answers.get(base)) ?? ask();
	if (base !== undefined) answers.set(base, answer);
	return answer;
}

function sentences({ name, expected }: SignedIn, person: string, wanted: string) {
	const target = sanitize(name);
	return {
		message: `"${target}" was signed in to as ${sanitize(person)}, and not as ${sanitize(wanted)}`,
		reason:
			expected === undefined
				? `the last sign-in to "${target}" on this machine was that of ${sanitize(wanted)}`
				: `\`spec.user\` of "${target}" is ${sanitize(expected)}`,
	};
}

/** What the wrong person signed in to is not used by the next run, which would not ask again. */
async function endSession({ session }: SignedIn, run: Run): Promise<void> {
	if (session?.kind.revoke === undefined) return;
	try {
		await session.kind.revoke(session.provider, run);
	} catch (error) {
		if (isAbort(error)) throw error;
		run.ctx.log.debug("the session could not be ended", { reason: (error as Error).message });
	}
}
