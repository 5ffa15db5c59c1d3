/** The variables that an identity's `env:` gives to the programs that use it. */
import type { Identity } from "./model.ts";

/** What a shell, and every program, takes as a variable's name. Others would be read as something else than a name. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Variables that choose which code runs, where files are and whom a program talks to. An `atmos.yaml` that came with a
 * repository is not to choose that for the programs of its reader; no list of them is complete.
 */
const USERS_OWN = new RegExp(
	`^(?:${[
		"PATH|PATHEXT|COMSPEC|HOME|USERPROFILE|SHELL|ENV|BASH_.*|ZDOTDIR|IFS|PS4|PROMPT_COMMAND|TMPDIR|XDG_.*",
		"LD_.*|DYLD_.*|GCONV_PATH|NODE_.*|PYTHON.*|PERL5.*|RUBY.*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|GIT_.*|SSH_.*",
		"EDITOR|VISUAL|.*PAGER|BROWSER|LESS.*|.*_PROXY|SSL_.*|.*_CA_BUNDLE|CURL_.*",
		"AWS_ENDPOINT_URL.*|AWS_CONTAINER_.*|AWS_WEB_IDENTITY_.*|TF_CLI_.*|TF_PLUGIN_.*|KUBECONFIG|DOCKER_.*",
		"ATMOS_XDG_.*|ATMOS_AUTH_TRUST|ATMOS_CLI_CONFIG_PATH|ATMOS_CONFIG|ATMOS_CONFIG_PATH|ATMOS_IDENTITY",
	].join("|")})$`,
	"i",
);

export interface OwnVariables {
	readonly values: Readonly<Record<string, string>>;
	/** Names that a configuration does not set. */
	readonly refused: readonly string[];
}

/** @param identity as its schema has read it */
export function ownVariables({ config }: Identity): OwnVariables {
	const values: Record<string, string> = {};
	const refused: string[] = [];
	for (const { key, value } of entriesOf(config)) {
		if (NAME.test(key) && !USERS_OWN.test(key) && !value.includes("\0")) values[key] = value;
		else refused.push(key);
	}
	return { values, refused };
}

/** `identityEntries` of `schema/common.ts` has checked it for every kind; a kind's own type is not known here. */
function entriesOf(config: unknown): readonly { readonly key: string; readonly value: string }[] {
	const { env } = (config ?? {}) as { readonly env?: readonly { readonly key: string; readonly value: string }[] };
	return env ?? [];
}
