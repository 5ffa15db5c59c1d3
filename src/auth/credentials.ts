/** Credentials as they travel inside the library. They print as `[redacted]` and do not serialize. */

const REDACTED = "[redacted]";

const watchers = new Set<(value: string) => void>();

/**
 * Has `watcher` told of every secret as it comes into the program, for CI runners that mask what they are told of.
 *
 * @returns ends it
 */
export function watchSecrets(watcher: (value: string) => void): () => void {
	watchers.add(watcher);
	return () => {
		watchers.delete(watcher);
	};
}

/** A string that must never reach a screen, a log or a snapshot by accident. */
export class Secret {
	readonly #value: string;

	constructor(value: string) {
		this.#value = value;
		for (const watcher of watchers) watcher(value);
	}

	/** The value itself. Call it only where it is put on the wire or written to a file with mode 0600. */
	reveal(): string {
		return this.#value;
	}

	toString(): string {
		return REDACTED;
	}

	toJSON(): string {
		return REDACTED;
	}

	[Symbol.for("nodejs.util.inspect.custom")](): string {
		return REDACTED;
	}
}

/** AWS access keys, short-lived when `sessionToken` is set. */
export interface AwsCredentials {
	readonly type: "aws";
	readonly accessKeyId: string;
	readonly secretAccessKey: Secret;
	readonly sessionToken?: Secret | undefined;
	readonly region?: string | undefined;
	/** Milliseconds since the epoch; absent for keys that do not expire. */
	readonly expiresAt?: number | undefined;
	/** When they were issued, in milliseconds since the epoch, where that is known. */
	readonly issuedAt?: number | undefined;
	readonly accountId?: string | undefined;
	readonly accountName?: string | undefined;
	/** The permission set or role that they were made for, for display. */
	readonly role?: string | undefined;
	/** What they were made for; see `purpose.ts`. Undefined until they are those of a chain's link. */
	readonly purpose?: string | undefined;
}

/** The addresses of the two services that a session was issued for, where they are not the region's own. */
export interface SessionEndpoints {
	/** The sign-in service, which issues and refreshes it. */
	readonly oidc?: string | undefined;
	/** The access portal, which takes it. */
	readonly portal?: string | undefined;
}

/** An IAM Identity Center session: the bearer token of the access portal. */
export interface SsoSession {
	readonly type: "sso";
	readonly accessToken: Secret;
	/** Milliseconds since the epoch. */
	readonly expiresAt: number;
	readonly issuedAt?: number | undefined;
	readonly region: string;
	readonly startUrl: string;
	/** Whose it is: it is sent nowhere else. The region's own services, if left out. */
	readonly endpoints?: SessionEndpoints | undefined;
	/** Where the session came from, to be told to the user. */
	readonly origin: "cache" | "aws-cli" | "refresh" | "device" | "shared";
}

export type Credentials = AwsCredentials | SsoSession;

export type CredentialType = Credentials["type"];

/** Credentials of one type, or of one of several. */
export type CredentialsOf<Type extends CredentialType> = Extract<Credentials, { readonly type: Type }>;
