/** One step of a sign-in, as a call into `auth`. Whatever comes of it is a report; only what was stopped rejects. */
import { browserSetting } from "../auth/browser-setting.ts";
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials } from "../auth/credentials.ts";
import { AuthError } from "../auth/errors.ts";
import type { IntegrationKind, Run, Subject } from "../auth/kinds.ts";
import { LIMITS, limitsOf } from "../auth/net/limits.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { type Progress, withSilenceLimit, withTimeLimit } from "../auth/system/time-limit.ts";
import { actorInteraction } from "./actor-interaction.ts";
import { warnOfDoubtfulName } from "./doubtful-name.ts";
import type { LoginSettings, Report } from "./login-data.ts";
import type { DiscoveryStep, IdentityStep, IntegrationStep, Plan, PlannedTarget, ProviderStep, Step } from "./plan.ts";
import { rememberSignIn } from "./remember.ts";
import type { StepId } from "./snapshot.ts";

export interface StepInput<Kind extends Step = Step> {
	readonly step: Kind;
	readonly plan: Plan;
	readonly config: AuthConfig;
	/** Of the step that it builds on; undefined for one that begins a chain. */
	readonly base: Credentials | undefined;
	/** What a later step was turned down with. */
	readonly rejected: Credentials | undefined;
}

interface Doing {
	readonly settings: LoginSettings;
	readonly signal: AbortSignal;
	report(report: Report): void;
}

/** Runs a step and reports how it went: always exactly one end, unless `signal` is aborted: then it rejects with its reason. */
export async function runStep(doing: Doing, input: StepInput): Promise<void> {
	const { signal, report } = doing;
	const { step } = input;
	try {
		report(await endOf(doing, input));
	} catch (thrown) {
		if (signal.aborted) throw thrown;
		const subject = step.type === "integration" ? await subjectOf(doing.settings, input.config, step) : undefined;
		report({ type: "FAILED", step: step.id, thrown, subject });
	}
}

function endOf(doing: Doing, input: StepInput): Promise<Report> {
	const { step } = input;
	switch (step.type) {
		case "provider":
			return withinSilence(doing, input, (run) => signIn({ ...input, step }, run));
		case "identity":
			return withinSilence(doing, input, (run) => assume(doing, { ...input, step }, run));
		case "discovery":
			return discover(doing, { ...input, step });
		case "integration":
			return integrate(doing, { ...input, step });
	}
}

async function signIn({ step }: StepInput<ProviderStep>, run: Run): Promise<Report> {
	const credentials = await step.providerKind.authenticate(step.provider, run);
	return { type: "SIGNED_IN", step: step.id, credentials };
}

/** Walks one link, and writes the credentials where other programs look for them if that is what was asked for. */
async function assume(doing: Doing, input: StepInput<IdentityStep>, run: Run): Promise<Report> {
	const { step, plan, config } = input;
	const { identity, identityKind, root, purpose } = step;
	const made = await identityKind.authenticate(identity, input.base, root, run);
	const credentials = { ...made, purpose };
	run.signal.throwIfAborted();
	const target = plan.targets.find(({ id }) => id === step.id);
	if (target !== undefined) {
		await warnOfDoubtfulName(identity, run);
		await identityKind.store.save({ ctx: run.ctx, realm: run.realm, root, key: identity.key }, credentials);
		await rememberSignIn(run.ctx, config, doing.settings.dependencies, target, step);
	}
	return { type: "SIGNED_IN", step: step.id, credentials };
}

async function discover(doing: Doing, { step, ...input }: StepInput<DiscoveryStep>): Promise<Report> {
	const [id] = step.needs;
	const provider = id === undefined ? undefined : input.plan.steps.get(id);
	if (provider?.type !== "provider" || input.base === undefined) throw new Error("there is no session to look through");
	const run = runOf(doing, { step, ...input }, doing.signal, { asks: false });
	await provider.providerKind.discovery?.run(provider.provider, input.base, run);
	return { type: "DISCOVERED", step: step.id };
}

