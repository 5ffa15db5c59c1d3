/** IAM Roles Anywhere as a provider: the keys of a role, for a certificate. */
import type { Provider } from "../../config/model.ts";
import { defineProvider } from "../../define.ts";
import { endpointOf } from "../entry-spec.ts";
import type { Config } from "./provider-schema.ts";
import { obtainSession, purposeOf } from "./session.ts";
import type { Source } from "./source.ts";

const sourceOf = ({ name, file, config }: Provider<Config>): Source => ({ name, file, ...config });

export const kind = defineProvider<Config, "aws">({
	kind: "aws/roles-anywhere",
	gives: "aws",

	// Nothing of it is kept but by an identity.
	peek: async () => ({ state: "none" }),

	purpose: (provider, ctx) => purposeOf(provider.kind, sourceOf(provider), endpointOf(provider.config), ctx),

	authenticate: (provider, run) => obtainSession(sourceOf(provider), endpointOf(provider.config), run),

	describe: ({ role, accountId }) => ({
		reused: false,
		shared: false,
		text: `signed in as ${role} in ${accountId}`,
	}),
});
