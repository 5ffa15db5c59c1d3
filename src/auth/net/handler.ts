/** The request handler that every AWS client is given. Loaded by `create-network.ts` on the first request. */
import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import { type Readable, Transform } from "node:stream";
import type { SecureContext } from "node:tls";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { HttpHandler, HttpRequest, HttpResponse } from "@smithy/protocol-http";
import type { HttpHandlerOptions } from "@smithy/types";
import { createAgent } from "./agents.ts";
import { initialTrust, widerTrust } from "./certificates.ts";
import type { NetworkOptions } from "./create-network.ts";
import { isOffline, serverTime } from "./diagnose.ts";
import type { Limits } from "./limits.ts";
import { describeProxy, proxyFor } from "./proxy.ts";
import { traceRequest, traceResponse } from "./request-log.ts";
import { isOutdatedCertificate, isTrustFailure, isUnknownName, noteRoute } from "./route.ts";

type Answer = { response: HttpResponse };

export interface ClosableHandler {
	/** It has no `destroy` on purpose: a client that is done calls that, and others share the handler. */
	readonly handler: HttpHandler;
	/** Ends every connection; requests under way fail. */
	close(): void;
}

/** @param options.onSkew is told how far the server's clock is ahead of ours, in milliseconds, after every answer */
export function createHandler(
	options: NetworkOptions & { readonly limits: Limits; readonly onSkew: (ms: number) => void },
): ClosableHandler {
	const { env, log, clock, limits, certificateVariables = [] } = options;
	const ways = new Map<string, NodeHttpHandler>();
	let trust: Promise<SecureContext | undefined> | undefined;
	let wider: Promise<SecureContext | undefined> | undefined;
	const retired: NodeHttpHandler[] = [];
	let destroyed = false;

	async function wayOut(secure: boolean, proxy: URL | undefined): Promise<NodeHttpHandler> {
		const key = `${secure ? "https" : "http"} ${proxy?.href ?? ""}`;
		// A proxy may itself be https and be signed by the same private authority.
		const tls = secure || proxy?.protocol === "https:";
		trust ??= tls ? initialTrust(env, certificateVariables) : undefined;
		const context = tls ? await trust : undefined;
		const known = ways.get(key);
		if (known !== undefined) return known;
		const agent = createAgent({ secure, proxy, trust: context, connectTimeoutMs: limits.connectMs });
		const made = new NodeHttpHandler({
			...(secure ? { httpsAgent: agent as HttpsAgent } : { httpAgent: agent as HttpAgent }),
			requestTimeout: limits.silenceMs,
			throwOnRequestTimeout: true,
			socketTimeout: limits.silenceMs,
			// Its warnings would go to the console otherwise, across a full-screen program.
			logger: { trace() {}, debug() {}, info() {}, warn: (text) => log.debug(String(text)), error() {} },
		});
		ways.set(key, made);
		return made;
	}

	/** After an untrusted certificate: are there authorities of the system that have not been tried yet? */
	async function widen(): Promise<boolean> {
		if (wider !== undefined) return (await wider) !== undefined && trust === wider;
		wider = widerTrust(env, certificateVariables);
		const context = await wider;
		if (context === undefined) return false;
		log.debug("certificate not trusted: retrying with the system's certificate authorities");
		trust = wider;
		// Requests to other hosts may be under way on the old connections: they are closed at the end.
		retired.push(...ways.values());
		ways.clear();
		return true;
	}

	async function send(request: HttpRequest, handlerOptions: HttpHandlerOptions): Promise<Answer> {
		if (destroyed) throw Object.assign(new Error("the network was closed"), { name: "AbortError" });
		const url = new URL(`${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ""}`);
		const proxy = proxyFor(url, env);
		const secure = url.protocol === "https:";
		traceRequest(log, request, proxy && describeProxy(proxy));
		for (let widened = false; ; widened = true) {
			const way = await wayOut(secure, proxy);
			try {
				return (await way.handle(request, handlerOptions)) as Answer;
			} catch (error) {
				// The handshake failed, so nothing of the request was sent: it may go out again.
				if (!widened && isTrustFailure(error) && (await widen())) continue;
				const offline =
					proxy === undefined && isUnknownName(error) && (await isOffline(url.hostname, options.resolves));
				noteRoute(error, { host: url.host, proxy: proxy && describeProxy(proxy), offline });
				if (isOutdatedCertificate(error)) await measureSkew(url, proxy);
				throw error;
			}
		}
	}

	/** A handshake that fails gives no answer, and so no date: the server is asked for it alone. */
	async function measureSkew(url: URL, proxy: URL | undefined): Promise<void> {
		const agent = createAgent({ secure: true, proxy, trust: await trust, connectTimeoutMs: limits.connectMs });
		const there = await serverTime(url, agent);
		agent.destroy();
		if (there !== undefined) options.onSkew(there + 500 - clock.now());
	}

	const handler: HttpHandler = {
		metadata: { handlerProtocol: "http/1.1" },
		async handle(request: HttpRequest, handlerOptions: HttpHandlerOptions = {}) {
			const sent = clock.now();
			const { response } = await send(request, handlerOptions);
			traceResponse(log, response);
			const date = Date.parse(response.headers.date ?? "");
			// The header has whole seconds: half of one is what it leaves out on average. The answer was made between
			// the request and its arrival.
			if (Number.isFinite(date)) options.onSkew(date + 500 - (sent + clock.now()) / 2);
			if (response.body !== undefined) response.body = limited(response.body as Readable, request, limits.answerBytes);
			return { response };
		},
		updateHttpClientConfig() {},
		httpHandlerConfigs: () => ({}),
	};
	return {
		handler,
		close() {
			destroyed = true;
			for (const way of [...ways.values(), ...retired]) way.destroy();
			ways.clear();
		},
	};
}

/** The body with an end to its length, and with errors that know where it came from. */
function limited(body: Readable, request: HttpRequest, most: number): Readable {
	const fail = (error: Error): Error => {
		noteRoute(error, { host: `${request.hostname}${request.port ? `:${request.port}` : ""}` });
		return error;
	};
	let bytes = 0;
	const limit = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			bytes += chunk.length;
			if (bytes <= most) return done(null, chunk);
			done(fail(Object.assign(new Error("the answer is too long"), { name: "AnswerTooLong" })));
		},
	});
	body.on("error", (error) => limit.destroy(fail(error)));
	body.on("aborted", () => {
		limit.destroy(fail(Object.assign(new Error("the answer broke off"), { code: "ECONNRESET" })));
	});
	limit.on("close", () => {
		if (!body.readableEnded) body.destroy();
	});
	return body.pipe(limit);
}
