/** Proofs of possession as a server takes them. https://www.rfc-editor.org/rfc/rfc9449#section-4.3 */
import { createHash, createPublicKey, verify } from "node:crypto";

export interface Expected {
	readonly method: string;
	/** Scheme, host and path of the endpoint. */
	readonly url: string;
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** What has to be in it, if the server has given one out. */
	readonly nonce?: string | undefined;
}

export type Proof = { readonly thumbprint: string } | { readonly refused: string };

/** How far `iat` may be off, in seconds. */
const WINDOW = 300;

/** Proofs are good once: it remembers those that it has seen. */
export class Proofs {
	readonly #seen = new Set<string>();

	/** @param proof the header `DPoP`; several are joined with a comma, which no proof has in it */
	check(proof: string | undefined, { method, url, now, nonce }: Expected): Proof {
		const refused = (why: string): Proof => ({ refused: `DPoP proof ${why}` });
		if (proof === undefined) return refused("is missing");
		const parts = proof.split(".");
		const [header, claims] = [decode(parts[0]), decode(parts[1])];
		if (parts.length !== 3 || header === undefined || claims === undefined) return refused("is no JWT");
		if (header.typ !== "dpop+jwt") return refused("has the wrong typ");
		if (header.alg !== "ES256") return refused("has an alg other than ES256");
		const jwk = header.jwk as Readonly<Record<string, unknown>> | undefined;
		if (typeof jwk !== "object" || jwk === null) return refused("has no jwk");
		const { kty, crv, x, y } = jwk;
		if (kty !== "EC" || crv !== "P-256" || typeof x !== "string" || typeof y !== "string")
			return refused("has a jwk that is not on P-256");
		if ("d" in jwk) return refused("has a private key in it");
		const signature = Buffer.from(parts[2] ?? "", "base64url");
		let isSigned = false;
		try {
			const key = createPublicKey({ key: { kty, crv, x, y }, format: "jwk" });
			const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
			isSigned = signature.length === 64 && verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, signature);
		} catch {
			// Refused below.
		}
		if (!isSigned) return refused("has a signature that is not its key's");
		if (claims.htm !== method) return refused("has the wrong htm");
		if (claims.htu !== url) return refused("has the wrong htu");
		if (typeof claims.iat !== "number" || Math.abs(claims.iat - now / 1000) > WINDOW)
			return refused("has an iat that is too far from the time of the server");
		if (typeof claims.jti !== "string" || claims.jti === "") return refused("has no jti");
		if (nonce !== undefined && claims.nonce !== nonce) return refused("has no nonce");
		if (this.#seen.has(claims.jti)) return refused("was used before");
		this.#seen.add(claims.jti);
		// RFC 7638 §3.2: the required members alone, in this order.
		const thumbprint = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
		return { thumbprint };
	}
}

function decode(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
	try {
		const found: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
		return typeof found === "object" && found !== null ? (found as Readonly<Record<string, unknown>>) : undefined;
	} catch {
		return undefined;
	}
}
