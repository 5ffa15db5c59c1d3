/** The word of GitLab for a job of GitLab CI/CD. */
import { defineProvider } from "../../define.ts";
import { AWS_AUDIENCE, type GitlabConfig } from "./schema.ts";
import { jobMark, tokenProvider, webIdentityOf } from "./web-identity.ts";

export const kind = defineProvider<GitlabConfig, "oidc">({
	...tokenProvider,
	kind: "gitlab/oidc",

	purpose: ({ kind: name, config: { spec, region } }, { env }) => ({
		kind: name,
		variable: spec.token_env,
		audience: spec.audience,
		region,
		job: jobMark(env[spec.token_env]),
	}),

	async authenticate({ name, config: { spec, region } }, { ctx }) {
		const { gitlabToken } = await import("../../oidc/gitlab.ts");
		const { audience } = spec;
		const found = gitlabToken(spec.token_env, audience ?? AWS_AUDIENCE, { ctx });
		return webIdentityOf(found, { provider: name, audience, region }, ctx);
	},
});
