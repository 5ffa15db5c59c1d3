/** What the pages of the loopback cloud have in common. Static, without scripts, readable by anybody and anything. */
import { createHash } from "node:crypto";
import type { Answer, Exchange } from "./exchange.ts";
import { PAGE_STYLE } from "./page-style.ts";

const STYLE_HASH = createHash("sha256").update(PAGE_STYLE).digest("base64");

/** @param leadsTo where a form's answer may lead the browser, beside this server: browsers hold redirects to `form-action` */
export const pageHeaders = (leadsTo?: string): Record<string, string> => ({
	"content-type": "text/html; charset=utf-8",
	"cache-control": "no-store",
	"content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'${leadsTo === undefined ? "" : ` ${leadsTo}`}; frame-ancestors 'none'; base-uri 'none'`,
	"cross-origin-opener-policy": "same-origin",
	"referrer-policy": "no-referrer",
	"x-content-type-options": "nosniff",
	"x-frame-options": "DENY",
});

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

export const page = (status: number, title: string, body: string, leadsTo?: string): Answer => ({
	status,
	headers: pageHeaders(leadsTo),
	body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
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

/** False for a name that somebody else's DNS leads here: it would make their page this page's origin. */
export function isOwnAddress(url: URL, origin: string): boolean {
	const { host } = new URL(origin);
	return url.host === host || url.host === host.replace("127.0.0.1", "localhost");
}

/** True for a form that another site sends. */
export function isForeign({ headers: { origin }, url }: Exchange): boolean {
	return origin !== undefined && origin !== "null" && origin !== url.origin;
}
