/** One request to a service: limits on its time, and further tries that can be cancelled at once. For every cloud. */
import type { AuthContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { warnOfSkew } from "./clock-skew.ts";
import { limitsOf } from "./limits.ts";
import { logTry } from "./request-log.ts";

export interface Call {
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

/** What is logged of an answer. */
export interface AnswerFacts {
	readonly status?: number | undefined;
	readonly requestId?: string | undefined;
}

/** How the failures of one kind of service are told apart. */
export interface Judgement<Answer> {
	/** What is logged of an answer. */
	answer(answer: Answer): AnswerFacts;
	/** What is logged of a failure. */
	failure(error: unknown): AnswerFacts & { readonly error: string | undefined };
	/** True where the same request may succeed a moment later. */
	isTransient(error: unknown): boolean;
	/** True where the service had too much to do and did nothing. */
	isThrottled(error: unknown): boolean;
	/** How long the service wants to be left alone, in milliseconds; undefined where it does not say. */
	wantedPauseMs(error: unknown): number | undefined;
	/** True where the next try is made differently at once, such as with the right time. */
	isCorrected?(error: unknown): boolean;
	/** The error as a user is told. */
	explain(error: unknown): Error;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 8_000;
/** A last try that has less than this left is not worth its request. Milliseconds. */
const SHORTEST_TRY_MS = 1_000;

/** The service wants to be left alone for longer than a login or a command can wait. */
export class RetryLaterError extends AuthError {
	/** @param ms how long, in milliseconds */
	constructor(error: Error, ms: number) {
		const minutes = Math.ceil(ms / 60_000);
		const amount = minutes < 2 ? `${Math.ceil(ms / 1000)} s` : `${minutes} min`;
		const service = error instanceof AuthError ? error.service : undefined;
		super({
			code: "service",
			message: error.message,
			reason: `it asks to wait ${amount} before the next request`,
			remedy: `wait ${amount}, then run the command again`,
			service,
			cause: error.cause,
		});
		this.name = "RetryLaterError";
	}
}

/**
 * @param send makes one try and honours the signal
 * @throws RetryLaterError where the service wants a longer pause than anybody waits; what `judgement.explain` makes of the
 *   last failure; or the signal's reason at once when it is aborted
 */
export async function withTries<Answer>(
	call: Call,
	judgement: Judgement<Answer>,
	send: (abortSignal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
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
			logTry(ctx.log, { ...end(), ...judgement.answer(answer) });
			warnOfSkew(ctx);
			return answer;
		} catch (error) {
			const made = end();
			signal.throwIfAborted();
			warnOfSkew(ctx);
			const why = { ...made, ...judgement.failure(error) };
			const corrected = attempt === 1 && judgement.isCorrected?.(error) === true;
			const wanted = judgement.wantedPauseMs(error);
			const tooLong = wanted !== undefined && wanted > limits.pauseMs;
			const delayMs = corrected ? 0 : (wanted ?? backoffMs(attempt));
			const mayRepeat = call.repeatable === false ? judgement.isThrottled(error) : judgement.isTransient(error);
			const again = (corrected || mayRepeat) && !tooLong;
			if (attempt >= attempts || !again || leftMs - delayMs < Math.min(SHORTEST_TRY_MS, limits.tryMs)) {
				logTry(ctx.log, why);
				const shown = judgement.explain(error);
				throw tooLong && judgement.isTransient(error) ? new RetryLaterError(shown, wanted) : shown;
			}
			logTry(ctx.log, { ...why, retryInMs: delayMs });
			call.onRetry?.(error, delayMs);
			await ctx.clock.sleep(delayMs, signal);
			leftMs -= delayMs;
		}
	}
}

/** Exponential with full jitter, so that several processes do not come back at the same time. */
function backoffMs(attempt: number): number {
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
