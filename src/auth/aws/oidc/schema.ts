/** `kind: github/oidc`, `gitlab/oidc` and `oidc`: providers whose word for a job or a program AWS takes. */
import * as v from "valibot";
import { about, endpointMark, flag, NO_EFFECT, tags, text, webAddress } from "../../config/schema/common.ts";
import { Secret } from "../../credentials.ts";
import { region } from "../schema.ts";

/** What AWS expects where its own setup guides were followed. */
export const AWS_AUDIENCE = "sts.amazonaws.com";

const variable = v.pipe(
	text("the name of a variable"),
	v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of a variable, without $"),
);
const audience = text("an audience, such as sts.amazonaws.com");

const entries = {
	region: about(v.optional(region), "Region of STS, and that programs get. Default: `us-east-1`"),
	default: about(v.optional(flag), NO_EFFECT),
	tags: about(v.optional(tags), NO_EFFECT),
};

export const githubSchema = about(
	v.object({
		...entries,
		spec: v.optional(
			v.object({
				audience: about(
					v.optional(audience, AWS_AUDIENCE),
					"The token's audience, as the provider in IAM has it. Default: `sts.amazonaws.com`",
				),
			}),
			{},
		),
	}),
	"The token of a job of GitHub Actions, which needs `permissions: id-token: write`",
);

export const gitlabSchema = about(
	v.object({
		...entries,
		spec: v.optional(
			v.object({
				token_env: about(
					v.optional(variable, "GITLAB_OIDC_TOKEN"),
					"The variable that the job names under `id_tokens`. Default: `GITLAB_OIDC_TOKEN`",
				),
				audience: about(
					v.optional(audience),
					"The audience that the token has to have: `aud` of the job's `id_tokens`. Default: any",
				),
			}),
			{},
		),
	}),
	"The token of a job of GitLab CI/CD, which names it under `id_tokens`",
);

const address = v.pipe(webAddress("the address that issues the token"), endpointMark());
const requestToken = v.pipe(
	text("a token"),
	v.transform((value) => new Secret(value)),
);

const filePath = text("the path of a file");

const TYPES = ["environment", "file", "url"] as const;

interface Source {
	readonly type: (typeof TYPES)[number];
	readonly environment_variable?: string | undefined;
	readonly file_path?: string | undefined;
	readonly url?: string | undefined;
}

const goesWith = <Given extends Source>(key: "environment_variable" | "file_path" | "url", type: Source["type"]) =>
	v.check<Given, string>((source) => source.type !== type || source[key] !== undefined, `missing; the type is ${type}`);

/** As the Go program has it for other clouds. */
const tokenSource = v.pipe(
	v.object({
		type: about(v.picklist(TYPES, `expected one of ${TYPES.join(", ")}`), "Where the token is"),
		environment_variable: about(v.optional(variable), "Of `environment`: the variable that holds it"),
		file_path: about(v.optional(filePath), "Of `file`: its path, from the working directory or `~`"),
		url: about(v.optional(address), "Of `url`: the address that issues it"),
		request_token: about(v.optional(requestToken), "Of `url`: sent as a bearer token; better from `!env`"),
		audience: about(v.optional(audience), "Another spelling of `spec.audience`"),
	}),
	v.forward(goesWith("environment_variable", "environment"), ["environment_variable"]),
	v.forward(goesWith("file_path", "file"), ["file_path"]),
	v.forward(goesWith("url", "url"), ["url"]),
);

const SOURCES = ["token_env", "token_file", "url", "token_source"] as const;

export const tokenSchema = about(
	v.object({
		...entries,
		spec: v.pipe(
			v.object({
				audience: about(
					v.optional(audience),
					"The audience that the token has to have; sent to `url` with the request. Default: any",
				),
				token_env: about(v.optional(variable), "The variable that holds the token"),
				token_file: about(v.optional(filePath), "The file that holds it, from the working directory or `~`"),
				url: about(v.optional(address), "The address that issues it"),
				request_token_env: about(
					v.optional(variable),
					"With `url`: the variable whose value is sent as a bearer token",
				),
				token_source: about(
					v.optional(tokenSource),
					"The same in more words, as the Go program has it for other clouds",
				),
			}),
			v.check(
				(spec) => SOURCES.filter((key) => spec[key] !== undefined).length === 1,
				`expected exactly one of ${SOURCES.join(", ")}`,
			),
			v.forward(
				v.check(
					(spec) => spec.request_token_env === undefined || spec.url !== undefined,
					"it is of use with `url` alone",
				),
				["request_token_env"],
			),
		),
	}),
	"A token of any OpenID Connect provider that IAM knows",
);

export type GithubConfig = v.InferOutput<typeof githubSchema>;
export type GitlabConfig = v.InferOutput<typeof gitlabSchema>;
export type TokenConfig = v.InferOutput<typeof tokenSchema>;
