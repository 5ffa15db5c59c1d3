/**
 * AWS Sign-In: what `aws login` signs users in with. OAuth 2.0 with PKCE and DPoP; no client has to be registered.
 * https://docs.aws.amazon.com/signin/latest/userguide/command-line-sign-in.html, and the service model `signin` 2023-01-01
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { Proofs } from "./dpop.ts";
import { type Answer, type Exchange, json, parseBody, ServiceError } from "./exchange.ts";
import type { KeyStore, TemporaryKeys } from "./keys.ts";
import { mayDo, type Principal, userPrincipal } from "./principals.ts";
import { SignInPage } from "./signin-page.ts";
import type { World } from "./world.ts";

/** The clients that everybody has, and where their codes may go. */
const CLIENTS: Readonly<Record<string, (redirectUri: string, origin: string) => boolean>> = {
	"arn:aws:signin:::devtools/same-device": (uri) => /^http:\/\/127\.0\.0\.1:\d{1,5}\/oauth\/callback$/.test(uri),
	"arn:aws:signin:::devtools/cross-device": (uri, origin) => uri === `${origin}/v1/sessions/confirmation`,
};
const CODE_SECONDS = 300;
const KEY_SECONDS = 900;
const SESSION_SECONDS = 12 * 3600;

/** What the page has checked of an authorization request. */
export interface Authorization {
	readonly clientId: string;
	readonly redirectUri: string;
	readonly challenge: string;
	readonly state: string;
}

interface Code extends Authorization {
	readonly principal: Principal;
	/** Milliseconds since the epoch. */
	expiresAt: number;
	isUsed: boolean;
}

interface Session {
	readonly clientId: string;
	/** Of the key that its refresh tokens are bound to. */
	readonly thumbprint: string;
	readonly whose: () => Principal | undefined;
	refreshToken: string;
	readonly spent: Set<string>;
	/** Milliseconds since the epoch. */
	endsAt: number;
	isPasswordChanged: boolean;
}

const opaque = (prefix: string): string => prefix + randomBytes(48).toString("base64url");

/** A refusal with the service's word for it. */
const refused = (name: string, word: string, message: string, status = 400): ServiceError =>
	new ServiceError(status, name, message, { "x-oauth-error": word });
const invalid = (message: string): ServiceError => refused("ValidationException", "INVALID_REQUEST", message);
const denied = (word: string, message: string): ServiceError => refused("AccessDeniedException", word, message);

export class SignIn {
	readonly #world: World;
	readonly #keys: KeyStore;
	readonly #now: () => number;
	readonly #origin: () => string;
	readonly #codes = new Map<string, Code>();
	readonly #sessions = new Set<Session>();
	readonly #proofs = new Proofs();
	readonly #idTokenKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
	/** Codes, verifiers, tokens: all that was ever seen or issued. */
	readonly #secrets = new Set<string>();
	readonly page: SignInPage;
	/** Who is signed in to the console in the browser: `root`, or a user's name; the world's first, if left out. */
	person: string | undefined;
	/** What proofs have to have in them, if anything. */
	nonce: string | undefined;

	constructor(world: World, keys: KeyStore, now: () => number, origin: () => string) {
		this.#world = world;
		this.#keys = keys;
		this.#now = now;
		this.#origin = origin;
		this.page = new SignInPage(this, origin);
	}

	/** @returns whoever the browser's session belongs to */
	principal(): Principal | undefined {
		const [first] = this.#world.users ?? [];
		if (this.person === "root" && first !== undefined) {
			const arn = `arn:aws:iam::${first.accountId}:root`;
			return { ...userPrincipal(first), arn, userId: first.accountId, iamArn: arn };
		}
		const user = this.person === undefined ? first : this.#world.users?.find(({ name }) => name === this.person);
		return user && userPrincipal(user);
	}

