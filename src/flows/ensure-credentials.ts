/** Credentials of an identity for a command without a screen: those at hand while they are good, else by walking the chain. */

import { SessionRejectedError } from "../auth/aws/identity-center/session-rejected.ts";
import type { AuthConfig, Identity, Provider } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials, SsoSession } from "../auth/credentials.ts";
import type { Interaction } from "../auth/interaction.ts";
import type { Run } from "../auth/kinds.ts";
import {
	authenticateLink,
	authenticateProvider,
	type Plan,
	planChain,
	rememberConfig,
	rememberSignIn,
} from "./chain.ts";
import { type LoginDependencies, realDependencies } from "./dependencies.ts";

export interface EnsureOptions {
	readonly ctx: AuthContext;
	readonly config: AuthConfig;
	/** Name or key. */
	readonly identity: string;
	readonly signal: AbortSignal;
	/** Shows a code where one has to be approved; without it, a step that would have to ask fails with what to do instead. */
	readonly interaction?: Interaction | undefined;
	/** Whether a person can be asked. The default is whether there is an interaction. */
	readonly mayPrompt?: boolean | undefined;
	/** Renew even what is still good. */
	readonly force?: boolean | undefined;
	/** Other calls than the real ones, for tests. */
	readonly dependencies?: Partial<LoginDependencies> | undefined;
}

export interface EnsuredCredentials {
	readonly identity: Identity;
	/** The root of the chain. */
	readonly provider: Provider;
	readonly credentials: Credentials;
	/** False when they were at hand and good. */
	readonly renewed: boolean;
}

const silent: Interaction = {
	canChoose: false,
	prompt: () => undefined,
	choose: (prompt) => Promise.reject(new Error(`there is nobody to answer: ${prompt.question}`)),
	status: () => undefined,
	discovery: () => undefined,
};

/**
 * @throws AuthError `config` for a broken or unknown entry, or whatever a link of the chain throws; the signal's reason
 *   when it is aborted
 */
export async function ensureCredentials(options: EnsureOptions): Promise<EnsuredCredentials> {
	const { ctx, config, signal } = options;
	const dependencies = { ...realDependencies, ...options.dependencies };
	const { name, key } = await config.identity(options.identity);
	const force = options.force ?? false;
	const plan = await planChain(ctx, config, dependencies, { type: "identity", name, key }, { force });
	const target = plan.links.at(-1);
	if (target === undefined) throw new Error("the chain of an identity has no links");
	const found = { identity: target.identity, provider: plan.provider };
	if (plan.reusable?.index === plan.links.length - 1) {
		await rememberConfig(ctx, config, plan);
		return { ...found, credentials: plan.reusable.credentials, renewed: false };
	}
	const run = (rejected?: SsoSession): Run => ({
		ctx: { ...ctx, signInCommand: plan.signInCommand },
		signal,
		realm: config.realm,
		interaction: options.interaction ?? silent,
		force,
		mayPrompt: options.mayPrompt ?? options.interaction !== undefined,
		...(rejected === undefined ? {} : { rejected }),
	});
	const credentials = await walk(plan, run).catch((error: unknown) => {
		if (!(error instanceof SessionRejectedError)) throw error;
		return walk({ ...plan, reusable: undefined }, run, error.session);
	});
	await rememberSignIn(ctx, config, dependencies, plan);
	return { ...found, credentials, renewed: true };
}

/** Walks what is left of the chain, from the last link that is still good. */
async function walk(plan: Plan, run: (rejected?: SsoSession) => Run, rejected?: SsoSession): Promise<Credentials> {
	let credentials = plan.reusable?.credentials ?? (await authenticateProvider(plan, run(rejected)));
	for (let index = (plan.reusable?.index ?? -1) + 1; index < plan.links.length; index++) {
		credentials = await authenticateLink(plan, index, credentials, run());
	}
	return credentials;
}
