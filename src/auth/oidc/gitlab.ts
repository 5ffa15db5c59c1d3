/** The token of a job of GitLab CI/CD. https://docs.gitlab.com/ci/secrets/id_token_authentication/ */
import { AuthError } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import { tokenOfVariable } from "./sources.ts";
import type { Fetching, FoundToken } from "./token.ts";

/**
 * @param name the variable that the job names under `id_tokens`
 * @param audience what to write there
 * @throws AuthError `usage` outside of a job, `config` for a job without the token
 */
export function gitlabToken(name: string, audience: string, { ctx }: Pick<Fetching, "ctx">): FoundToken {
	if (ctx.env.GITLAB_CI !== "true") {
		throw new AuthError({
			code: "usage",
			message: "this is no job of GitLab CI/CD",
			reason: "GITLAB_CI is not `true`: only a job has a token",
			remedy: "use an identity that a person can sign in to, or run it in a pipeline",
		});
	}
	const shown = sanitize(name);
	const lines = ["  id_tokens:", `    ${shown}:`, `      aud: ${sanitize(audience)}`];
	const remedy = `set \`id_tokens\` of the job: ${shown} with \`aud: ${sanitize(audience)}\``;
	if (ctx.env[name]) return { ...tokenOfVariable(name, { ctx }), remedy };
	throw new AuthError({
		code: "config",
		message: `this job has no token: ${shown} is not set`,
		reason: "GitLab gives a job the tokens that it asks for",
		details: ["in .gitlab-ci.yml, the job needs:", ...lines],
		remedy,
	});
}
