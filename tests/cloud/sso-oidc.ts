/**
 * IAM Identity Center's OIDC service: client registration, device authorization (RFC 8628), tokens and their refresh. What a
 * browser sees of it is in `authorize.ts`.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/
 */
import { randomBytes, randomInt } from "node:crypto";
import { Authorization } from "./authorize.ts";
import { type Exchange, json, parseBody, ServiceError } from "./exchange.ts";
import type { Portal, World } from "./world.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
/** What a public client may ask for, and has if it does not ask. */
const CODE_GRANT = "authorization_code";
const GRANTS: readonly string[] = [DEVICE_GRANT, "refresh_token", CODE_GRANT];
const CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
/** Timers of two machines never agree to the millisecond. */
const TIMER_SLACK_MS = 100;
const REGISTRATION_SECONDS = 90 * 24 * 3600;

export interface Client {
	readonly id: string;
	readonly secret: string;
	readonly name: string;
	readonly grants: readonly string[];
	readonly scopes: readonly string[];
	/** Where a browser may be sent back to; without them, nowhere. */
	readonly redirectUris: readonly string[];
	/** The portal of its `issuerUrl`. */
	readonly portal: Portal | undefined;
	readonly expiresAt: number;
}

export interface DeviceCode {
	readonly deviceCode: string;
	readonly userCode: string;
	readonly client: Client;
	readonly portal: Portal;
	expiresAt: number;
	/** Seconds; grows by five whenever it is not kept. */
	interval: number;
	/** Milliseconds since the epoch; undefined before the first poll, which may come at once. */
	lastPoll: number | undefined;
	state: "pending" | "approved" | "denied" | "used";
}

/** A signed-in user: the family of a refresh token and the access tokens that came of it. */
export interface Session {
	readonly portal: Portal;
	readonly clientId: string;
	refreshToken: string;
	readonly spentRefreshTokens: Set<string>;
	/** When it can be renewed no longer, in milliseconds since the epoch. */
	readonly endsAt: number;
	revoked: boolean;
}

interface AccessToken {
	readonly session: Session;
	expiresAt: number;
}

const opaque = (prefix: string, bytes: number): string => prefix + randomBytes(bytes).toString("base64url");
const oauth = (status: number, name: string, error: string, description: string): ServiceError =>
	new ServiceError(status, name, description, { "x-oauth-error": error });

/** State and operations of the service. Times are milliseconds since the epoch by the cloud's clock. */
export class SsoOidc {
	readonly #world: World;
	readonly #now: () => number;
	readonly #origin: () => string;
	readonly #clients = new Map<string, Client>();
	readonly codes = new Map<string, DeviceCode>();
	readonly #tokens = new Map<string, AccessToken>();
	readonly #sessions = new Set<Session>();
	readonly authorization: Authorization;
	/** Told of every code that is issued. */
	onCode: (code: DeviceCode) => void = () => {};

