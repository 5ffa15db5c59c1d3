/** What another process has a person approve, as this one shows it. It comes from a file, and is checked as the service's own answer was. */
import type { Provider } from "../../config/model.ts";
import type { Shown } from "../../interaction.ts";
import { browserChoice } from "../../sign-in-ways.ts";
import { sanitize } from "../../system/sanitize.ts";
import { checkAuthorizeUrl } from "./authorize-url.ts";
import type { Config } from "./schema.ts";
import { type Announced, portalOf } from "./sign-in.ts";
import { checkVerificationLink } from "./verification-link.ts";

/**
 * @param endpoint of the sign-in service where it was overridden
 * @throws AuthError for a link that is not one of the provider's
 */
export function leaderPrompt(
	provider: Provider<Config>,
	announced: Announced,
	waitingForPid: number,
	endpoint: string | undefined,
): Shown {
	const { start_url: startUrl, region, spec } = provider.config;
	const owner = { startUrl, region, endpoint };
	const browser = browserChoice(spec?.browser);
	const common = {
		provider: provider.name,
		portal: portalOf(startUrl),
		startedAt: Number(announced.startedAt),
		expiresAt: Number(announced.expiresAt),
		waitingForPid,
		...(browser && { browser }),
	};
	if (announced.type === "authorization") {
		const callbackPort = Number(announced.callbackPort);
		const url = checkAuthorizeUrl(String(announced.url), callbackPort, owner);
		return { ...common, type: "authorization", url, callbackPort };
	}
	const complete = announced.verificationUriComplete;
	return {
		...common,
		type: "device-code",
		userCode: sanitize(String(announced.userCode)),
		verificationUri: checkVerificationLink(String(announced.verificationUri), owner),
		...(complete === undefined ? {} : { verificationUriComplete: checkVerificationLink(String(complete), owner) }),
	};
}
