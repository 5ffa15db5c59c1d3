/** The merged configuration as the rest of the library sees it: evaluates and checks an entry when it is asked for. */
import type { Environment } from "../context.ts";
import { AuthError } from "../errors.ts";
import { SECTIONS, type Section } from "../manifest.ts";
import { standsAlone } from "../registry.ts";
import { standaloneRoot } from "../root.ts";
import { signInCommand } from "../sign-in-command.ts";
import type { KeyringSettings } from "../storage/keyring/settings.ts";
import { lowerCase } from "../system/lower-case.ts";
import { sanitize } from "../system/sanitize.ts";
import type { Gate } from "../trust/gate.ts";
import type { Checked } from "./check.ts";
import type { Claim } from "./claims.ts";
import { type FunctionContext, IDLE_KEYS, isQuick } from "./functions.ts";
import { Glance } from "./glance.ts";
import type { CheckedKeyring } from "./keyring.ts";
import { type Entry, type Merged, SINGULAR } from "./merge.ts";
import type {
	AuthConfig,
	Chain,
	ConfigProblem,
	EntryName,
	Identity,
	IdentitySummary,
	Integration,
	IntegrationSummary,
	ProjectTrust,
	Provider,
	ProviderSummary,
	Realm,
} from "./model.ts";
import { ConfigError } from "./problems.ts";
import { suggestionFor, suggestionsFor } from "./suggest.ts";
import { isMap, Tagged, type YamlValue } from "./yaml.ts";

export interface LoadedParts {
	readonly files: readonly string[];
	readonly directory: string;
	readonly searched: readonly string[];
	readonly profiles: readonly string[];
	readonly realm: Realm;
	readonly loadedAt: number;
	readonly locator: Readonly<Record<string, string>>;
	readonly merged: Merged;
	/** Whether functions had a say in what was found and merged. */
	readonly dependent: boolean;
	readonly functions: FunctionContext;
	/** Found while loading, such as imports that name nothing. */
	readonly problems: readonly ConfigProblem[];
	/** Keys at the top of a file that are none of Atmos's and look like `auth`. */
	readonly strays: readonly { readonly key: string; readonly file: string }[];
	readonly withoutCommands: boolean;
	/** The gate that is passed before an entry is used. */
	gate(): Promise<Gate>;
}

/** Where a chain breaks: the entry whose `via` leads nowhere or back. */
interface Break {
	readonly entry: Entry;
	readonly circular: boolean;
	readonly path: readonly string[];
	readonly message: string;
	readonly suggestion?: string | undefined;
}

const byName = <Item extends { readonly name: string }>(a: Item, b: Item): number =>
	a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/** The functions in an entry that a sign-in with it evaluates. */
function taggedIn(value: YamlValue, idle: readonly string[] = IDLE_KEYS): Tagged[] {
	if (value instanceof Tagged) return [value];
	if (Array.isArray(value)) return value.flatMap((item: YamlValue) => taggedIn(item, []));
	if (!isMap(value)) return [];
	return Object.keys(value)
		.filter((key) => !idle.includes(key))
		.flatMap((key) => taggedIn(value[key] as YamlValue, []));
}

export class LoadedConfig implements AuthConfig {
	readonly files: readonly string[];
	readonly directory: string;
	readonly searched: readonly string[];
	readonly profiles: readonly string[];
	readonly realm: Realm;
	readonly loadedAt: number;
	readonly locator: Readonly<Record<string, string>>;
	readonly env: Environment;
	readonly #parts: LoadedParts;
	readonly #glance: Glance;
	// Evaluated when they are first asked for; the configuration does not change.
	readonly #seen = new WeakMap<Entry, Checked>();
	#providers: readonly ProviderSummary[] | undefined;
	#identities: readonly IdentitySummary[] | undefined;
	#integrations: readonly IntegrationSummary[] | undefined;

