/** Jobs that are vouched for, and the role that takes their tokens. */
import type { Cloud } from "../../../cloud/cloud.ts";
import { oidcProviderArn } from "../../../cloud/iam.ts";
import type { JobToken } from "../../../cloud/issuers.ts";
import { smallWorld, type World } from "../../../cloud/world.ts";
import { role } from "../chains.ts";

export const ROLE = "arn:aws:iam::123456789012:role/GithubDeployer";
export const ISSUER = "https://issuer.acme.example";

export const text = (provider: string, principal = `assume_role: "${ROLE}"`): string =>
	`auth:\n  realm: test\n  providers:\n    ci: {${provider}}\n  identities:\n${role("it", "provider: ci", principal)}`;

export const GITHUB = text("kind: github/oidc");
export const github = (token?: JobToken) => (cloud: Cloud) => cloud.githubJob(token);
export const gitlabJob = (token: JobToken) => (cloud: Cloud) => ({
	GITLAB_CI: "true",
	GITLAB_OIDC_TOKEN: cloud.jobToken(token),
});

/** A world in which another issuer is known, too. */
export function world(issuer: string, clientIds = ["sts.amazonaws.com"]): Partial<World> {
	const { roles = [], oidcProviders = [] } = smallWorld();
	const provider = { accountId: "123456789012", issuer, clientIds };
	const trust = { principals: [], federated: [{ provider: oidcProviderArn(provider) }] };
	return {
		oidcProviders: [...oidcProviders, provider],
		roles: roles.map((each) => (each.name === "GithubDeployer" ? { ...each, trust } : each)),
	};
}
