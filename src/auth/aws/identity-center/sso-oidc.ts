/**
 * The calls of the SSO OIDC service that a sign-in takes, by device code (RFC 8628) or by browser (RFC 6749 §4.1, RFC 7636).
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/
 */
import {
	CreateTokenCommand,
	type CreateTokenCommandInput,
	RegisterClientCommand,
	SSOOIDCClient,
	StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { checkAnswer, DEVICE_AUTHORIZATION, lifetime, REGISTRATION, seconds, TOKEN } from "../answers.ts";
import { type AwsCall, callAws } from "../call.ts";
import { awsClientConfig } from "../clients.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const CODE_GRANT = "authorization_code";
const REFRESH_GRANT = "refresh_token";

/** What a client asks for: the accounts and roles of the access portal. */
export const SCOPES = ["sso:account:access"];

/** The ways in which a person signs in to an access portal. A client is registered for one of them. */
export type SignInFlow = "device-code" | "browser";

/** A registered client. */
export interface Registration {
	/** What it may be used for, beside renewing what came of it. */
	readonly flow: SignInFlow;
	readonly clientId: string;
	readonly clientSecret: Secret;
	/** Milliseconds since the epoch; undefined where the service did not say. */
	readonly expiresAt?: number | undefined;
}

export interface DeviceAuthorization {
	readonly deviceCode: Secret;
	readonly userCode: string;
	/** As the service gave them: unchecked. */
	readonly verificationUri: string;
	readonly verificationUriComplete?: string | undefined;
	readonly expiresInMs: number;
	readonly intervalMs: number;
}

export interface Token {
	readonly accessToken: Secret;
	readonly refreshToken?: Secret | undefined;
	readonly expiresInMs: number;
}

/** What is registered: for a browser also where the page returns to, and whose sign-in it is. */
export type RegistrationRequest =
	| { readonly flow: "device-code" }
	| {
			readonly flow: "browser";
			/** On loopback and without a port: any is taken then (RFC 8252 §7.3). */
			readonly redirectUri: string;
			readonly startUrl: string;
	  };

/** An authorization code, with what proves that it was this process that asked for it. */
export interface AuthorizationCode {
	readonly code: Secret;
	/** As it was in the request, with the port. */
	readonly redirectUri: string;
	readonly verifier: Secret;
}

export interface SsoOidc {
	/** @throws AuthError whose `cause` `oauthCode` understands */
	register(request: RegistrationRequest, signal: AbortSignal): Promise<Registration>;
	startDeviceAuthorization(
		registration: Registration,
		startUrl: string,
		signal: AbortSignal,
	): Promise<DeviceAuthorization>;
	/** One poll; never repeated here. @throws AuthError whose `cause` `oauthCode` understands */
	redeem(registration: Registration, deviceCode: Secret, signal: AbortSignal): Promise<Token>;
	/** The code is good once: it is sent again only where the service did nothing with it. */
	redeemCode(registration: Registration, code: AuthorizationCode, signal: AbortSignal): Promise<Token>;
	refresh(registration: Registration, refreshToken: Secret, signal: AbortSignal): Promise<Token>;
}

export interface SsoOidcOptions {
	readonly region: string;
	readonly endpoint?: string | undefined;
	/** Lifetime of a session whose token does not say its own, in milliseconds. */
	readonly sessionMs: number;
}

type Grant = Pick<
	CreateTokenCommandInput,
	"grantType" | "deviceCode" | "refreshToken" | "code" | "redirectUri" | "codeVerifier"
>;

export async function createSsoOidc(ctx: AuthContext, options: SsoOidcOptions): Promise<SsoOidc> {
	const { region, endpoint } = options;
	const client = new SSOOIDCClient(await awsClientConfig(ctx, "sso-oidc", { region, endpoint, maxAttempts: 1 }));

	async function createToken(
		registration: Registration,
		grant: Grant,
		signal: AbortSignal,
		tries: Pick<AwsCall, "attempts" | "repeatable">,
	): Promise<Token> {
		const operation = "sso-oidc:CreateToken";
		const answer = await callAws({ ctx, operation, signal, ...tries }, (abortSignal) =>
			client.send(
				new CreateTokenCommand({
					clientId: registration.clientId,
					clientSecret: registration.clientSecret.reveal(),
					...grant,
				}),
				{ abortSignal },
			),
		);
		const { accessToken, refreshToken, expiresIn } = checkAnswer(operation, TOKEN, answer);
		return {
			accessToken: new Secret(accessToken),
			...(refreshToken ? { refreshToken: new Secret(refreshToken) } : {}),
			// Identity Center's longest session is 90 days.
			expiresInMs: lifetime(expiresIn, { most: 90 * 86_400, fallback: options.sessionMs / 1000 }) * 1000,
		};
	}

	return {
		async register(request, signal) {
			const operation = "sso-oidc:RegisterClient";
			const answer = await callAws({ ctx, operation, signal }, (abortSignal) =>
				client.send(
					new RegisterClientCommand({
						clientName: "atmos-auth",
						clientType: "public",
						grantTypes: [request.flow === "browser" ? CODE_GRANT : DEVICE_GRANT, REFRESH_GRANT],
						scopes: SCOPES,
						...(request.flow === "browser" ? { redirectUris: [request.redirectUri], issuerUrl: request.startUrl } : {}),
					}),
					{ abortSignal },
				),
			);
			const { clientId, clientSecret, clientSecretExpiresAt: expires } = checkAnswer(operation, REGISTRATION, answer);
			return {
				flow: request.flow,
				clientId,
				clientSecret: new Secret(clientSecret),
				...(typeof expires === "number" && expires > 0 && expires < 1e11 ? { expiresAt: expires * 1000 } : {}),
			};
		},

		async startDeviceAuthorization(registration, startUrl, signal) {
			const operation = "sso-oidc:StartDeviceAuthorization";
			const answer = await callAws({ ctx, operation, signal }, (abortSignal) =>
				client.send(
					new StartDeviceAuthorizationCommand({
						clientId: registration.clientId,
						clientSecret: registration.clientSecret.reveal(),
						startUrl,
					}),
					{ abortSignal },
				),
			);
			const started = checkAnswer(operation, DEVICE_AUTHORIZATION, answer);
			const complete = started.verificationUriComplete;
			return {
				deviceCode: new Secret(started.deviceCode),
				userCode: started.userCode,
				verificationUri: started.verificationUri,
				...(complete ? { verificationUriComplete: complete } : {}),
				expiresInMs: lifetime(started.expiresIn, { most: 3600, fallback: 600 }) * 1000,
				// RFC 8628 §3.2: five seconds where the service does not say.
				intervalMs: seconds(started.interval, { least: 1, most: 60, fallback: 5 }) * 1000,
			};
		},

		redeem: (registration, deviceCode, signal) =>
			createToken(registration, { grantType: DEVICE_GRANT, deviceCode: deviceCode.reveal() }, signal, { attempts: 1 }),

		redeemCode: (registration, { code, redirectUri, verifier }, signal) =>
			createToken(
				registration,
				{ grantType: CODE_GRANT, code: code.reveal(), redirectUri, codeVerifier: verifier.reveal() },
				signal,
				{ repeatable: false },
			),

		refresh: (registration, refreshToken, signal) =>
			createToken(registration, { grantType: REFRESH_GRANT, refreshToken: refreshToken.reveal() }, signal, {}),
	};
}
