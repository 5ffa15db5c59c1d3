/** The page on which a person approves a device code. Static, without scripts, readable by anybody and anything. */
import { randomBytes } from "node:crypto";
import type { Answer, Exchange } from "./exchange.ts";
import { escapeHtml, isForeign, isOwnAddress, page, pageHeaders } from "./page-frame.ts";
import type { DeviceCode, SsoOidc } from "./sso-oidc.ts";

const PATH = "/device";

/** People type codes without the hyphen, in small letters, with spaces. */
function normalized(code: string | null): string {
	const letters = (code ?? "").toUpperCase().replace(/[^A-Z0-9]/g, "");
	return letters.length === 8 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
}

/** Letter by letter, as a screen reader should say it. */
const spelled = (code: string): string => [...code].map((letter) => (letter === "-" ? "hyphen" : letter)).join(" ");

/** Forms and answers at `/device`, the verification URI of device codes (RFC 8628 §3.3). */
export class ApprovalPage {
	readonly #oidc: SsoOidc;
	readonly #now: () => number;
	readonly #origin: () => string;
	/** The forms that were shown and not sent yet, and their codes: no other page knows such a token. */
	readonly #forms = new Map<string, string>();

	constructor(oidc: SsoOidc, now: () => number, origin: () => string) {
		this.#oidc = oidc;
		this.#now = now;
		this.#origin = origin;
	}

	/** @returns undefined for a request that is not for this page */
	answer(exchange: Exchange): Answer | undefined {
		const { method, url } = exchange;
		if (url.pathname === "/favicon.ico") return { status: 204, headers: { "cache-control": "max-age=3600" }, body: "" };
		if (url.pathname !== PATH) return undefined;
		// A name that somebody else's DNS leads here would make their page this page's origin.
		if (!isOwnAddress(url, this.#origin())) {
			return page(421, "Wrong address", "<p>This page is not served under that name.</p>");
		}
		if (method === "GET" || method === "HEAD") return this.#show(normalized(url.searchParams.get("user_code")));
		if (method === "POST") return this.#decide(exchange);
		return { status: 405, headers: { allow: "GET, HEAD, POST" }, body: "" };
	}

	#show(userCode: string): Answer {
		if (userCode === "") {
			return page(
				200,
				"Authorize a device",
				`<form method="get" action="${PATH}">
<label for="user_code">Enter the code that your terminal shows</label>
<div class="row"><input id="user_code" name="user_code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" required autofocus>
<button class="main">Continue</button></div>
</form>`,
			);
		}
		const code = this.#oidc.codes.get(userCode);
		if (!code) return invalid("We do not know this code. Compare it with the one in your terminal.");
		if (code.state === "approved") return APPROVED;
		if (code.state === "denied") return DENIED;
		if (code.state === "used") return invalid("This code was used already.");
		if (code.expiresAt <= this.#now()) return invalid("This code has expired.");
		return this.#ask(code);
	}

	#ask(code: DeviceCode): Answer {
		const token = randomBytes(24).toString("base64url");
		this.#forms.set(token, code.userCode);
		const { user, startUrl } = code.portal;
		return page(
			200,
			"Authorization requested",
			`<p class="quiet">${escapeHtml(new URL(startUrl).host)} · signed in as ${escapeHtml(user)}</p>
<p>Does your terminal show exactly this code?</p>
<p class="code"><span aria-hidden="true">${escapeHtml(code.userCode)}</span><span class="spoken">${escapeHtml(spelled(code.userCode))}</span></p>
<p><strong>${escapeHtml(code.client.name)}</strong> would like to</p>
<ul><li>list the accounts and roles that you may use</li><li>get credentials for them in your name</li></ul>
<p class="quiet">Allow it only if you started this sign-in yourself, just now.</p>
<form method="post" action="${PATH}">
<input type="hidden" name="user_code" value="${escapeHtml(code.userCode)}">
<input type="hidden" name="form_token" value="${token}">
<div class="row"><button name="decision" value="deny">Deny</button>
<button class="main" name="decision" value="allow">Allow access</button></div>
</form>`,
		);
	}

	#decide(exchange: Exchange): Answer {
		const form = new URLSearchParams(exchange.body);
		const userCode = form.get("user_code") ?? "";
		const token = form.get("form_token") ?? "";
		if (isForeign(exchange) || this.#forms.get(token) !== userCode) {
			return page(
				403,
				"Not accepted",
				`<p class="bad">This form is no longer valid. Open the link from your terminal again.</p>`,
			);
		}
		this.#forms.delete(token);
		const decision = form.get("decision");
		const code = this.#oidc.codes.get(userCode);
		if (decision !== "allow" && decision !== "deny") return page(400, "Not accepted", "<p>Choose one of the two.</p>");
		if (code?.state === "pending" && code.expiresAt > this.#now()) {
			code.state = decision === "allow" ? "approved" : "denied";
		}
		// The answer is a page of its own, so that reloading it does not send the form again.
		return {
			status: 303,
			headers: { ...pageHeaders(), location: `${PATH}?user_code=${encodeURIComponent(userCode)}` },
			body: "",
		};
	}
}

const APPROVED = page(
	200,
	"Request approved",
	`<p class="good" role="status">atmos-auth can use your session now. You can close this page and go back to your terminal.</p>`,
);
const DENIED = page(200, "Request denied", `<p role="status">Nothing was given away. You can close this page.</p>`);
const invalid = (why: string): Answer =>
	page(
		404,
		"This code is not valid",
		`<p class="bad">${escapeHtml(why)}</p>
<p>Start the sign-in again in your terminal, or <a href="${PATH}">enter another code</a>.</p>`,
	);
