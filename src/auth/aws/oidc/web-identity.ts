/** From a token that was found to what a role is assumed with. */
import { createHash } from "node:crypto";
import type { AuthContext } from "../../context.ts";
import { AuthError } from "../../errors.ts";
import type { ProviderKind } from "../../kinds.ts";
import { checkToken, type FoundToken } from "../../oidc/token.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { WebIdentity } from "../credentials.ts";

/** `WebIdentityToken` of https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
const MOST_LETTERS = 20_000;

/**
 * @param wanted.audience whom the token has to be for; anybody, if left out
 * @throws AuthError for a token that is over, or for somebody else: see `checkToken`
 */
export function webIdentityOf(
	found: FoundToken,
	wanted: { readonly provider: string; readonly audience?: string | undefined; readonly region?: string | undefined },
	ctx: AuthContext,
): WebIdentity {
	if (found.token.reveal().length > MOST_LETTERS) {
		throw new AuthError({
			code: "config",
			message: `${found.title} is too long for AWS`,
			reason: `AWS takes tokens of up to ${MOST_LETTERS} characters`,
			remedy: "have it issued with fewer claims",
		});
	}
	const claims = checkToken(found, wanted.audience, ctx);
	return {
		type: "oidc",
		token: found.token,
		provider: wanted.provider,
		region: wanted.region,
		expiresAt: claims?.expiresAt,
		issuedAt: claims?.issuedAt,
		person: claims?.subject && sanitize(claims.subject),
		claims: { issuer: claims?.issuer, subject: claims?.subject, audience: claims?.audience ?? [] },
	};
}

/** Of every provider of tokens: nothing is kept, so there is nothing to look at. */
export const tokenProvider = {
	gives: "oidc",
	peek: async () => ({ state: "none" }) as const,
	describe: ({ claims: { subject } }: WebIdentity): ReturnType<ProviderKind["describe"]> => ({
		reused: false,
		shared: false,
		text: subject === undefined ? "token received" : `token of ${sanitize(subject)}`,
	}),
} as const;

/**
 * What tells one job from another on a machine that runs several: the keys of one are nothing for the next, which may be of
 * another branch.
 *
 * @returns a digest of the secret that the job was given
 */
export function jobMark(secret: string | undefined): string | undefined {
	return secret && createHash("sha256").update(secret).digest("base64url");
}
