/** The page on which a person approves a device code. Static, without scripts, readable by anybody and anything. */
import { randomBytes } from "node:crypto";
import type { Answer, Exchange } from "./exchange.ts";
import type { DeviceCode, SsoOidc } from "./sso-oidc.ts";

const STYLE = `
:root{color-scheme:light dark;--line:#8885;--accent:#0b7285;--bad:#c92a2a}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center}
main{width:min(30rem,92vw);border:1px solid var(--line);border-radius:12px;padding:2rem}
h1{font-size:1.35rem;margin:0 0 .25rem}
p{margin:.5rem 0}
.portal{opacity:.7;margin:0 0 1.25rem}
.code{font:700 2rem/1.2 ui-monospace,monospace;letter-spacing:.14em;text-align:center;padding:.9rem;border:1px dashed var(--line);border-radius:8px;margin:1rem 0}
form{display:flex;gap:.75rem;margin-top:1.5rem}
button{flex:1;font:inherit;font-weight:600;padding:.7rem 1rem;border-radius:8px;border:1px solid var(--line);background:none;color:inherit;cursor:pointer}
button[value=allow]{background:var(--accent);border-color:var(--accent);color:#fff}
input{flex:1;font:inherit;padding:.6rem .8rem;border-radius:8px;border:1px solid var(--line);text-transform:uppercase;letter-spacing:.1em}
ul{padding-left:1.2rem}
.bad{color:var(--bad)}
`;

const HEADERS = {
	"content-type": "text/html; charset=utf-8",
	"cache-control": "no-store",
	"content-security-policy":
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	"referrer-policy": "no-referrer",
	"x-content-type-options": "nosniff",
	"x-frame-options": "DENY",
} as const;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const page = (status: number, title: string, body: string): Answer => ({
	status,
	headers: HEADERS,
	body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`,
});

/** Forms and answers at `/device`. */
export class ApprovalPage {
	readonly #oidc: SsoOidc;
	readonly #now: () => number;
	/** One token a code, so that no other page can press the button. */
	readonly #formTokens = new Map<string, string>();

	constructor(oidc: SsoOidc, now: () => number) {
		this.#oidc = oidc;
		this.#now = now;
	}

	show(exchange: Exchange): Answer {
		const userCode = exchange.url.searchParams.get("user_code")?.trim().toUpperCase();
		if (!userCode) {
			return page(
				200,
				"Enter your code",
				`<h1>Authorize a device</h1><p>Enter the code that your terminal shows.</p><form method="get" action="/device"><input name="user_code" aria-label="Code" autocomplete="off" autofocus required><button>Continue</button></form>`,
			);
		}
		const code = this.#usable(userCode);
		if (!code) return this.#unusable();
		const token = randomBytes(24).toString("base64url");
		this.#formTokens.set(userCode, token);
		return page(
			200,
			"Authorization requested",
			`<h1>Authorization requested</h1><p class="portal">${escapeHtml(new URL(code.portal.startUrl).host)} · signed in as ${escapeHtml(code.portal.user)}</p>
<p>Does your terminal show exactly this code?</p><div class="code" role="text" aria-label="Code ${escapeHtml([...userCode].join(" "))}">${escapeHtml(userCode)}</div>
<p><strong>${escapeHtml(code.client.name)}</strong> would like to</p><ul><li>list your accounts and roles</li><li>get credentials for them</li></ul>
<form method="post" action="/device"><input type="hidden" name="user_code" value="${escapeHtml(userCode)}"><input type="hidden" name="form_token" value="${token}"><button name="decision" value="deny">Deny</button><button name="decision" value="allow">Allow access</button></form>`,
		);
	}

	decide(exchange: Exchange): Answer {
		const form = new URLSearchParams(exchange.body);
		const userCode = form.get("user_code") ?? "";
		const origin = exchange.headers.origin;
		const foreign = origin !== undefined && origin !== "null" && origin !== exchange.url.origin;
		if (foreign || form.get("form_token") !== this.#formTokens.get(userCode) || !this.#formTokens.delete(userCode)) {
			return page(
				400,
				"Not accepted",
				`<h1 class="bad">This form is no longer valid</h1><p>Open the link from your terminal again.</p>`,
			);
		}
		const code = this.#usable(userCode);
		if (!code) return this.#unusable();
		const allowed = form.get("decision") === "allow";
		code.state = allowed ? "approved" : "denied";
		return allowed
			? page(
					200,
					"Request approved",
					`<h1>Request approved</h1><p>You can close this page and go back to your terminal.</p>`,
				)
			: page(200, "Request denied", `<h1>Request denied</h1><p>Nothing was given away. You can close this page.</p>`);
	}

	#usable(userCode: string): DeviceCode | undefined {
		const code = this.#oidc.codes.get(userCode);
		return code && code.state === "pending" && code.expiresAt > this.#now() ? code : undefined;
	}

	#unusable(): Answer {
		return page(
			404,
			"Code not found",
			`<h1 class="bad">This code is not valid</h1><p>It was used already, or it has expired. Start the sign-in again in your terminal.</p>`,
		);
	}
}
