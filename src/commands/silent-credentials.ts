/** Credentials for a program that cannot ask: cached ones, or renewed through a session that is still good. */
import { loadConfig } from "../auth/config/load.ts";
import type { ConfigRequest } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials } from "../auth/credentials.ts";
import { AuthError } from "../auth/errors.ts";
import { PersonNeededError } from "../auth/person-needed.ts";
import { commandFor } from "../auth/sign-in-command.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { chooseIdentity } from "../flows/choose-identity.ts";
import { assertConfigured } from "../flows/nothing-configured.ts";
import { type Obtained, type ObtainOptions, obtain } from "../flows/obtain.ts";

/**
 * @param options.request what the configuration is loaded by
 * @param options.flag the value of `--identity`
 * @throws AuthError see `obtainSilently`
 */
export async function silentCredentials(
	ctx: AuthContext,
	options: { readonly request: ConfigRequest; readonly flag: string | undefined },
): Promise<Credentials> {
	const config = await loadConfig(ctx, options.request);
	await assertConfigured(config);
	const identity = chooseIdentity(config, ctx, options.flag);
	const { signal } = new AbortController();
	return (await obtainSilently({ ctx, config, identity, signal })).credentials;
}

/**
 * As `obtain`, without anybody who could be asked.
 *
 * @throws AuthError that names the command to run when a person would have to be asked, and whatever else is wrong as it is:
 *   a dropped connection, or a role that is refused, says nothing about the session
 */
export async function obtainSilently(options: Omit<ObtainOptions, "reach">): Promise<Obtained> {
	const { ctx, config, identity } = options;
	try {
		return await obtain(options);
	} catch (error) {
		if (!(error instanceof PersonNeededError)) throw error;
		const { name } = await config.identity(identity);
		throw new AuthError({
			code: error.code,
			message: `the session of "${sanitize(name)}" has expired and cannot be renewed without you`,
			reason: error.reason,
			remedy: { run: commandFor(ctx, config, { type: "identity", name }) },
			service: error.service,
			cause: error,
		});
	}
}
