/** Credentials for a program that cannot ask: cached ones, or renewed through a session that is still good. */

import { awsKeys } from "../auth/aws/aws-keys.ts";
import type { AwsCredentials } from "../auth/aws/credentials.ts";
import { ApprovalNeededError } from "../auth/aws/identity-center/approval-needed.ts";
import { loadConfig } from "../auth/config/load.ts";
import type { AuthConfig, ConfigRequest } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import { AuthError } from "../auth/errors.ts";
import { limitsOf } from "../auth/net/limits.ts";
import { commandFor } from "../auth/sign-in-command.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { withTimeLimit } from "../auth/system/time-limit.ts";
import { chooseIdentity } from "../flows/choose-identity.ts";
import { ensureCredentials } from "../flows/ensure-credentials.ts";
import { assertConfigured } from "../flows/nothing-configured.ts";

/**
 * @param options.config the configuration, with the name of an identity in it; or instead
 * @param options.request what it is loaded by, with the value of `--identity`
 * @param options.marginMs credentials that end sooner are renewed; milliseconds
 * @param options.signal ends it at once; the reason is thrown then
 * @throws AuthError that names the command to run when a person would have to be asked, and whatever else is wrong as it is:
 *   a dropped connection, or a role that is refused, says nothing about the session
 */
export async function silentCredentials(
	ctx: AuthContext,
	options: {
		readonly marginMs: number;
		readonly signal?: AbortSignal | undefined;
	} & (
		| { readonly config: AuthConfig; readonly identity: string }
		| { readonly request: ConfigRequest; readonly flag: string | undefined }
	),
): Promise<AwsCredentials> {
	const config = "config" in options ? options.config : await loadConfig(ctx, options.request);
	await assertConfigured(config);
	const identity = "config" in options ? options.identity : chooseIdentity(config, ctx, options.flag);
	const given = options.signal ?? new AbortController().signal;
	const ms = limitsOf(ctx).silentRenewalMs;
	const error = (): AuthError =>
		new AuthError({ code: "network", message: `the servers returned no credentials within ${ms / 1000} s` });
	const ensure = (force: boolean) =>
		withTimeLimit({ clock: ctx.clock, ms, signal: given, error }, (signal) =>
			ensureCredentials({ ctx, config, identity, force, mayPrompt: false, signal }),
		);
	try {
		const found = awsKeys((await ensure(false)).credentials);
		const soon = found.expiresAt !== undefined && found.expiresAt - ctx.clock.now() < options.marginMs;
		return soon ? awsKeys((await ensure(true)).credentials) : found;
	} catch (error) {
		given.throwIfAborted();
		if (!(error instanceof ApprovalNeededError)) throw error;
		const { name } = await config.identity(identity);
		throw new AuthError({
			code: error.code,
			message: `the session of "${sanitize(name)}" has expired and cannot be renewed without you`,
			reason: error.reason,
			remedy: commandFor(ctx, config, { type: "identity", name }),
			service: error.service,
			cause: error,
		});
	}
}
