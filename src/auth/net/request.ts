/** A plain HTTP request to a service that no SDK is used for, over the one HTTP stack, with its tries and limits. */
import type { Readable } from "node:stream";
import { HttpRequest } from "@smithy/protocol-http";
import { AuthError, isAbort } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import { isTransientNetworkError, networkError, type Vendor } from "./network-errors.ts";
import { type Call, withTries } from "./tries.ts";

export interface PlainRequest extends Call {
	/** Whose service it is, for what is said where it cannot be reached. */
	readonly vendor: Vendor;
	readonly method: "GET" | "POST" | "PUT";
	/** https, or http on this machine; with its query. */
	readonly url: URL;
	/** Names in lower case. `host` and `content-length` are added. */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	readonly body?: string | undefined;
}

export interface PlainAnswer {
	readonly status: number;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	readonly text: string;
}

/** An answer after which the same request may succeed. It is what is thrown between two tries, and never leaves this file. */
class PassingAnswer extends Error {
	readonly answer: PlainAnswer;

	constructor(answer: PlainAnswer) {
		super(`HTTP ${answer.status}`);
		this.answer = answer;
	}
}

/**
 * Redirects are not followed: none of the services has any, and a secret goes to nobody else than whom it was meant for.
 *
 * @returns the answer, whatever its status: refusals are the caller's to explain. Answers with 429 or 5xx are those of the
 *   last try
 * @throws AuthError `network`; RetryLaterError; the signal's reason at once when it is aborted
 */
export async function request(call: PlainRequest): Promise<PlainAnswer> {
	const { ctx, operation, vendor } = call;
	try {
		return await withTries<PlainAnswer>(
			call,
			{
				answer: factsOf,
				failure: (error) =>
					error instanceof PassingAnswer
						? { ...factsOf(error.answer), error: error.message }
						: { error: codeOf(error) ?? (error as Error).name },
				isTransient: (error) => error instanceof PassingAnswer || isTransientNetworkError(error),
				isThrottled: (error) => error instanceof PassingAnswer && error.answer.status === 429,
				wantedPauseMs: (error) =>
					error instanceof PassingAnswer ? pauseOf(error.answer.headers["retry-after"], ctx.clock.now()) : undefined,
				explain: (error) =>
					error instanceof PassingAnswer || error instanceof AuthError || isAbort(error)
						? (error as Error)
						: (networkError(error, operation, ctx, vendor) ?? broken(error, call)),
			},
			(signal) => send(call, signal),
		);
	} catch (error) {
		if (error instanceof PassingAnswer) return error.answer;
		throw error;
	}
}

/** @returns what an answer holds; undefined where it is no JSON */
export function jsonOf(answer: PlainAnswer): unknown {
	try {
		return JSON.parse(answer.text);
	} catch {
		return undefined;
	}
}

async function send({ ctx, method, url, headers = {}, body }: PlainRequest, abortSignal: AbortSignal) {
	const handler = await ctx.network.handler();
	const { response } = await handler.handle(
		new HttpRequest({
			method,
			protocol: url.protocol,
			hostname: url.hostname,
			...(url.port === "" ? {} : { port: Number(url.port) }),
			path: url.pathname,
			query: queryOf(url),
			headers: {
				host: url.host,
				...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
				...headers,
			},
			...(body === undefined ? {} : { body }),
		}),
		{ abortSignal },
	);
	const answer: PlainAnswer = {
		status: response.statusCode,
		headers: Object.fromEntries(
			Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
		),
		text: await textOf(response.body as Readable),
	};
	if (answer.status === 429 || answer.status >= 500) throw new PassingAnswer(answer);
	return answer;
}

function queryOf(url: URL): Record<string, string | string[]> {
	const query: Record<string, string | string[]> = {};
	for (const name of new Set(url.searchParams.keys())) {
		const values = url.searchParams.getAll(name);
		query[name] = values.length === 1 ? (values[0] ?? "") : values;
	}
	return query;
}

async function textOf(body: Readable): Promise<string> {
	const parts: Buffer[] = [];
	for await (const part of body) parts.push(part as Buffer);
	return Buffer.concat(parts).toString("utf8");
}

const factsOf = ({ status, headers }: PlainAnswer) => ({
	status,
	requestId: headers["x-amzn-requestid"] ?? headers["x-amz-request-id"] ?? headers["x-request-id"],
});

/** RFC 9110 §10.2.3. @returns milliseconds, or undefined */
function pauseOf(value: string | undefined, now: number): number | undefined {
	if (value === undefined) return undefined;
	const ms = /^\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
	return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}

function codeOf(error: unknown): string | undefined {
	const { code } = (error ?? {}) as { code?: unknown };
	return typeof code === "string" ? code : undefined;
}

/** What came was no answer: too long, or broken off. */
function broken(cause: unknown, { operation, url, vendor }: PlainRequest): AuthError {
	return new AuthError({
		code: "service",
		message: `${sanitize(url.host)} sent an unreadable response`,
		reason: (cause as { name?: unknown } | null)?.name === "AnswerTooLong" ? "it is too long" : undefined,
		remedy: `check the address of ${vendor.name} and the proxy, and whether this network has a sign-in page of its own`,
		service: { operation },
		cause,
	});
}
