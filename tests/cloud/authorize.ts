/**
 * IAM Identity Center's authorization endpoint and its page: the authorization code grant (RFC 6749 §4.1) with PKCE (RFC 7636)
 * for programs on the user's own machine (RFC 8252).
 */
import { createHash, randomBytes } from "node:crypto";
import { type Answer, type Exchange, ServiceError } from "./exchange.ts";
import { escapeHtml, isForeign, isOwnAddress, page, pageHeaders } from "./page-frame.ts";
import type { Client } from "./sso-oidc.ts";
import type { Portal } from "./world.ts";

const PATH = "/authorize";
/** RFC 6749 §4.1.2: ten minutes at most. */
const CODE_SECONDS = 600;

/** What a page was opened for. */
interface Request {
	readonly client: Client;
	readonly portal: Portal;
	readonly redirectUri: string;
	readonly state: string | undefined;
	readonly challenge: string;
}

interface Code extends Request {
	/** Milliseconds since the epoch. */
	expiresAt: number;
	isUsed: boolean;
	/** Ends what was given for it: RFC 6749 §4.1.2 wants that of a code that comes twice. */
	revoke: () => void;
}

/** What is decided about a visit without asking the person: as where they have allowed the program before. */
type Standing = () => Promise<void> | undefined;

const invalidGrant = (): ServiceError =>
	new ServiceError(400, "InvalidGrantException", "Invalid grant provided", { "x-oauth-error": "invalid_grant" });

const invalidRequest = (what: string): ServiceError =>
	new ServiceError(400, "InvalidRequestException", what, { "x-oauth-error": "invalid_request" });

/** RFC 8252 §7.3: the port of a loopback address does not count, and only that. */
export function isRegistered(redirectUri: string, registered: readonly string[]): boolean {
	const given = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
	if (given === undefined || given.href !== redirectUri || redirectUri.includes("#")) return false;
	return registered.some((entry) => {
		if (entry === redirectUri) return true;
		const own = new URL(entry);
		const isLoopback = own.protocol === "http:" && ["127.0.0.1", "[::1]"].includes(own.hostname);
		if (!isLoopback || given.username !== "" || given.password !== "") return false;
		own.port = given.port;
		return own.href === given.href;
	});
}

export class Authorization {
	readonly #now: () => number;
	readonly #origin: () => string;
	readonly #client: (id: string) => Client | undefined;
	/** The forms that were shown and not sent yet. */
	readonly #forms = new Map<string, Request>();
	readonly #codes = new Map<string, Code>();
	/** Set while everything is allowed as soon as somebody's browser is there. */
	standing: Standing = () => undefined;

	/** @param client finds one that is registered and not over */
	constructor(client: (id: string) => Client | undefined, now: () => number, origin: () => string) {
		this.#client = client;
		this.#now = now;
		this.#origin = origin;
	}