	constructor(world: World, now: () => number, origin: () => string) {
		this.#world = world;
		this.#now = now;
		this.#origin = origin;
		this.authorization = new Authorization((id) => this.#valid(id), now, origin);
	}

	registerClient(exchange: Exchange) {
		const body = parseBody(exchange, "InvalidRequestException");
		const { clientName, clientType, grantTypes, scopes, redirectUris, issuerUrl } = body;
		if (clientType !== "public")
			throw oauth(400, "InvalidClientMetadataException", "invalid_client_metadata", "clientType");
		if (typeof clientName !== "string" || clientName === "") {
			throw oauth(400, "InvalidClientMetadataException", "invalid_client_metadata", "clientName");
		}
		const grants = Array.isArray(grantTypes) ? grantTypes.map(String) : GRANTS;
		if (!grants.every((grant) => GRANTS.includes(grant))) {
			throw oauth(400, "UnsupportedGrantTypeException", "unsupported_grant_type", "grantTypes");
		}
		const wanted = Array.isArray(scopes) ? scopes.map(String) : [];
		if (!wanted.every((scope) => scope === "sso:account:access")) {
			throw oauth(400, "InvalidScopeException", "invalid_scope", "scopes");
		}
		const returns = Array.isArray(redirectUris) ? redirectUris.map(String) : [];
		const isWanting = Array.isArray(grantTypes) && grants.includes(CODE_GRANT) && returns.length === 0;
		if (isWanting || !returns.every(isPublicRedirect)) {
			throw oauth(400, "InvalidRedirectUriException", "invalid_redirect_uri", "redirectUris");
		}
		const portal = this.#world.portals.find(({ startUrl }) => startUrl === issuerUrl);
		if (returns.length > 0 && portal === undefined) {
			throw oauth(400, "InvalidRequestException", "invalid_request", "Invalid issuer url provided");
		}
		const issued = Math.floor(this.#now() / 1000);
		const client: Client = {
			id: opaque("", 16),
			secret: opaque("eyJraWQiOiJrZXki", 60),
			name: clientName,
			grants,
			scopes: wanted,
			redirectUris: returns,
			portal,
			expiresAt: (issued + REGISTRATION_SECONDS) * 1000,
		};
		this.#clients.set(client.id, client);
		return json({
			clientId: client.id,
			clientSecret: client.secret,
			clientIdIssuedAt: issued,
			clientSecretExpiresAt: issued + REGISTRATION_SECONDS,
		});
	}

	startDeviceAuthorization(exchange: Exchange) {
		const body = parseBody(exchange, "InvalidRequestException");
		const client = this.#client(body);
		const portal = this.#world.portals.find(({ startUrl }) => startUrl === body.startUrl);
		if (!client.grants.includes(DEVICE_GRANT)) {
			throw oauth(400, "UnauthorizedClientException", "unauthorized_client", "Client is not registered for this grant");
		}
		if (!portal) throw oauth(400, "InvalidRequestException", "invalid_request", "Invalid start url provided");
		const letters = (): string =>
			Array.from({ length: 4 }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join("");
		const code: DeviceCode = {
			deviceCode: opaque("", 32),
			userCode: `${letters()}-${letters()}`,
			client,
			portal,
			expiresAt: this.#now() + this.#world.deviceCodeSeconds * 1000,
			interval: this.#world.pollSeconds,
			lastPoll: undefined,
			state: "pending",
		};
		this.codes.set(code.userCode, code);
		this.onCode(code);
		const page = `${this.#origin()}/device`;
		return json({
			deviceCode: code.deviceCode,
			userCode: code.userCode,
			verificationUri: page,
			verificationUriComplete: `${page}?user_code=${code.userCode}`,
			expiresIn: this.#world.deviceCodeSeconds,
			interval: this.#world.pollSeconds,
		});
	}

	createToken(exchange: Exchange) {
		const body = parseBody(exchange, "InvalidRequestException");
		const client = this.#client(body);
		const grant = body.grantType;
		if (typeof grant === "string") exchange.facts.grant = grant;
		if (typeof grant !== "string" || !client.grants.includes(grant)) {
			throw oauth(400, "UnauthorizedClientException", "unauthorized_client", "grant not registered");
		}
		if (grant === DEVICE_GRANT) return this.#redeemCode(client, body.deviceCode);
		if (grant === "refresh_token") return this.#refresh(client, body.refreshToken);
		if (grant === CODE_GRANT) {
			const open = (portal: Portal): Session => this.#openSession(portal, client.id);
			return this.#issue(this.authorization.redeem(client, body, open), client);
		}
		throw oauth(400, "UnsupportedGrantTypeException", "unsupported_grant_type", "grantType");
	}

	#redeemCode(client: Client, deviceCode: unknown) {
		const code = [...this.codes.values()].find((candidate) => candidate.deviceCode === deviceCode);
		if (!code || code.client.id !== client.id) {
			throw oauth(400, "InvalidGrantException", "invalid_grant", "Invalid grant provided");
		}
		const now = this.#now();
		if (now >= code.expiresAt) throw oauth(400, "ExpiredTokenException", "expired_token", "Device code expired");
		const early = code.lastPoll !== undefined && now - code.lastPoll < code.interval * 1000 - TIMER_SLACK_MS;
		code.lastPoll = now;
		if (early) {
			code.interval += 5;
			throw oauth(400, "SlowDownException", "slow_down", "Polling too fast");
		}
		switch (code.state) {
			case "pending":
				throw oauth(400, "AuthorizationPendingException", "authorization_pending", "Authorization is pending");
			case "denied":
				throw oauth(400, "AccessDeniedException", "access_denied", "The user denied the request");
			case "used":
				throw oauth(400, "InvalidGrantException", "invalid_grant", "Invalid grant provided");
			case "approved":
				code.state = "used";
				return this.#issue(this.#openSession(code.portal, client.id), client);
		}
	}

	#refresh(client: Client, refreshToken: unknown) {
		const session = [...this.#sessions].find(
			(candidate) =>
				candidate.clientId === client.id &&
				(candidate.refreshToken === refreshToken || candidate.spentRefreshTokens.has(String(refreshToken))),
		);
		// A token used twice was stolen or raced for: the whole family ends.
		if (session?.spentRefreshTokens.has(String(refreshToken))) session.revoked = true;
		if (!session || session.revoked || session.endsAt <= this.#now()) {
			throw oauth(400, "InvalidGrantException", "invalid_grant", "Invalid refresh token provided");
		}
		session.spentRefreshTokens.add(session.refreshToken);
		session.refreshToken = opaque("aor", 60);
		return this.#issue(session, client);
	}

	#openSession(portal: Portal, clientId: string): Session {
		const session: Session = {
			portal,
			clientId,
			refreshToken: opaque("aor", 60),
			spentRefreshTokens: new Set(),
			endsAt: this.#now() + (portal.refreshSeconds ?? Number.POSITIVE_INFINITY) * 1000,
			revoked: false,
		};
		this.#sessions.add(session);
		return session;
	}

