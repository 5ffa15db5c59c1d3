/** The access keys that the loopback cloud has issued, and whose they are. */
import { randomBytes, randomInt } from "node:crypto";
import type { Assignment } from "./world.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export interface IssuedKeys {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken: string;
	/** Milliseconds since the epoch. */
	readonly expiresAt: number;
	readonly assignment: Assignment;
	/** `arn:aws:sts::…:assumed-role/AWSReservedSSO_…/user`. */
	readonly arn: string;
}

export class KeyStore {
	readonly #keys = new Map<string, IssuedKeys>();

	issue(assignment: Assignment, user: string, expiresAt: number): IssuedKeys {
		const letters = (length: number): string => Array.from({ length }, () => BASE32[randomInt(32)]).join("");
		const keys: IssuedKeys = {
			accessKeyId: `ASIA${letters(16)}`,
			secretAccessKey: randomBytes(30).toString("base64"),
			sessionToken: `IQoJb3JpZ2luX2Vj${randomBytes(270).toString("base64")}`,
			expiresAt,
			assignment,
			arn: `arn:aws:sts::${assignment.accountId}:assumed-role/AWSReservedSSO_${assignment.role}_0123456789abcdef/${user}`,
		};
		this.#keys.set(keys.accessKeyId, keys);
		return keys;
	}

	find(accessKeyId: string): IssuedKeys | undefined {
		return this.#keys.get(accessKeyId);
	}

	/** Every secret that was issued, for tests that look for leaks. */
	secrets(): string[] {
		return [...this.#keys.values()].flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]);
	}
}
