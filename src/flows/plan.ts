/** What a sign-in has to do, as a graph: its steps, what each needs, and what is still good. Made from local state alone. */
import type { AuthConfig, EntryName, Identity, Provider } from "../auth/config/model.ts";
import { stampOf } from "../auth/config/stamp.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials, CredentialType } from "../auth/credentials.ts";
import { AuthError, type ErrorView, toErrorView } from "../auth/errors.ts";
import { isFresh } from "../auth/freshness.ts";
import type { Artifact, ChainRoot, IdentityKind, ProviderKind, SessionState } from "../auth/kinds.ts";
import { type Aspects, purposeOf } from "../auth/purpose.ts";
import { providerRoot } from "../auth/root.ts";
import { commandFor } from "../auth/sign-in-command.ts";
import type { SignInOptions } from "../auth/sign-in-ways.ts";
import type { ConfigStamp } from "../auth/storage/state.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { UntrustedError } from "../auth/trust/untrusted-error.ts";
import { isWebflow } from "./check-ways.ts";
import type { LoginDependencies } from "./dependencies.ts";
import { type IntegrationRequest, type IntegrationStep, integrationSteps } from "./plan-integrations.ts";
import type { StepId, Target } from "./snapshot.ts";

interface StepBase {
	readonly id: StepId;
	/** As its row has it. */
	readonly name: string;
	readonly kind: string;
	/** The steps that have to be done before; the last one gives what this one builds on. */
	readonly needs: readonly StepId[];
	/** The targets that it is for. */
	readonly for: readonly StepId[];
}

export interface ProviderStep extends StepBase {
	readonly type: "provider";
	readonly provider: Provider;
	readonly providerKind: ProviderKind;
	/** What is known of the session without asking. */
	readonly session: SessionState;
}

export interface IdentityStep extends StepBase {
	readonly type: "identity";
	readonly identity: Identity;
	readonly identityKind: IdentityKind;
	readonly root: ChainRoot;
	/** What its credentials are for: `purposeOf` the chain up to here. */
	readonly purpose: string;
}

/** The discovery of what a provider's session may use, beside everything else. */
export interface DiscoveryStep extends StepBase {
	readonly type: "discovery";
	/** Whether it is for what was asked for, and not beside it. */
	readonly isTarget: boolean;
}

/** A link of a chain. */
export type LinkStep = ProviderStep | IdentityStep;

export type Step = LinkStep | IntegrationStep | DiscoveryStep;
export type { IntegrationStep } from "./plan-integrations.ts";

export interface PlannedTarget extends Target {
	/** The words of the command that signs in to it, for `AuthContext.signInCommand`. */
	readonly signInCommand: readonly string[];
	/** By what the configuration is recognized that this was made from, where it can be. */
	readonly stamp?: ConfigStamp | undefined;
	/** The steps from its root to itself; none for a target that is broken. */
	readonly path: readonly StepId[];
	/** Why it cannot be signed in to; the others can. */
	readonly error?: ErrorView | undefined;
}

export interface Plan {
	readonly targets: readonly PlannedTarget[];
	/** In an order in which each comes after those it needs; integrations in that of the configuration. */
	readonly steps: ReadonlyMap<StepId, Step>;
	/** Credentials at hand that are good for a while, by step. */
	readonly held: ReadonlyMap<StepId, Credentials>;
	/** Steps that nothing needs: a later one is still good. */
	readonly skipped: ReadonlySet<StepId>;
	/** What integrations have made and is still good, by step. */
	readonly artifacts: ReadonlyMap<StepId, Artifact>;
	/** See `IntegrationRun.claims`. */
	readonly claims: Map<string, number>;
	/** How other programs find what a target has given: variables and their values, no secrets. */
	environment(target: StepId, credentials: Credentials): Readonly<Record<string, string>>;
}

