/**
 * A sign-in in a browser of its own, whose profile is kept: the next one needs no password as long as the identity provider
 * remembers it. One process at a time; the others wait, and then sign in with the same profile.
 */
import { browserSetting } from "../../browser-setting.ts";
import type { AuthorizationPrompt } from "../../interaction.ts";
import { joinOrLead } from "../../storage/single-flight.ts";
import { type Outcome, whileShown } from "../../while-shown.ts";
import { explained, type Received, receive } from "./assertion.ts";
import { findBrowser } from "./find-browser.ts";
import { profileFolder, signInPath, withProfile } from "./profile.ts";
import type { Attempt } from "./sign-in.ts";

export async function signInByWindow(attempt: Attempt): Promise<Outcome<Received>> {
	const { provider, run, ways, startedAt, expiresAt } = attempt;
	const { ctx, interaction, signal } = run;
	const { url } = provider.config;
	const program = findBrowser(ctx, provider);
	const isPrivate =
		browserSetting(ctx, new URL(url).host)?.isPrivate ?? provider.config.spec?.browser?.private === true;
	const shown: AuthorizationPrompt = {
		type: "authorization",
		provider: provider.name,
		url,
		portal: new URL(url).host,
		startedAt,
		expiresAt,
		opensItself: true,
		ways,
	};
	const { responseFromWindow } = await import("./browser-window.ts");
	const open = async (profile: string | undefined, inner: AbortSignal): Promise<Received> => {
		interaction.status("waiting for the sign-in in the browser window");
		const options = { ctx, signal: inner, program, profile, url, provider: provider.name };
		try {
			return receive(await responseFromWindow(options), { ctx, provider, isNew: true });
		} catch (error) {
			// Those who wait are told the same.
			throw explained(error, provider, ctx);
		}
	};
	return whileShown(interaction, shown, signal, (inner) => {
		if (isPrivate) return open(undefined, inner);
		return inTurn(attempt, inner, (profile) => open(profile, inner));
	});
}

/**
 * An assertion stays with the process that has it: those who wait get one of their own, without a question where the profile
 * has signed in already. Whatever a person or the provider said to the first ends them all.
 */
async function inTurn(
	{ provider, run }: Attempt,
	signal: AbortSignal,
	open: (profile: string) => Promise<Received>,
): Promise<Received> {
	const { ctx, interaction } = run;
	const profile = profileFolder(ctx, provider);
	return joinOrLead<Received, undefined>(ctx, {
		path: signInPath(profile),
		signal,
		read: async () => undefined,
		lead: () => withProfile(ctx, profile, signal, () => open(profile)),
		onWaiting({ pid }) {
			ctx.log.debug("another process is signing in", { provider: provider.name, pid });
			interaction.status(`waiting for process ${pid} to sign in`);
		},
	});
}
