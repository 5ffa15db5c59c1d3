/** What goes wrong in either way to sign in to an access portal. */
import { AuthError, type AuthErrorOptions } from "../../errors.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import { oauthCode } from "../errors.ts";
import type { SignIn } from "./sign-in.ts";

type Origin = Pick<AuthErrorOptions, "service" | "cause">;

/** True for a refusal of the sign-in service with one of these OAuth 2.0 error codes. */
export function isRefused(error: unknown, ...codes: readonly string[]): error is AuthError {
	return error instanceof AuthError && codes.includes(oauthCode(error.cause) ?? "");
}

/** Somebody chose Deny, or may not use the portal. */
export function denied(flow: SignIn, origin: Origin): AuthError {
	return new AuthError({
		code: "denied",
		message: "the request was denied in the browser",
		reason: origin.service?.message,
		remedy: { say: "sign in again and choose Allow", run: signInCommand(flow.ctx) },
		...origin,
	});
}

export function unknownStartUrl(flow: SignIn, { service, cause }: AuthError): AuthError {
	return new AuthError({
		code: "config",
		message: `the sign-in service does not accept the start URL ${sanitize(flow.startUrl)} in ${sanitize(flow.region)}`,
		reason: service?.message,
		remedy:
			"check `start_url` (such as https://d-1234567890.awsapps.com/start) and `region` (Identity Center's own) of the provider",
		service,
		cause,
	});
}

/** Something that was approved is not known where it is redeemed: almost always the region is not Identity Center's. */
export function regionAdvice(flow: SignIn): Pick<AuthErrorOptions, "reason" | "remedy"> {
	return {
		reason: `\`region\` of "${sanitize(flow.provider)}" is ${sanitize(flow.region)}; it must be the region of the Identity Center instance`,
		remedy: "set `region` of the provider to the one shown in the access portal",
	};
}

export const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(11, 19)} UTC`;
