/** IAM Roles Anywhere as an identity: with a certificate of its own, or keeping what a provider's gave. */
import type { Identity } from "../../config/model.ts";
import { defineIdentity } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import { sanitize } from "../../system/sanitize.ts";
import { endpointOf } from "../entry-spec.ts";
import { awsEnvironment, awsStore } from "../store.ts";
import type { Config } from "./identity-schema.ts";
import { obtainSession, purposeOf, regionOf } from "./session.ts";
import type { Source } from "./source.ts";

export const kind = defineIdentity<Config, "aws", "aws", true>({
	kind: "aws/roles-anywhere",
	takes: ["aws"],
	mayBegin: true,
	gives: "aws",

	refusal(identity) {
		const name = sanitize(identity.name);
		return new AuthError({
			code: "config",
			message: `"${name}" needs a certificate: its own, or that of a provider`,
			reason: "what its `via` names signs in to something else than a role of AWS",
			remedy: `set \`via.provider\` of "${name}" to a provider of kind ${identity.kind}, or remove \`via\` and set \`spec\``,
		});
	},

	purpose(identity, root, ctx) {
		const source = sourceOf(identity);
		if (root.provider === undefined) {
			return purposeOf(identity.kind, source ?? fail(withoutSpec(identity)), endpointOf(identity.config), ctx);
		}
		if (source !== undefined) throw withBoth(identity);
		return { kind: identity.kind, region: identity.config.region };
	},

	async authenticate(identity, base, _root, run) {
		if (base !== undefined) return { ...base, region: identity.config.region ?? base.region };
		return obtainSession(sourceOf(identity) ?? fail(withoutSpec(identity)), endpointOf(identity.config), run);
	},

	store: awsStore,
	environment(identity, credentials, place) {
		const source = sourceOf(identity);
		const configured = source === undefined ? identity.config.region : regionOf(source);
		return awsEnvironment(credentials?.region ?? configured, place);
	},
});

function sourceOf({ name, file, config: { spec, region } }: Identity<Config>): Source | undefined {
	return spec === undefined ? undefined : { name, file, spec, region };
}

function fail(error: AuthError): never {
	throw error;
}

function withoutSpec({ name, file }: Identity): AuthError {
	return new AuthError({
		code: "config",
		message: `"${sanitize(name)}" has no \`spec\``,
		reason: `it is defined in ${sanitize(file)}, without \`via\`: then it needs a certificate of its own`,
		remedy: `set \`spec\` of "${sanitize(name)}", or \`via.provider\` to a provider that has one`,
	});
}

function withBoth({ name, file }: Identity): AuthError {
	return new AuthError({
		code: "config",
		message: `"${sanitize(name)}" has both \`via.provider\` and a \`spec\` of its own`,
		reason: `it is defined in ${sanitize(file)}; over a provider, the role is the provider's`,
		remedy: `remove one of them; for another role over the same certificate, add a provider, or an identity of kind aws/assume-role`,
	});
}
