/** Users and roles of IAM, as a test or the demo describes them. https://docs.aws.amazon.com/IAM/latest/UserGuide/id.html */
import { randomBytes } from "node:crypto";
import { base32, randomLetters } from "./base32.ts";

/** What policies let somebody do: everything, unless a list says otherwise. */
export interface Policy {
	/** All that it allows, if it is not everything: `sts:AssumeRole`, or `sts:AssumeRole/NAME` for one resource. */
	readonly allowed?: readonly string[];
	/** What it does not allow: `eks:DescribeCluster`, or `eks:DescribeCluster/NAME` for one resource. */
	readonly denied?: readonly string[];
}

/** A virtual MFA device. `Cloud.mfaCode` tells what it shows. */
export interface MfaDevice {
	/** `arn:aws:iam::123456789012:mfa/NAME` */
	readonly serial: string;
	/** Base32, as it is in the QR code that sets a device up. */
	readonly seed: string;
}

export interface IamUser extends Policy {
	readonly accountId: string;
	readonly name: string;
	/** `AKIA…` */
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	/** The access key was deactivated. */
	readonly inactive?: boolean;
	readonly mfa?: MfaDevice;
}

export interface IamRole extends Policy {
	readonly accountId: string;
	readonly name: string;
	/** `/teams/`, with a slash at both ends; `/` if left out. */
	readonly path?: string;
	/** The longest session that may be asked for, 3600 to 43200; 3600 if left out. */
	readonly maxSessionSeconds?: number;
	readonly trust: Trust;
}

/** A role's trust policy. */
export interface Trust {
	/** ARNs of users, roles, role sessions or, as `arn:aws:iam::ID:root`, of all in an account. */
	readonly principals: readonly string[];
	/** The condition on `sts:ExternalId`. */
	readonly externalId?: string;
	/** The condition on `aws:MultiFactorAuthPresent`. */
	readonly requireMfa?: boolean;
	/** Identity providers whose word it takes. */
	readonly federated?: readonly FederatedTrust[];
}

/** One statement about an identity provider. */
export interface FederatedTrust {
	/** Its ARN: of a SAML provider, or of an OpenID Connect provider. */
	readonly provider: string;
	/**
	 * `StringLike` on what it says, by the key without its prefix: `sub`, `aud`, `iss`. One of the patterns has to fit, in which
	 * `*` and `?` stand for any text and any letter.
	 */
	readonly conditions?: Readonly<Record<string, readonly string[]>>;
}

/** An OpenID Connect provider as IAM knows it. */
export interface OidcProvider {
	readonly accountId: string;
	/** With its scheme: `https://token.actions.githubusercontent.com`. */
	readonly issuer: string;
	/** The audiences that it takes. */
	readonly clientIds: readonly string[];
}

/** `arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com` */
export const oidcProviderArn = ({ accountId, issuer }: Pick<OidcProvider, "accountId" | "issuer">): string =>
	`arn:aws:iam::${accountId}:oidc-provider/${issuer.replace(/^https:\/\//, "")}`;

/** A SAML identity provider as IAM knows it, from its metadata. */
export interface SamlProvider {
	/** `arn:aws:iam::123456789012:saml-provider/NAME` */
	readonly arn: string;
	/** Its entity ID. */
	readonly issuer: string;
	/** PEM. What is signed with another key is refused. */
	readonly certificate: string;
}

type Generated = "accessKeyId" | "secretAccessKey" | "mfa";

/** @param wanted a user; keys that are left out are made up, and so is the device with `mfa: true` */
export function iamUser({
	mfa,
	...wanted
}: Omit<IamUser, Generated> &
	Partial<Pick<IamUser, "accessKeyId" | "secretAccessKey">> & { readonly mfa?: MfaDevice | true }): IamUser {
	const device = { serial: `arn:aws:iam::${wanted.accountId}:mfa/${wanted.name}`, seed: base32(randomBytes(40)) };
	return {
		accessKeyId: `AKIA${randomLetters(16)}`,
		secretAccessKey: randomBytes(30).toString("base64"),
		...wanted,
		...(mfa ? { mfa: mfa === true ? device : mfa } : {}),
	};
}

export const userArn = ({ accountId, name }: Pick<IamUser, "accountId" | "name">): string =>
	`arn:aws:iam::${accountId}:user/${name}`;

export const roleArn = ({ accountId, path = "/", name }: Pick<IamRole, "accountId" | "path" | "name">): string =>
	`arn:aws:iam::${accountId}:role${path}${name}`;

/** @returns whether what a provider says fits one of the statements that a role's trust policy has about it */
export function trustsFederated(
	{ trust: { federated = [] } }: IamRole,
	provider: string,
	said: Readonly<Record<string, string | undefined>>,
): boolean {
	return federated.some(
		(statement) =>
			statement.provider === provider &&
			Object.entries(statement.conditions ?? {}).every(([key, patterns]) =>
				patterns.some((pattern) => isLike(said[key], pattern)),
			),
	);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String */
function isLike(value: string | undefined, pattern: string): boolean {
	if (value === undefined) return false;
	const expression = pattern
		.replace(/[.+^${}()|[\]\\]/g, "\\$&")
		.replaceAll("*", "[^]*")
		.replaceAll("?", "[^]");
	return new RegExp(`^${expression}$`).test(value);
}
