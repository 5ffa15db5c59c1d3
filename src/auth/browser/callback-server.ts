/**
 * The listener that a page in the browser returns to (RFC 8252 §7.3): on 127.0.0.1 alone, for one path, and only for whoever
 * knows the state. Whatever else comes in is answered and forgotten.
 */
import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AuthError } from "../errors.ts";
import { abortable } from "../system/abortable.ts";
import { sanitize } from "../system/sanitize.ts";
import { type CallbackOutcome, callbackHeaders, callbackPage } from "./callback-page.ts";

export interface CallbackOptions {
	/** Such as `/oauth/callback`. */
	readonly path: string;
	/** The `state` of the request (RFC 6749 §10.12): what comes without it is not ours. */
	readonly state: string;
	/** `--callback-port`; one that is free, if left out. */
	readonly port?: number | undefined;
	/** Whose sign-in it is, for the page that the browser shows at the end. */
	readonly title: string;
}

export interface CallbackServer {
	readonly port: number;
	/** `http://127.0.0.1:PORT/PATH`. */
	readonly redirectUri: string;
	/**
	 * @returns the parameters of the first request that has the right state: `code`, or `error` and what goes with it
	 * @throws AuthError `usage` when the system has ended the listener; the signal's reason at once when it is aborted
	 */
	answer(signal: AbortSignal): Promise<URLSearchParams>;
	/** Ends it at once: the port is free again when this returns. May be called twice. */
	close(): void;
}

/** How long a connection may take to say what it wants, in milliseconds. */
const REQUEST_MS = 10_000;
/** How long one that is answered may take to go away, in milliseconds. */
const GOODBYE_MS = 500;

/** @throws AuthError `usage` for a port that is taken or not allowed */
export async function startCallbackServer(options: CallbackOptions): Promise<CallbackServer> {
	const { path, title } = options;
	let settle: (parameters: URLSearchParams) => void = () => undefined;
	let fail: (error: AuthError) => void = () => undefined;
	const arrived = new Promise<URLSearchParams>((resolve, reject) => {
		settle = resolve;
		fail = reject;
	});
	// Nobody may be waiting for it yet, or any more.
	arrived.catch(() => undefined);
	const address = { host: "", path };

	const server = createServer(
		{
			headersTimeout: REQUEST_MS,
			requestTimeout: REQUEST_MS,
			connectionsCheckingInterval: REQUEST_MS / 2,
			keepAlive: false,
		},
		(request, response) => {
			const found = parametersOf(request, address);
			const isOurs = found !== undefined && isSame(found.get("state") ?? "", options.state) && hasOutcome(found);
			if (!isOurs) {
				send(response, title, found === undefined ? 404 : 400, "unknown");
				return;
			}
			// Told when the page is on its way: whoever is told closes the server. A second time makes no difference.
			response.once("close", () => settle(found));
			send(response, title, 200, found.has("error") ? "refused" : "done");
		},
	);
	server.on("clientError", (_error, socket) => socket.destroy());
	const port = await listen(server, options.port ?? 0);
	server.on("error", (error) => {
		server.close();
		fail(listenerDied(error, port));
	});
	// It is the wait for the answer that keeps the program alive.
	server.unref();
	const redirectUri = `http://127.0.0.1:${port}${path}`;
	address.host = new URL(redirectUri).host;
	return {
		port,
		redirectUri,
		async answer(signal) {
			server.ref();
			try {
				return await abortable(signal, arrived);
			} finally {
				server.unref();
			}
		},
		close() {
			server.close();
			server.closeIdleConnections();
			setTimeout(() => server.closeAllConnections(), GOODBYE_MS).unref();
		},
	};
}

/**
 * @returns the port
 * @throws AuthError `usage`
 */
async function listen(server: Server, port: number): Promise<number> {
	try {
		server.listen(port, "127.0.0.1");
		await once(server, "listening");
		return (server.address() as AddressInfo).port;
	} catch (error) {
		server.close();
		throw cannotListen(error, port);
	}
}

/**
 * @returns undefined for what is not a request of this path, by a browser that was sent to this very address: a name that
 *   somebody's DNS leads to 127.0.0.1 is another
 */
function parametersOf(
	request: IncomingMessage,
	{ host, path }: { readonly host: string; readonly path: string },
): URLSearchParams | undefined {
	if (request.method !== "GET" || request.headers.host !== host) return undefined;
	const target = request.url ?? "";
	if (!target.startsWith("/") || !URL.canParse(target, "http://127.0.0.1")) return undefined;
	const url = new URL(target, "http://127.0.0.1");
	return url.pathname === path ? url.searchParams : undefined;
}

/** RFC 6749 §3.1: no parameter comes twice. */
function hasOutcome(parameters: URLSearchParams): boolean {
	const given = (name: string): string => (parameters.getAll(name).length === 1 ? (parameters.get(name) ?? "") : "");
	return given("state") !== "" && (parameters.has("error") ? given("error") !== "" : given("code") !== "");
}

function isSame(given: string, expected: string): boolean {
	const [a, b] = [Buffer.from(given), Buffer.from(expected)];
	return a.length === b.length && timingSafeEqual(a, b);
}

function send(response: ServerResponse, title: string, status: number, outcome: CallbackOutcome): void {
	response.writeHead(status, { ...callbackHeaders(), connection: "close" });
	response.end(callbackPage(title, outcome));
}

const REASONS: Readonly<Record<string, string>> = {
	EADDRINUSE: "another program uses it",
	EACCES: "the system does not allow it to this user",
};

/** @param port as it was asked for; 0 for any */
function cannotListen(error: unknown, port: number): AuthError {
	const code = codeOf(error);
	return new AuthError({
		code: "usage",
		message:
			port === 0
				? "no port on 127.0.0.1 can be opened for the browser to return to"
				: `--callback-port ${port} cannot be opened for the browser to return to`,
		reason: REASONS[code] ?? `the system says ${code}`,
		remedy:
			port === 0
				? "sign in without a browser on this machine: --flow device-code, or --flow paste where there is one"
				: "choose another port, or leave --callback-port out to take one that is free",
		cause: error,
	});
}

function listenerDied(error: unknown, port: number): AuthError {
	return new AuthError({
		code: "usage",
		message: `port ${port}, to which the browser was to return, is no longer open`,
		reason: `the system says ${codeOf(error)}`,
		remedy: "sign in again",
		cause: error,
	});
}

function codeOf(error: unknown): string {
	const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
	return sanitize(String(code ?? message ?? error));
}
