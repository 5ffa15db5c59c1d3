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

/** What is known of any credentials, whatever their type. */
export interface CredentialFacts {
	/** Milliseconds since the epoch; absent for what does not expire. */
	readonly expiresAt?: number | undefined;
	/** When they were issued, in milliseconds since the epoch, where that is known. */
	readonly issuedAt?: number | undefined;
	readonly region?: string | undefined;
	readonly accountId?: string | undefined;
	readonly accountName?: string | undefined;
	/** The permission set or role that they were made for, for display. */
	readonly role?: string | undefined;
	/** Whom they were issued to, as the service says it: an email address, a user's name, an ARN. For display. */
	readonly person?: string | undefined;
	/** What they were made for; see `purpose.ts`. Undefined until they are those of a chain's link. */
	readonly purpose?: string | undefined;
}

/** The types of credentials by name, each with its name as `type`. A cloud adds its own in its folder by declaration merging. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the clouds
export interface CredentialTypes {}

export type CredentialType = keyof CredentialTypes;

/** Credentials of one type, or of one of several. */
export type CredentialsOf<Type extends CredentialType> = CredentialTypes[Type];

export type Credentials = CredentialsOf<CredentialType>;
