/**
 * What is logged of requests. At `debug`, one line for each try: what was asked of whom, what came of it, and what is done
 * about it. At `trace`, the headers both ways. Bodies never, and values only of headers that are listed here: a service may
 * put a token into any other.
 */
import type { HttpRequest, HttpResponse } from "@smithy/protocol-http";
import type { LogFields, Logger } from "../context.ts";
import { sanitize } from "../system/sanitize.ts";

/** Headers whose values are shown. */
const SHOWN = new Set([
	"amz-sdk-invocation-id",
	"amz-sdk-request",
	"cache-control",
	"connection",
	"content-encoding",
	"content-length",
	"content-type",
	"date",
	"host",
	"keep-alive",
	"retry-after",
	"server",
	"transfer-encoding",
	"user-agent",
	"via",
	"x-amz-apigw-id",
	"x-amz-cf-id",
	"x-amz-cf-pop",
	"x-amz-content-sha256",
	"x-amz-date",
	"x-amz-request-id",
	"x-amz-target",
	"x-amz-user-agent",
	"x-amzn-errortype",
	"x-amzn-remapped-date",
	"x-amzn-requestid",
	"x-amzn-trace-id",
	"x-cache",
]);

/** Parameters of a URL whose values are shown. */
const SHOWN_PARAMETERS = new Set(["account_id", "max_result", "role_name"]);

const REDACTED = "[redacted]";

/** The request as it goes out. */
export function traceRequest(log: Logger, request: HttpRequest, proxy: string | undefined): void {
	const query = Object.entries(request.query ?? {}).map(
		([name, value]) => `${name}=${SHOWN_PARAMETERS.has(name) ? String(value) : REDACTED}`,
	);
	const port = request.port === undefined ? "" : `:${request.port}`;
	const path = query.length === 0 ? request.path : `${request.path}?${query.join("&")}`;
	log.trace(`> ${request.method} ${request.protocol}//${request.hostname}${port}${path}`, {
		...(proxy === undefined ? {} : { proxy }),
		...shownHeaders(request.headers),
	});
}

/** The answer as it came in, without its body. */
export function traceResponse(log: Logger, response: HttpResponse): void {
	log.trace(`< ${response.statusCode}`, shownHeaders(response.headers));
}

function shownHeaders(headers: Readonly<Record<string, string | undefined>>): LogFields {
	return Object.fromEntries(
		Object.entries(headers)
			.filter(([, value]) => value !== undefined)
			.map(([name, value]) => [name, SHOWN.has(name.toLowerCase()) ? sanitize(String(value)) : REDACTED]),
	);
}

/** One try of a call, as it ended. */
export interface Try {
	/** Such as `sso:ListAccounts`. */
	readonly operation: string;
	readonly attempt: number;
	/** Milliseconds. */
	readonly took: number;
	readonly status?: number | undefined;
	readonly requestId?: string | undefined;
	/** Why it failed: the service's error name, or what the network said. */
	readonly error?: string | undefined;
	/** Milliseconds until it is tried again; undefined where it is not. */
	readonly retryInMs?: number | undefined;
}

/** One line for one try. */
export function logTry(log: Logger, { operation, took, retryInMs, ...rest }: Try): void {
	const [service = operation, action] = operation.split(":");
	log.debug("request", {
		service,
		action,
		status: rest.status,
		ms: Math.round(took),
		requestId: rest.requestId,
		attempt: rest.attempt,
		error: rest.error,
		...(retryInMs === undefined ? {} : { retryInMs: Math.round(retryInMs) }),
	});
}