	constructor(parts: LoadedParts) {
		this.files = parts.files;
		this.directory = parts.directory;
		this.searched = parts.searched;
		this.profiles = parts.profiles;
		this.realm = parts.realm;
		this.loadedAt = parts.loadedAt;
		this.locator = parts.locator;
		this.env = parts.functions.env;
		this.#parts = parts;
		this.#glance = new Glance(parts.functions);
	}

	async keyring(): Promise<KeyringSettings> {
		const checked = await this.#keyring();
		if (checked.problems.length > 0) throw new ConfigError(checked.problems);
		if (checked.claims.length > 0) await (await this.#parts.gate()).require(checked.claims);
		return checked.settings;
	}

	providers(): readonly ProviderSummary[] {
		this.#providers ??= [...this.#entries("providers").values()]
			.map((entry) => ({
				name: entry.name,
				key: entry.key,
				kind: this.#glance.text(entry.value.kind) ?? "",
				basePath: this.#glance.text(this.#glance.map(this.#glance.map(entry.value.spec).files).base_path),
			}))
			.sort(byName);
		return this.#providers;
	}

	identities(): readonly IdentitySummary[] {
		this.#identities ??= [...this.#entries("identities").values()]
			.map((entry) => this.#glance.summary(entry))
			.sort(byName);
		return this.#identities;
	}

	integrations(): readonly IntegrationSummary[] {
		this.#integrations ??= [...this.#entries("integrations").values()].map((entry) => ({
			name: entry.name,
			key: entry.key,
			kind: this.#glance.text(entry.value.kind) ?? "",
			via: this.#glance.via(entry),
			autoProvision: !["false", false].includes(
				this.#glance.value(this.#glance.map(entry.value.spec).auto_provision) as boolean,
			),
		}));
		return this.#integrations;
	}

	async provider(name: string): Promise<Provider> {
		const entry = this.#find("providers", name);
		return { ...this.#named(entry), config: await this.#usable(entry) };
	}

	async previewProvider(name: string): Promise<Provider | undefined> {
		const entry = this.#find("providers", name);
		const { config, commands } = await this.#looked(entry);
		return commands.length > 0 ? undefined : { ...this.#named(entry), config };
	}

	async identity(name: string): Promise<Identity> {
		const entry = this.#find("identities", name);
		const config = await this.#usable(entry);
		const broken = this.#walk(entry);
		if ("message" in broken) throw new ConfigError([await this.#breakProblem(broken)]);
		return { ...this.#named(entry), via: this.#glance.via(entry), config };
	}

	async integration(name: string): Promise<Integration> {
		const entry = this.#find("integrations", name);
		return { ...this.#named(entry), via: this.#glance.via(entry), config: await this.#usable(entry) };
	}

	evaluation(identity: string): "literal" | "quick" | "slow" {
		const { provider, identities } = this.chain(identity);
		const entries = [
			provider === undefined ? undefined : this.#entries("providers").get(provider),
			...identities.map((key) => this.#entries("identities").get(key)),
		];
		const tags = entries.flatMap((entry) => (entry === undefined ? [] : taggedIn(entry.value)));
		if (!tags.every(isQuick)) return "slow";
		return tags.length > 0 || this.#parts.dependent ? "quick" : "literal";
	}

	async previewIntegration(name: string): Promise<Integration | undefined> {
		const entry = this.#find("integrations", name);
		const { config, commands } = await this.#looked(entry);
		return commands.length > 0 ? undefined : { ...this.#named(entry), via: this.#glance.via(entry), config };
	}

	readonly trust: ProjectTrust = {
		pending: async (entries) => {
			const found = entries.map(({ section, name }) => this.#entries(section).get(lowerCase(name)));
			// Who begins a chain by itself may have its keys in the keyring.
			const alone =
				this.#parts.merged.keyring !== undefined &&
				found.some((entry) => standsAlone(this.#glance.text(entry?.value.kind) ?? ""));
			const claims = [
				...(await this.#claims(found.filter((entry) => entry !== undefined))),
				...(alone ? (await this.#keyring()).claims : []),
			];
			// What cannot be asked about is said by whoever uses the entry.
			const ask = async () => (claims.length === 0 ? [] : (await this.#parts.gate()).pending(claims));
			return ask().catch(() => []);
		},
		survey: async () => {
			const entries = SECTIONS.flatMap((section) => [...this.#entries(section).values()]);
			const claims = [...(await this.#claims(entries)), ...(await this.#keyring()).claims];
			return claims.length === 0 ? [] : (await this.#parts.gate()).survey(claims);
		},
		answer: async (facts, yes) => (await this.#parts.gate()).answer(facts, yes),
	};

	chain(identity: string): Chain {
		const walked = this.#walk(this.#find("identities", identity));
		if (!("message" in walked)) return walked;
		const { entry, path, message, suggestion } = walked;
		const file = entry.files[0];
		throw new ConfigError([
			{
				severity: "error",
				key: ["auth", entry.section, entry.name, ...path].join("."),
				message: file === undefined ? message : `${message} (in ${sanitize(file)})`,
				suggestion,
			},
		]);
	}

	integrationsOf(identity: string): readonly string[] {
		const { provider, identities } = this.chain(identity);
		const key = identities.at(-1);
		return this.integrations()
			.filter(
				({ via }) =>
					lowerCase(via.identity ?? "") === key ||
					(provider !== undefined && lowerCase(via.provider ?? "") === provider),
			)
			.map((integration) => integration.key);
	}

	async check(): Promise<readonly ConfigProblem[]> {
		const { checkAll } = await import("./check-all.ts");
		return checkAll(this.#parts, this.#targets(), this.identities(), {
			circle: async (entry) => {
				const walked = this.#walk(entry);
				const circular = "message" in walked && walked.circular && walked.entry === entry;
				return circular ? this.#breakProblem(walked) : undefined;
			},
			linked: (entry) => {
				const via = this.#glance.via(entry);
				const section = via.provider === undefined ? "identities" : "providers";
				const base = this.#entries(section).get(lowerCase(via.provider ?? via.identity ?? ""));
				return {
					identity: { ...this.#named(entry), via },
					base: base && { section, kind: this.#glance.text(base.value.kind) ?? "" },
				};
			},
		});
	}

	async mistake({ section, name }: EntryName, path: readonly string[], message: string): Promise<AuthError> {
		const { problemAt } = await import("./check.ts");
		return new ConfigError([await problemAt(this.#find(section, name), path, message)]);
	}

	async nearMisses(): Promise<readonly ConfigProblem[]> {
		const { nearMisses } = await import("./check-all.ts");
		return nearMisses(this.#parts);
	}

	/** Follows `via` to the root, or to where it breaks. */
	#walk(start: Entry): Chain | Break {
		const identities: string[] = [];
		for (let entry = start; ; ) {
			if (identities.includes(entry.key)) {
				const names = [...identities.toReversed(), entry.key].map(
					(key) => this.#entries("identities").get(key)?.name ?? key,
				);
				const circle = names.slice(names.indexOf(entry.name));
				const message = `identities refer to each other in a circle: ${circle.map(sanitize).join(" → ")}`;
				return { entry, circular: true, path: ["via", "identity"], message };
			}
			identities.unshift(entry.key);
			const via = this.#glance.via(entry);
			const link = via.provider !== undefined ? "provider" : via.identity !== undefined ? "identity" : undefined;
			if (link === undefined) {
				const kind = this.#glance.text(entry.value.kind) ?? "";
				if (standsAlone(kind)) return { root: standaloneRoot(kind), identities };
				return { entry, circular: false, path: ["via"], message: "expected via.provider or via.identity" };
			}
			const wanted = via[link] as string;
			const section = link === "provider" ? "providers" : "identities";
			const next = this.#entries(section).get(lowerCase(wanted));
			if (next === undefined) {
				const message = `there is no ${link} "${sanitize(wanted)}"`;
				const suggestion = suggestionFor(wanted, this.#names(section));
				return { entry, circular: false, path: ["via", link], message, suggestion };
			}
			if (link === "provider") return { provider: next.key, root: next.key, identities };
			entry = next;
		}
	}

	async #breakProblem({ entry, path, message, suggestion }: Break): Promise<ConfigProblem> {
		const { problemAt } = await import("./check.ts");
		return problemAt(entry, path, message, { suggestion });
	}

	#entries(section: Section): ReadonlyMap<string, Entry> {
		return this.#parts.merged.sections[section];
	}

	#names(section: Section): string[] {
		return [...this.#entries(section).values()].map(({ name }) => name);
	}

	#targets(): { readonly providers: readonly string[]; readonly identities: readonly string[] } {
		return { providers: this.#names("providers"), identities: this.#names("identities") };
	}

	#find(section: Section, name: string): Entry {
		const entry = this.#entries(section).get(lowerCase(name));
		if (entry) return entry;
		const word = SINGULAR[section];
		const names = this.#names(section);
		const near = suggestionsFor(name, names);
		throw new AuthError({
			code: "config",
			message: `there is no ${word} "${sanitize(name)}"${near[0] === undefined ? "" : `, did you mean "${sanitize(near[0])}"?`}`,
			reason: names.length === 0 ? `no ${section} are configured` : undefined,
			remedy: names.length === 0 ? `add ${section} to atmos.yaml` : `use one of these ${section}`,
			details: (near.length > 0 ? near : names.slice(0, 10)).map(sanitize),
			candidates: (near.length > 0 ? near : names).map(sanitize),
		});
	}

	#named(entry: Entry): { name: string; key: string; kind: string; file: string } {
		return {
			name: entry.name,
			key: entry.key,
			kind: this.#glance.text(entry.value.kind) ?? "",
			file: entry.files[0] ?? "",
		};
	}

	/**
	 * The one way out for use. First as far as it goes without running anything, so that an entry that is wrong is neither
	 * run nor asked about; then, with what was agreed to, again. A command may decide what else there is: its own text
	 * says nothing of the address that it prints.
	 */
	async #usable(entry: Entry): Promise<unknown> {
		const allowed = new Set<Tagged>();
		let looked = await this.#looked(entry);
		for (;;) {
			if (looked.claims.length > 0) await (await this.#parts.gate()).require(looked.claims);
			if (looked.commands.length === 0) return looked.config;
			if (this.#parts.withoutCommands) throw withoutItsCommand(entry);
			for (const { tagged } of looked.commands) allowed.add(tagged);
			looked = await this.#check(entry, allowed);
		}
	}

	/** An entry without what commands would say. Kept, since nothing in it changes. */
	async #looked(entry: Entry): Promise<Checked> {
		const known = this.#seen.get(entry);
		if (known !== undefined) return known;
		const checked = await this.#check(entry, new Set());
		this.#seen.set(entry, checked);
		return checked;
	}

	/** @throws ConfigError with all problems of the entry */
	async #check(entry: Entry, run: ReadonlySet<Tagged>): Promise<Checked> {
		const { checkEntry } = await import("./check.ts");
		const checked = await checkEntry(this.#parts.functions, entry, this.#targets(), { idle: false, run });
		if (checked.problems.length > 0) throw new ConfigError(checked.problems);
		return checked;
	}

	async #keyring(): Promise<CheckedKeyring> {
		const { checkKeyring } = await import("./keyring.ts");
		return checkKeyring(this.#parts.functions, this.#parts.merged.keyring);
	}

	/** Of entries that can be used; what is wrong with the others is said when they are. */
	async #claims(entries: readonly Entry[]): Promise<readonly Claim[]> {
		const looked = await Promise.all(entries.map((entry) => this.#looked(entry).catch(() => undefined)));
		return looked.flatMap((checked) => checked?.claims ?? []);
	}
}

function withoutItsCommand({ section, name }: Entry): AuthError {
	return new AuthError({
		code: "config",
		message: `the ${SINGULAR[section]} "${sanitize(name)}" depends on the output of a command (!exec)`,
		reason: "the command runs when you sign in, never for kubectl",
		remedy: { run: signInCommand({}) },
	});
}
