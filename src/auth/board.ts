/**
 * The identities screen: every identity with its session, from this machine's files alone. Thousands of identities cost one
 * read for each credentials file, and nothing is evaluated or checked for them.
 */

import type { AuthConfig, IdentitySummary, ProviderSummary } from "./config/model.ts";
import type { AuthContext } from "./context.ts";
import type { ArtifactState, SessionState } from "./kinds.ts";
import { integrationKind, providerKind } from "./registry.ts";
import { standaloneRoot } from "./root.ts";
import { readState, type SessionFacts } from "./storage/state.ts";
import { currentSessions } from "./stored-sessions.ts";
import { lowerCase } from "./system/lower-case.ts";
import { sanitize } from "./system/sanitize.ts";

/** A line of the screen. Texts are sanitized. */
export interface BoardRow {
	readonly name: string;
	readonly key: string;
	readonly kind: string;
	readonly isDefault: boolean;
	readonly tags: readonly string[];
	/** Name, else id; empty where neither is known without asking. */
	readonly account: string;
	/** "AdministratorAccess", or "via dev-admin" for a role reached through another identity. */
	readonly role: string;
	readonly session: SessionState;
	/** Milliseconds since the epoch of the last sign-in from this machine, if any. */
	readonly lastUsed?: number | undefined;
	/** Names from provider to identity. */
	readonly chain: readonly string[];
	readonly region?: string | undefined;
	/** Set where the entry itself is broken (missing link, circle). */
	readonly problem?: string | undefined;
}

/** What the foot of the screen says of one identity. Texts are sanitized. */
export interface BoardDetails {
	readonly chain: readonly string[];
	readonly account?: string | undefined;
	readonly region?: string | undefined;
	readonly integrations: readonly (ArtifactState & { readonly name: string })[];
}

/** Where an identity's chain begins, and the names on it. */
type Path = { readonly root: string; readonly names: readonly string[] } | { readonly problem: string };

interface Lists {
	readonly identities: readonly IdentitySummary[];
	readonly byKey: ReadonlyMap<string, IdentitySummary>;
	readonly providers: ReadonlyMap<string, ProviderSummary>;
}

/** A configuration does not change once it is loaded, and its lists are made anew at every call. */
const lists = new WeakMap<AuthConfig, Lists>();

function listsOf(config: AuthConfig): Lists {
	const known = lists.get(config);
	if (known !== undefined) return known;
	const identities = config.identities();
	const made = {
		identities,
		byKey: new Map(identities.map((identity) => [identity.key, identity])),
		providers: new Map(config.providers().map((provider) => [provider.key, provider])),
	};
	lists.set(config, made);
	return made;
}

/** @returns all identities, recently used ones first, then by name. Never rejects for a broken entry or file */
export async function identityRows(ctx: AuthContext, config: AuthConfig): Promise<readonly BoardRow[]> {
	const { identities } = listsOf(config);
	const paths = pathFinder(listsOf(config));
	const ways = new Map(identities.map((identity) => [identity.key, paths(identity.key)]));
	const byRoot = Map.groupBy(identities, ({ key }) => {
		const way = ways.get(key);
		return way !== undefined && "root" in way ? way.root : undefined;
	});
	byRoot.delete(undefined);
	const [state, ...stored] = await Promise.all([
		readState(ctx),
		...[...byRoot].map(async ([root = "", members]) => {
			return [root, await currentSessions(ctx, config, root, members)] as const;
		}),
	]);
	const sessions = new Map(stored);
	const lastUsed = state.lastUsed[config.realm.value] ?? {};
	const now = ctx.clock.now();
	const rows = identities.map((identity): BoardRow => {
		const way = ways.get(identity.key);
		const found = way !== undefined && "root" in way ? sessions.get(way.root)?.get(identity.key) : undefined;
		const via = identity.via.identity === undefined ? undefined : `via ${sanitize(identity.via.identity)}`;
		return {
			name: sanitize(identity.name),
			key: identity.key,
			kind: sanitize(identity.kind),
			isDefault: identity.isDefault,
			tags: identity.tags.map(sanitize),
			account: sanitize(accountIn(found) ?? identity.account ?? ""),
			role: via ?? sanitize(found?.role ?? identity.role ?? ""),
			session: sessionState(found, now),
			lastUsed: lastUsed[identity.key],
			chain: way !== undefined && "names" in way ? way.names : [sanitize(identity.name)],
			region: identity.region === undefined ? undefined : sanitize(identity.region),
			problem: way !== undefined && "problem" in way ? way.problem : undefined,
		};
	});
	// The configuration's own order is by name: a stable sort by use alone keeps it for the rest.
	return rows.sort((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0));
}

