/** The merged configuration as the rest of the library sees it: evaluates and checks an entry when it is asked for. */
import { AuthError } from "../errors.ts";
import { sanitize } from "../sanitize.ts";
import { checkEntry, type LinkTargets, problemAt, throwProblems, unknownKeys } from "./check.ts";
import { evaluateQuick, type FunctionContext } from "./functions.ts";
import { locate } from "./locate-lazily.ts";
import type { Entry, Merged } from "./merge.ts";
import type {
	AuthConfig,
	Chain,
	ConfigProblem,
	Identity,
	IdentitySummary,
	Integration,
	Provider,
	ProviderSummary,
	Realm,
	Via,
} from "./model.ts";
import { closest, nearest } from "./near.ts";
import { ConfigError } from "./problems.ts";
import { type Section, STANDALONE_KINDS } from "./schema/kinds.ts";
import { isMap, Tagged, type YamlValue } from "./yaml.ts";

/** Keys of `auth` beside the three sections. */
const AUTH_KEYS = ["providers", "identities", "integrations", "realm", "logs", "keyring", "console", "_metadata"];

export interface LoadedParts {
	readonly files: readonly string[];
	readonly directory: string;
	readonly profiles: readonly string[];
	readonly realm: Realm;
	readonly locator: Readonly<Record<string, string>>;
	readonly merged: Merged;
	readonly functions: FunctionContext;
	/** Found while loading, such as imports that name nothing. */
	readonly problems: readonly ConfigProblem[];
}

const byName = <Item extends { readonly name: string }>(a: Item, b: Item): number =>
	a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

export class LoadedConfig implements AuthConfig {
	readonly files: readonly string[];
	readonly directory: string;
	readonly profiles: readonly string[];
	readonly realm: Realm;
	readonly locator: Readonly<Record<string, string>>;
	readonly #parts: LoadedParts;

	constructor(parts: LoadedParts) {
		this.files = parts.files;
		this.directory = parts.directory;
		this.profiles = parts.profiles;
		this.realm = parts.realm;
		this.locator = parts.locator;
		this.#parts = parts;
	}

