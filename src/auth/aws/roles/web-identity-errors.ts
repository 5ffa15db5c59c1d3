/** Why a token gave no session of a role: its own words beside what IAM has to say. */
import type { Identity } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { AuthError, type AuthErrorOptions } from "../../errors.ts";
import { RejectedCredentials } from "../../rejected-credentials.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import { accountIn, nameIn } from "../arn.ts";
import type { WebIdentity } from "../credentials.ts";
import type { Config } from "./assume-role-schema.ts";

interface Asked {
	readonly identity: Identity<Config>;
	readonly roleArn: string;
	readonly token: WebIdentity;
	readonly ctx: AuthContext;
}

type Cause = Pick<AuthErrorOptions, "service" | "cause">;

/** @returns an error that says what to change, or the one that was given */
export function explained(error: unknown, asked: Asked): unknown {
	if (!(error instanceof AuthError)) return error;
	const { name = "", message = "" } = error.service ?? {};
	const cause = { service: error.service, cause: error.cause };
	// Codes of the query protocol have no "Exception", their classes do.
	switch (name.replace(/Exception$/, "")) {
		case "ExpiredToken":
			return over(asked, message, cause);
		case "InvalidIdentityToken":
			return invalid(asked, message, cause);
		case "IDPRejectedClaim":
			return rejected(asked, message, cause);
		case "IDPCommunicationError":
			return unreachable(asked, message, cause);
		case "AccessDenied":
			return denied(asked, message, cause);
		case "ValidationError":
			return /DurationSeconds exceeds/.test(message) ? tooLong(asked, message, cause) : error;
		default:
			return error;
	}
}

/** What the token says of itself, a line each. */
function claimLines({ token: { claims } }: Asked): string[] {
	const { issuer, subject, audience } = claims;
	if (issuer === undefined && subject === undefined) return ["the token is not a JWT, or says nothing of itself"];
	return [
		"the token says:",
		`  iss  ${sanitize(issuer ?? "nothing")}`,
		`  sub  ${sanitize(subject ?? "nothing")}`,
		`  aud  ${sanitize(audience.join(", ")) || "nothing"}`,
	];
}

