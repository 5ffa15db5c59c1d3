/** The access keys that this machine has by itself. */
import { defineIdentity } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import { sanitize } from "../../system/sanitize.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { noStore } from "./no-store.ts";
import type { AwsConfig } from "./schema.ts";

export const kind = defineIdentity<AwsConfig, never, "aws">({
	kind: "aws/ambient",
	takes: [],
	gives: "aws",

	refusal: ({ name }) =>
		new AuthError({
			code: "config",
			message: `"${sanitize(name)}" is what this machine has, and begins a chain by itself`,
			remedy: `remove \`via\` of "${sanitize(name)}"`,
		}),

	// Nothing of it is kept; roles over it are, and are those of the very keys that they were assumed with.
	purpose(identity, _root, { env }) {
		return {
			kind: identity.kind,
			region: identity.config.principal.region,
			endpoint: endpointFor(env, "sts", endpointOf(identity.config)),
			key: env.AWS_ACCESS_KEY_ID,
			role: env.AWS_ROLE_ARN,
			token: env.AWS_WEB_IDENTITY_TOKEN_FILE,
			profile: env.AWS_PROFILE ?? env.AWS_DEFAULT_PROFILE,
			files: [env.AWS_SHARED_CREDENTIALS_FILE, env.AWS_CONFIG_FILE].join("\0"),
			container: env.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
		};
	},

	async authenticate(identity, _base, _root, run) {
		const { ambientKeys } = await import("./chain.ts");
		return ambientKeys(identity, run);
	},

	store: noStore,
	// The variables by which programs find them are there already.
	environment({ config }) {
		const { region } = config.principal;
		const set: Readonly<Record<string, string>> =
			region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region };
		return { set, unset: [], fixed: [] };
	},
});
