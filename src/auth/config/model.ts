/** The configuration as the rest of the library sees it. */
import type { Environment } from "../context.ts";
import type { AuthError } from "../errors.ts";
import type { KeyringSettings } from "../storage/keyring/settings.ts";
import type { Fact } from "../trust/facts.ts";

/** The namespace of the credential files. See `realm.ts`. */
export interface Realm {
	readonly value: string;
	readonly source: "env" | "config" | "path" | "default";
}

/** Where something stands in a file; lines and columns count from 1. */
export interface SourceLocation {
	readonly file: string;
	readonly line: number;
	readonly column: number;
}

interface Named {
	/** As written in atmos.yaml. */
	readonly name: string;
	/** Lower-cased: what files and look-ups use. */
	readonly key: string;
	readonly kind: string;
	/** The file that defines it (the last of the merged ones). */
	readonly file: string;
}

/** A provider whose YAML functions were evaluated and whose keys were checked against its kind's schema. */
export interface Provider<Config = unknown> extends Named {
	readonly config: Config;
}

export interface Via {
	readonly provider?: string | undefined;
	readonly identity?: string | undefined;
}

export interface Identity<Config = unknown> extends Named {
	readonly via: Via;
	readonly config: Config;
}

export interface Integration<Config = unknown> extends Named {
	readonly via: Via;
	readonly config: Config;
}

/** What a list can say of an identity without evaluating anything expensive or checking the whole of it. */
export interface IdentitySummary {
	readonly name: string;
	readonly key: string;
	readonly kind: string;
	readonly via: Via;
	readonly isDefault: boolean;
	readonly tags: readonly string[];
	/** Account name or id; undefined where it is not known without asking. */
	readonly account?: string | undefined;
	/** Permission set, role name or ARN's last part. */
	readonly role?: string | undefined;
	readonly region?: string | undefined;
}

export interface ProviderSummary {
	readonly name: string;
	readonly key: string;
	readonly kind: string;
	/** `spec.files.base_path`: where its identities' credential files are instead of `<config>/atmos`. */
	readonly basePath?: string | undefined;
}

export interface IntegrationSummary {
	readonly name: string;
	readonly key: string;
	readonly kind: string;
	readonly via: Via;
	readonly autoProvision: boolean;
}

/** The links of a sign-in from its root to an identity, by key. */
export interface Chain {
	/** Undefined where the chain begins with an identity. */
	readonly provider?: string | undefined;
	/** Under which the identities' credentials are kept: the provider, or the first identity's kind with dashes. */
	readonly root: string;
	readonly identities: readonly string[];
}

export interface ConfigProblem {
	readonly severity: "error" | "warning";
	/** What is wrong and what was expected, in one sentence. */
	readonly message: string;
	/** Dotted path of the key, such as `auth.providers.company-sso.region`. */
	readonly key: string;
	readonly location?: SourceLocation | undefined;
	/** A near miss, for "did you mean". */
	readonly suggestion?: string | undefined;
}

/**
 * A merged configuration. Reading a name evaluates and checks only what it needs, so one broken identity does not
 * block another. Every accessor matches names without regard to case.
 */
export interface AuthConfig {
	/** Main files and their imports in merge order; later ones win. Empty when none was found. */
	readonly files: readonly string[];
	/** Directory of the last merged main file, as the realm's hash sees it. */
	readonly directory: string;
	/** The absolute folders that were looked at for a configuration; empty where files or folders were named. */
	readonly searched?: readonly string[] | undefined;
	readonly profiles: readonly string[];
	readonly realm: Realm;
	/** When the first of its files was about to be read, in milliseconds since the epoch. */
	readonly loadedAt: number;
	/**
	 * The variables, with absolute paths, by which another process in another folder finds the same configuration:
	 * `ATMOS_CLI_CONFIG_PATH` or `ATMOS_CONFIG`, `ATMOS_BASE_PATH`, `ATMOS_PROFILE`.
	 */
	readonly locator: Readonly<Record<string, string>>;

	/**
	 * The environment with the `ATMOS_…` entries of the configuration's `env:`, which Atmos sets for itself where they are
	 * not set; what is asked of the environment after loading is asked of this.
	 */
	readonly env?: Environment | undefined;

	/**
	 * `auth.keyring`, for use: as `provider` and the like. What a context takes as its `keyring`.
	 *
	 * @throws ConfigError with all its problems; UntrustedError for what nobody has agreed to
	 */
	keyring?(): Promise<KeyringSettings>;

	/** Sorted by name. */
	providers(): readonly ProviderSummary[];
	/** Sorted by name. */
	identities(): readonly IdentitySummary[];
	/** In configuration order. */
	integrations(): readonly IntegrationSummary[];

	/**
	 * For use: functions are evaluated, and what a person has to agree to has been agreed to.
	 *
	 * @throws ConfigError with all problems of that entry; AuthError `config` with near names when it does not exist;
	 *   UntrustedError for what nobody has agreed to
	 */
	provider(name: string): Promise<Provider>;
	identity(name: string): Promise<Identity>;
	integration(name: string): Promise<Integration>;

	/**
	 * What it takes to know everything about an identity and the links before it: nothing (`literal`), looking at the
	 * environment and at files (`quick`), or running a program (`slow`). What no sign-in needs does not count.
	 */
	evaluation(identity: string): "literal" | "quick" | "slow";

	/**
	 * For a look: no command is run and nobody has to agree to anything.
	 *
	 * @returns undefined where the value depends on a command
	 * @throws ConfigError with all problems of that entry
	 */
	previewProvider(name: string): Promise<Provider | undefined>;
	previewIntegration(name: string): Promise<Integration | undefined>;

	readonly trust: ProjectTrust;

	/** Follows `via` to the root. @throws ConfigError on a missing link or a cycle. */
	chain(identity: string): Chain;
	/** Keys of the integrations linked to the identity or to its root provider, in configuration order, whether or not `auto_provision`. */
	integrationsOf(identity: string): readonly string[];

	/** @returns an error with the place of a key, for what is found wrong only when an entry is about to be used */
	mistake(entry: EntryName, path: readonly string[], message: string): Promise<AuthError>;

	/** Checks everything; used by `validate`. */
	check(): Promise<readonly ConfigProblem[]>;

	/** Keys at the top of a file, or of its `auth`, that look like ones that are missing: `auht`, `auth.identites`. */
	nearMisses(): Promise<readonly ConfigProblem[]>;
}

/** An entry, by its section and its name or key. */
export interface EntryName {
	readonly section: "providers" | "identities" | "integrations";
	readonly name: string;
}

/** What a person has to agree to before a project's configuration is used. */
export interface ProjectTrust {
	/** What would be asked about these entries now, as far as it is known before a command is run. Never rejects. */
	pending(entries: readonly EntryName[]): Promise<readonly Fact[]>;
	/** What there is to agree to in all entries. */
	survey(): Promise<readonly { readonly fact: Fact; readonly agreed: boolean }[]>;
	/** Takes an answer, for this run and, if it is yes, for later ones. @throws AuthError `storage` */
	answer(facts: readonly Fact[], yes: boolean): Promise<void>;
}

/** How the configuration is found: the common flags, already split. */
export interface ConfigRequest {
	readonly config?: readonly string[] | undefined;
	readonly configPath?: readonly string[] | undefined;
	readonly basePath?: string | undefined;
	readonly profiles?: readonly string[] | undefined;
	/** No command of the configuration is run, whatever was agreed to: an entry that needs one cannot be used. */
	readonly withoutCommands?: boolean | undefined;
}
