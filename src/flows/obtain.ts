/**
 * Credentials for a command without a screen: those at hand while they are good, else by the login's own plan and machine. With
 * integrations that were asked for by name, those too.
 */
import type { AuthConfig, Identity } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials } from "../auth/credentials.ts";
import type { Reach } from "../auth/interaction.ts";
import type { EnvironmentChange } from "../auth/kinds.ts";
import { type LoginDependencies, realDependencies } from "./dependencies.ts";
import { environmentFor } from "./environment.ts";
import { initialData, type LoginData, type LoginSettings } from "./login-data.ts";
import * as update from "./login-updates.ts";
import { type Plan, planLogin, targetOf } from "./plan.ts";
import { rememberConfig } from "./remember.ts";
import type { IntegrationRow, LoginSnapshot, StepId } from "./snapshot.ts";
import { isSettled, rowsOf } from "./work.ts";

export interface ObtainOptions {
	readonly ctx: AuthContext;
	readonly config: AuthConfig;
	/** Name or key. */
	readonly identity: string;
	readonly signal: AbortSignal;
	/** How far a person can be reached; nobody, if left out: a step that would have to ask fails with what to do instead. */
	readonly reach?: Reach | undefined;
	/** Whether somebody may answer a dialog of the system, such as the keychain's; nobody, if left out. */
	readonly attended?: boolean | undefined;
	/** Renew even what is still good. */
	readonly force?: boolean | undefined;
	/** Keys of integrations that are made with the credentials. None, if left out. */
	readonly integrations?: readonly string[] | undefined;
	/** Told of everything that happens; never with a secret. */
	readonly onSnapshot?: ((snapshot: LoginSnapshot) => void) | undefined;
	/** Other calls than the real ones, for tests. */
	readonly dependencies?: Partial<LoginDependencies> | undefined;
}

export interface Obtained {
	readonly identity: Identity;
	readonly credentials: Credentials;
	/** Variables by which other programs find them, and those that must not be set. */
	readonly environment: EnvironmentChange;
	/** False when they were at hand and good. */
	readonly isNew: boolean;
	/** As they ended, well or not, in configuration order. */
	readonly integrations: readonly IntegrationRow[];
}

/**
 * @throws AuthError `config` for a broken or unknown entry, or whatever a link of the chain throws; the signal's reason
 *   when it is aborted. An integration that fails does not throw: its row says so
 */
export async function obtain(options: ObtainOptions): Promise<Obtained> {
	const { ctx, config, signal } = options;
	const settings: LoginSettings = {
		ctx,
		dependencies: { ...realDependencies, ...options.dependencies },
		request: {},
		flags: {},
		interactive: false,
		reach: options.reach ?? "nobody",
		force: options.force ?? false,
		isSilent: true,
		attended: options.attended,
		integrations: { keys: options.integrations ?? [] },
	};
	const { name, key } = await config.identity(options.identity);
	const target = targetOf({ type: "identity", name, key });
	const plan = await planLogin(ctx, config, settings.dependencies, [target], settings);
	signal.throwIfAborted();
	const held = plan.held.has(target.id);
	const begun = { config, project: "", profiles: config.profiles, targets: [target] };
	const ahead = { ...initialData(), ...update.begun(begun), ...update.planned(plan) };
	const data = isSettled(ahead.works) ? ahead : await work(settings, { begun, plan }, options);
	const step = plan.steps.get(target.id);
	const credentials = credentialsIn(data, plan, target.id);
	if (step?.type !== "identity") throw new Error("the target is not an identity");
	const [planned] = plan.targets;
	if (held && planned !== undefined) await rememberConfig(ctx, config, planned, step);
	return {
		identity: step.identity,
		credentials,
		environment: environmentFor(ctx, config, step, credentials),
		isNew: !held,
		integrations: rowsOf(data.works).integrations,
	};
}

/** Runs what is left of the plan. @throws the signal's reason when it is aborted */
async function work(
	settings: LoginSettings,
	beginning: { readonly begun: Parameters<typeof update.begun>[0]; readonly plan: Plan },
	{ signal, onSnapshot }: ObtainOptions,
): Promise<LoginData> {
	const { createMachine } = await import("./run-machine.ts");
	signal.throwIfAborted();
	const machine = createMachine(settings, beginning, (snapshot) => onSnapshot?.(snapshot));
	const cancel = (): void => machine.send({ type: "CANCEL" });
	signal.addEventListener("abort", cancel, { once: true });
	machine.start();
	await machine.finished;
	signal.removeEventListener("abort", cancel);
	signal.throwIfAborted();
	return machine.data();
}

/** @throws what the first step failed of that is on the way to the target */
function credentialsIn({ works, thrown }: LoginData, plan: Plan, id: StepId): Credentials {
	const credentials = works.get(id)?.credentials;
	if (credentials !== undefined) return credentials;
	const path = plan.targets.find((target) => target.id === id)?.path ?? [];
	const failure = path.map((each) => works.get(each)).find((each) => each?.row.state === "failed")?.thrown ?? thrown;
	throw failure ?? new Error("the login ended without credentials");
}
