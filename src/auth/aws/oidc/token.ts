/** The word of any OpenID Connect provider: its token is in a variable, in a file or behind an address. */
import type { Secret } from "../../credentials.ts";
import { defineProvider } from "../../define.ts";
import type { Run } from "../../kinds.ts";
import type { FoundToken } from "../../oidc/token.ts";
import type { TokenConfig } from "./schema.ts";
import { jobMark, tokenProvider, webIdentityOf } from "./web-identity.ts";

/** `token_source` in the short words. */
interface Source {
	readonly audience: string | undefined;
	readonly variable: string | undefined;
	readonly file: string | undefined;
	readonly url: string | undefined;
	readonly requestVariable: string | undefined;
	readonly requestToken: Secret | undefined;
}

function sourceOf({ spec }: TokenConfig): Source {
	const { token_source: more } = spec;
	return {
		audience: spec.audience ?? more?.audience,
		variable: spec.token_env ?? (more?.type === "environment" ? more.environment_variable : undefined),
		file: spec.token_file ?? (more?.type === "file" ? more.file_path : undefined),
		url: spec.url ?? (more?.type === "url" ? more.url : undefined),
		requestVariable: spec.request_token_env,
		requestToken: more?.type === "url" ? more.request_token : undefined,
	};
}

export const kind = defineProvider<TokenConfig, "oidc">({
	...tokenProvider,
	kind: "oidc",

	// A file is this machine's, whoever runs on it; a variable is a job's.
	purpose({ kind: name, config }, { env }) {
		const { audience, variable, file, url, requestVariable, requestToken } = sourceOf(config);
		const secret = requestToken?.reveal() ?? env[variable ?? requestVariable ?? ""];
		return { kind: name, audience, variable, file, url, requestVariable, region: config.region, job: jobMark(secret) };
	},

	async authenticate({ name, config }, run) {
		const source = sourceOf(config);
		const found = await tokenOf(source, run);
		return webIdentityOf(found, { provider: name, audience: source.audience, region: config.region }, run.ctx);
	},
});

async function tokenOf(source: Source, run: Run): Promise<FoundToken> {
	const { tokenOfVariable, tokenOfFile, tokenOfAddress, secretOfVariable } = await import("../../oidc/sources.ts");
	const { audience, variable, file, url, requestVariable, requestToken } = source;
	if (variable !== undefined) return tokenOfVariable(variable, run);
	if (file !== undefined) return tokenOfFile(file, run);
	run.interaction.status("requesting a token");
	return tokenOfAddress(
		{
			url: new URL(url ?? ""),
			vendor: "the issuer of tokens",
			operation: "oidc:Token",
			audience,
			authorization:
				requestVariable === undefined
					? requestToken
					: secretOfVariable(requestVariable, run, "`spec.request_token_env`"),
		},
		run,
	);
}
