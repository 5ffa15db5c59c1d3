/**
 * To whom a session of the access portal may be shown. A configuration, which may come with a repository, can name any
 * endpoint; a session that another endpoint has issued is none of its business. What counts is who issued the session, so
 * this holds whatever else the configuration is trusted with.
 */
import type { Environment } from "../../context.ts";
import { AuthError } from "../../errors.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { SessionEndpoints, SsoSession } from "../credentials.ts";
import { type AwsService, endpointFor } from "../endpoints.ts";
import { dnsSuffix } from "../partitions.ts";

type SessionService = Extract<AwsService, "sso" | "sso-oidc">;
type Bound = Pick<SsoSession, "region" | "endpoints">;

/** The names of the two services in their regions' own addresses. */
const HOSTS: Readonly<Record<SessionService, string>> = { sso: "portal.sso", "sso-oidc": "oidc" };
const ROLES: Readonly<Record<SessionService, keyof SessionEndpoints>> = { sso: "portal", "sso-oidc": "oidc" };

/**
 * @param configured `spec.endpoint_url` of the provider
 * @returns the endpoints that a sign-in uses now, and that its session will belong to; undefined for the region's own
 * @throws AuthError `config` for an address that nothing may be sent to
 */
export function sessionEndpoints(
	env: Environment,
	region: string,
	configured: string | undefined,
): SessionEndpoints | undefined {
	const oidc = normalized("sso-oidc", region, endpointFor(env, "sso-oidc", configured));
	const portal = normalized("sso", region, endpointFor(env, "sso", configured));
	if (oidc === undefined && portal === undefined) return undefined;
	return { ...(oidc === undefined ? {} : { oidc }), ...(portal === undefined ? {} : { portal }) };
}

/**
 * Whether a session, or what belongs to it, may be sent. A session that is bound to nothing was issued by the region's own
 * services, and may also go where the user's own environment leads: the Go program and the AWS CLI write no binding.
 *
 * @param configured the endpoint that a configuration gives for this request, if any
 */
export function mayReceive(
	env: Environment,
	session: Bound,
	service: SessionService,
	configured: string | undefined,
): boolean {
	const { region, endpoints } = session;
	const target = normalized(service, region, endpointFor(env, service, configured));
	if (endpoints !== undefined) return target === endpoints[ROLES[service]];
	return target === undefined || target === normalized(service, region, endpointFor(env, service));
}

/** @throws AuthError `config` where the session of a request was not issued for the endpoint that the request goes to */
export function checkReceiver(env: Environment, session: Bound, configured: string | undefined): void {
	if (mayReceive(env, session, "sso", configured)) return;
	const own = session.endpoints?.portal;
	throw new AuthError({
		code: "config",
		message: `the session is not sent to ${sanitize(configured ?? endpointFor(env, "sso") ?? "the region's own endpoint")}`,
		reason: `it was issued for ${own === undefined ? `the access portal of ${sanitize(session.region)}` : sanitize(own)}, and is sent nowhere else`,
		remedy: "set the same `spec.endpoint_url` for the identity and its provider, or remove it from both",
	});
}

/** Addresses in one spelling; undefined for the region's own service, however it is written. */
function normalized(service: SessionService, region: string, endpoint: string | undefined): string | undefined {
	if (endpoint === undefined) return undefined;
	const { href, origin } = new URL(endpoint);
	const plain = href.replace(/\/+$/, "");
	return origin === plain && origin === `https://${HOSTS[service]}.${region}.${dnsSuffix(region)}` ? undefined : plain;
}
