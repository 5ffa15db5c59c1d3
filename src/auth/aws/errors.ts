/** From what the AWS SDK throws to what a user is told. */
import type { AuthContext } from "../context.ts";
import { AuthError, type AuthErrorOptions, isAbort, type ServiceDetails } from "../errors.ts";
import { clockError, setClock } from "../net/clock-skew.ts";
import { isTransientNetworkError, networkError } from "../net/network-errors.ts";
import { routeOf } from "../net/route.ts";
import { signInCommand } from "../sign-in-command.ts";
import { sanitize } from "../system/sanitize.ts";
import { regionOf } from "./partitions.ts";
import { CERTIFICATE_VARIABLE } from "./vendor.ts";

/** The parts of an SDK error that are of use. None of them can be relied on: a proxy may have made the answer. */
interface SdkError {
	readonly name?: unknown;
	readonly message?: unknown;
	/** OAuth 2.0 error code (RFC 6749 §5.2), of SSO-OIDC alone. */
	readonly error?: unknown;
	readonly error_description?: unknown;
	readonly $metadata?: { readonly httpStatusCode?: unknown; readonly requestId?: unknown } | undefined;
	readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> } | undefined;
}

const MAX_TEXT = 400;

/**
 * @param operation what was called, such as `sso:GetRoleCredentials`
 * @returns name, message, request id and status as the service gave them, without control characters and cut to size.
 *   SSO-OIDC's errors have the message `UnknownError` in the SDK; theirs comes from `error_description`.
 */
export function describeAwsError(error: unknown, operation: string): ServiceDetails {
	const sdk = asSdkError(error);
	const status = sdk.$metadata?.httpStatusCode;
	const oauth = oauthCode(error);
	const name = text(sdk.name);
	// The parser's message quotes the answer, which may hold a token.
	const message = isUnreadable(error)
		? undefined
		: (text(sdk.error_description) ?? meaningful(text(sdk.message), name) ?? text(sdk.error));
	return {
		name: name === undefined || GENERIC_NAMES.has(name) ? oauth && oauthExceptionName(oauth) : name,
		message,
		requestId: text(sdk.$metadata?.requestId),
		status: typeof status === "number" && status > 0 ? status : undefined,
		operation,
	};
}

/**
 * The OAuth 2.0 error code of an SSO-OIDC error, such as `authorization_pending`: from the body, or from the exception's
 * name where the body is missing.
 */
export function oauthCode(error: unknown): string | undefined {
	const sdk = asSdkError(error);
	const name = text(sdk.name) ?? "";
	if (/^[A-Z]\w+Exception$/.test(name) && !GENERIC_NAMES.has(name)) {
		return name
			.replace(/Exception$/, "")
			.replace(/(?<!^)([A-Z])/g, "_$1")
			.toLowerCase();
	}
	return text(sdk.error)?.toLowerCase();
}

/** True where the same request may succeed a moment later: throttling, errors of the server, a bad connection. */
export function isTransient(error: unknown): boolean {
	const { name, status } = describeAwsError(error, "");
	if (isAbort(error) || error instanceof AuthError) return false;
	// STS asks an issuer of tokens, and says so of one that did not answer.
	if (/^IDPCommunicationError/.test(name ?? "")) return true;
	if (isThrottling(name, status) || (status !== undefined && status >= 500)) return true;
	return isTransientNetworkError(error);
}

/** True where the service had too much to do and did nothing. */
export function isThrottled(error: unknown): boolean {
	const { name, status } = describeAwsError(error, "");
	return isThrottling(name, status);
}

/** How long the server wants to be left alone, in milliseconds (RFC 9110 §10.2.3), or undefined. It may be days. */
export function wantedPauseMs(error: unknown, now: number): number | undefined {
	const value = asSdkError(error).$response?.headers?.["retry-after"];
	if (typeof value !== "string") return undefined;
	const ms = /^\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
	return Number.isFinite(ms) ? Math.max(ms, 0) : undefined;
}

