/** One call to AWS: limits on its time, retries that can be cancelled at once, and errors that a user understands. */
import type { AuthContext } from "../context.ts";
import { warnOfSkew } from "../net/clock-skew.ts";
import { limitsOf } from "../net/limits.ts";
import { logTry } from "../net/request-log.ts";
import { awsError, describeAwsError, isThrottled, isTransient, RetryLaterError, wantedPauseMs } from "./errors.ts";

export interface AwsCall {
	readonly ctx: AuthContext;
	/** What is called, such as `sso:ListAccounts`. */
	readonly operation: string;
	readonly signal: AbortSignal;
	/** How often it is tried at most. Default 3. */
	readonly attempts?: number | undefined;
	/**
	 * Default true. False for what may be done once, such as a request with an MFA code: it is sent again only where the service
	 * said that it did nothing with it.
	 */
	readonly repeatable?: boolean | undefined;
	/** Limit for all tries and the pauses between them, in milliseconds. Default `Limits.requestMs`. */
	readonly limitMs?: number | undefined;
	/** Awaited before every try, for instance for a place in a rate limit. Does not count against the limit. */
	readonly before?: ((signal: AbortSignal) => Promise<void>) | undefined;
	/** Told of a try that failed and is repeated after `delayMs`. */
	readonly onRetry?: ((error: unknown, delayMs: number) => void) | undefined;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 8_000;
/** A last try that has less than this left is not worth its request. Milliseconds. */
const SHORTEST_TRY_MS = 1_000;

/**
 * The SDK's own retries sleep on a timer that outlives a cancelled login, so clients used through this are built with
 * `maxAttempts: 1`. Requests that may not be repeated say so; all of SSO's may.
 *
 * @param send makes one try and honours the signal
 * @throws RetryLaterError where the service wants a longer pause than anybody waits; AuthError (see `awsError`); or the
 *   signal's reason at once when it is aborted
 */
export async function callAws<T>(call: AwsCall, send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
	const { ctx, operation, signal } = call;
	const limits = limitsOf(ctx);
	const attempts = call.attempts ?? 3;
	let leftMs = call.limitMs ?? limits.requestMs;
	for (let attempt = 1; ; attempt++) {
		await call.before?.(signal);
		const started = performance.now();
		const end = (): { readonly attempt: number; readonly operation: string; readonly took: number } => {
			const took = performance.now() - started;
			leftMs -= took;
			return { operation, attempt, took };
		};
		try {
			const answer = await once(signal, Math.min(limits.tryMs, leftMs), send);
			logTry(ctx.log, { ...end(), ...metadataOf(answer) });
			warnOfSkew(ctx);
			return answer;
		} catch (error) {
			const made = end();
			signal.throwIfAborted();
			warnOfSkew(ctx);
			const { name, status, requestId } = describeAwsError(error, operation);
			const why = { ...made, status, requestId, error: status === undefined ? (codeOf(error) ?? name) : name };
			const corrected = attempt === 1 && clockWasCorrected(error);
			const wanted = wantedPauseMs(error, ctx.clock.now());
			const tooLong = wanted !== undefined && wanted > limits.pauseMs;
			const delayMs = corrected ? 0 : (wanted ?? backoffMs(attempt));
			const mayRepeat = call.repeatable === false ? isThrottled(error) : isTransient(error);
			const again = (corrected || mayRepeat) && !tooLong;
			if (attempt >= attempts || !again || leftMs - delayMs < Math.min(SHORTEST_TRY_MS, limits.tryMs)) {
				logTry(ctx.log, why);
				const shown = awsError(error, call);
				throw tooLong && isTransient(error) ? new RetryLaterError(shown, wanted) : shown;
			}
			logTry(ctx.log, { ...why, retryInMs: delayMs });
			call.onRetry?.(error, delayMs);
			await ctx.clock.sleep(delayMs, signal);
			leftMs -= delayMs;
		}
	}
}

/** Status and request id of an answer, as the SDK has them. */
function metadataOf(answer: unknown): { readonly status?: number; readonly requestId?: string } {
	const metadata = (answer as { $metadata?: { httpStatusCode?: unknown; requestId?: unknown } } | null)?.$metadata;
	const { httpStatusCode: status, requestId } = metadata ?? {};
	return {
		...(typeof status === "number" ? { status } : {}),
		...(typeof requestId === "string" ? { requestId } : {}),
	};
}

function codeOf(error: unknown): string | undefined {
	const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
	return [code, name].find((text) => typeof text === "string");
}

/** True when the client has learnt from the refusal how far our clock is off, and would sign with the right time now. */
function clockWasCorrected(error: unknown): boolean {
	const metadata = (error as { $metadata?: { clockSkewCorrected?: unknown } } | null)?.$metadata;
	return metadata?.clockSkewCorrected === true;
}

/** Exponential with full jitter, so that several processes do not come back at the same time. */
export function backoffMs(attempt: number): number {
	return Math.random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
}

/** Settles as soon as the signal is aborted or the time is over, whatever the request does. */
async function once<T>(signal: AbortSignal, ms: number, send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
	signal.throwIfAborted();
	const limit = AbortSignal.timeout(Math.ceil(ms));
	let stop: (() => void) | undefined;
	const aborted = new Promise<never>((_, reject) => {
		stop = () => reject(signal.aborted ? signal.reason : timeout(ms));
		for (const each of [signal, limit]) each.addEventListener("abort", stop, { once: true });
	});
	try {
		return await Promise.race([send(AbortSignal.any([signal, limit])), aborted]);
	} finally {
		if (stop !== undefined) for (const each of [signal, limit]) each.removeEventListener("abort", stop);
	}
}

function timeout(ms: number): Error {
	return Object.assign(new Error(`no complete response within ${Math.round(ms / 1000)} s`), {
		name: "TimeoutError",
		code: "ETIMEDOUT",
	});
}
