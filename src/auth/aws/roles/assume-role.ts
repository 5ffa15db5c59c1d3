/** A role of IAM, assumed with what the link before it gives: access keys, or what somebody else says of a person or a job. */
import type { Identity } from "../../config/model.ts";
import { defineIdentity } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import type { ChainRoot, Run } from "../../kinds.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { AwsCredentials, SamlAssertion, WebIdentity } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { awsEnvironment, awsStore } from "../store.ts";
import { type Config, ROLE } from "./assume-role-schema.ts";

type Base = AwsCredentials | SamlAssertion | WebIdentity;

export const kind = defineIdentity<Config, Base["type"], "aws">({
	kind: "aws/assume-role",
	takes: ["aws", "saml", "oidc"],
	gives: "aws",

	refusal(identity) {
		const name = sanitize(identity.name);
		return new AuthError({
			code: "config",
			message: `"${name}" needs access keys, or somebody who vouches for you`,
			reason:
				"a role is assumed with the keys of another AWS identity, a SAML assertion or a token of OpenID Connect; what its `via` names gives none of them",
			remedy: `set \`via.identity\` of "${name}" to an identity that has keys, such as a permission set or a user, or \`via.provider\` to one that vouches for you`,
		});
	},

	// Who signs in by SAML brings roles along, and may choose.
	lacks({ config: { principal } }, base) {
		return principal.assume_role === undefined && base !== "saml"
			? { path: ["principal", "assume_role"], expected: ROLE }
			: undefined;
	},

	// A duration says nothing of whose keys they are: it counts when there are to be new ones.
	purpose(identity, _root, ctx) {
		const { assume_role: arn, external_id: externalId, session_name: session, region } = identity.config.principal;
		const { mfa_arn: mfa, saml_provider: provider } = identity.config.principal;
		const endpoint = endpointFor(ctx.env, "sts", endpointOf(identity.config));
		return { kind: identity.kind, arn, externalId, session, region, mfa, provider, endpoint };
	},

	authenticate: (identity, base, root, run) => assume(identity, base, root, run),

	store: awsStore,
	environment: ({ config }, credentials, place) =>
		awsEnvironment(credentials?.region ?? config.principal.region, place),
});

/** Each way is loaded when it is taken. */
async function assume(identity: Identity<Config>, base: Base, root: ChainRoot, run: Run): Promise<AwsCredentials> {
	switch (base.type) {
		case "aws":
			return (await import("./with-keys.ts")).assumeWithKeys(identity, base, run);
		case "oidc":
			return (await import("./with-web-identity.ts")).assumeWithWebIdentity(identity, base, run);
		case "saml":
			return (await import("./with-saml.ts")).assumeWithSaml(identity, base, root, run);
	}
}
