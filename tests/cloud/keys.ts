/** The access keys that the loopback cloud takes, and whose they are. */
import { randomBytes } from "node:crypto";
import { randomLetters } from "./base32.ts";
import { type Principal, userPrincipal } from "./principals.ts";
import type { World } from "./world.ts";

interface KeyPair {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
}

export interface TemporaryKeys extends KeyPair {
	readonly sessionToken: string;
	/** Milliseconds since the epoch. */
	readonly expiresAt: number;
}

/** Keys that sign, and what is known about them. */
export interface SigningKeys extends Principal, KeyPair {
	/** Undefined for a user's own keys, which do not end. */
	readonly sessionToken: string | undefined;
	/** Milliseconds since the epoch. */
	readonly expiresAt: number;
	/** The session was opened with an MFA code: `aws:MultiFactorAuthPresent`. */
	readonly mfa: boolean;
}

interface Issued extends TemporaryKeys {
	readonly mfa: boolean;
	readonly whose: () => Principal | undefined;
}

export class KeyStore {
	readonly #world: World;
	readonly #issued = new Map<string, Issued>();
	/** Kept, so that a key that was replaced is still one to look for. */
	readonly #userSecrets = new Set<string>();

	constructor(world: World) {
		this.#world = world;
	}

	/**
	 * @param whose asked on every use, so that the world may change; undefined when its user or role is gone
	 * @param expiresAt milliseconds since the epoch
	 * @param mfa whether the session is opened with an MFA code
	 */
	issue(whose: () => Principal | undefined, expiresAt: number, mfa = false): TemporaryKeys {
		const keys: Issued = {
			accessKeyId: `ASIA${randomLetters(16)}`,
			secretAccessKey: randomBytes(30).toString("base64"),
			sessionToken: `IQoJb3JpZ2luX2Vj${randomBytes(270).toString("base64")}`,
			expiresAt,
			mfa,
			whose,
		};
		this.#issued.set(keys.accessKeyId, keys);
		return keys;
	}

	find(accessKeyId: string): SigningKeys | undefined {
		const user = this.#world.users?.find((candidate) => candidate.accessKeyId === accessKeyId);
		if (user) {
			const { secretAccessKey } = user;
			this.#userSecrets.add(secretAccessKey);
			if (user.inactive) return undefined;
			const keys = { accessKeyId, secretAccessKey, sessionToken: undefined, expiresAt: Number.POSITIVE_INFINITY };
			return { ...userPrincipal(user), ...keys, mfa: false };
		}
		const issued = this.#issued.get(accessKeyId);
		const principal = issued?.whose();
		return issued && principal && { ...principal, ...issued };
	}

	/** Every secret that was issued, for tests that look for leaks. */
	secrets(): string[] {
		for (const { secretAccessKey } of this.#world.users ?? []) this.#userSecrets.add(secretAccessKey);
		const issued = [...this.#issued.values()];
		return [
			...this.#userSecrets,
			...issued.flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]),
		];
	}
}