export interface PlanOptions {
	/** The targets are renewed even while they are good; what they hang on is not. */
	readonly force: boolean;
	/** What a person is to sign in to anew by it counts as forced. */
	readonly signIn?: SignInOptions | undefined;
	/** Targets that are good all the same, however `force` is: those that this login has signed in to already. */
	readonly done?: ReadonlySet<StepId> | undefined;
	/** Which integrations belong to it. Those that are linked to the targets, if left out. */
	readonly integrations?: IntegrationRequest | undefined;
}

/** @returns the id of the step that a target is signed in with */
export const targetId = ({ type, key }: Pick<Target, "type" | "key">): StepId => `${type}:${key}`;

/** @returns the target of an identity or a provider */
export const targetOf = ({ type, name, key }: Pick<Target, "type" | "name" | "key">): Target => ({
	type,
	name,
	key,
	id: targetId({ type, key }),
});

/**
 * Reads and checks the entries from the roots to the targets, and looks for what is still good. What targets have in common is
 * there once.
 *
 * @throws AuthError `config` for an entry that is missing, broken or of an unknown kind, where there is one target alone;
 *   of several, that one has the error
 */
export async function planLogin(
	ctx: AuthContext,
	config: AuthConfig,
	dependencies: LoginDependencies,
	targets: readonly Target[],
	options: PlanOptions,
): Promise<Plan> {
	const draft: Draft = { steps: new Map(), aspects: new Map() };
	const planned: PlannedTarget[] = [];
	for (const target of targets) {
		const common = {
			...target,
			signInCommand: commandFor(ctx, config, target),
			stamp: target.type === "identity" ? stampIn(ctx, config, target.key) : undefined,
		};
		try {
			planned.push({ ...common, path: await addPath(ctx, config, dependencies, draft, target) });
		} catch (error) {
			if (targets.length === 1 || error instanceof UntrustedError) throw error;
			planned.push({ ...common, path: [], error: toErrorView(error) });
		}
	}
	const isAnew = (id: StepId): boolean => isWebflow(draft.steps.get(id), options.signIn);
	const isForced = ({ id, path }: PlannedTarget): boolean =>
		(options.force || path.some(isAnew)) && options.done?.has(id) !== true;
	const { held, skipped } = await heldCredentials(ctx, config, draft.steps, planned, isForced, isAnew);
	const claims = new Map<string, number>();
	const { steps: integrations, artifacts } = await integrationSteps(
		{ ctx, config, dependencies, steps: draft.steps, held, claims },
		planned.filter(({ path }) => path.length > 0).map((target) => ({ ...target, isForced: isForced(target) })),
		options.integrations,
	);
	const steps = new Map<StepId, Step>(draft.steps);
	for (const step of [...discoverySteps(draft.steps, planned), ...integrations]) steps.set(step.id, step);
	return {
		targets: planned,
		steps,
		held,
		skipped,
		artifacts,
		claims,
		environment(target, credentials) {
			const step = steps.get(target);
			if (step?.type !== "identity") return {};
			const place = { ctx, realm: config.realm, root: step.root, key: step.identity.key };
			return step.identityKind.environment(step.identity, credentials, place).set;
		},
	};
}

/** Everything that a login with these targets uses; nothing where a chain is broken, which its use will say. */
export function entriesOf(config: AuthConfig, target: Target): readonly EntryName[] {
	if (target.type === "provider") return [{ section: "providers", name: target.key }];
	try {
		const { provider, identities } = config.chain(target.key);
		const linked = new Set(config.integrationsOf(target.key));
		return [
			...(provider === undefined ? [] : [{ section: "providers", name: provider } as const]),
			...identities.map((name): EntryName => ({ section: "identities", name })),
			...config
				.integrations()
				.filter(({ key, autoProvision }) => autoProvision && linked.has(key))
				.map(({ key }): EntryName => ({ section: "integrations", name: key })),
		];
	} catch {
		return [];
	}
}

