/** A sign-in in any browser, on any machine: what that is about to post to AWS is pasted here. */
import { AuthError } from "../../errors.ts";
import { browserChoice } from "../../sign-in-ways.ts";
import { sanitize } from "../../system/sanitize.ts";
import { type Outcome, untilPasted } from "../../while-shown.ts";
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
	const page = {
		type: "authorization",
		provider: provider.name,
		url,
		portal: new URL(url).host,
		startedAt,
		expiresAt,
		ways,
		...(browser && { browser }),
	} as const;
	return untilPasted(interaction, page, signal, LABEL, (text) => {
		try {
			return { result: receive(pastedResponse(text), { ctx, provider, isNew: false }) };
		} catch (error) {
			const problem = problemOf(error);
			if (problem === undefined) throw error;
			ctx.log.debug("what was pasted cannot be used", { reason: problem });
			return { problem };
		}
	});
}

/** @returns undefined for what another paste would not put right */
function problemOf(error: unknown): string | undefined {
	if (error instanceof PastedError) return error.message;
	if (error instanceof ResponseError && error.kind === "not-a-response") {
		return `that is not the response: ${sanitize(error.message)}`;
	}
	return error instanceof AuthError && error.code === "expired" ? `${error.message}; load the page again` : undefined;
}