	/** @returns undefined for a request that is not for this page */
	async answer(exchange: Exchange): Promise<Answer | undefined> {
		const { method, url } = exchange;
		if (url.pathname !== PATH) return undefined;
		if (!isOwnAddress(url, this.#origin())) {
			return page(421, "Wrong address", "<p>This page is not served under that name.</p>");
		}
		if (method === "POST") return this.#decide(exchange);
		if (method !== "GET") return { status: 405, headers: { allow: "GET, POST" }, body: "" };
		return this.#show(exchange);
	}

	/**
	 * What the token endpoint does with a code.
	 *
	 * @param open opens the session @returns what it has opened, and how it is ended
	 * @throws ServiceError `invalid_grant`, `invalid_request`
	 */
	redeem<Session extends { revoked: boolean }>(
		client: Client,
		body: Readonly<Record<string, unknown>>,
		open: (portal: Portal) => Session,
	): Session {
		const { code: given, redirectUri, codeVerifier } = body;
		// RFC 7636 §4.1.
		if (typeof codeVerifier !== "string" || !/^[A-Za-z0-9._~-]{43,128}$/.test(codeVerifier)) {
			throw invalidRequest("codeVerifier");
		}
		const code = this.#codes.get(String(given));
		if (code === undefined || code.client.id !== client.id) throw invalidGrant();
		if (code.isUsed) {
			code.revoke();
			throw invalidGrant();
		}
		// Whoever fails once may be guessing.
		code.isUsed = true;
		const proof = createHash("sha256").update(codeVerifier, "ascii").digest("base64url");
		if (this.#now() >= code.expiresAt || code.redirectUri !== redirectUri || proof !== code.challenge) {
			throw invalidGrant();
		}
		const session = open(code.portal);
		code.revoke = () => {
			session.revoked = true;
		};
		return session;
	}

	expireCodes(): void {
		for (const code of this.#codes.values()) code.expiresAt = Math.min(code.expiresAt, this.#now());
	}

	secrets(): string[] {
		return [...this.#codes.keys()];
	}

	async #show(exchange: Exchange): Promise<Answer> {
		const query = exchange.url.searchParams;
		const one = (name: string): string | undefined => {
			const all = query.getAll(name);
			return all.length === 1 ? all[0] : undefined;
		};
		const client = this.#client(one("client_id") ?? "");
		const redirectUri = one("redirect_uri") ?? "";
		// RFC 6749 §4.1.2.1: nobody is sent to an address that was not registered.
		if (client === undefined) return refused("The program that sent you here is not registered.");
		exchange.facts.client = client.id;
		if (!isRegistered(redirectUri, client.redirectUris)) {
			return refused("The program that sent you here wants you to return to an address that is not its own.");
		}
		const state = one("state");
		const back = (error: string, description: string): Answer =>
			redirect(redirectUri, { error, error_description: description, state });
		if (!client.grants.includes("authorization_code") || client.portal === undefined) {
			return back("unauthorized_client", "The client is not registered for this grant");
		}
		if (one("response_type") !== "code") return back("unsupported_response_type", "response_type");
		const scopes = one("scopes")?.split(" ") ?? [];
		if (scopes.length === 0 || !scopes.every((scope) => client.scopes.includes(scope))) {
			return back("invalid_scope", "scopes");
		}
		const challenge = one("code_challenge") ?? "";
		// The base64url of 32 octets (RFC 7636 §4.2).
		if (one("code_challenge_method") !== "S256" || !/^[\w-]{43}$/.test(challenge)) {
			return back("invalid_request", "code_challenge");
		}
		const request: Request = { client, portal: client.portal, redirectUri, state, challenge };
		const standing = this.standing();
		if (standing === undefined) return this.#ask(request);
		await standing;
		return this.#allow(request);
	}

	#ask(request: Request): Answer {
		const token = randomBytes(24).toString("base64url");
		this.#forms.set(token, request);
		const { client, portal, redirectUri } = request;
		return page(
			200,
			"Authorization requested",
			`<p class="quiet">${escapeHtml(new URL(portal.startUrl).host)} · signed in as ${escapeHtml(portal.user)}</p>
<p><strong>${escapeHtml(client.name)}</strong> on this machine would like to</p>
<ul><li>list the accounts and roles that you may use</li><li>get credentials for them in your name</li></ul>
<p class="quiet">Allow it only if you started this sign-in yourself, just now.</p>
<form method="post" action="${PATH}">
<input type="hidden" name="form_token" value="${token}">
<div class="row"><button name="decision" value="deny">Deny</button>
<button class="main" name="decision" value="allow">Allow access</button></div>
</form>`,
			new URL(redirectUri).origin,
		);
	}

	#decide(exchange: Exchange): Answer {
		const form = new URLSearchParams(exchange.body);
		const token = form.get("form_token") ?? "";
		const request = this.#forms.get(token);
		if (isForeign(exchange) || request === undefined) {
			return page(
				403,
				"Not accepted",
				`<p class="bad">This form is no longer valid. Open the link from your terminal again.</p>`,
			);
		}
		const decision = form.get("decision");
		if (decision !== "allow" && decision !== "deny") return page(400, "Not accepted", "<p>Choose one of the two.</p>");
		this.#forms.delete(token);
		if (decision === "allow") return this.#allow(request);
		const { redirectUri, state } = request;
		return redirect(redirectUri, { error: "access_denied", error_description: "The user denied the request", state });
	}

	#allow(request: Request): Answer {
		const code = `eyJraWQiOiJjb2Rl${randomBytes(60).toString("base64url")}`;
		const expiresAt = this.#now() + CODE_SECONDS * 1000;
		this.#codes.set(code, { ...request, expiresAt, isUsed: false, revoke: () => {} });
		return redirect(request.redirectUri, { code, state: request.state });
	}
}

const refused = (why: string): Answer =>
	page(
		400,
		"This request is not valid",
		`<p class="bad">${escapeHtml(why)}</p>\n<p>Start the sign-in again in your terminal.</p>`,
	);

function redirect(to: string, parameters: Readonly<Record<string, string | undefined>>): Answer {
	const url = new URL(to);
	for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
	return { status: 303, headers: { ...pageHeaders(), location: url.href }, body: "" };
}
