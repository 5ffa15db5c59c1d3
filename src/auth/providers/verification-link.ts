/** Which links of the sign-in service may be shown, opened and drawn as a QR code. */
import { AuthError } from "../errors.ts";
import { bareHost, isLoopback } from "../net/hosts.ts";
import { sanitize } from "../sanitize.ts";

export interface LinkOwner {
	/** The access portal's address as configured. */
	readonly startUrl: string;
	/** The endpoint of the sign-in service where it was overridden. */
	readonly endpoint?: string | undefined;
}

/** Domains that AWS serves nothing else from than its sign-in pages and access portals. */
const PORTAL_DOMAINS = ["awsapps.com", "awsapps.cn", "app.aws", "signin.aws", "signin.aws.amazon.com"];

/**
 * In these domains customers have hosts too (`bucket.s3.amazonaws.com`), so a service's name must stand where AWS puts it:
 * right before the region, or before the domain for services without one.
 */
const SERVICE_DOMAINS = ["amazonaws.com", "amazonaws.com.cn", "amazonaws.cn", "amazonaws.eu"];
const SIGN_IN_SERVICES = new Set(["sso", "oidc", "signin", "portal", "identitycenter"]);

const LONGEST = 4096;

/**
 * @param link as the service sent it
 * @returns the link in its normal form: ASCII without spaces or control characters
 * @throws AuthError `service` unless it is https on a host of the provider, or http on this machine where the endpoint is
 *   on this machine too
 */
export function checkVerificationLink(link: string, owner: LinkOwner): string {
	const url = link.length <= LONGEST ? parse(link) : undefined;
	if (url === undefined) throw refused("it is not a URL");
	if (url.username !== "" || url.password !== "") throw refused("it has a user name in it");
	const host = bareHost(url.hostname);
	const local = isLoopback(host);
	const scheme = url.protocol === "https:" || (url.protocol === "http:" && local);
	const endpointHost = hostOf(owner.endpoint);
	const ours = local
		? endpointHost !== undefined && isLoopback(endpointHost)
		: host === hostOf(owner.startUrl) || host === endpointHost || isAwsSignIn(host);
	if (!scheme) throw refused(`its scheme is ${sanitize(url.protocol.replace(/:$/, ""))}`);
	if (!ours) throw refused(`its host is ${sanitize(host)}`);
	return url.href;
}

/** @param host in lower case */
function isAwsSignIn(host: string): boolean {
	if (PORTAL_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`))) return true;
	const domain = SERVICE_DOMAINS.find((each) => host.endsWith(`.${each}`));
	if (domain === undefined) return false;
	const labels = host.slice(0, -domain.length - 1).split(".");
	if (/^[a-z]{2,4}(?:-[a-z]+)+-\d+$/.test(labels.at(-1) ?? "")) labels.pop();
	return SIGN_IN_SERVICES.has(labels.at(-1) ?? "");
}

function hostOf(address: string | undefined): string | undefined {
	const url = address === undefined ? undefined : parse(address);
	return url === undefined || url.hostname === "" ? undefined : bareHost(url.hostname);
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
		message: "the sign-in service sent a link that is not the access portal's",
		reason,
		remedy: "Check `start_url` and `region` of the provider, and the endpoint if one is set",
		service: { operation: "sso-oidc:StartDeviceAuthorization" },
	});
}
