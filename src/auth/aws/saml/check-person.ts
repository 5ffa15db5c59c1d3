/** Whether whoever has signed in is the person who was meant: `spec.user`. */
import { AuthError } from "../../errors.ts";
import { reaches } from "../../interaction.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { Received } from "./assertion.ts";
import { profileFolder, removeProfile } from "./profile.ts";
import type { Attempt } from "./sign-in.ts";

/**
 * @returns false where somebody else is to sign in: nobody is signed in any more in the browser's profile
 * @throws AuthError `denied` where it is somebody else, and nobody can be asked about it
 */
export async function checkPerson({ provider, run }: Attempt, { names }: Received): Promise<boolean> {
	const { ctx, interaction, signal } = run;
	const wanted = provider.config.spec?.user;
	if (wanted === undefined || names.some((name) => isSame(name, wanted))) return true;
	const who = names[0] ?? "somebody without a name";
	if (reaches(interaction, "choice")) {
		const options = [
			{ value: "again", label: `sign in as ${sanitize(wanted)}` },
			{ value: "use", label: `go on as ${who}` },
		];
		const question = `"${sanitize(provider.name)}" signed in ${who}, and \`spec.user\` is ${sanitize(wanted)}`;
		if ((await interaction.ask({ type: "choice", question, options }, signal)) === "use") return true;
	}
	// What the browser remembers would sign in the same person again, without a question.
	await removeProfile(ctx, profileFolder(ctx, provider), signal);
	if (reaches(interaction, "choice")) return false;
	throw new AuthError({
		code: "denied",
		message: `"${sanitize(provider.name)}" signed in ${who}, and \`spec.user\` is ${sanitize(wanted)}`,
		remedy: { say: `sign in again, as ${sanitize(wanted)}`, run: signInCommand(ctx) },
	});
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.trim().toLowerCase();