	/** @throws ServiceError for anything that the service would not ask a person about */
	checkAuthorization(parameters: URLSearchParams): Authorization {
		const one = (name: string): string => {
			const [value, ...more] = parameters.getAll(name);
			if (!value || more.length > 0) throw invalid(`${name} is missing or repeated`);
			return value;
		};
		const known = "response_type client_id redirect_uri state code_challenge code_challenge_method scope".split(" ");
		for (const name of parameters.keys()) if (!known.includes(name)) throw invalid(`unknown parameter ${name}`);
		const [clientId, redirectUri] = [one("client_id"), one("redirect_uri")];
		if (CLIENTS[clientId] === undefined) throw invalid("unknown client_id");
		if (!CLIENTS[clientId](redirectUri, this.#origin())) throw invalid("redirect_uri is not the client's");
		if (one("response_type") !== "code") throw invalid("response_type");
		if (one("code_challenge_method") !== "SHA-256") throw invalid("code_challenge_method");
		if (one("scope") !== "openid") throw invalid("scope");
		const challenge = one("code_challenge");
		if (!/^[\w-]{43}$/.test(challenge)) throw invalid("code_challenge");
		return { clientId, redirectUri, challenge, state: one("state") };
	}

	/** Somebody has chosen Allow. @returns the code; undefined where their policies do not let them */
	authorize(authorization: Authorization): string | undefined {
		const principal = this.principal();
		if (principal === undefined || !mayDo(principal, "signin:AuthorizeOAuth2Access")) return undefined;
		const code = opaque("");
		this.#secrets.add(code);
		const expiresAt = this.#now() + CODE_SECONDS * 1000;
		this.#codes.set(code, { ...authorization, principal, expiresAt, isUsed: false });
		return code;
	}

	createToken(exchange: Exchange): Answer {
		const isForm = /^application\/x-www-form-urlencoded/.test(exchange.headers["content-type"] ?? "");
		const given = isForm
			? Object.fromEntries(new URLSearchParams(exchange.body))
			: parseBody(exchange, "ValidationException");
		const field = (camel: string): string => {
			const name = isForm ? snakeCase(camel) : camel;
			const value = given[name];
			if (typeof value !== "string" || value === "") throw invalid(`${name} is missing`);
			return value;
		};
		exchange.facts.style = isForm ? "form" : "json";
		const grant = field("grantType");
		exchange.facts.grant = grant;
		const clientId = field("clientId");
		exchange.facts.client = clientId.replace(/^.*\//, "");
		const thumbprint = this.#proven(exchange);
		if (CLIENTS[clientId] === undefined) throw invalid("unknown client");
		if (grant === "authorization_code") {
			const session = this.#redeem(clientId, thumbprint, field);
			return this.#issue(session, exchange, isForm, true);
		}
		if (grant === "refresh_token") {
			return this.#issue(this.#refresh(clientId, thumbprint, field("refreshToken")), exchange, isForm, false);
		}
		throw invalid("grant");
	}

	#proven(exchange: Exchange): string {
		const found = this.#proofs.check(exchange.headers.dpop, {
			method: exchange.method,
			url: exchange.url.origin + exchange.url.pathname,
			now: this.#now(),
			nonce: this.nonce,
		});
		if ("thumbprint" in found) return found.thumbprint;
		if (this.nonce !== undefined && /nonce/.test(found.refused)) {
			const headers = { "x-oauth-error": "use_dpop_nonce", "dpop-nonce": this.nonce };
			throw new ServiceError(400, "ValidationException", "Authorization server requires nonce in DPoP proof", headers);
		}
		throw invalid(found.refused);
	}

