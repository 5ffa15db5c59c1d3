/** Why there was no session for a certificate. */
import { AuthError, type AuthErrorOptions } from "../../errors.ts";
import { sanitize } from "../../system/sanitize.ts";
import { accountIn, nameIn } from "../arn.ts";
import { commonNameOf, describeCertificate, issuerOf, serialOf, subjectOf } from "./certificate.ts";
import type { Identified } from "./identify.ts";
import type { Source } from "./source.ts";
import { regionOfArn } from "./spec.ts";

type Cause = Pick<AuthErrorOptions, "service" | "cause">;

interface Asked {
	readonly source: Source;
	readonly identified: Identified;
}

/** @returns an error that says what to change, or the one that was given */
export function explained(error: unknown, source: Source, identified: Identified): unknown {
	if (!(error instanceof AuthError)) return error;
	const { name = "", message = "", status } = error.service ?? {};
	const asked = { source, identified };
	const cause = { service: error.service, cause: error.cause };
	if (/^AccessDenied(?:Exception)?$/.test(name)) {
		// A clock that is known to be wrong explains it better.
		if (/signature (?:expired|not yet current)/i.test(message)) return error;
		if (/disabled|not enabled/i.test(message)) return disabled(asked, message, cause);
		if (/revoked/i.test(message)) return revoked(asked, message, cause);
		return /certificate/i.test(message) ? untrusted(asked, message, cause) : denied(asked, message, cause);
	}
	if (name === "ResourceNotFoundException" || status === 404) return notFound(asked, message, cause);
	return name === "ValidationException" ? invalid(asked, message, cause) : error;
}

/** Who asked for what, as far as the certificate and the configuration say it. */
function request({ source: { spec }, identified: { leaf } }: Asked): string[] {
	return [
		...describeCertificate(leaf),
		`asked for ${spec.role_arn}`,
		`through the profile ${spec.profile_arn}`,
		`and the trust anchor ${spec.trust_anchor_arn}`,
	];
}

function chainText({ leaf, chain }: Identified): string {
	const last = chain.at(-1) ?? leaf;
	const sent =
		chain.length === 0
			? "no certificate was sent beside it"
			: `sent beside it, in this order: ${chain.map(subjectOf).join("; ")}`;
	return `${sent}; the last is issued by ${issuerOf(last)}`;
}

function untrusted(asked: Asked, reason: string, cause: Cause): AuthError {
	const { source, identified } = asked;
	const { leaf, chain } = identified;
	const issuer = issuerOf(chain.at(-1) ?? leaf);
	return new AuthError({
		code: "denied",
		message: `IAM Roles Anywhere does not trust the certificate of "${sanitize(source.name)}"`,
		reason,
		details: [
			...request(asked),
			chainText(identified),
			`check: the trust anchor's certificate is that of ${issuer}`,
			"check: the certificate has basicConstraints=CA:FALSE and keyUsage=digitalSignature, and is signed with SHA-256 or stronger",
			`check: its serial number ${serialOf(leaf)} is on no certificate revocation list of the trust anchor`,
		],
		remedy: `if ${issuer} is not the trust anchor's own authority, add the certificates between them to \`spec.intermediates\` of "${sanitize(source.name)}"; else ask whoever runs the trust anchor to check it`,
		...cause,
	});
}

function revoked(asked: Asked, reason: string, cause: Cause): AuthError {
	const { source, identified } = asked;
	return new AuthError({
		code: "denied",
		message: `the certificate of "${sanitize(source.name)}" was revoked`,
		reason,
		details: request(asked),
		remedy: `have another issued by ${issuerOf(identified.leaf)}, with a new private key`,
		...cause,
	});
}

/** As data, so that it can be copied: what the role's trust policy needs for this very certificate. */
function statement({ source: { spec }, identified: { leaf } }: Asked): string {
	const name = commonNameOf(leaf);
	return JSON.stringify({
		Effect: "Allow",
		Principal: { Service: "rolesanywhere.amazonaws.com" },
		Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
		Condition: {
			...(name === undefined ? {} : { StringEquals: { "aws:PrincipalTag/x509Subject/CN": name } }),
			ArnEquals: { "aws:SourceArn": spec.trust_anchor_arn },
		},
	});
}

/** AWS does not say which of the conditions is missing, nor whether there is such a role. */
function denied(asked: Asked, reason: string, cause: Cause): AuthError {
	const { source, identified } = asked;
	const { spec } = source;
	return new AuthError({
		code: "denied",
		message: `${subjectOf(identified.leaf)} may not assume ${spec.role_arn}`,
		reason: reason === "" ? "AWS does not say which of the following is missing" : reason,
		details: [
			...request(asked),
			`check: the role exists, and its trust policy has the statement ${statement(asked)}`,
			`check: the profile is enabled and lists the role`,
			"check: the trust anchor is enabled, and any other condition of the trust policy holds for this certificate's subject, issuer and names",
		],
		remedy: `ask an administrator of account ${accountIn(spec.role_arn)} to check the trust policy of ${nameIn(spec.role_arn)} and the profile`,
		...cause,
	});
}

function disabled(asked: Asked, reason: string, cause: Cause): AuthError {
	const { trust_anchor_arn: anchor, profile_arn: profile } = asked.source.spec;
	const [what, arn] = /profile/i.test(reason) ? ["profile", profile] : ["trust-anchor", anchor];
	const words = ["aws", "rolesanywhere", `enable-${what}`, `--${what}-id`, nameIn(arn), "--region", regionOfArn(arn)];
	return new AuthError({
		code: "denied",
		message: `the ${what.replace("-", " ")} ${arn} is disabled`,
		reason,
		details: request(asked),
		remedy: { say: `enable it as an administrator of account ${arn.split(":")[4]}`, run: words },
		...cause,
	});
}

function notFound(asked: Asked, reason: string, cause: Cause): AuthError {
	const { name, spec } = asked.source;
	const isProfile = /profile/i.test(reason);
	const key = isProfile ? "profile_arn" : "trust_anchor_arn";
	const [, , , region, account] = spec[key].split(":");
	return new AuthError({
		code: "config",
		message: `there is no ${isProfile ? "profile" : "trust anchor"} ${nameIn(spec[key])} in ${region} of account ${account}`,
		reason,
		details: request(asked),
		remedy: `correct \`spec.${key}\` of "${sanitize(name)}": the console of IAM Roles Anywhere shows it`,
		...cause,
	});
}

function invalid(asked: Asked, reason: string, cause: Cause): AuthError {
	const { name, spec } = asked.source;
	const common = { code: "config", reason, ...cause } as const;
	if (/duration/i.test(reason)) {
		return new AuthError({
			...common,
			message: `there are no sessions of ${spec.session_duration ?? "the profile's duration"} for ${nameIn(spec.role_arn)}`,
			remedy: `set \`spec.session_duration\` of "${sanitize(name)}" to no more than the profile and the role's maximum session duration allow`,
		});
	}
	if (/session ?name/i.test(reason)) {
		return new AuthError({
			...common,
			message: `the profile ${spec.profile_arn} does not accept the session name of "${sanitize(name)}"`,
			remedy: `remove \`spec.role_session_name\` of "${sanitize(name)}", or have the profile accept names (acceptRoleSessionName)`,
		});
	}
	return new AuthError({
		...common,
		message: `IAM Roles Anywhere did not accept the request of "${sanitize(name)}"`,
		details: request(asked),
		remedy: `check \`spec\` of "${sanitize(name)}"`,
	});
}
