/**
 * The exec plugin entry: how kubectl starts this program for a token. It has to work in every way of installing, with a bare
 * PATH, from another folder and without an atmos.yaml near by, so it names absolute paths and where the configuration is.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
import type { AuthConfig } from "../config/model.ts";
import type { AuthContext } from "../context.ts";
import { isTokenCommand } from "../registry.ts";

export interface ExecEntry {
	readonly apiVersion: "client.authentication.k8s.io/v1beta1";
	readonly command: string;
	readonly args: readonly string[];
	readonly env: readonly { readonly name: string; readonly value: string }[];
	readonly interactiveMode: "Never";
	readonly provideClusterInfo: false;
}

/** The key of the chain's root: with the realm, it leads to the cached credentials without reading any configuration. */
export const PROVIDER_VARIABLE = "ATMOS_AUTH_PROVIDER";
/** `spec.files.base_path` of the root provider, where it has one. */
export const FILES_VARIABLE = "ATMOS_AUTH_FILES";

/** Where Atmos keeps its files, if somebody has moved them. */
const FOLDERS = [
	"ATMOS_XDG_CONFIG_HOME",
	"ATMOS_XDG_CACHE_HOME",
	"ATMOS_XDG_DATA_HOME",
	"XDG_CONFIG_HOME",
	"XDG_CACHE_HOME",
	"XDG_DATA_HOME",
];

export function execEntry(
	ctx: AuthContext,
	options: {
		/** What prints the token: the words after the program's own. */
		readonly command: readonly string[];
		readonly identity: string | undefined;
		readonly config: AuthConfig;
	},
): ExecEntry {
	const { command, identity, config } = options;
	const env: Record<string, string> = { ...config.locator, ATMOS_AUTH_REALM: config.realm.value };
	for (const name of FOLDERS) {
		const value = ctx.env[name];
		if (value) env[name] = value;
	}
	if (identity !== undefined) {
		env.ATMOS_IDENTITY = identity;
		const { root } = config.chain(identity);
		env[PROVIDER_VARIABLE] = root;
		const files = config.providers().find(({ key }) => key === root)?.basePath;
		if (files) env[FILES_VARIABLE] = files;
	}
	return {
		apiVersion: "client.authentication.k8s.io/v1beta1",
		command: ctx.self.command,
		args: [...ctx.self.args, ...command, ...(identity === undefined ? [] : [`--identity=${identity}`])],
		env: Object.keys(env)
			.sort()
			.map((name) => ({ name, value: env[name] as string })),
		interactiveMode: "Never",
		provideClusterInfo: false,
	};
}

/** True for a user entry that this program or Atmos has written: its plugin prints the token of some cloud. */
export function isOurs(exec: unknown): boolean {
	const args = (exec as { args?: unknown } | undefined)?.args;
	return Array.isArray(args) && isTokenCommand(args);
}
