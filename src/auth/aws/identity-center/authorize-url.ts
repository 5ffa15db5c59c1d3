/** The page on which a sign-in by browser begins (RFC 6749 §4.1.1), as IAM Identity Center has it. */
import { AuthError } from "../../errors.ts";
import { dnsSuffix } from "../partitions.ts";
import { SCOPES } from "./sso-oidc.ts";

/** Where the page returns to, on 127.0.0.1. */
export const CALLBACK_PATH = "/oauth/callback";

/** As it is registered: without a port, any is taken (RFC 8252 §7.3). */
export const REGISTERED_REDIRECT = `http://127.0.0.1${CALLBACK_PATH}`;

export interface AuthorizeService {
	readonly region: string;
	/** The endpoint of the sign-in service where it was overridden; one that `endpointFor` lets pass. */
	readonly endpoint?: string | undefined;
}

export interface AuthorizeRequest {
	readonly clientId: string;
	/** With the port. */
	readonly redirectUri: string;
	readonly state: string;
	readonly challenge: string;
}

/** @returns the page to open: https, or http where the endpoint is on this machine. The service calls its scopes `scopes` */
export function authorizeUrl(service: AuthorizeService, request: AuthorizeRequest): string {
	const query = new URLSearchParams({
		response_type: "code",
		client_id: request.clientId,
		redirect_uri: request.redirectUri,
		state: request.state,
		code_challenge_method: "S256",
		scopes: SCOPES.join(" "),
		code_challenge: request.challenge,
	});
	return `${authorizePage(service)}?${query}`;
}

/**
 * @param link what another process has left for this one to show
 * @param port where it says that the page returns to
 * @returns the link in its normal form
 * @throws AuthError `service` unless it is the same service's page that this process would open, and returns to this machine
 */
export function checkAuthorizeUrl(link: string, port: number, service: AuthorizeService): string {
	const url = URL.canParse(link) ? new URL(link) : undefined;
	const returnsTo = url?.searchParams.getAll("redirect_uri") ?? [];
	const isOurs =
		url !== undefined &&
		link.length <= 4096 &&
		`${url.origin}${url.pathname}` === authorizePage(service) &&
		url.username === "" &&
		url.password === "" &&
		returnsTo.length === 1 &&
		returnsTo[0] === `http://127.0.0.1:${port}${CALLBACK_PATH}`;
	if (isOurs) return url.href;
	throw new AuthError({ code: "service", message: "the page does not belong to the sign-in service of this portal" });
}

function authorizePage({ region, endpoint }: AuthorizeService): string {
	const { href } = new URL(endpoint ?? `https://oidc.${region}.${dnsSuffix(region)}`);
	return `${href.replace(/[?#].*$/s, "").replace(/\/+$/, "")}/authorize`;
}
