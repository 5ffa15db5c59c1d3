/** Credentials for a program that cannot ask: cached ones, or renewed through a session that is still good. */
import { loadConfig } from "../auth/config/load.ts";
import type { AuthConfig, ConfigRequest } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import type { AwsCredentials } from "../auth/credentials.ts";
import { AuthError } from "../auth/errors.ts";
import { awsKeys } from "../auth/integrations/aws-ecr.ts";
import { shellWord } from "../auth/integrations/shell-word.ts";
import { sanitize } from "../auth/sanitize.ts";
import { ensureCredentials } from "../flows/ensure-credentials.ts";
import { soleIdentity } from "./sole-identity.ts";

/**
 * @param options.identity the identity's name; the default or only one if left out
 * @param options.config the configuration, or what it is loaded by
 * @param options.marginMs credentials that end sooner are renewed; milliseconds
 * @throws AuthError that names the command to run when a person would have to be asked
 */
export async function silentCredentials(
	ctx: AuthContext,
	options: { readonly identity: string | undefined; readonly marginMs: number } & (
		| { readonly config: AuthConfig }
		| { readonly request: ConfigRequest }
	),
): Promise<AwsCredentials> {
	const config = "config" in options ? options.config : await loadConfig(ctx, options.request);
	const identity = options.identity ?? soleIdentity(config);
	const ensure = (force: boolean) =>
		ensureCredentials({ ctx, config, identity, force, mayPrompt: false, signal: new AbortController().signal });
	try {
		const found = awsKeys((await ensure(false)).credentials);
		const soon = found.expiresAt !== undefined && found.expiresAt - ctx.clock.now() < options.marginMs;
		return soon ? awsKeys((await ensure(true)).credentials) : found;
	} catch (error) {
		if (!(error instanceof AuthError) || error.code === "config" || error.code === "storage") throw error;
		throw new AuthError({
			code: error.code,
			message: `the session of ${sanitize(identity)} is over and cannot be renewed without you`,
			reason: error.message,
			remedy: `atmos-auth login ${shellWord(identity)}`,
			service: error.service,
			cause: error,
		});
	}
}