interface Draft {
	readonly steps: Map<StepId, LinkStep>;
	/** What each step adds to the purpose of those after it. */
	readonly aspects: Map<StepId, Aspects>;
}

/** Adds the steps to one target, as far as others have not. */
async function addPath(
	ctx: AuthContext,
	config: AuthConfig,
	dependencies: LoginDependencies,
	draft: Draft,
	target: Target,
): Promise<readonly StepId[]> {
	// Says with file and line what is wrong with the target, its links included.
	if (target.type === "identity") await config.identity(target.key);
	const chain =
		target.type === "identity" ? config.chain(target.key) : { provider: target.key, root: target.key, identities: [] };
	const path: StepId[] = [];
	const made: LinkStep[] = [];
	const add = async (id: StepId, make: () => Promise<LinkStep>): Promise<void> => {
		const step = draft.steps.get(id) ?? (await make());
		made.push({ ...step, for: [...step.for, target.id] });
		path.push(id);
	};
	let root: ChainRoot = { key: chain.root };
	if (chain.provider !== undefined) {
		const provider = await config.provider(chain.provider);
		root = providerRoot(provider);
		await add(`provider:${provider.key}`, () => providerStep(ctx, config, dependencies, draft, provider));
	}
	for (const key of chain.identities) {
		await add(`identity:${key}`, () =>
			identityStep(ctx, config, dependencies, draft, { key, root, before: [...made] }),
		);
	}
	// Only a path that is whole is part of the plan.
	for (const step of made) draft.steps.set(step.id, step);
	return path;
}

async function providerStep(
	ctx: AuthContext,
	config: AuthConfig,
	dependencies: LoginDependencies,
	draft: Draft,
	provider: Provider,
): Promise<ProviderStep> {
	const providerKind = await dependencies.providerKind(provider.kind);
	if (providerKind === undefined) throw unknownKind("provider", provider);
	const id: StepId = `provider:${provider.key}`;
	draft.aspects.set(id, providerKind.purpose(provider, ctx));
	return {
		...named(provider),
		id,
		type: "provider",
		needs: [],
		for: [],
		provider,
		providerKind,
		session: await providerKind.peek(provider, ctx, config.realm),
	};
}

async function identityStep(
	ctx: AuthContext,
	config: AuthConfig,
	dependencies: LoginDependencies,
	draft: Draft,
	{ key, root, before }: { readonly key: string; readonly root: ChainRoot; readonly before: readonly LinkStep[] },
): Promise<IdentityStep> {
	const identity = await config.identity(key);
	const path = before.map((step) => step.id);
	const identityKind = await dependencies.identityKind(identity.kind);
	if (identityKind === undefined) throw unknownKind("identity", identity);
	// Nobody is to approve a sign-in that cannot lead on.
	const base = givenBy(before.at(-1));
	if (!fits(identityKind, base)) throw identityKind.refusal(identity);
	const lack = identityKind.lacks?.(identity, base);
	if (lack !== undefined) {
		throw await config.mistake({ section: "identities", name: key }, lack.path, `missing; ${lack.expected}`);
	}
	const id: StepId = `identity:${key}`;
	draft.aspects.set(id, identityKind.purpose(identity, root, ctx));
	const purpose = purposeOf(
		[...path, id].map((link) => draft.aspects.get(link)).filter((aspects) => aspects !== undefined),
	);
	return {
		...named(identity),
		id,
		type: "identity",
		needs: path.slice(-1),
		for: [],
		identity,
		identityKind,
		root,
		purpose,
	};
}

function fits({ takes, mayBegin }: IdentityKind, base: CredentialType | undefined): boolean {
	return base === undefined ? takes.length === 0 || mayBegin === true : takes.includes(base);
}

function givenBy(step: LinkStep | undefined): CredentialType | undefined {
	return step && (step.type === "provider" ? step.providerKind : step.identityKind).gives;
}

