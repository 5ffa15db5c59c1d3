/** Why AWS Sign-In gives no keys, and what to do about it. */
import type { Identity } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { AuthError, type AuthErrorOptions, type ServiceDetails } from "../../errors.ts";
import { clockError } from "../../net/clock-skew.ts";
import { jsonOf, type PlainAnswer } from "../../net/request.ts";
import { PersonNeededError } from "../../person-needed.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import { accountIn } from "../arn.ts";
import type { SignInService } from "./sign-in-service.ts";

/** A refusal of the service, with its own word for why. */
export class SignInRefusedError extends AuthError {
	/** The session that was to be renewed is over: nobody is to try it again. */
	readonly endsSession: boolean;
	/** Another sign-in in the browser may succeed. */
	readonly helpsToSignIn: boolean;

	constructor(options: AuthErrorOptions, about: { readonly endsSession?: boolean; readonly helpsToSignIn?: boolean }) {
		super(options);
		this.name = "SignInRefusedError";
		this.endsSession = about.endsSession ?? false;
		this.helpsToSignIn = about.helpsToSignIn ?? false;
	}
}

interface About {
	readonly ctx: AuthContext;
	readonly identity: Identity;
	readonly service: SignInService;
	readonly operation: string;
}

/** Every text of it has been through `sanitize`; a body that is no JSON is not quoted, as it may hold anything. */
function detailsOf(answer: PlainAnswer, operation: string): ServiceDetails & { readonly word: string } {
	const found = jsonOf(answer);
	const body = (typeof found === "object" && found !== null ? found : {}) as Readonly<Record<string, unknown>>;
	const text = (...values: readonly unknown[]): string | undefined =>
		values
			.map((value) => (typeof value === "string" ? sanitize(value).slice(0, 400) : ""))
			.find((value) => value !== "");
	const word = text(body.error) ?? "";
	return {
		word,
		name: text(word, answer.headers["x-amzn-errortype"]?.replace(/:.*$/s, "")),
		message: text(body.error_description, body.message, body.Message),
		requestId: text(answer.headers["x-amzn-requestid"]),
		status: answer.status,
		operation,
	};
}

/** @returns the error of an answer without tokens */
export function refusal(answer: PlainAnswer, about: About): AuthError {
	const { ctx, identity, service: signIn, operation } = about;
	const { word, ...service } = detailsOf(answer, operation);
	const name = sanitize(identity.name);
	const again = { say: "sign in again", run: signInCommand(ctx) };
	const { status = 0, message: reason } = service;
	if (status < 400 || (word === "" && service.name === undefined && status < 500)) {
		return new AuthError({
			code: "service",
			message: `${sanitize(new URL(signIn.base).host)} sent an unreadable response`,
			reason: "a proxy or a captive portal may have answered instead",
			remedy: "check the endpoint and the proxy, and whether this network has a sign-in page of its own",
			service,
		});
	}
	switch (word) {
		case "TOKEN_EXPIRED":
		case "invalid_grant":
		case "invalid_token":
			return new SignInRefusedError(
				{
					code: "expired",
					message: `the browser sign-in of "${name}" has ended`,
					reason: reason ?? "it lasts 12 hours at most",
					remedy: again,
					service,
				},
				{ endsSession: true, helpsToSignIn: true },
			);
		case "USER_CREDENTIALS_CHANGED":
			return new SignInRefusedError(
				{
					code: "denied",
					message: `the password of the user of "${name}" was changed after the sign-in`,
					reason,
					remedy: { ...again, say: "sign in again, with the new password" },
					service,
				},
				{ endsSession: true, helpsToSignIn: true },
			);
		case "AUTHCODE_EXPIRED":
			return new SignInRefusedError(
				{
					code: "expired",
					message: "the code of the sign-in has expired",
					reason: reason ?? "it is good once, for a short time",
					remedy: again,
					service,
				},
				{},
			);
		case "INSUFFICIENT_PERMISSIONS":
			return new SignInRefusedError(
				{
					code: "denied",
					message: `the user of "${name}" may not sign in for programs`,
					reason,
					details: [
						"it needs signin:AuthorizeOAuth2Access and signin:CreateOAuth2Token",
						"the root user of an account cannot be used, and a service control policy may deny it to everybody",
					],
					remedy: "attach the policy arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess to the user",
					service,
				},
				{},
			);
	}
	if (isThrottled(status)) {
		return new AuthError({
			code: "service",
			message: "AWS Sign-In is throttling requests",
			reason,
			remedy: "wait a minute, then run the command again",
			service,
		});
	}
	if (status >= 500 || word === "server_error") {
		return new AuthError({
			code: "service",
			message: `AWS Sign-In returned an error (HTTP ${status})`,
			reason,
			remedy:
				"wait a few minutes, then run the command again; outages are listed at https://health.aws.amazon.com/health/status",
			service,
		});
	}
	// Proofs carry the time (RFC 9449 §4.3).
	const isAboutProof = word === "invalid_dpop_proof" || /\b(?:dpop|iat|proof)\b/i.test(reason ?? "");
	const clock = isAboutProof
		? clockError(ctx, reason ?? "AWS Sign-In rejects requests whose time is minutes off", { service })
		: undefined;
	return (
		clock ??
		new SignInRefusedError(
			{
				code: "service",
				message: `AWS Sign-In refused the request${service.name === undefined ? "" : ` with ${service.name}`}`,
				reason,
				details: [`"${name}" was signed in to at ${sanitize(signIn.base)}`],
				remedy: { ...again, say: "check `credentials.region` and the endpoint, then sign in again" },
				service,
			},
			{ helpsToSignIn: true },
		)
	);
}

