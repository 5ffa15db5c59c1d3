/** What a token says of itself (RFC 7519 §4.1). It is not verified here: whoever takes it does that. */

export interface Claims {
	readonly issuer?: string | undefined;
	readonly subject?: string | undefined;
	/** One or several (RFC 7519 §4.1.3); empty where there is none. */
	readonly audience: readonly string[];
	/** Milliseconds since the epoch. */
	readonly expiresAt?: number | undefined;
	readonly notBefore?: number | undefined;
	readonly issuedAt?: number | undefined;
}

/** @returns undefined for what is no JWS in compact serialization (RFC 7515 §7.1) with a JSON payload */
export function claimsOf(token: string): Claims | undefined {
	const parts = token.split(".");
	const [, payload = ""] = parts;
	if (parts.length !== 3 || !/^[\w-]+$/.test(payload)) return undefined;
	let found: unknown;
	try {
		found = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
	} catch {
		return undefined;
	}
	if (typeof found !== "object" || found === null) return undefined;
	const { iss, sub, aud, exp, nbf, iat } = found as Readonly<Record<string, unknown>>;
	return {
		issuer: text(iss),
		subject: text(sub),
		audience: (Array.isArray(aud) ? aud : [aud]).flatMap((each: unknown) => text(each) ?? []),
		expiresAt: milliseconds(exp),
		notBefore: milliseconds(nbf),
		issuedAt: milliseconds(iat),
	};
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const milliseconds = (value: unknown): number | undefined =>
	typeof value === "number" && Number.isFinite(value) ? value * 1000 : undefined;
