/**
 * Whether the person who has just signed in is the one who was expected. A browser signs in as whoever it knows: another person's
 * keys are not to take the place of one's own without a word.
 */
import { AuthError } from "./errors.ts";
import { reaches } from "./interaction.ts";
import type { Run } from "./kinds.ts";
import { signInCommand } from "./sign-in-command.ts";
import { notePerson, readState, updateState } from "./storage/state.ts";
import { sanitize } from "./system/sanitize.ts";

export interface SignedIn {
	/** The entry that was signed in to: what it is, and how it is called. */
	readonly of: "provider" | "identity";
	readonly entry: { readonly key: string; readonly name: string };
	/** What the service calls the person, the name that is shown first; not empty. */
	readonly names: readonly [string, ...string[]];
	/** `spec.user` of the entry. */
	readonly wanted: string | undefined;
	/** Shared by all that build on one sign-in: they share the question about it. */
	readonly session?: object | undefined;
}

/**
 * Asks about another person than `spec.user`, or than who signed in before. Who may go on is remembered.
 *
 * @returns `again` where somebody else is to sign in
 * @throws AuthError `cancelled` after a no, `denied` where nobody can be asked. Whatever the wrong person's sign-in has left is the
 *   caller's to remove
 */
export async function checkPerson(signedIn: SignedIn, run: Run): Promise<"expected" | "again"> {
	const { names, wanted: configured, of, entry } = signedIn;
	const { ctx, realm, interaction, signal } = run;
	const root = `${of}:${entry.key}`;
	const before = (await readState(ctx)).people[realm.value]?.[root];
	const wanted = configured ?? before;
	const [person] = names;
	if (wanted !== undefined && !names.some((name) => isPerson(name, wanted))) {
		const texts = sentences(signedIn, wanted);
		if (!reaches(interaction, "choice")) {
			const say = `sign out in the browser, then sign in as ${sanitize(wanted)}, or decide about it on a terminal`;
			throw new AuthError({ code: "denied", ...texts, remedy: { say, run: signInCommand(ctx) } });
		}
		interaction.status("checking who signed in");
		const question = {
			type: "choice",
			question: `${texts.message}. Whose sign-in is it to be?`,
			details: [texts.reason],
			options: [
				{ value: "again", label: `Sign in again, as ${sanitize(wanted)}`, key: "a" },
				{ value: "use", label: `Go on as ${sanitize(person)}`, key: "g", needsDetails: true },
				{ value: "cancel", label: "Cancel", key: "c" },
			],
		} as const;
		const answer = await onceFor(signedIn.session, () => interaction.ask(question, signal));
		if (answer === "again") return "again";
		if (answer !== "use") throw new AuthError({ code: "cancelled", ...texts });
	}
	if (before !== person) await updateState(ctx, (state) => notePerson(state, realm.value, root, person));
	return "expected";
}

/**
 * @param name as a service says it
 * @param wanted as a person writes it: the same, or of an ARN the name alone
 */
export function isPerson(name: string, wanted: string): boolean {
	const [a, b] = [name.trim().toLowerCase(), wanted.trim().toLowerCase()];
	return a === b || (a.startsWith("arn:") && a.slice(a.lastIndexOf("/") + 1) === b);
}

const answers = new WeakMap<object, Promise<string>>();

function onceFor(session: object | undefined, ask: () => Promise<string>): Promise<string> {
	const answer = (session && answers.get(session)) ?? ask();
	if (session !== undefined) answers.set(session, answer);
	return answer;
}

function sentences({ entry, names: [person], wanted: configured }: SignedIn, wanted: string) {
	const name = sanitize(entry.name);
	return {
		message: `"${name}" was signed in to as ${sanitize(person)}, and not as ${sanitize(wanted)}`,
		reason:
			configured === undefined
				? `the last sign-in to "${name}" on this machine was that of ${sanitize(wanted)}`
				: `\`spec.user\` of "${name}" is ${sanitize(configured)}`,
	};
}