	#redeem(clientId: string, thumbprint: string, field: (name: string) => string): Session {
		const code = this.#codes.get(field("code"));
		const [verifier, redirectUri] = [field("codeVerifier"), field("redirectUri")];
		this.#secrets.add(verifier);
		if (!/^[\w.~-]{43,128}$/.test(verifier)) throw invalid("code_verifier");
		if (code === undefined || code.clientId !== clientId || code.redirectUri !== redirectUri) throw invalid("code");
		if (code.isUsed || code.expiresAt <= this.#now())
			throw denied("AUTHCODE_EXPIRED", "The authorization code has expired");
		code.isUsed = true;
		if (createHash("sha256").update(verifier).digest("base64url") !== code.challenge) throw invalid("code_verifier");
		const { arn } = code.principal;
		const root = arn.endsWith(":root") ? code.principal : undefined;
		const whose = (): Principal | undefined =>
			root ?? (this.#world.users ?? []).map(userPrincipal).find((each) => each.arn === arn);
		const session: Session = {
			clientId,
			thumbprint,
			whose,
			refreshToken: "",
			spent: new Set(),
			endsAt: this.#now() + SESSION_SECONDS * 1000,
			isPasswordChanged: false,
		};
		this.#sessions.add(session);
		return session;
	}

	#refresh(clientId: string, thumbprint: string, refreshToken: string): Session {
		const session = [...this.#sessions].find(
			(each) => each.refreshToken === refreshToken || each.spent.has(refreshToken),
		);
		if (session === undefined) throw denied("TOKEN_EXPIRED", "The refresh token is not valid");
		if (session.clientId !== clientId) throw invalid("the refresh token is another client's");
		if (session.thumbprint !== thumbprint) throw invalid("the refresh token is bound to another key");
		// One that was used twice was stolen or raced for: the session ends.
		if (session.spent.has(refreshToken)) session.endsAt = 0;
		if (session.endsAt <= this.#now()) throw denied("TOKEN_EXPIRED", "The session has expired");
		if (session.isPasswordChanged) throw denied("USER_CREDENTIALS_CHANGED", "The credentials of the user have changed");
		return session;
	}

	#issue(session: Session, exchange: Exchange, isForm: boolean, isFirst: boolean): Answer {
		const principal = session.whose();
		if (principal === undefined || !mayDo(principal, "signin:CreateOAuth2Token")) {
			throw denied("INSUFFICIENT_PERMISSIONS", "User is not authorized to perform: signin:CreateOAuth2Token");
		}
		exchange.facts.principal = principal.arn;
		if (session.refreshToken !== "") session.spent.add(session.refreshToken);
		session.refreshToken = opaque("Aai");
		this.#secrets.add(session.refreshToken);
		const keys = this.#keys.issue(session.whose, this.#now() + KEY_SECONDS * 1000);
		const answer = {
			accessToken: access(keys),
			tokenType: "aws_sigv4",
			expiresIn: KEY_SECONDS,
			refreshToken: session.refreshToken,
			...(isFirst ? { idToken: this.#idToken(principal.arn, session.clientId) } : {}),
		};
		return json(isForm ? snakeKeys(answer) : answer);
	}

	#idToken(sub: string, aud: string): string {
		const iat = Math.floor(this.#now() / 1000);
		const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
		const signed = `${part({ alg: "ES256", typ: "JWT" })}.${part({ iss: this.#origin(), sub, aud, iat, exp: iat + KEY_SECONDS })}`;
		const key = { key: this.#idTokenKey, dsaEncoding: "ieee-p1363" } as const;
		const token = `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
		this.#secrets.add(token);
		return token;
	}

	/** Ends all sessions, as after twelve hours. */
	endSessions(): void {
		for (const session of this.#sessions) session.endsAt = 0;
	}

	/** Every user's password is another one now. */
	changePasswords(): void {
		for (const session of this.#sessions) session.isPasswordChanged = true;
	}

	/** Lets codes run out that were not redeemed yet. */
	expireCodes(): void {
		for (const code of this.#codes.values()) code.expiresAt = 0;
	}

	/** Every secret that was seen or issued, for tests that look for leaks. */
	secrets(): string[] {
		return [...this.#secrets];
	}
}

const access = ({ accessKeyId, secretAccessKey, sessionToken }: TemporaryKeys) => ({
	accessKeyId,
	secretAccessKey,
	sessionToken,
});

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const snakeKeys = (value: object): object =>
	Object.fromEntries(
		Object.entries(value).map(([name, each]) => [
			snakeCase(name),
			typeof each === "object" && each !== null ? snakeKeys(each) : each,
		]),
	);
