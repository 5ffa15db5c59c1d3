/** The credentials of AWS. */
import type { CredentialFacts, Secret } from "../credentials.ts";

declare module "../credentials.ts" {
	interface CredentialTypes {
		readonly aws: AwsCredentials;
		readonly sso: SsoSession;
		readonly oidc: WebIdentity;
		readonly saml: SamlAssertion;
		readonly none: NoCredentials;
	}
}

/** Access keys, short-lived when `sessionToken` is set. */
export interface AwsCredentials extends CredentialFacts {
	readonly type: "aws";
	readonly accessKeyId: string;
	readonly secretAccessKey: Secret;
	readonly sessionToken?: Secret | undefined;
	/** The ARN of the role whose session it is, where it is known: `role` alone may be the name of a permission set. */
	readonly roleArn?: string | undefined;
}

/** The addresses of the two services that a session was issued for, where they are not the region's own. */
export interface SessionEndpoints {
	/** The sign-in service, which issues and refreshes it. */
	readonly oidc?: string | undefined;
	/** The access portal, which takes it. */
	readonly portal?: string | undefined;
}

/** An IAM Identity Center session: the bearer token of the access portal. */
export interface SsoSession extends CredentialFacts {
	readonly type: "sso";
	readonly accessToken: Secret;
	/** Milliseconds since the epoch. */
	readonly expiresAt: number;
	readonly region: string;
	readonly startUrl: string;
	/** Whose it is: it is sent nowhere else. The region's own services, if left out. */
	readonly endpoints?: SessionEndpoints | undefined;
	/** Where the session came from, to be told to the user. */
	readonly origin: "cache" | "aws-cli" | "refresh" | "device" | "shared";
}

/** A token by which an OpenID Connect provider vouches for a job or a program (RFC 7519, OpenID Connect Core §2). */
export interface WebIdentity extends CredentialFacts {
	readonly type: "oidc";
	readonly token: Secret;
	/** The provider that fetched it, for what is said of it. */
	readonly provider: string;
	/** What it says of itself; safe to show. */
	readonly claims: {
		readonly issuer?: string | undefined;
		readonly subject?: string | undefined;
		readonly audience: readonly string[];
	};
}

/** A role that a SAML assertion offers, with the identity provider of IAM that vouches for it. */
export interface SamlRole {
	readonly roleArn: string;
	readonly principalArn: string;
}

/** What a SAML identity provider says of a person: the base64 of the whole response, as it was posted. */
export interface SamlAssertion extends CredentialFacts {
	readonly type: "saml";
	readonly assertion: Secret;
	readonly roles: readonly SamlRole[];
	/** How long sessions may last, in seconds: the attribute `SessionDuration`, or `session.duration` of the provider. */
	readonly seconds?: number | undefined;
}

/** Of an identity that leaves a program with what it finds by itself. */
export interface NoCredentials extends CredentialFacts {
	readonly type: "none";
}
