/** HTTP agents with a limit on the time that a connection may take, direct and through a proxy. */
import { type AgentOptions, type ClientRequest, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContext, TLSSocket } from "node:tls";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";

/** The proxy answered CONNECT with something else than 200. */
export class ProxyRefusal extends Error {
	readonly status: number;

	constructor(status: number, statusText: string) {
		super(`${status} ${statusText}`.trim());
		this.name = "ProxyRefusal";
		this.status = status;
	}
}

export interface AgentChoice {
	readonly secure: boolean;
	readonly proxy?: URL | undefined;
	readonly trust?: SecureContext | undefined;
	/** Limit for name look-up, connection and TLS handshake together, in milliseconds. */
	readonly connectTimeoutMs: number;
}

const POOL: AgentOptions = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets: 50, scheduling: "lifo" };

type CreateSocket = (error: Error | null, socket?: Duplex) => void;

/** Makes the agent for one way out. The caller destroys it. */
export function createAgent(choice: AgentChoice): HttpAgent {
	const { secure, proxy, trust, connectTimeoutMs } = choice;
	const secureContext = trust === undefined ? {} : { secureContext: trust };
	if (proxy === undefined) {
		const agent = secure ? new HttpsAgent({ ...POOL, ...secureContext }) : new HttpAgent(POOL);
		const connect = agent.createConnection.bind(agent) as (
			...rest: Parameters<HttpAgent["createConnection"]>
		) => Duplex | null | undefined;
		agent.createConnection = (options, callback) => {
			const socket = connect(options, callback as CreateSocket);
			if (socket) limitConnect(socket as Socket, secure, connectTimeoutMs);
			return socket;
		};
		return agent;
	}
	// The options given to these agents are for the connection to the proxy itself, which may be https too.
	if (!secure) return new HttpProxyAgent<string>(proxy, { ...POOL, ...(secureContext as Record<string, never>) });
	return new TunnelAgent(proxy, trust, connectTimeoutMs);
}

/** A CONNECT tunnel that trusts our authorities at both ends, gives up in time and keeps a refusal apart from an answer. */
class TunnelAgent extends HttpsProxyAgent<string> {
	readonly #trust: SecureContext | undefined;
	readonly #timeoutMs: number;

	constructor(proxy: URL, trust: SecureContext | undefined, timeoutMs: number) {
		super(proxy, { ...POOL, ...(trust === undefined ? {} : { secureContext: trust }) });
		this.#trust = trust;
		this.#timeoutMs = timeoutMs;
		this.on("proxyConnect", (answer: { statusCode: number; statusText: string }, request: ClientRequest) => {
			// Left alone, the proxy's own page would be taken for the service's answer.
			if (answer.statusCode !== 200) request.destroy(new ProxyRefusal(answer.statusCode, answer.statusText));
		});
	}

	/** The library guesses this from the call stack, and wrong when a connection comes back to the pool. */
	override isSecureEndpoint(): boolean {
		return true;
	}

	override async connect(
		request: ClientRequest,
		options: Parameters<HttpsProxyAgent<string>["connect"]>[1],
	): Promise<Socket> {
		const timer = setTimeout(() => request.destroy(connectTimeout(this.#timeoutMs)), this.#timeoutMs);
		request.once("close", () => clearTimeout(timer));
		const socket = await super.connect(
			request,
			this.#trust === undefined ? options : ({ ...options, secureContext: this.#trust } as typeof options),
		);
		const event = "encrypted" in socket ? "secureConnect" : undefined;
		if (event === undefined || (socket as TLSSocket).authorized) clearTimeout(timer);
		else socket.once(event, () => clearTimeout(timer));
		return socket;
	}
}

function limitConnect(socket: Socket, secure: boolean, ms: number): void {
	const timer = setTimeout(() => socket.destroy(connectTimeout(ms)), ms);
	const clear = () => clearTimeout(timer);
	socket.once(secure ? "secureConnect" : "connect", clear);
	socket.once("close", clear);
}

function connectTimeout(ms: number): Error {
	return Object.assign(new Error(`no connection within ${Math.round(ms / 1000)} s`), {
		name: "TimeoutError",
		code: "ETIMEDOUT",
	});
}
