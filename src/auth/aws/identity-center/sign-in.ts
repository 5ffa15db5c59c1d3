/** What both ways to sign in to an access portal are given, and what they show alike. */
import type { AuthContext } from "../../context.ts";
import type { AuthorizationPrompt, BrowserChoice, Interaction } from "../../interaction.ts";
import type { Ways } from "../../sign-in-ways.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { AnnouncedPage } from "./browser-authorization.ts";
import type { AnnouncedCode } from "./device-authorization.ts";
import type { SsoOidc } from "./sso-oidc.ts";

/** What another process needs to show what this one shows. Without a type, from older versions, it is a code. */
export type Announced = AnnouncedCode | AnnouncedPage;

export interface SignIn {
	readonly ctx: AuthContext;
	readonly signal: AbortSignal;
	readonly interaction: Interaction;
	readonly oidc: SsoOidc;
	/** The provider's name, for the prompt. */
	readonly provider: string;
	readonly startUrl: string;
	readonly region: string;
	/** The endpoint of the sign-in service where it was overridden. */
	readonly endpoint?: string | undefined;
	readonly ways: Ways;
	readonly browser?: BrowserChoice | undefined;
	/** `--callback-port`. */
	readonly callbackPort?: number | undefined;
	/** Tells other processes what is to be approved, as soon as there is something; never fails. */
	announce(what: Announced): Promise<void>;
}

/** What prompts of both ways have in common. */
export function shownBy(
	flow: SignIn,
): Pick<AuthorizationPrompt, "provider" | "portal" | "ways"> & { readonly browser?: BrowserChoice } {
	const { provider, startUrl, ways, browser } = flow;
	return { provider, portal: portalOf(startUrl), ways, ...(browser && { browser }) };
}

/** The host of an access portal, or the whole text where it is no URL. */
export function portalOf(startUrl: string): string {
	try {
		return new URL(startUrl).host;
	} catch {
		return sanitize(startUrl);
	}
}

/** The portal's address bar ends in `#/`, which the service does not take. */
export const plainStartUrl = (startUrl: string): string => startUrl.replace(/#.*$/s, "");