async function integrate(doing: Doing, input: StepInput<IntegrationStep>): Promise<Report> {
	const { settings, signal, report } = doing;
	const { step, plan, config, base } = input;
	const { dependencies } = settings;
	if (base === undefined) throw new Error("there is nothing to make it with");
	const ctx = contextOf(settings, input);
	const integration = await config.integration(step.key);
	const kind = await dependencies.integrationKind(integration.kind);
	if (kind === undefined) {
		throw new AuthError({
			code: "config",
			message: `integrations of kind ${sanitize(integration.kind)} are not supported by this version`,
		});
	}
	const [id] = step.needs;
	const user = id === undefined ? undefined : plan.steps.get(id);
	const identity = user?.type === "identity" ? user.identity : undefined;
	const ms = kind.limitMs ?? LIMITS.integrationMs;
	const limit = { clock: ctx.clock, ms, signal, error: () => tooSlow(ms) };
	const artifact = await withTimeLimit(limit, async (limited) => {
		const run = {
			ctx,
			config,
			signal: limited,
			realm: config.realm,
			explicit: step.explicit,
			attended: settings.attended ?? settings.reach !== "nobody",
			status: (text: string) => report({ type: "STATUS", step: step.id, text: sanitize(text) }),
			order: step.order,
			claims: plan.claims,
		};
		const good = settings.force || step.explicit ? undefined : await kind.current(integration, identity, base, run);
		return good ?? kind.execute(integration, identity, base, run);
	});
	return { type: "MADE", step: step.id, artifact };
}

/** A step of the main line ends when the servers leave it without news for too long, whatever it waits for. */
function withinSilence(doing: Doing, input: StepInput, work: (run: Run) => Promise<Report>): Promise<Report> {
	const { settings, signal } = doing;
	const { silentRenewalMs, signInMs } = limitsOf(settings.ctx);
	const ms = settings.isSilent === true ? silentRenewalMs : signInMs;
	const error = (): AuthError =>
		settings.isSilent === true ? noAnswer(ms) : noNews(targetOfStep(input.plan, input.step), ms);
	const limit = { clock: settings.ctx.clock, ms, signal, error };
	return withSilenceLimit(limit, (limited, progress) => work(runOf(doing, input, limited, { asks: true, progress })));
}

function runOf(
	{ settings, report }: Doing,
	{ step, plan, config, rejected }: StepInput,
	signal: AbortSignal,
	{ asks, progress }: { readonly asks: boolean; readonly progress?: Progress | undefined },
): Run {
	return {
		ctx: contextOf(settings, { plan, config, step }),
		signal,
		realm: config.realm,
		interaction: actorInteraction({
			step: step.id,
			signal,
			reach: asks ? settings.reach : "nobody",
			report,
			progress,
			browserFor: (portal) => browserSetting(settings.ctx, portal),
		}),
		signIn: settings.signIn ?? {},
		force: settings.force && plan.targets.some(({ id }) => id === step.id),
		...(rejected === undefined ? {} : { rejected }),
	};
}

function contextOf(
	{ ctx }: LoginSettings,
	{ plan, config, step }: Pick<StepInput, "plan" | "config" | "step">,
): AuthContext {
	return {
		...ctx,
		signInCommand: targetOfStep(plan, step)?.signInCommand,
		keyring: async () => (await config.keyring?.()) ?? {},
	};
}

/** The first of the targets that a step is for. */
function targetOfStep(plan: Plan, step: Step): PlannedTarget | undefined {
	const [first]: readonly StepId[] = step.for;
	return plan.targets.find(({ id }) => id === first);
}

/** What the failed integration would have made; undefined where its configuration does not say. */
async function subjectOf(
	{ ctx, dependencies }: LoginSettings,
	config: AuthConfig,
	step: IntegrationStep,
): Promise<Subject | undefined> {
	try {
		const kind: IntegrationKind | undefined = await dependencies.integrationKind(step.kind);
		return kind?.subject(await config.integration(step.key), ctx);
	} catch {
		return undefined;
	}
}

function noNews(target: PlannedTarget | undefined, ms: number): AuthError {
	return new AuthError({
		code: "network",
		message: `the sign-in to "${sanitize(target?.name ?? "")}" made no progress for ${ms / 60_000} min`,
		remedy: "check the network connection, the VPN and the proxy; --log-level debug shows each request",
	});
}

function noAnswer(ms: number): AuthError {
	return new AuthError({ code: "network", message: `the servers returned no credentials within ${ms / 1000} s` });
}

function tooSlow(ms: number): AuthError {
	return new AuthError({ code: "network", message: `it took longer than ${ms / 1000} s` });
}
