/**
 * How a kind is written: with the types of its own configuration and credentials. Whoever uses kinds knows neither, so both
 * are checked at run time, here and nowhere else.
 */
import type { Identity, Integration, Provider } from "./config/model.ts";
import type { Credentials, CredentialsOf, CredentialType } from "./credentials.ts";
import { AuthError } from "./errors.ts";
import type {
	Artifact,
	ChainPlace,
	ChainRoot,
	EnvironmentChange,
	IdentityKind,
	IntegrationKind,
	IntegrationPlace,
	IntegrationRun,
	ProviderKind,
	Run,
	Store,
} from "./kinds.ts";

type Own<Kind, Method extends keyof Kind, Entry> = Required<Kind>[Method] extends (
	entry: never,
	...rest: infer Rest
) => infer Result
	? (entry: Entry, ...rest: Rest) => Result
	: never;

export interface ProviderDefinition<Config, Gives extends CredentialType> {
	readonly kind: string;
	readonly gives: Gives;
	readonly peek: Own<ProviderKind, "peek", Provider<Config>>;
	readonly purpose: Own<ProviderKind, "purpose", Provider<Config>>;
	authenticate(provider: Provider<Config>, run: Run): Promise<CredentialsOf<Gives>>;
	readonly revoke?: Own<ProviderKind, "revoke", Provider<Config>>;
	describe(credentials: CredentialsOf<Gives>): ReturnType<ProviderKind["describe"]>;
	readonly discovery?: {
		isWanted(provider: Provider<Config>): boolean;
		run(provider: Provider<Config>, credentials: CredentialsOf<Gives>, run: Run): Promise<void>;
	};
}

export function defineProvider<Config, Gives extends CredentialType>(
	definition: ProviderDefinition<Config, Gives>,
): ProviderKind {
	const { kind, gives, revoke, discovery } = definition;
	const own = (provider: Provider): Provider<Config> => ownEntry(provider, kind);
	return {
		kind,
		gives,
		peek: async (provider, ctx, realm) => definition.peek(own(provider), ctx, realm),
		purpose: (provider, ctx) => definition.purpose(own(provider), ctx),
		authenticate: async (provider, run) => definition.authenticate(own(provider), run),
		...(revoke && { revoke: async (provider, run) => revoke(own(provider), run) }),
		describe: (credentials) => definition.describe(ownCredentials(credentials, kind, gives)),
		...(discovery && {
			discovery: {
				isWanted: (provider) => discovery.isWanted(own(provider)),
				run: async (provider, credentials, run) =>
					discovery.run(own(provider), ownCredentials(credentials, kind, gives), run),
			},
		}),
	};
}

export interface IdentityDefinition<Config, Takes extends CredentialType, Gives extends CredentialType> {
	readonly kind: string;
	/** The types of credentials that it can be reached with; none for a kind that begins a chain. */
	readonly takes: readonly Takes[];
	readonly gives: Gives;
	/** What is said where the link before it gives others, or where there is none. */
	refusal(identity: Identity<Config>): AuthError;
	readonly lacks?: Own<IdentityKind, "lacks", Identity<Config>>;
	readonly purpose: Own<IdentityKind, "purpose", Identity<Config>>;
	/** @param base of one of the types in `takes`; undefined only where it takes none */
	authenticate(
		identity: Identity<Config>,
		base: [Takes] extends [never] ? undefined : CredentialsOf<Takes>,
		root: ChainRoot,
		run: Run,
	): Promise<CredentialsOf<Gives>>;
	readonly store: Store<CredentialsOf<Gives>>;
	environment(
		identity: Identity<Config>,
		credentials: CredentialsOf<Gives> | undefined,
		place: ChainPlace,
	): EnvironmentChange;
}

