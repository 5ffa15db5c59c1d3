/**
 * The authorization code grant with PKCE (RFC 6749 §4.1, RFC 7636, RFC 8252) as IAM Identity Center has it: a page in the
 * browser, which returns to this machine with a code.
 */
import { startCallbackServer } from "../../browser/callback-server.ts";
import { createPkce, createState } from "../../browser/pkce.ts";
import { Secret } from "../../credentials.ts";
import { AuthError, type ServiceDetails } from "../../errors.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import { withDeadline } from "../../system/time-limit.ts";
import { type Outcome, whileShown } from "../../while-shown.ts";
import { authorizeUrl, CALLBACK_PATH } from "./authorize-url.ts";
import { portalOf, type SignIn, shownBy } from "./sign-in.ts";
import { denied, isRefused, regionAdvice, timeOf } from "./sign-in-errors.ts";
import type { Registration, Token } from "./sso-oidc.ts";

/** What another process needs to show the same page. Who knows the state can end the sign-in and no more. */
export interface AnnouncedPage {
	readonly type: "authorization";
	readonly url: string;
	readonly callbackPort: number;
	/** Milliseconds since the epoch, like `expiresAt`. */
	readonly startedAt: number;
	readonly expiresAt: number;
}

/** How long the browser is waited for: as long as a device code is good, and as long as the AWS CLI waits. */
const PATIENCE_MS = 600_000;

/**
 * Shows the page, waits until it has returned, and redeems the code.
 *
 * @returns the token, or the way that was chosen instead; nothing listens any more then
 * @throws AuthError `denied`, `expired`, `usage` for a port that cannot be had, or another; the signal's reason at once when
 *   it is aborted
 */
export async function authorizeByBrowser(flow: SignIn, registration: Registration): Promise<Outcome<Token>> {
	const { ctx, interaction, oidc, signal } = flow;
	const pkce = createPkce();
	const state = createState();
	const server = await startCallbackServer({
		path: CALLBACK_PATH,
		state,
		port: flow.callbackPort,
		title: `atmos-auth: ${portalOf(flow.startUrl)}`,
	});
	const { port, redirectUri } = server;
	let returned: Outcome<URLSearchParams>;
	try {
		const startedAt = ctx.clock.now();
		const page: AnnouncedPage = {
			type: "authorization",
			url: authorizeUrl(flow, { clientId: registration.clientId, redirectUri, state, challenge: pkce.challenge }),
			callbackPort: port,
			startedAt,
			expiresAt: startedAt + PATIENCE_MS,
		};
		await flow.announce(page);
		interaction.status("waiting for your approval in the browser");
		returned = await whileShown(interaction, { ...shownBy(flow), ...page }, signal, (inner) =>
			withDeadline(
				{ clock: ctx.clock, until: page.expiresAt, signal: inner, error: () => expired(flow, page.expiresAt) },
				(waiting) => server.answer(waiting),
			),
		);
	} finally {
		server.close();
	}
	if (returned.type === "way") return returned;
	const code = codeIn(flow, returned.result);
	interaction.status("redeeming the approval");
	try {
		const token = await oidc.redeemCode(registration, { code, redirectUri, verifier: pkce.verifier }, signal);
		return { type: "done", result: token };
	} catch (error) {
		signal.throwIfAborted();
		throw explain(flow, error);
	}
}

/** @throws AuthError for a page that returned with an error: RFC 6749 §4.1.2.1, with AWS's `expired_token` */
function codeIn(flow: SignIn, parameters: URLSearchParams): Secret {
	const error = parameters.get("error");
	if (error === null) return new Secret(parameters.get("code") ?? "");
	const name = sanitize(error).slice(0, 100);
	const message = sanitize(parameters.get("error_description") ?? "").slice(0, 400) || undefined;
	const service: ServiceDetails = { name, message, operation: "sso-oidc:Authorize" };
	switch (name) {
		case "access_denied":
			throw denied(flow, { service });
		case "expired_token":
			throw expired(flow, undefined, service);
		case "server_error":
		case "temporarily_unavailable":
			throw new AuthError({
				code: "service",
				message: "the sign-in service had an error while the browser was there",
				reason: message,
				remedy: { say: "wait a minute, then sign in again", run: signInCommand(flow.ctx) },
				service,
			});
		default:
			throw new AuthError({
				code: "service",
				message: `the sign-in service did not let the browser sign in: ${name}`,
				reason: message,
				remedy: "sign in with --flow device-code, or check `start_url` and `region` of the provider",
				service,
			});
	}
}

function explain(flow: SignIn, error: unknown): unknown {
	if (!(error instanceof AuthError)) return error;
	const { service, cause } = error;
	if (isRefused(error, "access_denied")) return denied(flow, { service, cause });
	if (isRefused(error, "expired_token")) return expired(flow, undefined, service, cause);
	if (!isRefused(error, "invalid_grant")) return error;
	return new AuthError({
		code: "denied",
		message: "the sign-in service does not recognize the code with which the browser returned",
		...regionAdvice(flow),
		service,
		cause,
	});
}

function expired(flow: SignIn, at: number | undefined, service?: ServiceDetails, cause?: unknown): AuthError {
	return new AuthError({
		code: "expired",
		message: "the sign-in was not finished in the browser in time",
		reason: at === undefined ? service?.message : `the browser was waited for until ${timeOf(at)}`,
		remedy: { say: "sign in again and allow it in time", run: signInCommand(flow.ctx) },
		service,
		cause,
	});
}
