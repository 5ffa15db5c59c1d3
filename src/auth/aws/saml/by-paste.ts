/** A sign-in in any browser, on any machine: what that is about to post to AWS is pasted here. */
import { AuthError } from "../../errors.ts";
import { browserChoice } from "../../sign-in-ways.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { Outcome } from "../../while-shown.ts";
import { type Received, receive } from "./assertion.ts";
import { PastedError, pastedResponse } from "./pasted.ts";
import { ResponseError } from "./response.ts";
import type { Attempt } from "./sign-in.ts";

const LABEL = "the SAMLResponse that the browser posts to AWS (developer tools, network, saml)";

/**
 * Asks again for what is no response, or one that is over.
 *
 * @throws ResponseError `refused`, `encrypted` or `no-roles`: another response would say the same; AuthError `config`
 */
export async function signInByPaste(attempt: Attempt): Promise<Outcome<Received>> {
	const { provider, run, ways, startedAt, expiresAt } = attempt;
	const { ctx, interaction, signal } = run;
	const { url, spec } = provider.config;
	const browser = browserChoice(spec?.browser);
	interaction.status("waiting for a response to be pasted");
	for (let problem: string | undefined; ; ) {
		const response = await interaction.offer(
			{
				type: "authorization",
				provider: provider.name,
				url,
				portal: new URL(url).host,
				startedAt,
				expiresAt,
				paste: { label: LABEL, problem },
				ways,
				...(browser && { browser }),
			},
			signal,
		);
		if (response.type === "way") {
			if (ways.others.some(({ flow }) => flow === response.flow)) return response;
			continue;
		}
		try {
			const pasted = pastedResponse(response.value);
			return { type: "done", result: receive(pasted, { ctx, provider, isNew: false }) };
		} catch (error) {
			problem = problemOf(error);
			if (problem === undefined) throw error;
			ctx.log.debug("what was pasted cannot be used", { reason: problem });
		}
	}
}

/** @returns undefined for what another paste would not put right */
function problemOf(error: unknown): string | undefined {
	if (error instanceof PastedError) return error.message;
	if (error instanceof ResponseError && error.kind === "not-a-response") {
		return `that is not the response: ${sanitize(error.message)}`;
	}
	return error instanceof AuthError && error.code === "expired" ? `${error.message}; load the page again` : undefined;
}
