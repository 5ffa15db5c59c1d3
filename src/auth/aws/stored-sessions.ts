/** Which of the stored credentials are still what the configuration asks for. For screens: local files alone. */
import type { AuthConfig } from "../config/model.ts";
import type { AuthContext } from "../context.ts";
import { type Aspects, purposeOf } from "../purpose.ts";
import { listAwsSessions, type StoredAwsSession } from "./files.ts";

/**
 * @param root key of the provider in whose files they are
 * @returns those that the next sign-in would know as its own, by identity. Where it takes a program to know what an identity
 *   is, they are taken for what they were made for. Never rejects
 */
export async function currentSessions(
	ctx: AuthContext,
	config: AuthConfig,
	root: string,
	identities: readonly string[],
): Promise<ReadonlyMap<string, StoredAwsSession>> {
	const basePath = config.providers().find(({ key }) => key === root)?.basePath;
	// A name that cannot be a folder has no files; whoever signs in with it is told.
	const stored = await listAwsSessions(ctx, config.realm, root, { basePath }).catch(() => new Map());
	const purpose = purposeFinder(ctx, config);
	const found = await Promise.all(
		identities.map(async (key): Promise<readonly [string, StoredAwsSession] | undefined> => {
			const session = stored.get(key);
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
		const { providerKind } = await import("../registry.ts");
		const provider = await config.provider(key);
		const kind = await providerKind(provider.kind);
		if (kind === undefined) throw new Error(`unknown kind ${provider.kind}`);
		return kind.purpose(provider, ctx);
	};
	const identityOf = async (key: string, root: string): Promise<Aspects> => {
		const { identityKind } = await import("../registry.ts");
		const [identity, provider] = await Promise.all([config.identity(key), config.provider(root)]);
		const kind = await identityKind(identity.kind);
		if (kind === undefined) throw new Error(`unknown kind ${identity.kind}`);
		return kind.purpose(identity, provider, ctx);
	};
	return async (identity) => {
		if (config.evaluation(identity) === "slow") return "unknown";
		const { provider, identities } = config.chain(identity);
		const links = await Promise.all([
			once(`provider ${provider}`, () => providerOf(provider)),
			...identities.map((key) => once(`identity ${key}`, () => identityOf(key, provider))),
		]);
		return purposeOf(links);
	};
}
