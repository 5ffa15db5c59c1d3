/**
 * The way in for kubectl's plugin, and for nothing else: it runs for every kubectl command, and whatever more it loads, every
 * one of them waits for.
 */
import { isCurrent } from "./config/stamp.ts";
import type { AuthContext } from "./context.ts";
import type { Credentials } from "./credentials.ts";
import { isUsable } from "./freshness.ts";
import { execCredential } from "./kubernetes/exec-credential.ts";
import { FILES_VARIABLE, PROVIDER_VARIABLE } from "./kubernetes/exec-entry.ts";
import { clusterTokens } from "./registry.ts";
import { lowerCase } from "./system/lower-case.ts";

/**
 * Finds credentials by what the entry in the kubeconfig says of them, without reading a configuration.
 *
 * @param cloud its name
 * @param identity as it was named, if it was
 * @returns undefined where there are none to be used, or where only the configuration can tell: its files have changed
 * @throws AuthError `storage` for a file that cannot be read
 */
export async function storedCredentials(
	cloud: string,
	ctx: AuthContext,
	identity: string | undefined,
): Promise<Credentials | undefined> {
	const { env } = ctx;
	const { ATMOS_AUTH_REALM: realm, [PROVIDER_VARIABLE]: provider, [FILES_VARIABLE]: basePath } = env;
	if (!identity || !realm || !provider) return undefined;
	const place = { ctx, realm: { value: realm }, root: { key: provider, basePath }, key: lowerCase(identity) };
	const tokens = await clusterTokens(cloud);
	const credentials = await tokens.load(place, (facts) => isCurrent(facts.config, env));
	// A token ends with the credentials that signed it.
	return credentials && isUsable(credentials.expiresAt, ctx.clock.now()) ? credentials : undefined;
}

/**
 * @param cloud its name
 * @returns what kubectl reads, in the version that it asked for
 * @throws AuthError `config` for credentials of another cloud
 */
export async function tokenForKubectl(
	cloud: string,
	ctx: Pick<AuthContext, "env" | "clock">,
	credentials: Credentials,
	cluster: { readonly name: string; readonly region: string },
): Promise<string> {
	const token = await (await clusterTokens(cloud)).token(credentials, cluster, ctx);
	return execCredential(token, ctx.env.KUBERNETES_EXEC_INFO);
}
