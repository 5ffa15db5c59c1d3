/** Proofs that whoever sends a request has a key (RFC 9449): what the sign-in issues is bound to one. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { Secret } from "../../credentials.ts";

const CURVE = "P-256";
/** OpenSSL's name of the same curve. */
const OPENSSL_CURVE = "prime256v1";

export interface ProvenRequest {
	readonly method: "POST";
	/** Without query and fragment (§4.2). */
	readonly url: string;
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** What the server wants to see in it (§8). */
	readonly nonce?: string | undefined;
}

/** @returns a new private key on P-256, for ES256 */
export const createDpopKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: CURVE }).privateKey;

/** @returns the proof for one request: each is good once (§4.2) */
export function dpopProof(key: KeyObject, { method, url, now, nonce }: ProvenRequest): string {
	const { kty, crv, x, y } = createPublicKey(key).export({ format: "jwk" });
	const header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
	const claims = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(now / 1000), ...(nonce && { nonce }) };
	const signed = `${base64url(header)}.${base64url(claims)}`;
	// R and S one after the other (RFC 7518 §3.4), not in DER.
	const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
	return `${signed}.${signature.toString("base64url")}`;
}

/** @returns base64 of the key's PKCS #8 */
export const serializeDpopKey = (key: KeyObject): Secret =>
	new Secret(key.export({ format: "der", type: "pkcs8" }).toString("base64"));

/** @returns undefined for anything but a private key on P-256 in the form of `serializeDpopKey` */
export function parseDpopKey(text: string): KeyObject | undefined {
	try {
		const key = createPrivateKey({ key: Buffer.from(text, "base64"), format: "der", type: "pkcs8" });
		return key.asymmetricKeyDetails?.namedCurve === OPENSSL_CURVE ? key : undefined;
	} catch {
		return undefined;
	}
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