const named = (entry: { readonly name: string; readonly kind: string }): Pick<Step, "name" | "kind"> => ({
	name: sanitize(entry.name),
	kind: entry.kind,
});

/**
 * Of each target's path, the step nearest to it whose credentials are at hand and fresh by the one rule for that. Steps before
 * it are skipped, unless another target needs them.
 */
async function heldCredentials(
	ctx: AuthContext,
	config: AuthConfig,
	steps: ReadonlyMap<StepId, LinkStep>,
	targets: readonly PlannedTarget[],
	isForced: (target: PlannedTarget) => boolean,
	isAnew: (id: StepId) => boolean,
): Promise<Pick<Plan, "held" | "skipped">> {
	const known = new Map<StepId, Promise<Credentials | undefined>>();
	const freshOf = (id: StepId): Promise<Credentials | undefined> => {
		const found = known.get(id) ?? fresh(ctx, config, steps.get(id));
		known.set(id, found);
		return found;
	};
	const held = new Map<StepId, Credentials>();
	const wanted = new Set<StepId>();
	const forced = new Set(targets.filter(isForced).flatMap(({ id, path }) => [id, ...path.filter(isAnew)]));
	for (const { path } of targets) {
		let from = 0;
		for (let index = path.length - 1; index >= 0; index--) {
			const id = path[index] as StepId;
			const credentials = forced.has(id) ? undefined : await freshOf(id);
			if (credentials === undefined) continue;
			held.set(id, credentials);
			from = index + 1;
			break;
		}
		for (const id of path.slice(from)) wanted.add(id);
	}
	for (const id of wanted) held.delete(id);
	return { held, skipped: new Set([...steps.keys()].filter((id) => !wanted.has(id) && !held.has(id))) };
}

async function fresh(
	ctx: AuthContext,
	config: AuthConfig,
	step: LinkStep | undefined,
): Promise<Credentials | undefined> {
	if (step?.type !== "identity") return undefined;
	const { identity, identityKind, root, purpose } = step;
	const credentials = await identityKind.store.load({ ctx, realm: config.realm, root, key: identity.key }, purpose);
	if (credentials === undefined) return undefined;
	const isGood = isFresh(credentials.expiresAt, credentials.issuedAt, ctx.clock.now());
	ctx.log.debug(isGood ? "reusing stored credentials" : "stored credentials are about to expire", {
		identity: identity.name,
		expiresAt: credentials.expiresAt,
	});
	return isGood ? credentials : undefined;
}

function discoverySteps(steps: ReadonlyMap<StepId, LinkStep>, targets: readonly PlannedTarget[]): DiscoveryStep[] {
	return [...steps.values()].flatMap((step): DiscoveryStep[] => {
		if (step.type !== "provider" || step.providerKind.discovery?.isWanted(step.provider) !== true) return [];
		const isTarget = targets.some(({ id }) => id === step.id);
		const { name, kind, for: targetIds } = step;
		return [
			{
				id: `discovery:${step.provider.key}`,
				type: "discovery",
				name,
				kind,
				needs: [step.id],
				for: targetIds,
				isTarget,
			},
		];
	});
}

/** A broken chain has none; whoever plans it says what is wrong. */
function stampIn(ctx: AuthContext, config: AuthConfig, key: string): ConfigStamp | undefined {
	try {
		return stampOf(ctx, config, key);
	} catch {
		return undefined;
	}
}

function unknownKind(type: "provider" | "identity", entry: { name: string; kind: string; file: string }): AuthError {
	return new AuthError({
		code: "config",
		message: `${type} "${sanitize(entry.name)}" is of kind ${sanitize(entry.kind)}, which this version does not support`,
		reason: `it is defined in ${sanitize(entry.file)}`,
		remedy: {
			say: "sign in to it with Cloud Posse's atmos",
			run: ["atmos", "auth", "login", `--${type}=${sanitize(entry.name)}`],
		},
	});
}
