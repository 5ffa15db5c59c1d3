/** One call to AWS: a limit on its time, retries that can be cancelled at once, and errors that a user understands. */
import type { AuthContext } from "../context.ts";
import { awsError, isTransient, retryAfterMs } from "./aws-errors.ts";

export interface AwsCall {
	readonly ctx: AuthContext;
	/** What is called, such as `sso:ListAccounts`. */
	readonly operation: string;
	readonly signal: AbortSignal;
	/** How often it is tried at most. Default 3. */
	readonly attempts?: number | undefined;
	/** Awaited before every try, for instance for a place in a rate limit. */
	readonly before?: ((signal: AbortSignal) => Promise<void>) | undefined;
	/** Told of a try that failed and is repeated after `delayMs`. */
	readonly onRetry?: ((error: unknown, delayMs: number) => void) | undefined;
}

/** Limit for one try, its body included, in milliseconds. */
const TRY_MS = 60_000;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 8_000;

/**
 * The SDK's own retries sleep on a timer that outlives a cancelled login, so clients used through this are built with
 * `maxAttempts: 1`. Only requests that may be repeated go through here; all of SSO's may.
 *
 * @param send makes one try and honours the signal
 * @throws AuthError (see `awsError`), or the signal's reason at once when it is aborted
 */
export async function callAws<T>(call: AwsCall, send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
	const { ctx, signal } = call;
	const attempts = call.attempts ?? 3;
	for (let attempt = 1; ; attempt++) {
		await call.before?.(signal);
		try {
			return await once(signal, send);
		} catch (error) {
			signal.throwIfAborted();
			const corrected = attempt === 1 && clockWasCorrected(error);
			if (attempt >= attempts || !(corrected || isTransient(error))) throw awsError(error, call);
			const delayMs = corrected ? 0 : (retryAfterMs(error, ctx.clock.now()) ?? backoffMs(attempt));
			call.onRetry?.(error, delayMs);
			ctx.log.debug("request is repeated", { operation: call.operation, attempt, delayMs: Math.round(delayMs) });
			await ctx.clock.sleep(delayMs, signal);
		}
	}
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

/** Settles as soon as the signal is aborted, whatever the request does. */
async function once<T>(signal: AbortSignal, send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
	signal.throwIfAborted();
	const limit = AbortSignal.timeout(TRY_MS);
	let stop: (() => void) | undefined;
	const aborted = new Promise<never>((_, reject) => {
		stop = () => reject(signal.aborted ? signal.reason : timeout());
		for (const each of [signal, limit]) each.addEventListener("abort", stop, { once: true });
	});
	try {
		return await Promise.race([send(AbortSignal.any([signal, limit])), aborted]);
	} finally {
		if (stop !== undefined) for (const each of [signal, limit]) each.removeEventListener("abort", stop);
	}
}

function timeout(): Error {
	return Object.assign(new Error(`no complete answer within ${TRY_MS / 1000} s`), {
		name: "TimeoutError",
		code: "ETIMEDOUT",
	});
}
