/** A session by certificate: what the provider and the identity that stands alone have in common. */
import { createHash } from "node:crypto";
import type { AuthContext } from "../../context.ts";
import type { Run } from "../../kinds.ts";
import type { Aspects } from "../../purpose.ts";
import { accountIn, nameIn } from "../arn.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { pathOf, type Source } from "./source.ts";
import { type Material, regionOfArn } from "./spec.ts";

/** Where programs work with the credentials, unless they say otherwise. */
export const regionOf = ({ region, spec }: Pick<Source, "region" | "spec">): string =>
	region ?? regionOfArn(spec.trust_anchor_arn);

/**
 * The duration says nothing of whose keys they are. A certificate that was renewed in its place is the same one for this; the
 * key has to belong to it.
 */
export function purposeOf(kind: string, source: Source, endpoint: string | undefined, ctx: AuthContext): Aspects {
	const {
		trust_anchor_arn: trustAnchor,
		profile_arn: profile,
		role_arn: role,
		role_session_name: session,
	} = source.spec;
	const own = source.spec.pkcs12 ?? source.spec.certificate;
	return {
		kind,
		trustAnchor,
		profile,
		role,
		session,
		certificate: own === undefined ? undefined : nameOf(ctx, source, own),
		region: regionOf(source),
		endpoint: endpointFor(ctx.env, "rolesanywhere", endpoint),
	};
}

/** Nothing can be told from it that was not meant to be: it goes into a digest, and is one. */
function nameOf(ctx: AuthContext, source: Source, material: Material): string {
	if (!("inline" in material)) return pathOf(ctx, source, material) ?? "";
	const { inline } = material;
	const content = typeof inline === "string" ? inline : inline.reveal();
	return createHash("sha256").update(content).digest("base64url");
}

/**
 * @returns keys of the role
 * @throws PersonNeededError for an encrypted key whose password nobody can be asked for; AuthError for a certificate that
 *   is of no use, see `identify`, and for what the service refuses
 */
export async function obtainSession(source: Source, endpoint: string | undefined, run: Run): Promise<AwsCredentials> {
	const { ctx, signal, interaction } = run;
	// Loaded only now: a sign-in that finds its keys at hand needs none of it.
	const [{ gather }, { identify }, { createSession }] = await Promise.all([
		import("./material.ts"),
		import("./identify.ts"),
		import("./create-session.ts"),
	]);
	interaction.status("reading the certificate");
	const gathered = await gather(source, run);
	signal.throwIfAborted();
	const identified = identify(gathered, ctx);
	const { role_arn: role } = source.spec;
	interaction.status(`requesting ${nameIn(role)} in ${accountIn(role)}`);
	try {
		const keys = await createSession({ ctx, signal, endpoint }, source.spec, identified);
		return { ...keys, region: regionOf(source) };
	} catch (error) {
		signal.throwIfAborted();
		const { explained } = await import("./errors.ts");
		throw explained(error, source, identified);
	}
}
