/** The pages of AWS Sign-In: one that asks whether a program may have keys, and one that shows what to paste. */
import { randomBytes } from "node:crypto";
import { type Answer, type Exchange, ServiceError } from "./exchange.ts";
import { escapeHtml, isForeign, isOwnAddress, page, pageHeaders } from "./page-frame.ts";
import type { Authorization, SignIn } from "./signin.ts";

const AUTHORIZE = "/v1/authorize";
const CONFIRMATION = "/v1/sessions/confirmation";

export class SignInPage {
	readonly #signIn: SignIn;
	readonly #origin: () => string;
	/** Requests that somebody was asked about, by the token of their form. */
	readonly #asked = new Map<string, Authorization>();

	constructor(signIn: SignIn, origin: () => string) {
		this.#signIn = signIn;
		this.#origin = origin;
	}

	/** @returns undefined for a request that is not for these pages */
	answer(exchange: Exchange): Answer | undefined {
		const { method, url, body } = exchange;
		if (url.pathname === CONFIRMATION && method === "GET") return confirmation(url.searchParams);
		if (url.pathname !== AUTHORIZE) return undefined;
		if (!isOwnAddress(url, this.#origin()))
			return page(421, "Wrong address", "<p>This page is not served under that name.</p>");
		if (method === "GET") return this.#ask(url.searchParams);
		if (method !== "POST") return { status: 405, headers: { allow: "GET, POST" }, body: "" };
		return isForeign(exchange)
			? page(403, "Not accepted", "<p>This form is not ours.</p>")
			: this.#decide(new URLSearchParams(body));
	}

	#ask(parameters: URLSearchParams): Answer {
		let authorization: Authorization;
		try {
			authorization = this.#signIn.checkAuthorization(parameters);
		} catch (error) {
			if (!(error instanceof ServiceError)) throw error;
			return page(400, "This request is not valid", `<p class="bad">${escapeHtml(error.message)}</p>`);
		}
		const token = randomBytes(24).toString("base64url");
		this.#asked.set(token, authorization);
		const where = authorization.clientId.endsWith("cross-device") ? "another device" : "this device";
		return page(
			200,
			"Sign in to AWS on the command line",
			`<p class="quiet">signed in as ${escapeHtml(this.#signIn.principal()?.arn ?? "nobody")}</p>
<p>A program on ${where} would like to have keys of this user.</p>
<form method="post" action="${AUTHORIZE}">
<input type="hidden" name="form_token" value="${token}">
<div class="row"><button name="decision" value="deny">Deny</button>
<button class="main" name="decision" value="allow">Allow</button></div>
</form>`,
			new URL(authorization.redirectUri).origin,
		);
	}

	#decide(form: URLSearchParams): Answer {
		const token = form.get("form_token") ?? "";
		const authorization = this.#asked.get(token);
		if (!authorization) return page(403, "Not accepted", `<p class="bad">This form is no longer valid.</p>`);
		this.#asked.delete(token);
		const code = form.get("decision") === "allow" ? this.#signIn.authorize(authorization) : undefined;
		const target = new URL(authorization.redirectUri);
		target.search = new URLSearchParams({
			state: authorization.state,
			...(code === undefined ? { error: "access_denied", error_description: "The request was denied" } : { code }),
		}).toString();
		return { status: 303, headers: { ...pageHeaders(), location: target.href }, body: "" };
	}
}

function confirmation(parameters: URLSearchParams): Answer {
	const [code, state] = [parameters.get("code"), parameters.get("state")];
	if (code === null || state === null) return page(200, "Request denied", "<p>Nothing was given away.</p>");
	const shown = Buffer.from(new URLSearchParams({ state, code }).toString()).toString("base64");
	return page(200, "Copy this code to your terminal", `<p class="code" id="code">${escapeHtml(shown)}</p>`);
}