const isThrottled = (status: number): boolean => status === 429;

/** RFC 6749 §4.1.2.1: what came back to this machine in place of a code. */
export function refusedInBrowser(parameters: URLSearchParams, { ctx, name }: { ctx: AuthContext; name: string }) {
	const word = sanitize(parameters.get("error") ?? "");
	const reason = sanitize(parameters.get("error_description") ?? "");
	const isDenied = word === "access_denied";
	return new AuthError({
		code: isDenied ? "denied" : "service",
		message: isDenied
			? "the request was denied in the browser"
			: `the page of AWS ended the sign-in to "${sanitize(name)}" with ${word}`,
		reason: reason === "" ? undefined : reason.slice(0, 400),
		remedy: { say: isDenied ? "sign in again and choose Allow" : "sign in again", run: signInCommand(ctx) },
	});
}

/** Nobody can be shown the page. @param refused why an earlier sign-in could not be renewed */
export function browserNeeded(identity: Identity, ctx: AuthContext, refused: AuthError | undefined): PersonNeededError {
	return new PersonNeededError({
		message: `"${sanitize(identity.name)}" has to be signed in to in a browser, and this session is not interactive`,
		reason: refused?.message ?? "it has no access keys, and no earlier sign-in that could be renewed",
		remedy: { say: "sign in once from a terminal", run: signInCommand(ctx) },
		...(refused?.service === undefined ? {} : { service: refused.service }),
	});
}

export function tooLate(ctx: AuthContext, minutes: number): AuthError {
	return new AuthError({
		code: "expired",
		message: "nobody signed in in time",
		reason: `the page was waited for for ${minutes} minutes`,
		remedy: { say: "sign in again", run: signInCommand(ctx) },
	});
}

export function busy(identity: Identity, pid: number): AuthError {
	return new AuthError({
		code: "usage",
		message: `process ${pid} is already signing in to "${sanitize(identity.name)}", and this session is not interactive`,
		remedy: "sign in on the page that it shows, then run the command again",
	});
}

/** @returns undefined for anybody but the root user of an account */
export function rootError(principal: string | undefined, ctx: AuthContext): AuthError | undefined {
	if (principal === undefined || !/^arn:[^:]*:iam::\d{12}:root$/.test(principal)) return undefined;
	return new AuthError({
		code: "denied",
		message: `you signed in as the root user of account ${accountIn(principal)}`,
		reason: "its keys may do anything, and are not for programs; none were kept",
		remedy: { say: "sign out in the browser, then sign in as a user of IAM", run: signInCommand(ctx) },
	});
}
