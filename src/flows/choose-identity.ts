/** Which identity a command uses that cannot ask: by the rules of a login, without those that choose a provider. */
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import { AuthError } from "../auth/errors.ts";
import { selectIdentity } from "./select-identity.ts";
import { tellSelection } from "./story.ts";

/**
 * `ATMOS_IDENTITY` may also stand in the configuration's `env:`, where the environment itself does not set it.
 *
 * @param flag the value of `--identity`
 * @returns the identity's name
 * @throws AuthError `usage` that lists the names
 */
export function chooseIdentity(
	config: AuthConfig,
	{ env, log }: Pick<AuthContext, "env" | "log">,
	flag: string | undefined,
): string {
	const identities = config.identities();
	if (identities.length === 0) {
		throw new AuthError({
			code: "usage",
			message: "no identities are configured",
			remedy: "give one with --identity or ATMOS_IDENTITY",
		});
	}
	const { ATMOS_PROVIDER: _, ...variables } = config.env ?? env;
	const selection = selectIdentity({
		flags: { identity: flag },
		env: variables,
		identities,
		providers: [],
		interactive: false,
		isLogin: false,
	});
	tellSelection(log, selection);
	if (selection.type === "error") throw new AuthError(selection.error);
	if (selection.type !== "identity") throw new TypeError(`a ${selection.type} was selected`);
	return selection.name;
}
