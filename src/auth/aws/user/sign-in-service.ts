/**
 * AWS Sign-In: OAuth 2.0 (RFC 6749) with PKCE and DPoP, as the AWS CLI's `aws login` and the AWS SDKs speak it. Requests are
 * not signed.
 */
import type { KeyObject } from "node:crypto";
import type { Identity } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { jsonOf, type PlainAnswer, request } from "../../net/request.ts";
import { claimsOf } from "../../oidc/claims.ts";
import { sanitize } from "../../system/sanitize.ts";
import { checkAnswer, lifetime, SIGN_IN_TOKENS } from "../answers.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { regionOf, signInHost } from "../partitions.ts";
import { DEFAULT_REGION } from "../sts.ts";
import { CERTIFICATE_VARIABLE } from "../vendor.ts";
import { dpopProof } from "./dpop.ts";
import type { Config } from "./schema.ts";
import { refusal } from "./sign-in-errors.ts";

/** The public clients that the service knows without registration, by whether the browser is on this machine. */
export type Client = "same-device" | "cross-device";

/** The service that one identity is signed in by. */
export interface SignInService {
	readonly region: string;
	/** The override of its address, which what it issues belongs to; undefined for the region's own. */
	readonly endpoint: string | undefined;
	/** Its address, without a slash at the end. */
	readonly base: string;
}

/** @throws AuthError `config` for an endpoint that is not safe */
export function signInService(identity: Identity<Config>, ctx: Pick<AuthContext, "env">): SignInService {
	const { region = DEFAULT_REGION } = identity.config.credentials ?? {};
	const endpoint = endpointFor(ctx.env, "signin", endpointOf(identity.config));
	return { region, endpoint, base: (endpoint ?? `https://${signInHost(region)}`).replace(/\/+$/, "") };
}

/** What the service issues. */
export interface Tokens {
	/** Without a region, and without what only the id token tells. */
	readonly keys: AwsCredentials;
	readonly refreshToken: Secret;
	/** The ARN of whoever signed in; undefined after a refresh, which has no id token. */
	readonly principal?: string | undefined;
}

/** An authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3). */
export interface AuthorizationRequest {
	readonly client: Client;
	readonly redirectUri: string;
	readonly state: string;
	readonly challenge: string;
}

/** Where the page of another device leads, which shows what is to be pasted. */
export const confirmationPage = ({ base }: SignInService): string => `${base}/v1/sessions/confirmation`;

const clientId = (client: Client): string => `arn:aws:signin:::devtools/${client}`;

/** The page on which a person signs in, without its parameters. */
export const authorizePage = ({ base }: SignInService): string => `${base}/v1/authorize`;

/** @returns the page on which a person signs in and allows it */
export function authorizeUrl(service: SignInService, { client, redirectUri, state, challenge }: AuthorizationRequest) {
	const url = new URL(authorizePage(service));
	url.search = new URLSearchParams({
		response_type: "code",
		client_id: clientId(client),
		redirect_uri: redirectUri,
		state,
		code_challenge: challenge,
		// The service's own word for what RFC 7636 calls S256.
		code_challenge_method: "SHA-256",
		scope: "openid",
	}).toString();
	return url.href;
}

export interface Caller {
	readonly ctx: AuthContext;
	readonly signal: AbortSignal;
	readonly service: SignInService;
	readonly identity: Identity<Config>;
	/** What the tokens are bound to. */
	readonly key: KeyObject;
}

export interface Code extends Pick<AuthorizationRequest, "client" | "redirectUri"> {
	readonly code: Secret;
	readonly verifier: Secret;
}

/**
 * Changes an authorization code into tokens. It is good once: what may have been done is not asked for again.
 *
 * @throws SignInRefusedError; AuthError `network`, `service`; the signal's reason when it is aborted
 */
export async function redeemCode(caller: Caller, { client, redirectUri, code, verifier }: Code): Promise<Tokens> {
	const body = {
		clientId: clientId(client),
		grantType: "authorization_code",
		code: code.reveal(),
		codeVerifier: verifier.reveal(),
		redirectUri,
	};
	return tokensFor(caller, body, { repeatable: false });
}

/** @throws as `redeemCode` */
export async function refreshTokens(caller: Caller, client: Client, refreshToken: Secret): Promise<Tokens> {
	const body = { clientId: clientId(client), grantType: "refresh_token", refreshToken: refreshToken.reveal() };
	return tokensFor(caller, body, { repeatable: true });
}

const OPERATION = "signin:CreateOAuth2Token";
/** The longest that its keys are good for, in seconds. */
const LONGEST_SECONDS = 900;

async function tokensFor(
	caller: Caller,
	body: Readonly<Record<string, string>>,
	{ repeatable }: { readonly repeatable: boolean },
): Promise<Tokens> {
	const { ctx, identity } = caller;
	const ask = (nonce?: string): Promise<PlainAnswer> => send(caller, JSON.stringify(body), { repeatable, nonce });
	let answer = await ask();
	const nonce = wantedNonce(answer);
	// The server has not looked at the rest of the request yet (RFC 9449 §8).
	if (nonce !== undefined) answer = await ask(nonce);
	if (answer.status !== 200) throw refusal(answer, { ctx, identity, service: caller.service, operation: OPERATION });
	const found = jsonOf(answer);
	if (found === undefined) throw refusal(answer, { ctx, identity, service: caller.service, operation: OPERATION });
	const { accessToken, refreshToken, idToken, expiresIn } = checkAnswer(OPERATION, SIGN_IN_TOKENS, found);
	const issuedAt = ctx.clock.now();
	return {
		keys: {
			type: "aws",
			accessKeyId: accessToken.accessKeyId,
			secretAccessKey: new Secret(accessToken.secretAccessKey),
			sessionToken: new Secret(accessToken.sessionToken),
			issuedAt,
			expiresAt: issuedAt + lifetime(expiresIn, { most: LONGEST_SECONDS, fallback: LONGEST_SECONDS }) * 1000,
		},
		refreshToken: new Secret(refreshToken),
		principal: idToken == null ? undefined : nameIn(idToken),
	};
}

/** Not verified: it came from the service itself. */
function nameIn(idToken: string): string | undefined {
	const { subject } = claimsOf(idToken) ?? {};
	return subject && sanitize(subject);
}

function send(
	{ ctx, signal, service, key }: Caller,
	body: string,
	{ repeatable, nonce }: { readonly repeatable: boolean; readonly nonce: string | undefined },
): Promise<PlainAnswer> {
	const url = new URL(`${service.base}/v1/token`);
	return request({
		ctx,
		signal,
		operation: OPERATION,
		repeatable,
		vendor: { name: "AWS", regionOf, certificateVariable: CERTIFICATE_VARIABLE },
		method: "POST",
		url,
		headers: () => ({
			"content-type": "application/json",
			accept: "application/json",
			"user-agent": `atmos-auth/${ctx.self.version}`,
			dpop: dpopProof(key, { method: "POST", url: url.origin + url.pathname, now: ctx.clock.now(), nonce }),
		}),
		body,
	});
}

/** RFC 9449 §8. @returns the nonce that the server wants in another proof */
function wantedNonce(answer: PlainAnswer): string | undefined {
	const nonce = answer.headers["dpop-nonce"];
	const { error } = (jsonOf(answer) ?? {}) as { readonly error?: unknown };
	// The characters of §8.1.
	const isUsable = nonce !== undefined && /^[\x21\x23-\x5b\x5d-\x7e]{1,1024}$/.test(nonce);
	return error === "use_dpop_nonce" && isUsable ? nonce : undefined;
}
