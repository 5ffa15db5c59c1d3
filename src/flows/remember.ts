/** What is remembered of a sign-in: that it was, and by which configuration. */
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import { noteConfig, readState, updateState } from "../auth/storage/state.ts";
import type { LoginDependencies } from "./dependencies.ts";
import type { IdentityStep, PlannedTarget } from "./plan.ts";

/** Remembers that a target has been signed in to now, and the configuration that said how. Never rejects. */
export async function rememberSignIn(
	ctx: AuthContext,
	config: AuthConfig,
	dependencies: LoginDependencies,
	target: PlannedTarget,
	{ root, purpose }: Pick<IdentityStep, "root" | "purpose">,
): Promise<void> {
	await dependencies.remember(ctx, {
		realm: config.realm.value,
		provider: root.key,
		identity: target.key,
		purpose,
		config: target.stamp,
		at: ctx.clock.now(),
	});
}

/**
 * Remembers that credentials at hand were found to be those of the configuration as it is now, so that kubectl's plugin need
 * not read it again. Never rejects.
 */
export async function rememberConfig(
	ctx: AuthContext,
	config: AuthConfig,
	{ key, stamp }: PlannedTarget,
	{ root, purpose }: Pick<IdentityStep, "root" | "purpose">,
): Promise<void> {
	const realm = config.realm.value;
	const facts = (await readState(ctx)).sessions[realm]?.[root.key]?.[key];
	if (facts?.purpose !== purpose || JSON.stringify(stamp) === JSON.stringify(facts.config)) return;
	await updateState(ctx, (state) => noteConfig(state, realm, root.key, key, purpose, stamp));
}