/** An issuer as IAM writes it in ARNs and conditions: without the scheme. */
const bareIssuer = ({ token }: Asked): string => sanitize(token.claims.issuer ?? "ISSUER").replace(/^https?:\/\//, "");

function providerArn(asked: Asked): string {
	const [, partition = "aws"] = asked.roleArn.split(":");
	return `arn:${partition}:iam::${accountIn(asked.roleArn)}:oidc-provider/${bareIssuer(asked)}`;
}

const whoOf = ({ token }: Asked): string =>
	token.claims.subject === undefined ? `the token of "${sanitize(token.provider)}"` : sanitize(token.claims.subject);

const administrator = (asked: Asked): string => `an administrator of account ${accountIn(asked.roleArn)}`;

function over({ token, ctx }: Asked, reason: string, cause: Cause): RejectedCredentials {
	return new RejectedCredentials(token, {
		code: "expired",
		message: `AWS found the token of "${sanitize(token.provider)}" to be over`,
		reason,
		details: [
			token.expiresAt === undefined
				? "it does not say until when it is good"
				: `it says that it is good until ${new Date(token.expiresAt).toISOString()}`,
			"its issuer makes another one: for a job that takes long, one that lasts longer",
			"this machine's clock, and the issuer's, are right",
		],
		remedy: { say: "run it again with a new token", run: signInCommand(ctx) },
		...cause,
	});
}

function invalid(asked: Asked, reason: string, cause: Cause): AuthError {
	const audience = sanitize(asked.token.claims.audience.join(", ")) || "its audience";
	const issuer = sanitize(asked.token.claims.issuer ?? "its issuer");
	const common = { code: "denied", reason, ...cause } as const;
	if (/audience/i.test(reason)) {
		return new AuthError({
			...common,
			message: `the OpenID Connect provider in IAM does not know the audience ${audience}`,
			details: claimLines(asked),
			remedy: `ask ${administrator(asked)} to add it to the client IDs of ${providerArn(asked)}, or set \`spec.audience\` of "${sanitize(asked.token.provider)}" to one of them`,
		});
	}
	if (/No OpenIDConnect provider|provider .*not found/i.test(reason)) {
		return new AuthError({
			...common,
			message: `account ${accountIn(asked.roleArn)} has no OpenID Connect provider for ${issuer}`,
			details: claimLines(asked),
			remedy: {
				say: `ask ${administrator(asked)} to create it`,
				run: [...["aws", "iam", "create-open-id-connect-provider", "--url", issuer], ...["--client-id-list", audience]],
			},
		});
	}
	return new AuthError({
		...common,
		message: `AWS does not accept the token of ${whoOf(asked)}`,
		details: [
			...claimLines(asked),
			"check: it is the issuer's as it was made: not cut off, and signed with RS256 or ES256",
			"check: AWS reaches the issuer's keys: its /.well-known/openid-configuration is public, and names them",
			`check: ${providerArn(asked)} exists, with the issuer exactly as the token has it`,
		],
		remedy: `ask ${administrator(asked)} to check them`,
	});
}

function rejected(asked: Asked, reason: string, cause: Cause): AuthError {
	return new AuthError({
		code: "denied",
		message: `the issuer does not stand by the token of ${whoOf(asked)}`,
		reason,
		details: [
			...claimLines(asked),
			"the token was not revoked, and neither was the session that it is of",
			"the job or the session that it was made for still runs",
			"the issuer is the one that was meant",
		],
		remedy: { say: "run it again with a new token", run: signInCommand(asked.ctx) },
		...cause,
	});
}

function unreachable(asked: Asked, reason: string, cause: Cause): AuthError {
	return new AuthError({
		code: "service",
		message: `AWS does not reach the issuer ${sanitize(asked.token.claims.issuer ?? "of the token")}`,
		reason,
		details: [
			"its /.well-known/openid-configuration, and the keys that it names, are public",
			"they answer within a few seconds, with a certificate that everybody trusts",
			"no firewall keeps AWS out",
		],
		remedy: { say: "run it again in a minute", run: signInCommand(asked.ctx) },
		...cause,
	});
}

/** AWS does not say which of the conditions is missing, nor whether there is such a role. */
function denied(asked: Asked, reason: string, cause: Cause): AuthError {
	const { roleArn, token, ctx } = asked;
	const { subject = "SUBJECT", audience } = token.claims;
	const issuer = bareIssuer(asked);
	const statement = {
		Effect: "Allow",
		Action: "sts:AssumeRoleWithWebIdentity",
		Principal: { Federated: providerArn(asked) },
		Condition: {
			StringEquals: { [`${issuer}:aud`]: sanitize(audience[0] ?? "AUDIENCE"), [`${issuer}:sub`]: sanitize(subject) },
		},
	};
	return new AuthError({
		code: "denied",
		message: `${whoOf(asked)} may not assume ${roleArn}`,
		reason,
		details: [
			...claimLines(asked),
			`check: the role ${nameIn(roleArn)} exists in account ${accountIn(roleArn)}`,
			`check: its trust policy names the provider, and its conditions fit what the token says (StringLike for a sub with *):`,
			`  ${JSON.stringify(statement)}`,
			`check: the provider ${providerArn(asked)} exists`,
		],
		remedy: { say: `ask ${administrator(asked)} to check them, then sign in again`, run: signInCommand(ctx) },
		...cause,
	});
}

function tooLong({ identity, roleArn }: Asked, reason: string, cause: Cause): AuthError {
	const { duration } = identity.config.principal;
	return new AuthError({
		code: "config",
		message: `${nameIn(roleArn)} in account ${accountIn(roleArn)} does not have sessions of ${duration ?? "an hour"}`,
		reason,
		remedy: `set \`principal.duration\` of "${sanitize(identity.name)}" to no more than the role's maximum session duration`,
		...cause,
	});
}
