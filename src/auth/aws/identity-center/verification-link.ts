/** Which links of the sign-in service may be shown, opened and drawn as a QR code. */
import { AuthError } from "../../errors.ts";
import { bareHost, isLoopback } from "../../net/hosts.ts";
import { sanitize } from "../../system/sanitize.ts";
import { isSamePortal, isSignInPage, portalAddress } from "../hosts.ts";

export interface LinkOwner {
	/** The access portal's address as configured. */
	readonly startUrl: string;
	/** The Identity Center's region as configured. */
	readonly region: string;
	/** The endpoint of the sign-in service where it was overridden. */
	readonly endpoint?: string | undefined;
}

const LONGEST = 4096;

/**
 * A code that is approved on the page of another portal signs in to that one, so a link has to be of this very portal, or
 * one of the pages that AWS has for all of them.
 *
 * @param link as the service sent it
 * @returns the link in its normal form: ASCII without spaces or control characters
 * @throws AuthError `service` unless it is https on a host of the provider, or http on this machine where the endpoint is
 *   on this machine too
 */
export function checkVerificationLink(link: string, owner: LinkOwner): string {
	const url = link.length <= LONGEST ? parse(link) : undefined;
	if (url === undefined) throw refused("it is not a URL");
	if (url.username !== "" || url.password !== "") throw refused("it has a user name or password in it");
	const host = bareHost(url.hostname);
	const local = isLoopback(host);
	if (url.protocol !== "https:" && !(url.protocol === "http:" && local)) {
		throw refused(`its scheme is ${sanitize(url.protocol.replace(/:$/, ""))}`);
	}
	if (!isOurs(url, owner)) throw refused(`its host is ${sanitize(host)}`);
	return url.href;
}

function isOurs(url: URL, owner: LinkOwner): boolean {
	const host = bareHost(url.hostname);
	const endpoint = owner.endpoint === undefined ? undefined : parse(owner.endpoint);
	const endpointHost = endpoint && bareHost(endpoint.hostname);
	if (isLoopback(host)) return endpointHost !== undefined && isLoopback(endpointHost);
	if (host === endpointHost || isSignInPage(host, owner.region)) return true;
	const start = parse(owner.startUrl);
	return start !== undefined && isSamePortal(portalAddress(url), portalAddress(start));
}

function parse(text: string): URL | undefined {
	try {
		return new URL(text);
	} catch {
		return undefined;
	}
}

function refused(reason: string): AuthError {
	return new AuthError({
		code: "service",
		message: "the sign-in service sent a link that does not belong to the access portal",
		reason,
		remedy: "check `start_url` and `region` of the provider, and the endpoint if one is set",
		service: { operation: "sso-oidc:StartDeviceAuthorization" },
	});
}
