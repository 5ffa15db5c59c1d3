/** One request and its answer, as the services of the loopback cloud see them. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export interface Exchange {
	readonly method: string;
	readonly url: URL;
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly body: string;
	readonly requestId: string;
	/** What a service found out about the request, for the log: never a secret. */
	readonly facts: Record<string, string>;
}

export interface Answer {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body: string;
}

/** A refusal; `refusals.ts` gives it the shape of the service that answers. */
export class ServiceError extends Error {
	readonly status: number;
	/** The exception's name. */
	readonly code: string;
	readonly headers: Readonly<Record<string, string>>;

	constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
		super(message);
		this.status = status;
		this.code = code;
		this.headers = headers;
	}
}

const LIMIT = 1_000_000;

/** Reads a request to its end. Fails when the connection is cut or the body is larger than any that a sign-in sends. */
export async function readExchange(request: IncomingMessage): Promise<Exchange> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request) {
		size += (chunk as Buffer).length;
		if (size > LIMIT) throw new Error("the request is too large");
		chunks.push(chunk as Buffer);
	}
	return {
		method: request.method ?? "GET",
		url: new URL(request.url ?? "/", `http://${request.headers.host ?? "127.0.0.1"}`),
		headers: Object.fromEntries(
			Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]),
		),
		body: Buffer.concat(chunks).toString("utf8"),
		requestId: randomUUID(),
		facts: {},
	};
}

/** The headers that every answer of AWS carries, and those of this one. */
export function headersOf(exchange: Exchange, answer: Answer, date: Date): Record<string, string> {
	return {
		"content-type": "application/json",
		date: date.toUTCString(),
		"x-amzn-requestid": exchange.requestId,
		...answer.headers,
	};
}

export function send(response: ServerResponse, exchange: Exchange, answer: Answer, date: Date): void {
	response.writeHead(answer.status, headersOf(exchange, answer, date));
	response.end(answer.body);
}

/** The answer byte by byte, until the client has enough of it. */
export function drip(response: ServerResponse, exchange: Exchange, answer: Answer, date: Date, everyMs: number): void {
	const body = Buffer.from(answer.body);
	response.writeHead(answer.status, { ...headersOf(exchange, answer, date), "content-length": String(body.length) });
	let sent = 0;
	const timer = setInterval(() => {
		if (sent === body.length) response.end();
		else response.write(body.subarray(sent, ++sent));
	}, everyMs);
	response.once("close", () => clearInterval(timer));
}

/** Promises the whole answer, sends half of it and cuts the connection. */
export function sendHalf(response: ServerResponse, exchange: Exchange, answer: Answer, date: Date): void {
	const body = Buffer.from(answer.body);
	response.writeHead(answer.status, {
		...headersOf(exchange, answer, date),
		"content-length": String(Math.max(body.length, 2)),
	});
	response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

export const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });

/** The body as an object, or the service's own refusal. */
export function parseBody(exchange: Exchange, refusal: string): Record<string, unknown> {
	if (!/^application\/(?:x-amz-)?json/.test(exchange.headers["content-type"] ?? "")) {
		throw new ServiceError(400, refusal, "content type must be JSON");
	}
	try {
		const value: unknown = JSON.parse(exchange.body);
		if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
	} catch {
		// Answered below.
	}
	throw new ServiceError(400, refusal, "body is not a JSON object");
}
