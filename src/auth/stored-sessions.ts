/** Which of the stored credentials are still what the configuration asks for. For screens: local files alone. */
import type { AuthConfig } from "./config/model.ts";
import type { AuthContext } from "./context.ts";
import type { ChainRoot } from "./kinds.ts";
import { type Aspects, purposeOf } from "./purpose.ts";
import { identityKind, providerKind } from "./registry.ts";
import { providerRoot } from "./root.ts";
import type { SessionFacts } from "./storage/state.ts";

/**
 * @param root key of the chains' first link, under which they are kept
 * @param identities those that are asked about
 * @returns those that the next sign-in would know as its own, by identity. Where it takes a program to know what an identity
 *   is, they are taken for what they were made for. Never rejects
 */
export async function currentSessions(
	ctx: AuthContext,
	config: AuthConfig,
	root: string,
	identities: readonly { readonly key: string; readonly kind: string }[],
): Promise<ReadonlyMap<string, SessionFacts>> {
	const basePath = config.providers().find(({ key }) => key === root)?.basePath;
	const kinds = new Set(identities.map(({ kind }) => kind));
	const stored = new Map(
		await Promise.all(
			[...kinds].map(async (kind) => {
				// A name that cannot be a folder has no files; whoever signs in with it is told.
				const sessions = await identityKind(kind)
					.then((known) => known?.store.list({ key: root, basePath }, ctx, config.realm))
					.catch(() => undefined);
				return [kind, sessions] as const;
			}),
		),
	);
	const purpose = purposeFinder(ctx, config);
	const found = await Promise.all(
		identities.map(async ({ key, kind }): Promise<readonly [string, SessionFacts] | undefined> => {
			const session = stored.get(kind)?.get(key);
			if (session?.purpose === undefined) return undefined;
			const wanted = await purpose(key).catch(() => undefined);
			return wanted === session.purpose || wanted === "unknown" ? [key, session] : undefined;
		}),
	);
	return new Map(found.filter((entry) => entry !== undefined));
}

/** Finds what an identity's credentials would be for; the links that identities share are looked at once. */
function purposeFinder(ctx: AuthContext, config: AuthConfig): (identity: string) => Promise<string | undefined> {
	const known = new Map<string, Promise<Aspects>>();
	const once = (key: string, find: () => Promise<Aspects>): Promise<Aspects> => {
		const found = known.get(key) ?? find();
		known.set(key, found);
		return found;
	};
	const providerOf = async (key: string): Promise<Aspects> => {
		const provider = await config.provider(key);
		const kind = await providerKind(provider.kind);
		if (kind === undefined) throw new Error(`unknown kind ${provider.kind}`);
		return kind.purpose(provider, ctx);
	};
	const identityOf = async (key: string, root: ChainRoot): Promise<Aspects> => {
		const identity = await config.identity(key);
		const kind = await identityKind(identity.kind);
		if (kind === undefined) throw new Error(`unknown kind ${identity.kind}`);
		return kind.purpose(identity, root, ctx);
	};
	return async (identity) => {
		if (config.evaluation(identity) === "slow") return "unknown";
		const { provider, root: rootKey, identities } = config.chain(identity);
		const root = provider === undefined ? { key: rootKey } : providerRoot(await config.provider(provider));
		const links = await Promise.all([
			...(provider === undefined ? [] : [once(`provider ${provider}`, () => providerOf(provider))]),
			...identities.map((key) => once(`identity ${key}`, () => identityOf(key, root))),
		]);
		return purposeOf(links);
	};
}
