/** Which identity a command without a screen uses. */
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";

/**
 * The same order as a login's: the flag, `ATMOS_IDENTITY`, `IDENTITY`, the one default, the only one. `ATMOS_IDENTITY` may
 * also stand in the configuration's `env:`, where the environment itself does not set it.
 *
 * @param flag the value of `--identity`
 * @returns a name, whether or not there is such an identity
 * @throws AuthError `usage` that lists the names
 */
export function chosenIdentity(
	config: AuthConfig,
	{ env, log }: Pick<AuthContext, "env" | "log">,
	flag: string | undefined,
): string {
	const variables = config.env ?? env;
	const rules = [
		["the command line", flag],
		["ATMOS_IDENTITY", variables.ATMOS_IDENTITY],
		["IDENTITY", variables.IDENTITY],
	] as const;
	const [rule, identity] = rules.find(([, value]) => value) ?? ["the configuration", soleIdentity(config)];
	log.debug("chosen", { identity, rule });
	return identity as string;
}

function soleIdentity(config: AuthConfig): string {
	const identities = config.identities();
	const defaults = identities.filter(({ isDefault }) => isDefault);
	const [candidate, ...others] = defaults.length > 0 ? defaults : identities;
	if (candidate !== undefined && others.length === 0) return candidate.name;
	const names = (defaults.length > 1 ? defaults : identities).map(({ name }) => sanitize(name));
	throw new AuthError({
		code: "usage",
		message: identities.length === 0 ? "no identities are configured" : "no identity was given",
		reason: defaults.length > 1 ? "several identities are the default" : undefined,
		remedy: "give one with --identity or ATMOS_IDENTITY",
		details: names.slice(0, 20),
		candidates: names,
	});
}
