/** Where tokens are found: in a variable, a file, or behind an address. Read anew each time: whoever issues them replaces them. */
import { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import { jsonOf, type PlainAnswer, request } from "../net/request.ts";
import { expandHome, tildify } from "../storage/paths.ts";
import { sanitize } from "../system/sanitize.ts";
import { type Fetching, type FoundToken, tokenIn } from "./token.ts";

/** @throws AuthError `config` where the variable is not set, or holds what is no token */
export function tokenOfVariable(name: string, { ctx }: Pick<Fetching, "ctx">): FoundToken {
	const value = ctx.env[name];
	const token = tokenIn(value);
	const shown = sanitize(name);
	if (token !== undefined) return { token, title: `the token of ${shown}` };
	throw new AuthError({
		code: "config",
		message: value ? `${shown} does not hold a token` : `the variable ${shown} is not set`,
		reason: value ? "it has white space within, or is too long" : "the token of the job or program is expected in it",
		remedy: `set ${shown} to the token`,
	});
}

/**
 * @param path absolute, or from the working directory or `~`
 * @throws AuthError `storage` for what cannot be read, or is no regular file
 */
export async function tokenOfFile(path: string, { ctx }: Pick<Fetching, "ctx">): Promise<FoundToken> {
	const { resolve } = await import("node:path");
	const { readFailure, readRegular } = await import("../config/read-regular.ts");
	const full = resolve(ctx.cwd, expandHome(ctx, path));
	const shown = sanitize(tildify(ctx, full));
	let text: string;
	try {
		text = readRegular(full);
	} catch (error) {
		throw new AuthError({
			code: "storage",
			message: `the token cannot be read from ${shown}`,
			reason: readFailure(error),
			remedy: "check the path, and whether this user may read it",
			cause: error,
		});
	}
	const token = tokenIn(text);
	if (token !== undefined) return { token, title: `the token in ${shown}` };
	throw new AuthError({
		code: "storage",
		message: `${shown} does not hold a token`,
		reason: text.trim() === "" ? "it is empty" : "it has white space within, or is too long",
		remedy: "check the path",
	});
}

export interface TokenAddress {
	/** https, or http on this machine. */
	readonly url: URL;
	/** Whose service it is: "GitHub". */
	readonly vendor: string;
	/** What is asked, for the log: `oidc:Token`. */
	readonly operation: string;
	/** Sent as `audience`, in place of one that the address has. */
	readonly audience?: string | undefined;
	/** Sent as a bearer token. */
	readonly authorization?: Secret | undefined;
}

/** Names that a token has in an answer: those of GitHub, and of OAuth 2.0 (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
const FIELDS = ["value", "id_token", "token", "access_token"] as const;

/**
 * Redirects are not followed.
 *
 * @throws AuthError `network`; `denied` for a request token that is refused; `service` for an answer without a token
 */
export async function tokenOfAddress(address: TokenAddress, { ctx, signal }: Fetching): Promise<FoundToken> {
	const { vendor, operation, audience, authorization } = address;
	const url = new URL(address.url);
	if (audience !== undefined) url.searchParams.set("audience", audience);
	const answer = await request({
		ctx,
		signal,
		operation,
		vendor: { name: vendor },
		method: "GET",
		url,
		headers: {
			accept: "application/json",
			"user-agent": `atmos-auth/${ctx.self.version}`,
			...(authorization === undefined ? {} : { authorization: `bearer ${authorization.reveal()}` }),
		},
	});
	const service = { operation, status: answer.status, requestId: answer.headers["x-request-id"] };
	const host = sanitize(url.host);
	if (answer.status !== 200) {
		const isRedirect = answer.status >= 300 && answer.status < 400;
		const isRefused = answer.status === 401 || answer.status === 403;
		throw new AuthError({
			code: isRefused ? "denied" : "service",
			message: `${host} issued no token (HTTP ${answer.status})`,
			reason: isRedirect
				? "it leads to another address, which is not followed with a secret"
				: isRefused
					? "it did not accept the token of the request, which may be over"
					: messageOf(answer),
			remedy: isRefused ? "run the job again" : `check the address, and whether ${vendor} has an outage`,
			service,
		});
	}
	const token = tokenIn(tokenText(answer));
	if (token !== undefined) return { token, title: `the token of ${host}` };
	throw new AuthError({
		code: "service",
		message: `${host} sent an answer without a token`,
		reason: `expected the token itself, or JSON with one of ${FIELDS.join(", ")}`,
		remedy: "check the address",
		service,
	});
}

function tokenText(answer: PlainAnswer): string | undefined {
	const found = jsonOf(answer);
	if (found === undefined) return answer.text;
	if (typeof found === "string") return found;
	if (typeof found !== "object" || found === null) return undefined;
	const fields = found as Readonly<Record<string, unknown>>;
	return FIELDS.map((name) => fields[name]).find((value) => typeof value === "string");
}

const MOST_WORDS = 200;

/** What the service says of a failure. */
function messageOf(answer: PlainAnswer): string | undefined {
	const found = jsonOf(answer);
	const { message } = (typeof found === "object" && found !== null ? found : {}) as { message?: unknown };
	return typeof message === "string" ? sanitize(message).slice(0, MOST_WORDS) || undefined : undefined;
}

/**
 * @param setting what names the variable, for the error
 * @throws AuthError `config` where it is not set
 */
export function secretOfVariable(name: string, { ctx }: Pick<Fetching, "ctx">, setting: string): Secret {
	const value = ctx.env[name];
	if (value) return new Secret(value);
	throw new AuthError({
		code: "config",
		message: `the variable ${sanitize(name)} is not set`,
		reason: `${setting} names it: its value goes along with the request for a token`,
		remedy: `set ${sanitize(name)}`,
	});
}