/**
 * Any failure of a call to AWS as an error for the user. What is special to one operation is told apart by its caller
 * first; this knows what can happen to every call.
 *
 * @param call.operation what was called, such as `eks:DescribeCluster`
 * @returns the error itself if it is an AuthError already or the reason of an abort
 */
export function awsError(error: unknown, call: { readonly ctx: AuthContext; readonly operation: string }): Error {
	if (error instanceof AuthError || (isAbort(error) && error instanceof Error)) return error;
	const { ctx, operation } = call;
	const service = describeAwsError(error, operation);
	const network = networkError(error, operation, ctx, {
		name: "AWS",
		regionOf,
		certificateVariable: CERTIFICATE_VARIABLE,
	});
	if (network !== undefined) return network;
	const unreadable = unreadableAdvice(error, service);
	if (unreadable !== undefined) return new AuthError({ ...unreadable, service });
	return skewError(error, service, ctx) ?? new AuthError({ ...adviceFor(service, ctx), service, cause: error });
}

/** Names of refusals that are about the keys of a request, whatever it was for. */
const EXPIRED = /^(?:ExpiredToken|ExpiredTokenException|TokenRefreshRequired)$/;
const UNKNOWN_KEYS = /^(?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|AuthFailure)$/;

/** True for the error of a call that was refused because its keys are over or unknown: others may be taken. */
export function isTurnedDown(error: unknown): error is AuthError {
	const name = error instanceof AuthError ? (error.service?.name ?? "") : "";
	return EXPIRED.test(name) || UNKNOWN_KEYS.test(name);
}

type Advice = Pick<AuthErrorOptions, "code" | "message" | "reason" | "remedy">;

function adviceFor(service: ServiceDetails, ctx: AuthContext): Advice {
	const { name = "", message, status, operation = "the request" } = service;
	const host = serviceTitle(operation);
	if (isThrottling(name, status)) {
		return {
			code: "service",
			message: `${host} is throttling requests`,
			reason: message,
			remedy: "wait a minute, then run the command again",
		};
	}
	if (name === "RegionDisabledException" || (/token/i.test(message ?? "") && /malformed/i.test(message ?? ""))) {
		return {
			code: "denied",
			message: "the region does not accept these credentials",
			reason: message ?? "it may be an opt-in region that the account has not enabled",
			remedy: "enable the region in the account, or use another `region`",
		};
	}
	if (EXPIRED.test(name)) {
		return {
			code: "expired",
			message: "the credentials have expired",
			reason: message,
			remedy: { say: "sign in again", run: signInCommand(ctx, { force: true }) },
		};
	}
	if (UNKNOWN_KEYS.test(name)) {
		return {
			code: "denied",
			message: `${host} does not recognize these credentials`,
			reason: message ?? "they were revoked, or belong to another partition or a region that is not enabled",
			remedy: { say: "sign in again", run: signInCommand(ctx, { force: true }) },
		};
	}
	if (/AccessDenied|UnauthorizedOperation|ForbiddenException|NotAuthorized/.test(name) || status === 403) {
		return notAuthorized(message, operation);
	}
	if (status !== undefined && status >= 500) {
		return {
			code: "service",
			message: `${host} returned an error (HTTP ${status})`,
			reason: message,
			remedy:
				"wait a few minutes, then run the command again; outages are listed at https://health.aws.amazon.com/health/status",
		};
	}
	return {
		code: "service",
		message: `${operation} failed${name === "" ? "" : ` with ${name}`}`,
		reason: message ?? (status === undefined ? undefined : `HTTP ${status}`),
	};
}

/** AWS's sentence "User: … is not authorized to perform: … on resource: …". */
const DENIED_SENTENCE = /not authorized to perform:? ([\w-]+:\w+)(?: on resource: (\S+))?/;

/** One permission is missing. What AWS says is no reason beside it, unless the permission is denied rather than not given. */
function notAuthorized(message: string | undefined, operation: string): Advice {
	const [sentence, action = operation, resource] = DENIED_SENTENCE.exec(message ?? "") ?? [];
	const isDenied = /explicit deny/.test(message ?? "");
	const where = resource === undefined || resource === "*" ? "" : ` on ${resource}`;
	return {
		code: "denied",
		message: `not authorized to perform ${action}`,
		reason: sentence === undefined || isDenied ? message : undefined,
		remedy: `allow ${action}${where} in the permissions of this identity's role`,
	};
}