/** @returns all providers, by name, with the state of their sessions. Never rejects for a broken entry */
export async function providerRows(ctx: AuthContext, config: AuthConfig): Promise<readonly BoardRow[]> {
	return Promise.all(
		config.providers().map(async (summary): Promise<BoardRow> => {
			const row = {
				name: sanitize(summary.name),
				key: summary.key,
				kind: sanitize(summary.kind),
				isDefault: false,
				tags: [],
				account: "",
				role: "",
				chain: [sanitize(summary.name)],
			};
			try {
				const provider = await config.previewProvider(summary.key);
				const kind = await providerKind(summary.kind);
				const session = provider && (await kind?.peek(provider, ctx, config.realm));
				return { ...row, session: session ?? { state: "none" } };
			} catch (error) {
				return { ...row, session: { state: "none" }, problem: messageOf(error) };
			}
		}),
	);
}

/** Never rejects: what cannot be read is left out. */
export async function boardDetails(ctx: AuthContext, config: AuthConfig, identity: string): Promise<BoardDetails> {
	const { byKey } = listsOf(config);
	const summary = byKey.get(lowerCase(identity));
	if (summary === undefined) return { chain: [], integrations: [] };
	const path = pathFinder(listsOf(config))(summary.key);
	const linked = new Set("root" in path ? config.integrationsOf(summary.key) : []);
	const [account, ...integrations] = await Promise.all([
		accountOf(ctx, config, summary, path),
		...config
			.integrations()
			.filter((entry) => linked.has(entry.key))
			.map((entry) => integrationState(ctx, config, entry)),
	]);
	return {
		chain: "names" in path ? path.names : [sanitize(summary.name)],
		account,
		region: summary.region === undefined ? undefined : sanitize(summary.region),
		integrations,
	};
}

async function accountOf(
	ctx: AuthContext,
	config: AuthConfig,
	summary: IdentitySummary,
	path: Path,
): Promise<string | undefined> {
	const sessions = "root" in path ? await currentSessions(ctx, config, path.root, [summary]) : undefined;
	const account = accountIn(sessions?.get(summary.key)) ?? summary.account;
	return account === undefined ? undefined : sanitize(account);
}

async function integrationState(
	ctx: AuthContext,
	config: AuthConfig,
	entry: { readonly name: string; readonly key: string; readonly kind: string },
): Promise<ArtifactState & { readonly name: string }> {
	const name = sanitize(entry.name);
	try {
		const kind = await integrationKind(entry.kind);
		if (kind === undefined) return missing(name, sanitize(entry.kind));
		const integration = await config.previewIntegration(entry.key);
		if (integration === undefined) return missing(name, "set when you sign in");
		const state = await kind.peek(integration, ctx, config.realm);
		return { ...state, name, label: sanitize(state.label), target: sanitize(state.target) };
	} catch (error) {
		return missing(name, messageOf(error));
	}
}

function missing(name: string, target: string): ArtifactState & { readonly name: string } {
	return { name, label: "", target, state: "missing" };
}

/** Finds the way from the root to an identity, each link of it once however many identities share it. */
function pathFinder({ byKey, providers }: Lists): (key: string) => Path {
	const known = new Map<string, Path>();
	const find = (key: string, above: readonly string[]): Path => {
		const done = known.get(key);
		if (done !== undefined) return done;
		const identity = byKey.get(key);
		const path =
			identity === undefined ? { problem: `there is no identity "${sanitize(key)}"` } : follow(identity, above);
		known.set(key, path);
		return path;
	};
	const follow = (identity: IdentitySummary, above: readonly string[]): Path => {
		const { via, name, key } = identity;
		if (above.includes(key)) return { problem: "identities refer to each other in a circle" };
		if (via.provider !== undefined) {
			const provider = providers.get(lowerCase(via.provider));
			if (provider === undefined) return { problem: `there is no provider "${sanitize(via.provider)}"` };
			return { root: provider.key, names: [sanitize(provider.name), sanitize(name)] };
		}
		if (via.identity === undefined) return { root: standaloneRoot(identity.kind), names: [sanitize(name)] };
		const base = find(lowerCase(via.identity), [...above, key]);
		return "problem" in base ? base : { ...base, names: [...base.names, sanitize(name)] };
	};
	return (key) => find(key, []);
}

/** Of credentials that are at hand, what they are for is known better than from the configuration. */
function accountIn(found: SessionFacts | undefined): string | undefined {
	return found?.accountName ?? found?.accountId;
}

function sessionState(found: SessionFacts | undefined, now: number): SessionState {
	if (found === undefined) return { state: "none" };
	const { expiresAt, issuedAt } = found;
	return { state: expiresAt === undefined || expiresAt > now ? "valid" : "expired", expiresAt, issuedAt };
}

function messageOf(error: unknown): string {
	return sanitize(error instanceof Error ? error.message : String(error));
}
