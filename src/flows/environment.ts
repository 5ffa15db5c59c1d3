/** What a program's environment needs to use an identity: as far as this machine knows it, without signing in. */

import type { AuthConfig, Identity } from "../auth/config/model.ts";
import { ownVariables } from "../auth/config/own-variables.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials } from "../auth/credentials.ts";
import { isUsable } from "../auth/freshness.ts";
import type { EnvironmentChange } from "../auth/kinds.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { type LoginDependencies, realDependencies } from "./dependencies.ts";
import { type IdentityStep, planLogin, targetOf } from "./plan.ts";

export interface KnownEnvironment {
	readonly identity: Identity;
	readonly environment: EnvironmentChange;
	/** Whether the credentials that it leads to are there and not about to end. */
	readonly hasCredentials: boolean;
	/** Whether there is nothing to be stored: what programs find is not known here. */
	readonly keepsNothing: boolean;
}

/**
 * From local state alone: nothing is asked of a server or of a person, and nothing is renewed.
 *
 * @param identity name or key
 * @throws AuthError `config` for a broken or unknown entry, `storage` for files that cannot be read
 */
export async function environmentOf(
	ctx: AuthContext,
	config: AuthConfig,
	identity: string,
	dependencies: LoginDependencies = realDependencies,
): Promise<KnownEnvironment> {
	const { name, key } = await config.identity(identity);
	const target = targetOf({ type: "identity", name, key });
	const plan = await planLogin(ctx, config, dependencies, [target], { force: false, integrations: { keys: [] } });
	const step = plan.steps.get(target.id);
	if (step?.type !== "identity") throw new Error("the target is not an identity");
	const place = { ctx, realm: config.realm, root: step.root, key };
	const stored = plan.held.get(target.id) ?? (await step.identityKind.store.load(place, step.purpose));
	const credentials = stored !== undefined && isUsable(stored.expiresAt, ctx.clock.now()) ? stored : undefined;
	return {
		identity: step.identity,
		environment: environmentFor(ctx, config, step, credentials),
		hasCredentials: credentials !== undefined,
		keepsNothing: step.identityKind.store.keepsNothing === true,
	};
}

/** What the identity's kind has to say, and its own `env:` where that does not lead elsewhere. */
export function environmentFor(
	ctx: AuthContext,
	config: Pick<AuthConfig, "realm">,
	{ identity, identityKind, root }: Pick<IdentityStep, "identity" | "identityKind" | "root">,
	credentials: Credentials | undefined,
): EnvironmentChange {
	const place = { ctx, realm: config.realm, root, key: identity.key };
	const change = identityKind.environment(identity, credentials, place);
	const { values, refused } = ownVariables(identity);
	const taken = [...change.fixed, ...change.unset];
	const own = Object.entries(values).filter(([name]) => !taken.includes(name));
	const ignored = [...refused, ...Object.keys(values).filter((name) => taken.includes(name))];
	if (ignored.length > 0) {
		ctx.log.warn("a configuration does not set these variables of a program", {
			identity: sanitize(identity.name),
			variables: sanitize(ignored.join(", ")),
		});
	}
	return { ...change, set: { ...change.set, ...Object.fromEntries(own) } };
}
