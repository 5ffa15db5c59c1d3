/** The integrations of a sign-in: which belong to it, and which of them are still good. */
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials } from "../auth/credentials.ts";
import type { Artifact, IntegrationKind } from "../auth/kinds.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import type { LoginDependencies } from "./dependencies.ts";
import type { PlannedTarget, Step } from "./plan.ts";
import type { StepId } from "./snapshot.ts";

export interface IntegrationStep {
	readonly type: "integration";
	readonly id: StepId;
	readonly name: string;
	readonly kind: string;
	readonly needs: readonly StepId[];
	readonly for: readonly StepId[];
	readonly key: string;
	/** Position among the integrations of the login, in configuration order. */
	readonly order: number;
	/** It was asked for by name: it is made anew, and may take the current context. */
	readonly explicit: boolean;
	/** The words of the command that tries it again. */
	readonly retry: readonly string[];
}

/** Integrations that were asked for by name, in place of those that are linked to the targets. */
export interface IntegrationRequest {
	readonly keys: readonly string[];
}

/** What is offered for an integration of an unknown kind. */
const VALIDATE = ["atmos-auth", "validate"];

interface Given {
	readonly ctx: AuthContext;
	readonly config: AuthConfig;
	readonly dependencies: LoginDependencies;
	readonly steps: ReadonlyMap<StepId, Step>;
	readonly held: ReadonlyMap<StepId, Credentials>;
	readonly claims: Map<string, number>;
}

/** @returns the steps in configuration order, and what of them is good already */
export async function integrationSteps(
	given: Given,
	targets: readonly (PlannedTarget & { readonly isForced: boolean })[],
	request: IntegrationRequest | undefined,
): Promise<{ readonly steps: readonly IntegrationStep[]; readonly artifacts: ReadonlyMap<StepId, Artifact> }> {
	const { config, dependencies } = given;
	const artifacts = new Map<StepId, Artifact>();
	const wanted = linkedTo(config, targets, request);
	const steps = await Promise.all(
		wanted.map(async ({ entry, users }, order): Promise<IntegrationStep> => {
			// What is wrong with a kind is the row's failure, when it is run.
			const kind = await dependencies.integrationKind(entry.kind).catch(() => undefined);
			const step: IntegrationStep = {
				type: "integration",
				id: `integration:${entry.key}`,
				name: sanitize(entry.name),
				kind: sanitize(entry.kind),
				needs: users.slice(0, 1).map(({ id }) => id),
				for: users.map(({ id }) => id),
				key: entry.key,
				order,
				// Of several in one kubeconfig, the first takes the current context.
				explicit: request !== undefined && order === 0,
				retry: (kind?.retryCommand(entry.name) ?? VALIDATE).map((word) => sanitize(word)),
			};
			if (kind !== undefined && request === undefined && users[0]?.isForced === false) {
				const artifact = await stillGood(given, step, kind);
				if (artifact !== undefined) artifacts.set(step.id, artifact);
			}
			return step;
		}),
	);
	return { steps, artifacts };
}

function linkedTo(
	config: AuthConfig,
	targets: readonly (PlannedTarget & { readonly isForced: boolean })[],
	request: IntegrationRequest | undefined,
) {
	const identities = targets.filter(({ type }) => type === "identity");
	const links = new Map(identities.map(({ id, key }) => [id, new Set(config.integrationsOf(key))] as const));
	return config.integrations().flatMap((entry) => {
		if (request !== undefined) return request.keys.includes(entry.key) ? [{ entry, users: identities }] : [];
		const users = identities.filter(({ id }) => entry.autoProvision && links.get(id)?.has(entry.key));
		return users.length > 0 ? [{ entry, users }] : [];
	});
}

/** What cannot be read or is wrong is found out, and told, when the integration is run. */
async function stillGood(
	{ ctx, config, steps, held, claims }: Given,
	step: IntegrationStep,
	kind: IntegrationKind,
): Promise<Artifact | undefined> {
	const [base] = step.needs;
	const credentials = base === undefined ? undefined : held.get(base);
	const user = base === undefined ? undefined : steps.get(base);
	if (credentials === undefined || user?.type !== "identity") return undefined;
	try {
		const integration = await config.integration(step.key);
		const place = { ctx, config, realm: config.realm, order: step.order, claims };
		return await kind.current(integration, user.identity, credentials, place);
	} catch (error) {
		ctx.log.debug("it is not known whether an integration is still good", {
			integration: step.name,
			reason: error instanceof Error ? error.message : String(error),
		});
		return undefined;
	}
}