export function defineIdentity<Config, Takes extends CredentialType, Gives extends CredentialType>(
	definition: IdentityDefinition<Config, Takes, Gives>,
): IdentityKind {
	const { kind, takes, gives, store, lacks } = definition;
	type Base = Parameters<typeof definition.authenticate>[1];
	const own = (identity: Identity): Identity<Config> => ownEntry(identity, kind);
	const isBase = (base: Credentials | undefined): base is Base =>
		takes.length === 0 ? base === undefined : base !== undefined && isOf(base, takes);
	return {
		kind,
		takes,
		gives,
		refusal: (identity) => definition.refusal(own(identity)),
		...(lacks && { lacks: (identity, base) => lacks(own(identity), base) }),
		purpose: (identity, root, ctx) => definition.purpose(own(identity), root, ctx),
		async authenticate(identity, base, root, run) {
			if (!isBase(base)) throw definition.refusal(own(identity));
			return definition.authenticate(own(identity), base, root, run);
		},
		store: {
			keepsNothing: store.keepsNothing,
			load: async (place, purpose) => store.load(place, purpose),
			save: async (place, credentials) => store.save(place, ownCredentials(credentials, kind, gives)),
			remove: async (place) => store.remove(place),
			list: async (root, ctx, realm) => store.list(root, ctx, realm),
		},
		environment: (identity, credentials, place) =>
			definition.environment(own(identity), credentials && ownCredentials(credentials, kind, gives), place),
	};
}

export interface IntegrationDefinition<Config, Takes extends CredentialType>
	extends Pick<IntegrationKind, "kind" | "limitMs" | "retryCommand"> {
	readonly takes: readonly Takes[];
	/** What is said where its identity, or provider, gives others. */
	refusal(): AuthError;
	readonly subject: Own<IntegrationKind, "subject", Integration<Config>>;
	readonly peek: Own<IntegrationKind, "peek", Integration<Config>>;
	current(
		integration: Integration<Config>,
		identity: Identity | undefined,
		credentials: CredentialsOf<Takes>,
		place: IntegrationPlace,
	): Promise<Artifact | undefined>;
	execute(
		integration: Integration<Config>,
		identity: Identity | undefined,
		credentials: CredentialsOf<Takes>,
		run: IntegrationRun,
	): Promise<Artifact>;
	readonly undo: Own<IntegrationKind, "undo", Integration<Config>>;
}

export function defineIntegration<Config, Takes extends CredentialType>(
	definition: IntegrationDefinition<Config, Takes>,
): IntegrationKind {
	const { kind, takes, limitMs } = definition;
	const own = (integration: Integration): Integration<Config> => ownEntry(integration, kind);
	return {
		kind,
		limitMs,
		retryCommand: (name) => definition.retryCommand(name),
		subject: (integration, ctx) => definition.subject(own(integration), ctx),
		peek: async (integration, ctx, realm) => definition.peek(own(integration), ctx, realm),
		async current(integration, identity, credentials, place) {
			if (!isOf(credentials, takes)) throw definition.refusal();
			return definition.current(own(integration), identity, credentials, place);
		},
		async execute(integration, identity, credentials, run) {
			if (!isOf(credentials, takes)) throw definition.refusal();
			return definition.execute(own(integration), identity, credentials, run);
		},
		undo: async (integration, run) => definition.undo(own(integration), run),
	};
}

function isOf<Type extends CredentialType>(
	credentials: Credentials,
	types: readonly Type[],
): credentials is CredentialsOf<Type> {
	return types.some((type) => type === credentials.type);
}

/** An entry's configuration was made by the schema of the kind that it names: by its kind, its type is known. */
function isOwn<Entry extends Provider | Identity | Integration>(
	entry: Provider | Identity | Integration,
	kind: string,
): entry is Entry {
	return entry.kind === kind;
}

function ownEntry<Entry extends Provider | Identity | Integration>(
	entry: Provider | Identity | Integration,
	kind: string,
): Entry {
	if (isOwn<Entry>(entry, kind)) return entry;
	throw new AuthError({ code: "bug", message: `${entry.kind} was taken for ${kind}` });
}

function ownCredentials<Type extends CredentialType>(
	credentials: Credentials,
	kind: string,
	type: Type,
): CredentialsOf<Type> {
	if (isOf(credentials, [type])) return credentials;
	throw new AuthError({ code: "bug", message: `${kind} was given credentials of type ${credentials.type}` });
}
