/** Asks a person to agree to what a project's configuration wants: once, with all of it shown. */
import type { AuthConfig, EntryName } from "../auth/config/model.ts";
import { type Interaction, reaches } from "../auth/interaction.ts";
import { type Fact, factLines } from "../auth/trust/facts.ts";
import { UntrustedError } from "../auth/trust/untrusted-error.ts";

interface Asking {
	readonly config: AuthConfig;
	readonly interaction: Interaction;
	readonly signal: AbortSignal;
	/** Paths are shown relative to it. */
	readonly cwd: string;
}

/**
 * Asks about all that `entries` want and nobody has agreed to. Where nobody can be asked nothing happens: whoever uses such
 * an entry then is told.
 */
export async function askFor(asking: Asking, entries: readonly EntryName[]): Promise<void> {
	if (!reaches(asking.interaction, "choice")) return;
	const facts = await asking.config.trust.pending(entries);
	if (facts.length > 0) await ask(asking, facts);
}

/** Runs `work`, and again after a yes to what it turns out to want: an address that a command has printed, say. */
export async function withTrust<Result>(asking: Asking, work: () => Promise<Result>): Promise<Result> {
	for (;;) {
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof UntrustedError) || error.refused || !reaches(asking.interaction, "choice")) throw error;
			await ask(asking, error.facts);
		}
	}
}

async function ask({ config, interaction, signal, cwd }: Asking, facts: readonly Fact[]): Promise<void> {
	const answer = await interaction.ask(
		{
			type: "choice",
			question: "Do you trust this project? Its configuration wants to:",
			details: facts.flatMap((fact) => factLines(fact, cwd)),
			detailsBy: "atmos-auth trust",
			options: [
				{ value: "no", label: "No, do not sign in with it", key: "n" },
				{ value: "yes", label: "Yes, and remember it for this project", key: "y", needsDetails: true },
			],
		},
		signal,
	);
	await config.trust.answer(facts, answer === "yes");
}
