/** How AWS reads a JSON Web Token, and whether it believes it. https://www.rfc-editor.org/rfc/rfc7519#section-7.2 */
import { verify } from "node:crypto";
import { ServiceError } from "./exchange.ts";
import type { OidcProvider } from "./iam.ts";
import type { Issuers } from "./issuers.ts";

export interface TokenClaims {
	readonly issuer: string;
	readonly subject: string;
	readonly audience: readonly string[];
}

const invalid = (message: string): ServiceError => new ServiceError(400, "InvalidIdentityToken", message);

/**
 * @param providers those of the role's account
 * @throws ServiceError in the words of the service
 */
export function readToken(
	token: string,
	providers: readonly OidcProvider[],
	issuers: Issuers,
	now: number,
): TokenClaims & { readonly provider: OidcProvider } {
	const [header, payload, signature, ...rest] = token.split(".");
	const { alg, kid } = partOf(header);
	const { iss, sub, aud, exp, nbf } = partOf(payload);
	if (signature === undefined || rest.length > 0 || typeof iss !== "string" || typeof sub !== "string") {
		throw invalid("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
	}
	const provider = providers.find(({ issuer }) => issuer === iss);
	if (provider === undefined) throw invalid(`No OpenIDConnect provider found in your account for ${iss}`);
	const audience = [aud].flat().filter((each): each is string => typeof each === "string");
	if (!audience.some((each) => provider.clientIds.includes(each))) throw invalid("Incorrect token audience");
	const seconds = Math.floor(now / 1000);
	if (typeof exp !== "number") throw invalid("Missing a required claim: exp");
	if (exp <= seconds) {
		throw new ServiceError(
			400,
			"ExpiredTokenException",
			`Token expired: current date/time ${seconds} must be before the expiration date/time ${exp}`,
		);
	}
	if (typeof nbf === "number" && nbf > seconds + 300) throw invalid("Token is not yet valid");
	const key = issuers.published(iss, String(kid));
	if (key === undefined || key.algorithm !== alg) {
		throw invalid("Couldn't retrieve verification key from your identity provider");
	}
	const isRight = verify(
		"sha256",
		Buffer.from(`${header}.${payload}`),
		{ key: key.publicKey, dsaEncoding: "ieee-p1363" },
		Buffer.from(signature, "base64url"),
	);
	if (!isRight) throw invalid("The ID Token signature is invalid");
	return { issuer: iss, subject: sub, audience, provider };
}

function partOf(part: string | undefined): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
		return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
	} catch {
		return {};
	}
}
