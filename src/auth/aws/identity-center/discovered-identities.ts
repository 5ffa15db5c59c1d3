/**
 * The identities that `auto_provision_identities` found, in the file and the layout of Cloud Posse's `atmos`. The
 * configuration's loader of either program reads it as the first of its files.
 */
import type { Provider } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { discoveredFile } from "../../storage/paths.ts";
import { formatSeconds } from "../../storage/times.ts";
import { withLock } from "../../storage/with-lock.ts";
import { readText, writeWhole } from "../../storage/write.ts";
import { sanitize } from "../../system/sanitize.ts";

export interface DiscoveredAccount {
	/** Twelve digits. */
	readonly id: string;
	readonly name: string;
}

export interface Discovered {
	/** How many accounts were listed. */
	readonly accounts: number;
	readonly roles: readonly { readonly account: DiscoveredAccount; readonly role: string }[];
	/** Accounts whose roles could not be listed: what the file said of them stays. */
	readonly failed?: readonly { readonly account: DiscoveredAccount }[] | undefined;
}

export interface WrittenIdentities {
	/** The names of the identities, sorted. */
	readonly names: readonly string[];
	/** The names that the file had before and has no longer, sorted. */
	readonly gone: readonly string[];
}

interface Entry {
	readonly kind: string;
	readonly provider: string;
	readonly via: { readonly provider: string };
	readonly principal: {
		readonly name: string;
		readonly account: { readonly name: string; readonly id: string };
	};
}

/**
 * The file is read by another library, with YAML 1.1's ideas of `yes`, `1:20` and `0o17`: every value is quoted, nothing is
 * folded or shared by an anchor.
 */
const LAYOUT = {
	indent: 4,
	lineWidth: 0,
	aliasDuplicateObjects: false,
	defaultStringType: "QUOTE_DOUBLE",
	defaultKeyType: "PLAIN",
	version: "1.1",
} as const;

/**
 * Identities are called `<account>/<role>`. Account names are not unique, and names are looked up without regard to case:
 * where two accounts would share one, both get their id added, `<account> (<id>)/<role>`. (The Go program drops one.)
 *
 * The file is replaced as a whole, also when nothing was found.
 *
 * @throws AuthError `storage`; the old file is intact then
 */
export async function writeDiscovered(
	ctx: AuthContext,
	provider: Pick<Provider<{ readonly start_url: string; readonly region: string }>, "key" | "config">,
	found: Discovered,
): Promise<WrittenIdentities> {
	const path = discoveredFile(ctx, provider.key);
	const { parse, stringify } = await import("yaml");
	return withLock(ctx, path, { flock: false }, async () => {
		const failed = new Set(found.failed?.map(({ account }) => account.id));
		const old = entriesIn(await readText(path).catch(() => undefined), parse);
		const kept = rolesOf(old).filter(({ account }) => failed.has(account.id));
		const roles = [...found.roles, ...kept];
		const identities = entries(roles, provider.key);
		const document = {
			auth: {
				_metadata: {
					counts: {
						accounts: found.accounts,
						identities: identities.size,
						roles: new Set(roles.map(({ role }) => role)).size,
					},
					extra: { region: provider.config.region, start_url: provider.config.start_url },
					provider: provider.key,
					provisioned_at: formatSeconds(ctx.clock.now()),
					source: "aws-sso",
				},
				identities: Object.fromEntries(identities),
			},
		};
		await writeWhole(path, stringify(document, LAYOUT), { durable: false });
		// Names are looked up without regard to case, so one that changed only that has not gone.
		const names = new Set([...identities.keys()].map((name) => name.toLowerCase()));
		const gone = Object.keys(old).filter((name) => !names.has(name.toLowerCase()));
		return { names: [...identities.keys()], gone: gone.map(sanitize).sort() };
	});
}

function entries(roles: Discovered["roles"], provider: string): Map<string, Entry> {
	const labels = labelsOf(roles.map(({ account }) => account));
	const result = new Map<string, Entry>();
	for (const { account, role } of roles) {
		result.set(`${labels.get(account.id)}/${sanitize(role)}`, {
			kind: "aws/permission-set",
			provider,
			via: { provider },
			principal: { name: role, account: { name: account.name, id: account.id } },
		});
	}
	return new Map([...result].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @returns how each account is called in the names of its identities, by id */
function labelsOf(accounts: readonly DiscoveredAccount[]): ReadonlyMap<string, string> {
	const names = new Map(accounts.map(({ id, name }) => [id, sanitize(name) || id]));
	const labels = relabel(names, (id, name) => `${name} (${id})`);
	// Somebody may have named an account `<account> (<id>)`.
	return relabel(labels, (id) => id);
}

/** Gives another label to all that share theirs. */
function relabel(
	labels: ReadonlyMap<string, string>,
	another: (id: string, label: string) => string,
): ReadonlyMap<string, string> {
	const uses = new Map<string, number>();
	for (const label of labels.values()) uses.set(label.toLowerCase(), (uses.get(label.toLowerCase()) ?? 0) + 1);
	return new Map(
		[...labels].map(([id, label]) => [id, (uses.get(label.toLowerCase()) ?? 0) > 1 ? another(id, label) : label]),
	);
}

type OldEntries = Readonly<Record<string, Partial<Entry> | null>>;

/** What an earlier file says. A damaged one says nothing: it is about to be replaced. */
function entriesIn(text: string | undefined, parse: (text: string) => unknown): OldEntries {
	try {
		const document = parse(text ?? "") as { auth?: { identities?: unknown } } | null;
		const identities = document?.auth?.identities;
		return typeof identities === "object" && identities !== null ? (identities as OldEntries) : {};
	} catch {
		return {};
	}
}

function rolesOf(old: OldEntries): Discovered["roles"] {
	return Object.values(old).flatMap((entry) => {
		const { name: role, account } = entry?.principal ?? {};
		if (typeof role !== "string" || typeof account?.id !== "string" || typeof account.name !== "string") return [];
		return [{ role, account: { id: account.id, name: account.name } }];
	});
}
