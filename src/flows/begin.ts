/** The beginning of a login, before anything is signed in to: the configuration is read, and it is decided what it is for. */
import type { AuthConfig } from "../auth/config/model.ts";
import { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { checkWays } from "./check-ways.ts";
import type { LoginSettings } from "./login-data.ts";
import { assertConfigured } from "./nothing-configured.ts";
import { type Plan, planLogin, targetOf } from "./plan.ts";
import { selectIdentity } from "./select-identity.ts";
import type { BoardRow, Choice, StepId, Target } from "./snapshot.ts";
import { tellSelection } from "./story.ts";

export interface Begun {
	readonly config: AuthConfig;
	/** Sanitized. */
	readonly project: string;
	readonly profiles: readonly string[];
	/** Empty where somebody has to choose. */
	readonly targets: readonly Target[];
	readonly choice?: Choice | undefined;
}

/**
 * @param targets what was decided before; nothing is selected then
 * @param onChoice told as soon as it is known that somebody has to choose, before what is offered is read
 * @throws AuthError for a configuration that cannot be read, or that does not say what is meant
 */
export async function begin(
	settings: LoginSettings,
	targets: readonly Target[] = [],
	onChoice: () => void = () => undefined,
): Promise<Begun> {
	const { ctx, dependencies } = settings;
	const config = await dependencies.loadConfig(ctx, settings.request);
	const found = {
		config,
		project: sanitize(await dependencies.projectName(ctx, config)),
		profiles: config.profiles.map(sanitize),
	};
	if (targets.length > 0) return { ...found, targets };
	await assertConfigured(config);
	const selection = selectIdentity({
		flags: settings.flags,
		env: config.env ?? ctx.env,
		identities: config.identities(),
		providers: config.providers(),
		interactive: settings.interactive,
	});
	tellSelection(ctx.log, selection);
	if (selection.type === "error") throw new AuthError(selection.error);
	if (selection.type === "several") {
		return { ...found, targets: selection.identities.map((row) => targetOf({ type: "identity", ...row })) };
	}
	if (selection.type !== "pick") return { ...found, targets: [targetOf(selection)] };
	onChoice();
	const offered = new Set(selection.keys);
	const rows = (await offeredRows(settings, config, selection.of)).filter(({ key }) => offered.has(key));
	return { ...found, targets: [], choice: { of: selection.of, reason: selection.reason, rows } };
}

/** @returns all rows of the menu, by the local state as it is now */
export async function offeredRows(
	{ ctx, dependencies }: LoginSettings,
	config: AuthConfig,
	of: Choice["of"],
): Promise<readonly BoardRow[]> {
	return of === "identities" ? dependencies.identityRows(ctx, config) : dependencies.providerRows(ctx, config);
}

/** @throws AuthError, or UntrustedError: see `planLogin` and `checkWays` */
export async function plan(
	settings: LoginSettings,
	config: AuthConfig,
	targets: readonly Target[],
	done: ReadonlySet<StepId>,
): Promise<Plan> {
	const { ctx, dependencies, force, signIn, integrations } = settings;
	const made = await planLogin(ctx, config, dependencies, targets, { force, done, integrations, signIn });
	if (signIn !== undefined) checkWays(made, signIn);
	return made;
}

/**
 * Whether a plan can be made at once, without a person and without a program: then it is worth a look whether there is anything
 * to do at all, before a machine or a screen is loaded.
 */
export async function isQuick(config: AuthConfig, targets: readonly Target[]): Promise<boolean> {
	try {
		return targets.every(({ type, key }) => type === "identity" && config.evaluation(key) !== "slow");
	} catch {
		return false;
	}
}
