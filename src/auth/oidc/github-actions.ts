/** The token of a job of GitHub Actions. https://docs.github.com/en/actions/reference/security/oidc */
import { Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import { isLoopback } from "../net/hosts.ts";
import { tokenOfAddress } from "./sources.ts";
import { type Fetching, type FoundToken, tokenIn } from "./token.ts";
import { REQUEST_TOKEN_VARIABLE } from "./variables.ts";

const URL_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_URL";
/** As in the Go program: a token that is there already. */
const TOKEN_VARIABLE = "ACTIONS_ID_TOKEN";

const REMEDY = "ask for the token anew in the same job, with the audience that is configured";

/**
 * Asks the runner's own address for a token. It is nobody's but the runner's to name: an address in a configuration would be
 * sent the job's credentials.
 *
 * @throws AuthError `usage` outside of a job; `config` for a job that may have no token; else see `tokenOfAddress`
 */
export async function githubActionsToken(audience: string, fetching: Fetching): Promise<FoundToken> {
	const { env } = fetching.ctx;
	if (env.GITHUB_ACTIONS !== "true") {
		throw new AuthError({
			code: "usage",
			message: "this is no job of GitHub Actions",
			reason: "GITHUB_ACTIONS is not `true`: only a job has a token",
			remedy: "use an identity that a person can sign in to, or run it in a workflow",
		});
	}
	const requestToken = env[REQUEST_TOKEN_VARIABLE];
	const address = env[URL_VARIABLE];
	if (!requestToken || !address) {
		throw new AuthError({
			code: "config",
			message: "this job may not ask GitHub for a token",
			reason: `${!requestToken ? REQUEST_TOKEN_VARIABLE : URL_VARIABLE} is not set`,
			details: [
				"the job, or its workflow, needs:",
				"  permissions:",
				"    id-token: write",
				"    contents: read",
				"pull requests from forks get no such permission, and neither does a reusable workflow whose caller lacks it",
			],
			remedy: "add `id-token: write` to the `permissions` of the job",
		});
	}
	const ready = tokenIn(env[TOKEN_VARIABLE]);
	if (ready !== undefined) return { token: ready, title: `the token of ${TOKEN_VARIABLE}`, remedy: REMEDY };
	const url = URL.canParse(address) ? new URL(address) : undefined;
	const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
	if (url === undefined || url.username !== "" || !isSafe) {
		throw new AuthError({
			code: "config",
			message: `${URL_VARIABLE} is not an address with https`,
			reason: "the runner sets it; something else has changed it",
			remedy: `leave ${URL_VARIABLE} as the runner sets it`,
		});
	}
	const found = await tokenOfAddress(
		{ url, vendor: "GitHub", operation: "github:IdToken", audience, authorization: new Secret(requestToken) },
		fetching,
	);
	return { ...found, title: "the token of GitHub Actions", remedy: REMEDY };
}
