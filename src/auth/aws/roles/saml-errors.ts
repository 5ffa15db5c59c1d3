/** Why a SAML assertion gave no session of a role. */
import type { Identity } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { AuthError, type AuthErrorOptions } from "../../errors.ts";
import { RejectedCredentials } from "../../rejected-credentials.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import { accountIn, nameIn } from "../arn.ts";
import type { SamlAssertion, SamlRole } from "../credentials.ts";
import type { Config } from "./assume-role-schema.ts";
import { ROLE_ATTRIBUTE } from "./saml-role.ts";

interface Asked {
	readonly identity: Identity<Config>;
	readonly assertion: SamlAssertion;
	readonly role: SamlRole;
	readonly seconds: number | undefined;
	readonly ctx: AuthContext;
}

/** @returns an error that says what to change, or the one that was given */
export function explained(error: unknown, asked: Asked): unknown {
	if (!(error instanceof AuthError)) return error;
	const { name = "", message = "" } = error.service ?? {};
	const cause = { service: error.service, cause: error.cause };
	// Codes of the query protocol have no "Exception", their classes do.
	switch (name.replace(/Exception$/, "")) {
		case "ExpiredToken":
			return tooOld(asked, message, cause);
		case "InvalidIdentityToken":
			return invalid(asked, message, cause);
		case "IDPRejectedClaim":
		case "AccessDenied":
			return denied(asked, message, cause);
		case "ValidationError":
			return /DurationSeconds exceeds/.test(message) ? tooLong(asked, message, cause) : error;
		default:
			return error;
	}
}

type Cause = Pick<AuthErrorOptions, "service" | "cause">;

/** Who asked for what: the assertion's subject, the provider and the role. */
function whoAndWhat({ assertion, role }: Asked): string {
	const who = assertion.person === undefined ? "you" : sanitize(assertion.person);
	return `${who}, by ${sanitize(role.principalArn)}`;
}

/** This machine's clock has no part in it: the provider writes the time, and AWS reads it. */
function tooOld({ assertion, ctx }: Asked, reason: string, cause: Cause): RejectedCredentials {
	return new RejectedCredentials(assertion, {
		code: "expired",
		message: "AWS found the SAML assertion too old",
		reason: reason || "it must be redeemed within 5 minutes of its issue",
		details: [
			"an assertion is good for 5 minutes: neither the sign-in nor a question after it was left waiting",
			"the clock of the identity provider is right: it writes when the assertion was issued",
		],
		remedy: { say: "sign in again", run: signInCommand(ctx, { force: true }) },
		...cause,
	});
}

function invalid(asked: Asked, reason: string, cause: Cause): AuthError {
	const { role } = asked;
	const provider = sanitize(role.principalArn);
	const account = accountIn(role.principalArn) ?? "the role";
	const common = { code: "denied", reason, ...cause } as const;
	if (/doesn't exist|does not exist|not found/i.test(reason)) {
		return new AuthError({
			...common,
			message: `there is no SAML provider ${provider}`,
			details: [`the identity provider names it in the attribute ${ROLE_ATTRIBUTE}`],
			remedy: `create it in account ${account}, or correct its ARN in the configuration of the identity provider`,
		});
	}
	if (/signature/i.test(reason)) {
		return new AuthError({
			...common,
			message: `AWS does not accept the signature of the assertion for ${provider}`,
			details: [
				"the identity provider signs with another certificate than its metadata in IAM has, often a renewed one",
			],
			remedy: `ask an administrator of account ${account} to upload the current metadata of the identity provider to ${provider}`,
		});
	}
	return new AuthError({
		...common,
		message: `AWS does not accept the assertion of ${whoAndWhat(asked)}`,
		details: [
			"its issuer is the entity ID in the metadata that IAM has of the provider",
			"its audience is https://signin.aws.amazon.com/saml (or that of the partition), and so is its recipient",
			"it has the attribute https://aws.amazon.com/SAML/Attributes/RoleSessionName, of 2 to 64 letters, digits and _ = , . @ -",
		],
		remedy: "ask an administrator of the identity provider to check them",
	});
}

/** AWS does not say which of the conditions is missing, nor whether there is such a role. */
function denied(asked: Asked, reason: string, cause: Cause): AuthError {
	const { role, ctx } = asked;
	const [roleArn, principalArn] = [sanitize(role.roleArn), sanitize(role.principalArn)];
	const partition = roleArn.split(":")[1];
	const audience =
		{ "aws-cn": "https://signin.amazonaws.cn/saml", "aws-us-gov": "https://signin.amazonaws-us-gov.com/saml" }[
			partition ?? ""
		] ?? "https://signin.aws.amazon.com/saml";
	return new AuthError({
		code: "denied",
		message: `${whoAndWhat(asked)}, may not assume ${roleArn}`,
		reason,
		details: [
			`check: the role exists, and is in the same account as the provider (${accountIn(role.principalArn) ?? "unknown"})`,
			"check: its trust policy allows sts:AssumeRoleWithSAML to the provider, for this audience:",
			`  {"Effect": "Allow", "Action": "sts:AssumeRoleWithSAML", "Principal": {"Federated": "${principalArn}"}, "Condition": {"StringEquals": {"SAML:aud": "${audience}"}}}`,
			"check: other conditions of it, such as on SAML:sub or a department, hold for you",
		],
		remedy: {
			say: `ask an administrator of account ${accountIn(role.roleArn) ?? "the role"} to check them, then sign in again`,
			run: signInCommand(ctx),
		},
		...cause,
	});
}

function tooLong({ identity, assertion, role, seconds }: Asked, reason: string, cause: Cause): AuthError {
	const name = sanitize(identity.name);
	const isOwn = identity.config.principal.duration !== undefined;
	const wanted = seconds === undefined ? "an hour" : `${seconds} s`;
	return new AuthError({
		code: "config",
		message: `${sanitize(nameIn(role.roleArn))} in account ${accountIn(role.roleArn) ?? "unknown"} does not have sessions of ${isOwn ? identity.config.principal.duration : wanted}`,
		reason,
		details:
			isOwn || assertion.seconds === undefined
				? []
				: [
						"so long a session is asked for by the assertion's SessionDuration, or by `session.duration` of the provider",
					],
		remedy: `set \`principal.duration\` of "${name}" to no more than the role's maximum session duration`,
		...cause,
	});
}
