/** The word of GitHub for a job of GitHub Actions. */
import { defineProvider } from "../../define.ts";
import { REQUEST_TOKEN_VARIABLE } from "../../oidc/variables.ts";
import type { GithubConfig } from "./schema.ts";
import { jobMark, tokenProvider, webIdentityOf } from "./web-identity.ts";

export const kind = defineProvider<GithubConfig, "oidc">({
	...tokenProvider,
	kind: "github/oidc",

	purpose: ({ kind: name, config }, { env }) => ({
		kind: name,
		audience: config.spec.audience,
		region: config.region,
		job: jobMark(env[REQUEST_TOKEN_VARIABLE]),
	}),

	async authenticate({ name, config }, run) {
		const { githubActionsToken } = await import("../../oidc/github-actions.ts");
		const { audience } = config.spec;
		run.interaction.status("requesting a token of the job");
		const found = await githubActionsToken(audience, run);
		return webIdentityOf(found, { provider: name, audience, region: config.region }, run.ctx);
	},
});
