/** The links of a sign-in, resolved, and how each is walked. Shared by the login machine and by commands without a screen. */
import type { AuthConfig, Identity, IdentitySummary, Provider } from "../auth/config/model.ts";
import { stampOf } from "../auth/config/stamp.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials } from "../auth/credentials.ts";
import { AuthError } from "../auth/errors.ts";
import { isFresh } from "../auth/freshness.ts";
import type { IdentityKind, ProviderKind, Run, SessionState } from "../auth/kinds.ts";
import { type Aspects, purposeOf } from "../auth/purpose.ts";
import { commandFor } from "../auth/sign-in-command.ts";
import type { ConfigStamp } from "../auth/storage/state.ts";
import { noteConfig, readState, updateState } from "../auth/storage/state.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { shellWord } from "../auth/system/shell-word.ts";
import type { LoginDependencies } from "./dependencies.ts";
import { warnOfDoubtfulName } from "./doubtful-name.ts";

/** What is signed in to. */
export interface Target {
	readonly type: "identity" | "provider";
	readonly name: string;
	readonly key: string;
}

export interface IdentityLink {
	readonly identity: Identity;
	readonly kind: IdentityKind;
	readonly summary?: IdentitySummary | undefined;
	/** What its credentials are for: `purposeOf` the chain up to here. */
	readonly purpose: string;
}

/** A target with everything that is on the way to it. */
export interface Plan {
	readonly target: Target;
	/** The command that signs in to it, for `AuthContext.signInCommand`. */
	readonly signInCommand: string;
	readonly provider: Provider;
	readonly providerKind: ProviderKind;
	/** From the one after the provider to the target; empty for a provider login. */
	readonly links: readonly IdentityLink[];
	/** The last link whose credentials this machine already holds and which are good for a while. */
	readonly reusable?: { readonly index: number; readonly credentials: Credentials } | undefined;
	/** What is known of the provider's session without asking. */
	readonly session: SessionState;
	/** By what the configuration is recognized that this was made from, where it can be. */
	readonly stamp?: ConfigStamp | undefined;
}

/**
 * Reads and checks the entries from the root to the target, and looks for credentials that are still good.
 *
 * @param options.force the target is renewed even while it is good; links before it are not
 * @throws AuthError `config` for an entry that is missing, broken or of a kind that there is not
 */
export async function planChain(
	ctx: AuthContext,
	config: AuthConfig,
	dependencies: LoginDependencies,
	target: Target,
	options: { readonly force: boolean },
): Promise<Plan> {
	// Says with file and line what is wrong with the target, its links included.
	if (target.type === "identity") await config.identity(target.key);
	const chain = target.type === "identity" ? config.chain(target.key) : { provider: target.key, identities: [] };
	const provider = await config.provider(chain.provider);
	const providerKind = await dependencies.providerKind(provider.kind);
	if (providerKind === undefined) throw unknownKind("provider", provider);
	const links: IdentityLink[] = [];
	const aspects: Aspects[] = [providerKind.purpose(provider, ctx)];
	const summaries = config.identities();
	for (const key of chain.identities) {
		const identity = await config.identity(key);
		const kind = await dependencies.identityKind(identity.kind);
		if (kind === undefined) throw unknownKind("identity", identity);
		aspects.push(kind.purpose(identity, provider, ctx));
		const summary = summaries.find((candidate) => candidate.key === identity.key);
		links.push({ identity, kind, summary, purpose: purposeOf(aspects) });
	}
	const [reusable, session] = await Promise.all([
		findReusable(ctx, config, provider, options.force ? links.slice(0, -1) : links),
		providerKind.peek(provider, ctx, config.realm),
	]);
	const signInCommand = commandFor(ctx, config, target);
	const stamp = target.type === "identity" ? stampOf(ctx, config, target.key) : undefined;
	return { target, signInCommand, provider, providerKind, links, reusable, session, stamp };
}

/** The link nearest to the target whose credentials are at hand and fresh by the one rule for that. */
async function findReusable(
	ctx: AuthContext,
	config: AuthConfig,
	provider: Provider,
	links: readonly IdentityLink[],
): Promise<Plan["reusable"]> {
	for (let index = links.length - 1; index >= 0; index--) {
		const link = links[index] as IdentityLink;
		const credentials = await link.kind.load(link.identity, provider, ctx, config.realm, link.purpose);
		if (credentials === undefined) continue;
		const fresh = isFresh(credentials.expiresAt, credentials.issuedAt, ctx.clock.now());
		ctx.log.debug(fresh ? "reusing stored credentials" : "stored credentials are about to expire", {
			identity: link.identity.name,
			expiresAt: credentials.expiresAt,
		});
		if (fresh) return { index, credentials };
	}
	return undefined;
}

/** Signs in to the root of the chain. A session that is still good is renewed only where it is itself what was asked for. */
export function authenticateProvider(plan: Plan, run: Run): Promise<Credentials> {
	return plan.providerKind.authenticate(plan.provider, { ...run, force: run.force && plan.links.length === 0 });
}

/**
 * Walks one link, and writes the credentials where `aws` and `atmos` look for them if it is the last one.
 *
 * @param index position in `plan.links`
 * @param base credentials of the link before
 */
export async function authenticateLink(plan: Plan, index: number, base: Credentials, run: Run): Promise<Credentials> {
	const link = plan.links[index] as IdentityLink;
	const last = index === plan.links.length - 1;
	const made = await link.kind.authenticate(link.identity, base, plan.provider, {
		...run,
		force: run.force && last,
	});
	const credentials = made.type === "aws" ? { ...made, purpose: link.purpose } : made;
	run.signal.throwIfAborted();
	if (last) await warnOfDoubtfulName(link.identity, run);
	if (last) await link.kind.save(link.identity, credentials, plan.provider, run);
	return credentials;
}

/** Remembers that the plan's target has been signed in to now, and the configuration that said how. Never rejects. */
export async function rememberSignIn(
	ctx: AuthContext,
	config: AuthConfig,
	dependencies: LoginDependencies,
	plan: Plan,
): Promise<void> {
	const purpose = plan.links.at(-1)?.purpose;
	if (purpose === undefined) return;
	await dependencies.remember(ctx, {
		realm: config.realm.value,
		provider: plan.provider.key,
		identity: plan.target.key,
		purpose,
		config: plan.stamp,
		at: ctx.clock.now(),
	});
}

/**
 * Remembers that credentials at hand were found to be those of the configuration as it is now, so that kubectl's plugin need
 * not read it again. Never rejects.
 */
export async function rememberConfig(ctx: AuthContext, config: AuthConfig, plan: Plan): Promise<void> {
	const { target, provider, stamp } = plan;
	const realm = config.realm.value;
	const purpose = plan.links.at(-1)?.purpose;
	const facts = (await readState(ctx)).sessions[realm]?.[provider.key]?.[target.key];
	if (purpose === undefined || facts?.purpose !== purpose) return;
	if (JSON.stringify(stamp) === JSON.stringify(facts.config)) return;
	await updateState(ctx, (state) => noteConfig(state, realm, provider.key, target.key, purpose, stamp));
}

function unknownKind(type: "provider" | "identity", entry: { name: string; kind: string; file: string }): AuthError {
	const name = shellWord(sanitize(entry.name));
	return new AuthError({
		code: "config",
		message: `${type} "${sanitize(entry.name)}" is of kind ${sanitize(entry.kind)}, which this version does not support`,
		reason: `it is defined in ${sanitize(entry.file)}`,
		remedy: `sign in to it with Cloud Posse's atmos: atmos auth login --${type}=${name}`,
	});
}
