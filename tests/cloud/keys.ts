/** The access keys that the loopback cloud has issued, and whose they are. */
import { createHash, randomBytes, randomInt } from "node:crypto";
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
	/** `AROA…`, what STS puts before the session's name. */
	readonly roleId: string;
}

export class KeyStore {
	readonly #keys = new Map<string, IssuedKeys>();

	/** @param expiresAt milliseconds since the epoch */
	issue(assignment: Assignment, user: string, expiresAt: number): IssuedKeys {
		const letters = (length: number): string => Array.from({ length }, () => BASE32[randomInt(32)]).join("");
		// Every permission set has a role of its own in every account, named after it and a digest.
		const digest = createHash("sha256").update(`${assignment.accountId}/${assignment.role}`).digest("hex");
		const keys: IssuedKeys = {
			accessKeyId: `ASIA${letters(16)}`,
			secretAccessKey: randomBytes(30).toString("base64"),
			sessionToken: `IQoJb3JpZ2luX2Vj${randomBytes(270).toString("base64")}`,
			expiresAt,
			assignment,
			arn: `arn:aws:sts::${assignment.accountId}:assumed-role/AWSReservedSSO_${assignment.role}_${digest.slice(0, 16)}/${user}`,
			roleId: `AROA${digest.slice(16, 33).toUpperCase()}`,
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
