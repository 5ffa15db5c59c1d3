/** Which identity a command without a screen uses when none is named. */
import type { AuthConfig } from "../auth/config/model.ts";
import { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/sanitize.ts";

/**
 * @returns the one default identity, else the only one
 * @throws AuthError `usage` that lists the names
 */
export function soleIdentity(config: AuthConfig): string {
	const identities = config.identities();
	const defaults = identities.filter(({ isDefault }) => isDefault);
	const [candidate, ...others] = defaults.length > 0 ? defaults : identities;
	if (candidate !== undefined && others.length === 0) return candidate.name;
	throw new AuthError({
		code: "usage",
		message: identities.length === 0 ? "no identities are configured" : "no identity is named",
		reason: defaults.length > 1 ? "there are several defaults" : undefined,
		remedy: "name one with --identity, or with ATMOS_IDENTITY",
		details: (defaults.length > 1 ? defaults : identities).slice(0, 20).map(({ name }) => sanitize(name)),
	});
}
