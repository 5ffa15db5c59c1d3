/**
 * How a kind is written: with the types of its own configuration and credentials. Whoever uses kinds knows neither, so both
 * are checked at run time, here and nowhere else.
 */
import type { Identity, Integration, Provider, Realm } from "./config/model.ts";
import type { AuthContext } from "./context.ts";
import type { Credentials, CredentialsOf, CredentialType } from "./credentials.ts";
import { AuthError } from "./errors.ts";
import type {
	Artifact,
	IdentityKind,
	IntegrationKind,
	IntegrationPlace,
	IntegrationRun,
	ProviderKind,
	Run,
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
	discover?(provider: Provider<Config>, credentials: CredentialsOf<Gives>, run: Run): Promise<void>;
}

export function defineProvider<Config, Gives extends CredentialType>(
	definition: ProviderDefinition<Config, Gives>,
): ProviderKind {
	const { kind, gives } = definition;
	const own = (provider: Provider): Provider<Config> => ownEntry(provider, kind);
	const discover = definition.discover?.bind(definition);
	return {
		kind,
		peek: async (provider, ctx, realm) => definition.peek(own(provider), ctx, realm),
		purpose: (provider, ctx) => definition.purpose(own(provider), ctx),
		authenticate: async (provider, run) => definition.authenticate(own(provider), run),
		...(discover && {
			discover: async (provider, credentials, run) =>
				discover(own(provider), ownCredentials(credentials, kind, gives), run),
		}),
	};
}

export interface IdentityDefinition<Config, Takes extends CredentialType, Gives extends CredentialType> {
	readonly kind: string;
	/** The types of credentials that it can be reached with. */
	readonly takes: readonly Takes[];
	readonly gives: Gives;
	/** What is said where the link before it gives others. */
	refusal(identity: Identity<Config>): AuthError;
	readonly purpose: Own<IdentityKind, "purpose", Identity<Config>>;
	authenticate(
		identity: Identity<Config>,
		base: CredentialsOf<Takes>,
		rootProvider: Provider,
		run: Run,
	): Promise<CredentialsOf<Gives>>;
	load(
		identity: Identity<Config>,
		rootProvider: Provider,
		ctx: AuthContext,
		realm: Realm,
		purpose: string,
	): Promise<CredentialsOf<Gives> | undefined>;
	readonly list: IdentityKind["list"];
	save(identity: Identity<Config>, credentials: CredentialsOf<Gives>, rootProvider: Provider, run: Run): Promise<void>;
}

export function defineIdentity<Config, Takes extends CredentialType, Gives extends CredentialType>(
	definition: IdentityDefinition<Config, Takes, Gives>,
): IdentityKind {
	const { kind, takes, gives } = definition;
	const own = (identity: Identity): Identity<Config> => ownEntry(identity, kind);
	return {
		kind,
		purpose: (identity, rootProvider, ctx) => definition.purpose(own(identity), rootProvider, ctx),
		async authenticate(identity, base, rootProvider, run) {
			if (!isOf(base, takes)) throw definition.refusal(own(identity));
			return definition.authenticate(own(identity), base, rootProvider, run);
		},
		load: async (identity, rootProvider, ctx, realm, purpose) =>
			definition.load(own(identity), rootProvider, ctx, realm, purpose),
		list: async (root, ctx, realm) => definition.list(root, ctx, realm),
		save: async (identity, credentials, rootProvider, run) =>
			definition.save(own(identity), ownCredentials(credentials, kind, gives), rootProvider, run),
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
