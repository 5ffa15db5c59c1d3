/** One call to AWS through a client of its SDK: see `net/tries.ts`. */
import { type Call, withTries } from "../net/tries.ts";
import { awsError, describeAwsError, isThrottled, isTransient, wantedPauseMs } from "./errors.ts";

export type AwsCall = Call;

/**
 * The SDK's own retries sleep on a timer that outlives a cancelled login, so clients used through this are built with
 * `maxAttempts: 1`. Requests that may not be repeated say so; all of SSO's may.
 *
 * @param send makes one try and honours the signal
 * @throws RetryLaterError where the service wants a longer pause than anybody waits; AuthError (see `awsError`); or the
 *   signal's reason at once when it is aborted
 */
export async function callAws<T>(call: AwsCall, send: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
	const { ctx, operation } = call;
	return withTries<T>(
		call,
		{
			answer: metadataOf,
			failure(error) {
				const { name, status, requestId } = describeAwsError(error, operation);
				return { status, requestId, error: status === undefined ? (codeOf(error) ?? name) : name };
			},
			isTransient,
			isThrottled,
			wantedPauseMs: (error) => wantedPauseMs(error, ctx.clock.now()),
			isCorrected: clockWasCorrected,
			explain: (error) => awsError(error, call),
		},
		send,
	);
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
