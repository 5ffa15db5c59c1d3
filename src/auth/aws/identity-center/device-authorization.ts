/** The device authorization grant (RFC 8628) as IAM Identity Center has it: show a code, poll until it is approved. */
import type { Secret } from "../../credentials.ts";
import { AuthError } from "../../errors.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { type Outcome, whileShown } from "../../while-shown.ts";
import { isTransient, oauthCode, wantedPauseMs } from "../errors.ts";
import { plainStartUrl, type SignIn, shownBy } from "./sign-in.ts";
import { denied, isRefused, regionAdvice, timeOf, unknownStartUrl } from "./sign-in-errors.ts";
import type { Registration, Token } from "./sso-oidc.ts";
import { checkVerificationLink } from "./verification-link.ts";

/** What another process needs to show the same code. Holds no secret. */
export interface AnnouncedCode {
	readonly type?: "device-code" | undefined;
	readonly userCode: string;
	readonly verificationUri: string;
	readonly verificationUriComplete?: string | undefined;
	readonly startedAt: number;
	readonly expiresAt: number;
}

/** RFC 8628 §3.5. */
const SLOW_DOWN_MS = 5_000;
/** Longest pause between two polls while the network is down. */
const LONGEST_PAUSE_MS = 30_000;

/** So many answers in a row that are not the service's are waited out. */
const PATIENCE = 3;

const WAITING = "waiting for your approval in the browser";

/**
 * Asks for a code, shows it and waits for the approval.
 *
 * @returns the token, or the way that was chosen instead
 * @throws AuthError `denied`, `expired`, or another; the signal's reason at once when it is aborted
 */
export async function authorizeDevice(flow: SignIn, registration: Registration): Promise<Outcome<Token>> {
	const { ctx, interaction } = flow;
	interaction.status("requesting a code");
	const started = await askForCode(flow, registration);
	const startedAt = ctx.clock.now();
	const code: AnnouncedCode = {
		type: "device-code",
		userCode: started.userCode,
		verificationUri: checkVerificationLink(started.verificationUri, flow),
		...(started.verificationUriComplete === undefined
			? {}
			: { verificationUriComplete: checkVerificationLink(started.verificationUriComplete, flow) }),
		startedAt,
		expiresAt: startedAt + started.expiresInMs,
	};
	await flow.announce(code);
	return whileShown(interaction, { ...shownBy(flow), ...code, type: "device-code" }, flow.signal, (signal) =>
		poll({ ...flow, signal }, registration, started.deviceCode, started.intervalMs, code.expiresAt),
	);
}

async function askForCode(flow: SignIn, registration: Registration) {
	try {
		return await flow.oidc.startDeviceAuthorization(registration, plainStartUrl(flow.startUrl), flow.signal);
	} catch (error) {
		throw isRefused(error, "invalid_request") ? unknownStartUrl(flow, error) : error;
	}
}

async function poll(
	flow: SignIn,
	registration: Registration,
	deviceCode: Secret,
	firstInterval: number,
	expiresAt: number,
): Promise<Token> {
	const { ctx, interaction, oidc, signal } = flow;
	let interval = firstInterval;
	let pause = interval;
	let failures = 0;
	let lastFailure: AuthError | undefined;
	interaction.status(WAITING);
	for (;;) {
		// The wall clock, not the number of polls: a laptop that slept wakes up to a code that is gone.
		const left = expiresAt - ctx.clock.now();
		if (left <= 0) throw expired(flow, expiresAt, lastFailure);
		await ctx.clock.sleep(Math.min(pause, left), signal);
		if (ctx.clock.now() >= expiresAt) throw expired(flow, expiresAt, lastFailure);
		try {
			return await oidc.redeem(registration, deviceCode, signal);
		} catch (error) {
			signal.throwIfAborted();
			if (!(error instanceof AuthError)) throw error;
			const code = oauthCode(error.cause);
			if (code === "authorization_pending" || code === "slow_down") {
				if (code === "slow_down") interval += SLOW_DOWN_MS;
				if (failures > 0) interaction.status(WAITING);
				failures = 0;
				lastFailure = undefined;
				pause = interval;
			} else if (isTransient(error.cause) || (isForeignAnswer(error) && failures < PATIENCE)) {
				failures++;
				lastFailure = error;
				// RFC 8628 §3.5: exponential backoff on connection trouble.
				const backoff = Math.min(interval * 2 ** Math.min(failures - 1, 5), Math.max(LONGEST_PAUSE_MS, interval));
				// Whoever wants to be left alone for longer is asked all the same: somebody is about to approve the code.
				pause = Math.max(backoff, Math.min(wantedPauseMs(error.cause, ctx.clock.now()) ?? 0, LONGEST_PAUSE_MS));
				interaction.status(`${WAITING} (${error.message}; retrying)`);
			} else {
				throw explain(flow, error, code, expiresAt);
			}
		}
	}
}

/** Something else than the service answered, such as the sign-in page of a network that was just joined. */
function isForeignAnswer(error: AuthError): boolean {
	return error.cause === undefined && error.service?.status !== undefined;
}

function explain(flow: SignIn, error: AuthError, code: string | undefined, expiresAt: number): AuthError {
	const { service, cause } = error;
	switch (code) {
		case "expired_token":
			return expired(flow, expiresAt, error);
		case "access_denied":
			return denied(flow, { service, cause });
		case "invalid_grant":
			return new AuthError({
				code: "denied",
				message: "the sign-in service does not recognize the approved code",
				...regionAdvice(flow),
				service,
				cause,
			});
		default:
			return error;
	}
}

function expired(flow: SignIn, expiresAt: number, last: AuthError | undefined): AuthError {
	const network = last !== undefined && oauthCode(last.cause) !== "expired_token" ? last : undefined;
	return new AuthError({
		code: "expired",
		message: "the code expired before it was approved",
		reason:
			network === undefined
				? `it was valid until ${timeOf(expiresAt)}`
				: `the last requests failed: ${network.message}`,
		remedy: { say: "sign in again and approve the code in time", run: signInCommand(flow.ctx) },
		service: last?.service,
		cause: last?.cause,
	});
}
