/** Proof Key for Code Exchange (RFC 7636), and the state of an authorization request (RFC 6749 §10.12). */
import { createHash, randomBytes } from "node:crypto";
import { Secret } from "../credentials.ts";

export interface Pkce {
	/** 43 characters of base64url: 32 random octets (RFC 7636 §4.1). */
	readonly verifier: Secret;
	/** Base64url of its SHA-256, without padding: the method `S256` (§4.2). */
	readonly challenge: string;
}

export function createPkce(): Pkce {
	const verifier = randomBytes(32).toString("base64url");
	return { verifier: new Secret(verifier), challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** @returns 22 characters of base64url that cannot be guessed */
export const createState = (): string => randomBytes(16).toString("base64url");
