/** The pages of AWS Sign-In: one that asks whether a program may have keys, and one that shows what to paste. */
import { createHash, randomBytes } from "node:crypto";
import { type Answer, type Exchange, ServiceError } from "./exchange.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { Authorization, SignIn } from "./signin.ts";

const STYLE_HASH = createHash("sha256").update(PAGE_STYLE).digest("base64");
const AUTHORIZE = "/v1/authorize";
const CONFIRMATION = "/v1/sessions/confirmation";

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const page = (status: number, title: string, body: string): Answer => ({
	status,
	headers: {
		"content-type": "text/html; charset=utf-8",
		"cache-control": "no-store",
		// A form's redirect counts as its target: it leads to the listener.
		"content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self' http://127.0.0.1:*; frame-ancestors 'none'; base-uri 'none'`,
		"referrer-policy": "no-referrer",
		"x-content-type-options": "nosniff",
	},
	body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`,
});

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
	answer({ method, url, headers, body }: Exchange): Answer | undefined {
		if (url.pathname === CONFIRMATION && method === "GET") return confirmation(url.searchParams);
		if (url.pathname !== AUTHORIZE) return undefined;
		if (url.origin !== this.#origin())
			return page(421, "Wrong address", "<p>This page is not served under that name.</p>");
		if (method === "GET") return this.#ask(url.searchParams);
		if (method !== "POST") return { status: 405, headers: { allow: "GET, POST" }, body: "" };
		const isForeign = headers.origin !== undefined && headers.origin !== this.#origin();
		return isForeign
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
		return { status: 303, headers: { location: target.href, "cache-control": "no-store" }, body: "" };
	}
}

function confirmation(parameters: URLSearchParams): Answer {
	const [code, state] = [parameters.get("code"), parameters.get("state")];
	if (code === null || state === null) return page(200, "Request denied", "<p>Nothing was given away.</p>");
	const shown = Buffer.from(new URLSearchParams({ state, code }).toString()).toString("base64");
	return page(200, "Copy this code to your terminal", `<p class="code" id="code">${escapeHtml(shown)}</p>`);
}