	providers(): readonly ProviderSummary[] {
		return [...this.#entries("providers").values()]
			.map((entry) => {
				const spec = isMap(entry.value.spec) ? entry.value.spec : {};
				const basePath = isMap(spec.files) ? this.#text(spec.files.base_path) : undefined;
				return { name: entry.name, key: entry.key, kind: this.#text(entry.value.kind) ?? "", basePath };
			})
			.sort(byName);
	}

	identities(): readonly IdentitySummary[] {
		return [...this.#entries("identities").values()].map((entry) => this.#summary(entry)).sort(byName);
	}

	integrations() {
		return [...this.#entries("integrations").values()].map((entry) => {
			const spec = entry.value.spec;
			const auto = isMap(spec) ? spec.auto_provision : undefined;
			return {
				name: entry.name,
				key: entry.key,
				kind: this.#text(entry.value.kind) ?? "",
				via: this.#via(entry),
				autoProvision: auto !== false && auto !== "false",
			};
		});
	}

	async provider(name: string): Promise<Provider> {
		const entry = this.#find("providers", name);
		return { ...this.#named(entry), config: await this.#checked(entry) };
	}

	async identity(name: string): Promise<Identity> {
		const entry = this.#find("identities", name);
		const config = await this.#checked(entry);
		throwProblems(await this.#circle(entry));
		return { ...this.#named(entry), via: this.#via(entry), config };
	}

	async integration(name: string): Promise<Integration> {
		const entry = this.#find("integrations", name);
		return { ...this.#named(entry), via: this.#via(entry), config: await this.#checked(entry) };
	}

	chain(identity: string): Chain {
		const identities: string[] = [];
		let entry = this.#find("identities", identity);
		for (;;) {
			if (identities.includes(entry.key)) {
				const names = [...identities.toReversed(), entry.key].map(
					(key) => this.#entries("identities").get(key)?.name ?? key,
				);
				throw this.#broken(entry, `identities refer to each other in a circle: ${names.join(" → ")}`);
			}
			identities.unshift(entry.key);
			const via = this.#via(entry);
			if (via.provider !== undefined) {
				const provider = this.#entries("providers").get(via.provider.toLowerCase());
				if (provider === undefined)
					throw this.#broken(
						entry,
						`there is no provider "${sanitize(via.provider)}"`,
						closest(via.provider, this.#names("providers")),
					);
				return { provider: provider.key, identities };
			}
			if (via.identity === undefined) {
				const kind = this.#text(entry.value.kind) ?? "";
				if (STANDALONE_KINDS.includes(kind)) return { provider: kind.replaceAll("/", "-"), identities };
				throw this.#broken(entry, "expected via.provider or via.identity");
			}
			const next = this.#entries("identities").get(via.identity.toLowerCase());
			if (next === undefined)
				throw this.#broken(
					entry,
					`there is no identity "${sanitize(via.identity)}"`,
					closest(via.identity, this.#names("identities")),
				);
			entry = next;
		}
	}

	integrationsOf(identity: string): readonly string[] {
		const { provider, identities } = this.chain(identity);
		const key = identities.at(-1);
		return this.integrations()
			.filter(({ via }) => via.identity?.toLowerCase() === key || via.provider?.toLowerCase() === provider)
			.map((integration) => integration.key);
	}

	async check(): Promise<readonly ConfigProblem[]> {
		const problems = [...this.#parts.problems];
		for (const { key, file } of this.#parts.merged.others) {
			if (AUTH_KEYS.includes(key)) continue;
			const found = await locate(file, ["auth", key]);
			problems.push({
				severity: "warning",
				key: `auth.${key}`,
				message: "unknown key",
				location: found?.location,
				suggestion: closest(key, AUTH_KEYS),
			});
		}
		const targets = this.#targets();
		for (const section of ["providers", "identities", "integrations"] as const) {
			for (const entry of this.#entries(section).values()) {
				try {
					const checked = await checkEntry(this.#parts.functions, entry, targets);
					// A kind that only Atmos knows is no mistake in a file that both share.
					for (const problem of checked.problems) {
						problems.push(
							/is not supported by this version$/.test(problem.message) ? { ...problem, severity: "warning" } : problem,
						);
					}
				} catch (error) {
					if (error instanceof ConfigError) problems.push(...error.problems);
					else if (error instanceof AuthError) {
						problems.push({
							severity: "error",
							key: `auth.${section}.${entry.name}`,
							message: `${error.message}: ${error.reason ?? ""}`,
						});
					} else throw error;
				}
				problems.push(...(await unknownKeys(entry)));
				if (section === "identities") problems.push(...(await this.#circle(entry)));
			}
		}
		return problems;
	}

	/** Identities that lead back to themselves; missing links have been reported already. */
	async #circle(entry: Entry): Promise<ConfigProblem[]> {
		try {
			this.chain(entry.key);
			return [];
		} catch (error) {
			if (!(error instanceof ConfigError)) throw error;
			const circles = error.problems.filter(({ message }) => message.startsWith("identities refer"));
			return Promise.all(circles.map(({ message }) => problemAt(entry, ["via", "identity"], message)));
		}
	}

	#entries(section: Section): ReadonlyMap<string, Entry> {
		return this.#parts.merged.sections[section];
	}

	#names(section: Section): string[] {
		return [...this.#entries(section).values()].map(({ name }) => name);
	}

	#targets(): LinkTargets {
		return { providers: this.#names("providers"), identities: this.#names("identities") };
	}

	#find(section: Section, name: string): Entry {
		const entry = this.#entries(section).get(name.toLowerCase());
		if (entry) return entry;
		const word = section === "identities" ? "identity" : section.slice(0, -1);
		const names = this.#names(section);
		const near = nearest(name, names);
		throw new AuthError({
			code: "config",
			message: `there is no ${word} "${sanitize(name)}"${near[0] === undefined ? "" : `, did you mean "${sanitize(near[0])}"?`}`,
			reason: names.length === 0 ? `no ${section} are configured` : undefined,
			remedy: names.length === 0 ? `add ${section} to atmos.yaml` : `use one of the ${section} below`,
			details: (near.length > 0 ? near : names.slice(0, 10)).map(sanitize),
		});
	}

	#broken(entry: Entry, message: string, suggestion?: string): ConfigError {
		const file = entry.files[0];
		return new ConfigError([
			{
				severity: "error",
				key: `auth.${entry.section}.${entry.name}.via`,
				message: file === undefined ? message : `${message} (in ${sanitize(file)})`,
				suggestion,
			},
		]);
	}

	#named(entry: Entry): { name: string; key: string; kind: string; file: string } {
		return {
			name: entry.name,
			key: entry.key,
			kind: this.#text(entry.value.kind) ?? "",
			file: entry.files[0] ?? "",
		};
	}

	async #checked(entry: Entry): Promise<unknown> {
		const { config, problems } = await checkEntry(this.#parts.functions, entry, this.#targets());
		throwProblems(problems);
		return config;
	}

	#via(entry: Entry): Via {
		const via = entry.value.via;
		if (!isMap(via)) return {};
		const provider = this.#text(via.provider);
		const identity = this.#text(via.identity);
		return { ...(provider ? { provider } : {}), ...(identity ? { identity } : {}) };
	}

	#summary(entry: Entry): IdentitySummary {
		const { value } = entry;
		const principal = isMap(value.principal) ? value.principal : {};
		const account = isMap(principal.account) ? principal.account : {};
		const arn = this.#text(principal.assume_role);
		return {
			name: entry.name,
			key: entry.key,
			kind: this.#text(value.kind) ?? "",
			via: this.#via(entry),
			isDefault: value.default === true || value.default === "true",
			tags: Array.isArray(value.tags) ? value.tags.filter((tag): tag is string => typeof tag === "string") : [],
			account: this.#text(account.name) ?? this.#text(account.id) ?? /^arn:[^:]*:iam::(\d{12}):/.exec(arn ?? "")?.[1],
			role: this.#text(principal.name) ?? arn?.split("/").at(-1),
			region: this.#text(principal.region),
		};
	}

	/** A text without evaluating anything that takes time. */
	#text(value: YamlValue | undefined): string | undefined {
		const plain = value instanceof Tagged && value.tag !== "!exec" ? this.#quick(value) : value;
		return typeof plain === "string" && plain !== "" ? plain : undefined;
	}

	#quick(value: Tagged): YamlValue | undefined {
		try {
			return evaluateQuick(this.#parts.functions, value);
		} catch {
			// Said when the entry is used.
			return undefined;
		}
	}
}
