/** The password of the file keyring: from its variable, else from a person, who is asked once in a run. */
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { AuthError } from "../../errors.ts";
import { type Interaction, reaches } from "../../interaction.ts";
import { PersonNeededError } from "../../person-needed.ts";
import { sanitize } from "../../system/sanitize.ts";

/** In bytes, as the Go program counts. */
const SHORTEST = 8;

export interface PasswordSource {
	readonly ctx: AuthContext;
	/** The variable that may have it. */
	readonly variable: string;
	/** The keyring's folder, for display. */
	readonly folder: string;
	readonly signal: AbortSignal;
	readonly interaction: Pick<Interaction, "reach" | "ask"> | undefined;
}

/**
 * @throws PersonNeededError where the variable is not set and nobody can be asked; AuthError `usage` for a password that is
 *   too short; the signal's reason when it is aborted
 */
export async function keyringPassword(source: PasswordSource): Promise<Secret> {
	const { ctx, variable, folder, signal, interaction } = source;
	const given = ctx.env[variable];
	if (given) return longEnough(given, sanitize(variable));
	if (interaction === undefined || !reaches(interaction, "secret")) {
		throw new PersonNeededError({
			message: "the file keyring needs its password, and this session is not interactive",
			reason: `${sanitize(variable)} is not set`,
			remedy: `set ${sanitize(variable)} to the password of the keyring in ${folder}`,
		});
	}
	const question = { type: "secret", question: "Password of the file keyring", source: folder } as const;
	return longEnough(await interaction.ask(question, signal), "the password that was entered");
}

function longEnough(text: string, what: string): Secret {
	if (Buffer.byteLength(text) >= SHORTEST) return new Secret(text);
	throw new AuthError({
		code: "usage",
		message: `${what} is too short for the file keyring`,
		reason: `a password has at least ${SHORTEST} characters`,
		remedy: "give a longer one",
	});
}
