/** Why a role was not assumed. */
import type { Identity } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { AuthError, type AuthErrorOptions } from "../../errors.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import { accountIn, nameIn } from "../arn.ts";
import type { AwsCredentials } from "../credentials.ts";
import { mfaRefusal } from "../mfa.ts";
import type { Config } from "./assume-role-schema.ts";

type Target = Identity<Config>;

/** A role that is assumed by a role: AWS issues an hour, however long the role's own sessions may be. */
export function chainedTooLong(
	identity: Target,
	base: AwsCredentials,
	more: Partial<AuthErrorOptions> = {},
): AuthError {
	const { duration } = identity.config.principal;
	return new AuthError({
		code: "config",
		message: `"${sanitize(identity.name)}" asks for a session of ${duration ?? "more than an hour"}, and can have one hour`,
		reason: `it is assumed with the keys of another role${base.role === undefined ? "" : ` (${sanitize(base.role)})`}, and AWS limits such sessions to an hour (role chaining)`,
		remedy: `set \`principal.duration\` of "${sanitize(identity.name)}" to 1h or less`,
		...more,
	});
}

/** @returns an error that says what to change, or the one that was given */
export function explained(error: unknown, identity: Target, base: AwsCredentials, ctx: AuthContext): unknown {
	if (!(error instanceof AuthError)) return error;
	const { name = "", message = "" } = error.service ?? {};
	const { mfa_arn: device = "" } = identity.config.principal;
	const question = { name: identity.name, file: identity.file, device, setting: "`principal.mfa_arn`" };
	const refused = mfaRefusal(question, message, ctx, { service: error.service, cause: error.cause });
	if (refused !== undefined) return refused;
	if (name === "AccessDenied" || name === "AccessDeniedException") return denied(error, identity, base, ctx);
	if (name === "ValidationError" && /DurationSeconds exceeds/.test(message)) {
		const cause = { service: error.service, cause: error.cause };
		return /role chaining/.test(message)
			? chainedTooLong(identity, base, cause)
			: longerThanTheRole(identity, message, cause);
	}
	return error;
}

function longerThanTheRole(identity: Target, reason: string, cause: Partial<AuthErrorOptions>): AuthError {
	const { duration, assume_role: arn = "" } = identity.config.principal;
	return new AuthError({
		code: "config",
		message: `${nameIn(arn)} in account ${accountIn(arn)} does not have sessions of ${duration ?? "an hour"}`,
		reason,
		remedy: `set \`principal.duration\` of "${sanitize(identity.name)}" to no more than the role's maximum session duration`,
		...cause,
	});
}

/** AWS does not say which of the conditions is missing, nor whether there is such a role. */
function denied(error: AuthError, identity: Target, base: AwsCredentials, ctx: AuthContext): AuthError {
	const { assume_role: arn = "", external_id: externalId, mfa_arn: device } = identity.config.principal;
	const caller = /^User: (\S+) is not authorized/.exec(error.service?.message ?? "")?.[1];
	const account = accountIn(arn);
	return new AuthError({
		code: "denied",
		message: `${caller ?? describe(base)} may not assume ${arn}`,
		reason: "AWS does not say which of the following is missing",
		details: [
			`the role exists, and its trust policy names ${principalOf(caller, base)}`,
			`the permissions of the caller allow sts:AssumeRole on ${arn}`,
			[
				externalId === undefined
					? "the trust policy asks for no external ID (`principal.external_id` is not set)"
					: "`principal.external_id` is the one that the trust policy asks for",
				device === undefined
					? "it asks for no MFA, which `principal.mfa_arn` would have asked for"
					: "it asks for no more than MFA",
			].join(", and "),
		],
		remedy: {
			say: `ask an administrator of account ${account} to check them, then sign in again`,
			run: signInCommand(ctx),
		},
		service: error.service,
		cause: error.cause,
	});
}

function describe({ role, accountId }: AwsCredentials): string {
	const who = role === undefined ? "the user" : sanitize(role);
	return accountId === undefined ? who : `${who} of account ${accountId}`;
}

/**
 * What a trust policy calls the caller: a role, not its session. The ARN of a session lacks the role's path, which permission
 * sets have. https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
function principalOf(caller: string | undefined, base: AwsCredentials): string {
	const account = accountIn(caller) ?? base.accountId;
	const all = account === undefined ? "" : `, or all of account ${account}`;
	const role = /^arn:([^:]+):sts::\d+:assumed-role\/([^/]+)\//.exec(caller ?? "");
	if (role === null) return `${caller ?? "the caller"}${all}`;
	const [, partition, name = ""] = role;
	const path = name.startsWith("AWSReservedSSO_") ? "aws-reserved/sso.amazonaws.com/…/" : "";
	return `arn:${partition}:iam::${account}:role/${path}${name}${path === "" ? " (with its path, if it has one)" : ""}${all}`;
}