	#issue(session: Session, client: Client) {
		const accessToken = opaque("aoa", 90);
		const seconds = session.portal.sessionSeconds;
		this.#tokens.set(accessToken, { session, expiresAt: this.#now() + seconds * 1000 });
		const refreshable = client.grants.includes("refresh_token") && client.scopes.includes("sso:account:access");
		return json({
			accessToken,
			tokenType: "Bearer",
			expiresIn: seconds,
			...(refreshable ? { refreshToken: session.refreshToken } : {}),
		});
	}

	/** The session of a bearer token, or undefined when it is unknown, over or revoked. */
	sessionOf(accessToken: string | undefined): Session | undefined {
		const token = this.#tokens.get(accessToken ?? "");
		return token && !token.session.revoked && token.expiresAt > this.#now() ? token.session : undefined;
	}

	/** Ends every session, as an administrator would. */
	revokeAll(): void {
		for (const session of this.#sessions) session.revoked = true;
	}

	/** Lets every access token run out; their sessions can still be renewed. */
	expireTokens(): void {
		for (const token of this.#tokens.values()) token.expiresAt = Math.min(token.expiresAt, this.#now());
	}

	/** Forgets every registration, as after their ninety days. */
	expireRegistrations(): void {
		this.#clients.clear();
	}

	/** Every secret that was issued, for tests that look for leaks. */
	secrets(): string[] {
		return [
			...[...this.#clients.values()].map(({ secret }) => secret),
			...[...this.codes.values()].map(({ deviceCode }) => deviceCode),
			...this.authorization.secrets(),
			...this.#tokens.keys(),
			...[...this.#sessions].flatMap((session) => [session.refreshToken, ...session.spentRefreshTokens]),
		];
	}

	#client(body: Record<string, unknown>): Client {
		const client = this.#valid(String(body.clientId));
		if (client === undefined || client.secret !== body.clientSecret) {
			throw oauth(401, "InvalidClientException", "invalid_client", "Invalid client provided");
		}
		return client;
	}

	#valid(id: string): Client | undefined {
		const client = this.#clients.get(id);
		return client && client.expiresAt > this.#now() ? client : undefined;
	}
}

/** A public client's: on loopback, or https; without a fragment (RFC 6749 §3.1.2). */
function isPublicRedirect(uri: string): boolean {
	const url = URL.canParse(uri) ? new URL(uri) : undefined;
	if (url === undefined || uri.includes("#")) return false;
	return url.protocol === "https:" || (url.protocol === "http:" && ["127.0.0.1", "[::1]"].includes(url.hostname));
}
