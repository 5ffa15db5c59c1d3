/**
 * The listener that a page in the browser returns to (RFC 8252 §7.3): on 127.0.0.1 alone, for one path, and only for whoever
 * knows the state. Whatever else comes in is answered and forgotten.
 */
import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AuthError } from "../errors.ts";
import { callbackPage } from "./callback-page.ts";

export interface CallbackOptions {
	/** Such as `/oauth/callback`. */
	readonly path: string;
	/** The `state` of the request (RFC 6749 §10.12): what comes without it is not ours. */
	readonly state: string;
	/** A port that is free, if left out. */
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
	 * @throws the signal's reason when it is aborted
	 */
	answer(signal: AbortSignal): Promise<URLSearchParams>;
	/** Ends it at once, with every connection. */
	close(): void;
}

/** How long a connection may take to say what it wants, in milliseconds. */
const HEADERS_MS = 10_000;

/** @throws AuthError `usage` for a port that is taken or not allowed */
export async function startCallbackServer(options: CallbackOptions): Promise<CallbackServer> {
	const { path, state, title } = options;
	let settle: (parameters: URLSearchParams) => void = () => undefined;
	const arrived = new Promise<URLSearchParams>((resolve) => {
		settle = resolve;
	});
	let port = 0;
	let isOver = false;

	const handle = (request: IncomingMessage, response: ServerResponse): void => {
		const found = parametersOf(request, port, path);
		const isOurs = found !== undefined && isSame(found.get("state") ?? "", state) && hasOutcome(found);
		if (!isOurs) {
			const status = found === undefined ? 404 : 400;
			send(response, status, callbackPage(title, "unknown"), request.method);
			return;
		}
		send(response, 200, callbackPage(title, found.has("error") ? "refused" : "done"), request.method);
		// What the browser asks for a second time was answered the first time.
		if (!isOver) settle(found);
		isOver = true;
	};

	const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: HEADERS_MS, keepAlive: false }, handle);
	server.on("clientError", (_error, socket) => socket.destroy());
	try {
		server.listen(options.port ?? 0, "127.0.0.1");
		await once(server, "listening");
	} catch (error) {
		server.close();
		throw portError(error, options.port ?? 0);
	}
	// Nothing but what waits for its answer keeps the program alive.
	server.unref();
	port = (server.address() as AddressInfo).port;
	return {
		port,
		redirectUri: `http://127.0.0.1:${port}${path}`,
		answer: (signal) => abortable(arrived, signal),
		close() {
			server.close();
			// The last page may still be on its way to the browser.
			server.closeIdleConnections();
			setTimeout(() => server.closeAllConnections(), 500).unref();
		},
	};
}

/** @returns undefined for what is not a request of this path, on this host (DNS rebinding), by a browser that was sent here */
function parametersOf(request: IncomingMessage, port: number, path: string): URLSearchParams | undefined {
	if (request.method !== "GET") return undefined;
	if (![`127.0.0.1:${port}`, `localhost:${port}`].includes((request.headers.host ?? "").toLowerCase()))
		return undefined;
	const target = request.url ?? "";
	if (!target.startsWith("/") || !URL.canParse(target, "http://127.0.0.1")) return undefined;
	const url = new URL(target, "http://127.0.0.1");
	return url.pathname === path ? url.searchParams : undefined;
}

const hasOutcome = (parameters: URLSearchParams): boolean =>
	Boolean(parameters.get("code")) || Boolean(parameters.get("error"));

function isSame(given: string, expected: string): boolean {
	const [a, b] = [Buffer.from(given), Buffer.from(expected)];
	return a.length === b.length && timingSafeEqual(a, b);
}

function send(response: ServerResponse, status: number, page: string, method: string | undefined): void {
	response.writeHead(status, {
		"content-type": "text/html; charset=utf-8",
		"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
		"cache-control": "no-store",
		"referrer-policy": "no-referrer",
		"x-content-type-options": "nosniff",
		connection: "close",
	});
	response.end(method === "HEAD" ? undefined : page);
}

function abortable<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
	return new Promise((resolve, reject) => {
		if (signal.aborted) {
			reject(signal.reason);
			return;
		}
		const abort = (): void => reject(signal.reason);
		signal.addEventListener("abort", abort, { once: true });
		promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
	});
}

function portError(error: unknown, port: number): AuthError {
	const { code } = (error ?? {}) as { readonly code?: unknown };
	const reason = code === "EADDRINUSE" ? "another program uses it" : `the system says ${String(code)}`;
	return new AuthError({
		code: "usage",
		message: `port ${port} on this machine cannot be listened on`,
		reason,
		remedy: port === 0 ? "sign in with --flow device-code or --flow paste" : "choose another --callback-port",
		cause: error,
	});
}
