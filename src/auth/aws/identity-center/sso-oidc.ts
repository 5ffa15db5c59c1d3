/**
 * The four calls of the SSO OIDC service that a device authorization takes.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/ and RFC 8628.
 */
import {
	CreateTokenCommand,
	RegisterClientCommand,
	SSOOIDCClient,
	StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { checkAnswer, DEVICE_AUTHORIZATION, lifetime, REGISTRATION, seconds, TOKEN } from "../answers.ts";
import { callAws } from "../call.ts";
import { awsClientConfig } from "../clients.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const REFRESH_GRANT = "refresh_token";

/** A registered client. */
export interface Registration {
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

export interface SsoOidc {
	register(signal: AbortSignal): Promise<Registration>;
	startDeviceAuthorization(
		registration: Registration,
		startUrl: string,
		signal: AbortSignal,
	): Promise<DeviceAuthorization>;
	/** One poll; never repeated here. @throws AuthError whose `cause` `oauthCode` understands */
	redeem(registration: Registration, deviceCode: Secret, signal: AbortSignal): Promise<Token>;
	refresh(registration: Registration, refreshToken: Secret, signal: AbortSignal): Promise<Token>;
}

export interface SsoOidcOptions {
	readonly region: string;
	readonly endpoint?: string | undefined;
	/** Lifetime of a session whose token does not say its own, in milliseconds. */
	readonly sessionMs: number;
}

export async function createSsoOidc(ctx: AuthContext, options: SsoOidcOptions): Promise<SsoOidc> {
	const { region, endpoint } = options;
	const client = new SSOOIDCClient(await awsClientConfig(ctx, "sso-oidc", { region, endpoint, maxAttempts: 1 }));

	async function createToken(
		registration: Registration,
		grant: { grantType: string; deviceCode?: string; refreshToken?: string },
		signal: AbortSignal,
		attempts: number,
	): Promise<Token> {
		const operation = "sso-oidc:CreateToken";
		const answer = await callAws({ ctx, operation, signal, attempts }, (abortSignal) =>
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
		async register(signal) {
			const operation = "sso-oidc:RegisterClient";
			const answer = await callAws({ ctx, operation, signal }, (abortSignal) =>
				client.send(
					new RegisterClientCommand({
						clientName: "atmos-auth",
						clientType: "public",
						grantTypes: [DEVICE_GRANT, REFRESH_GRANT],
						scopes: ["sso:account:access"],
					}),
					{ abortSignal },
				),
			);
			const { clientId, clientSecret, clientSecretExpiresAt: expires } = checkAnswer(operation, REGISTRATION, answer);
			return {
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
			createToken(registration, { grantType: DEVICE_GRANT, deviceCode: deviceCode.reveal() }, signal, 1),

		refresh: (registration, refreshToken, signal) =>
			createToken(registration, { grantType: REFRESH_GRANT, refreshToken: refreshToken.reveal() }, signal, 3),
	};
}