/** Refusals that say nothing else than that the times differ. */
const SKEW_NAMES = /^(?:RequestExpired|RequestInTheFuture|RequestTimeTooSkewed)$/;
const SKEW_SENTENCES = /Signature (?:expired|not yet current)|is now (?:earlier|later) than/;
/** Refusals that have other causes too: the clock's only where it is known to be wrong. */
const SKEW_SUSPECTS = /^(?:SignatureDoesNotMatch|InvalidSignatureException|ExpiredToken|ExpiredTokenException)$/;

/**
 * Signatures carry the time; beyond five minutes the service turns them away, under several names. By a slow clock,
 * credentials are used after their end.
 */
function skewError(cause: unknown, service: ServiceDetails, ctx: AuthContext): AuthError | undefined {
	const { name = "", message = "", operation = "" } = service;
	const certain = SKEW_NAMES.test(name) || SKEW_SENTENCES.test(message);
	// SSO-OIDC's ExpiredTokenException is about a code, which it ends by its own clock.
	if (!certain && (!SKEW_SUSPECTS.test(name) || operation.startsWith("sso-oidc:"))) return undefined;
	const reason = service.message ?? "AWS rejects requests whose time is more than five minutes off";
	const measured = clockError(ctx, reason, { service, cause });
	if (measured !== undefined || !certain) return measured;
	return new AuthError({
		code: "denied",
		message: "this machine's clock differs from the service's",
		reason,
		remedy: setClock(ctx),
		service,
		cause,
	});
}

/** An answer that is no JSON comes from something between us and the service: a captive portal, a proxy's error page. */
function unreadableAdvice(error: unknown, service: ServiceDetails): Advice | undefined {
	const { status = 0, operation = "" } = service;
	const redirect = status >= 300 && status < 400;
	if (!redirect && (!isUnreadable(error) || status >= 500)) return undefined;
	const tooLong = (error as { name?: unknown } | null)?.name === "AnswerTooLong";
	return {
		code: "service",
		message: `${sanitize(routeOf(error)?.host ?? serviceTitle(operation))} sent an unreadable response`,
		reason: tooLong ? "it is too long" : "a proxy or a captive portal may have answered instead",
		remedy: "check the endpoint and the proxy, and whether this network has a sign-in page of its own",
	};
}

/** The SDK appends a remark of its own to whatever its parser threw. */
function isUnreadable(error: unknown): boolean {
	const { name, message } = asSdkError(error);
	return name === "AnswerTooLong" || (typeof message === "string" && message.includes("Deserialization error:"));
}

const GENERIC_NAMES = new Set(["", "Error", "Unknown", "UnknownError", "TypeError", "SyntaxError"]);

function isThrottling(name: string | undefined, status: number | undefined): boolean {
	return status === 429 || /^(?:Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled)/.test(name ?? "");
}

function serviceTitle(operation: string): string {
	const titles: Readonly<Record<string, string>> = {
		sso: "the access portal",
		"sso-oidc": "the sign-in service",
		sts: "AWS STS",
		ecr: "Amazon ECR",
		"ecr-public": "Amazon ECR Public",
		eks: "Amazon EKS",
	};
	return titles[operation.split(":")[0] ?? ""] ?? "the service";
}

function oauthExceptionName(code: string): string {
	return `${code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Exception`;
}

function asSdkError(error: unknown): SdkError {
	return typeof error === "object" && error !== null ? (error as SdkError) : {};
}

/** Where the service sent none, the SDK puts the error's name there. */
function meaningful(message: string | undefined, name: string | undefined): string | undefined {
	return message === name || message === "UnknownError" || message === "Unknown" ? undefined : message;
}

function text(value: unknown): string | undefined {
	if (typeof value !== "string") return undefined;
	const clean = sanitize(value);
	if (clean === "") return undefined;
	return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT - 1)}…` : clean;
}
