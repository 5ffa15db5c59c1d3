/**
 * What a kind of provider, identity or integration is, for everybody who uses one. A kind is written with `define.ts`, and
 * described by its manifest (`manifest.ts`) until it is loaded.
 */
import type { AuthConfig, Identity, Integration, Provider, Realm } from "./config/model.ts";
import type { AuthContext } from "./context.ts";
import type { Credentials, CredentialType } from "./credentials.ts";
import type { AuthError } from "./errors.ts";
import type { Interaction } from "./interaction.ts";
import type { Aspects } from "./purpose.ts";
import type { SignInOptions } from "./sign-in-ways.ts";
import type { SessionFacts } from "./storage/state.ts";

/** What one step is given. */
export interface Run {
	readonly ctx: AuthContext;
	/** Aborted when the user cancels or the step's state is left. Every wait and request honours it. */
	readonly signal: AbortSignal;
	readonly realm: Realm;
	readonly interaction: Interaction;
	/** What was asked for about how it goes. */
	readonly signIn: SignInOptions;
	/** Renew even what is still good: set for what was asked for, and not for what it hangs on. */
	readonly force: boolean;
	/**
	 * Credentials that a later link was turned away with (`RejectedCredentials`): the step leaves them alone, however good they
	 * look, and gets others.
	 */
	readonly rejected?: Credentials | undefined;
}

/** What local state says about a session, without the network. */
export type SessionState =
	| { readonly state: "none" }
	| {
			readonly state: "valid" | "expired";
			readonly expiresAt?: number | undefined;
			readonly issuedAt?: number | undefined;
	  };

export interface ProviderKind {
	readonly kind: string;
	/** What comes of its sign-in. */
	readonly gives: CredentialType;
	/** Local state only: never the network, never a prompt. */
	peek(provider: Provider, ctx: AuthContext, realm: Realm): Promise<SessionState>;
	/** Everything that decides whose sessions these are: the credentials of the links after it are used again only for that. */
	purpose(provider: Provider, ctx: AuthContext): Aspects;
	authenticate(provider: Provider, run: Run): Promise<Credentials>;
	/**
	 * Ends the session where it was made, and takes it off this machine whether or not that could be reached. Undefined for a
	 * kind that has no session of its own.
	 *
	 * @returns what was removed, and what could not be, a line each; empty where there was nothing
	 * @throws AuthError `storage` for a file that cannot be removed; the signal's reason when it is aborted
	 */
	revoke?(provider: Provider, run: Pick<Run, "ctx" | "realm" | "signal">): Promise<readonly string[]>;
	/** @returns how the credentials came about: whether they were at hand, by whomever made, and the words for it */
	describe(credentials: Credentials): { readonly reused: boolean; readonly shared: boolean; readonly text: string };
	/** Finds the identities that the session may use and writes them for later runs; undefined where the kind cannot. */
	readonly discovery?: {
		isWanted(provider: Provider): boolean;
		run(provider: Provider, credentials: Credentials, run: Run): Promise<void>;
	};
}

/** The first link of a chain, under whose name the credentials of its identities are kept. */
export interface Root {
	/** The provider's key; of a chain that begins with an identity, its kind with dashes: `aws-user`. */
	readonly key: string;
	/** The provider's `spec.files.base_path`: the folder that takes the place of `<config>/atmos`. */
	readonly basePath?: string | undefined;
}

/** The root of a chain that is about to be walked. */
export interface ChainRoot extends Root {
	/** Undefined where the chain begins with an identity. */
	readonly provider?: Provider | undefined;
}

/** Where the credentials of one identity are kept. */
export interface Place {
	readonly ctx: AuthContext;
	readonly realm: Pick<Realm, "value">;
	readonly root: Root;
	/** The identity's. */
	readonly key: string;
}

/** The same, with what the configuration says of the chain's beginning. */
export interface ChainPlace extends Place {
	readonly root: ChainRoot;
}

/** Where credentials are kept for other programs and later runs, and what is known of them. */
export interface Store<Kept extends Credentials = Credentials> {
	/** The credentials are the machine's own: that nothing is stored does not mean that something is missing. */
	readonly keepsNothing?: boolean | undefined;
	/**
	 * Credentials that this machine already holds, from files alone, expired or not.
	 *
	 * @param purpose what they have to be for (`purposeOf` the whole chain); none are returned that were made for another
	 * @throws AuthError `storage` for a file that cannot be read
	 */
	load(place: Place, purpose: string): Promise<Kept | undefined>;
	/**
	 * Writes the credentials where other programs look for them, and beside them what they are for. Only for what was asked for:
	 * links on the way are kept nowhere.
	 *
	 * @throws AuthError `storage`; what was there is intact then
	 */
	save(place: Place, credentials: Kept): Promise<void>;
	/**
	 * Takes the identity's credentials away, by whichever program they were put there, and forgets what was known of them.
	 *
	 * @returns what was removed, a line each; empty where there was nothing
	 * @throws AuthError `storage` for a file that is damaged or cannot be written; it is intact then
	 */
	remove(place: Place): Promise<readonly string[]>;
	/**
	 * What is known of all credentials that this machine holds under one root, by the identity's key: from files alone, for lists
	 * of thousands. Never rejects for a broken file.
	 */
	list(root: Root, ctx: AuthContext, realm: Pick<Realm, "value">): Promise<ReadonlyMap<string, SessionFacts>>;
}

/** What a program's environment needs for the credentials of an identity, and what must not be in it. */
export interface EnvironmentChange {
	readonly set: Readonly<Record<string, string>>;
	/** Other credentials, which would be used instead. */
	readonly unset: readonly string[];
	/** Those of `set` that lead to the credentials: what the configuration's own `env:` has for them does not count. */
	readonly fixed: readonly string[];
}

/** A key that an entry should have. */
export interface Lack {
	readonly path: readonly string[];
	/** "expected the ARN of a role" */
	readonly expected: string;
}

export interface IdentityKind {
	readonly kind: string;
	/** The types of credentials that it can be reached with; none for a kind that begins a chain. */
	readonly takes: readonly CredentialType[];
	readonly gives: CredentialType;
	/** What is wrong with a chain in which the link before it gives others, or in which there is none. */
	refusal(identity: Identity): AuthError;
	/**
	 * The key that is missing with this base and could be left out with another: what its schema cannot know.
	 *
	 * @param base what the link before it gives
	 */
	lacks?(identity: Identity, base: CredentialType | undefined): Lack | undefined;
	/** Everything that decides whose credentials this link gives, beside what the links before it say of themselves. */
	purpose(identity: Identity, root: ChainRoot, ctx: AuthContext): Aspects;
	/**
	 * Turns the credentials of the previous link into this identity's.
	 *
	 * @param base undefined where the chain begins with the identity
	 * @throws RejectedCredentials for a base that the service turns down
	 */
	authenticate(identity: Identity, base: Credentials | undefined, root: ChainRoot, run: Run): Promise<Credentials>;
	readonly store: Store;
	/**
	 * How other programs find the credentials that are kept in a place: paths and names, no secrets.
	 *
	 * @param credentials undefined where there are none yet: what only they would tell comes from the configuration, or is left out
	 */
	environment(identity: Identity, credentials: Credentials | undefined, place: ChainPlace): EnvironmentChange;
}

/** What an artifact is called, each part by itself: programs that read events need not take `target` apart. */
export interface ArtifactParts {
	/** The host that Docker is logged in to. */
	readonly registry?: string | undefined;
	readonly cluster?: string | undefined;
	/** The kubeconfig's context, where it is known. */
	readonly context?: string | undefined;
	/** Absolute path of the kubeconfig. */
	readonly kubeconfig?: string | undefined;
}

/** What an integration is about. */
export interface Subject {
	/** `ECR login` or `EKS kubeconfig`. */
	readonly label: string;
	/** The registry host, or `context → ~/path`. */
	readonly target: string;
	readonly parts?: ArtifactParts | undefined;
}

/** What an integration made, or found still good. */
export interface Artifact extends Subject {
	/** Milliseconds since the epoch, for artifacts that run out. */
	readonly expiresAt?: number | undefined;
	readonly issuedAt?: number | undefined;
	/** False when it was still good and left alone. */
	readonly changed: boolean;
	/** Things worth a line, such as a credential helper that had to be bypassed. */
	readonly notes: readonly string[];
}

/** What local state says about an artifact, without the network and without running a helper. */
export interface ArtifactState extends Subject {
	readonly state: "ready" | "expired" | "missing";
	readonly expiresAt?: number | undefined;
	readonly issuedAt?: number | undefined;
}

/** What it takes to see whether an artifact is still good. */
export interface IntegrationPlace {
	readonly ctx: AuthContext;
	readonly config: AuthConfig;
	readonly realm: Realm;
	/** Position among the integrations of this login, in configuration order. */
	readonly order: number;
	/** Shared by all integrations of one login: kubeconfig path → lowest `order` that has taken its current context. */
	readonly claims: Map<string, number>;
}

export interface IntegrationRun extends IntegrationPlace {
	readonly signal: AbortSignal;
	/** The retry command was given by name: it may take the current context. */
	readonly explicit: boolean;
	/** Whether a person is there who may answer a dialog of the system, such as the keychain's. False, if left out. */
	readonly attended?: boolean | undefined;
	/** What the step is doing now, in the present participle: "describing dev-cluster". */
	status(text: string): void;
}

export interface UndoRun extends Pick<IntegrationRun, "ctx" | "realm" | "signal" | "attended"> {
	/** The key of an identity: only what its credentials made is taken back. Whoever's they were, if left out. */
	readonly identity?: string | undefined;
}

export interface IntegrationKind {
	readonly kind: string;
	/** How long `current` and `execute` may take together, in milliseconds, where that is not the 30 s of any integration. */
	readonly limitMs?: number | undefined;
	/** The words of `atmos-auth aws ecr login NAME` or the like: the command that retries one integration. */
	retryCommand(name: string): readonly string[];
	/**
	 * What a row says that is waiting or has failed: from the configuration and the environment alone, never from disk.
	 * What only the service knows, such as the name of a cluster's context, is left out or stood in for.
	 */
	subject(integration: Integration, ctx: AuthContext): Subject;
	peek(integration: Integration, ctx: AuthContext, realm: Realm): Promise<ArtifactState>;
	/**
	 * What is there already and good for these credentials, from this machine's files alone: no network, no helper.
	 *
	 * @returns undefined where `execute` has to run. Whoever was told to make it anew need not ask
	 * @throws AuthError for credentials that are not of its types, and for files that cannot be read
	 */
	current(
		integration: Integration,
		identity: Identity | undefined,
		credentials: Credentials,
		place: IntegrationPlace,
	): Promise<Artifact | undefined>;
	/** Makes it, whatever is there. A file that says the same already is not written. */
	execute(
		integration: Integration,
		identity: Identity | undefined,
		credentials: Credentials,
		run: IntegrationRun,
	): Promise<Artifact>;
	/**
	 * Takes back what `execute` made, as far as it is still ours, and forgets it.
	 *
	 * @returns what was removed, a line each; empty where there was nothing of ours
	 * @throws AuthError where it is still there and cannot be removed; it is not forgotten then
	 */
	undo(integration: Integration, run: UndoRun): Promise<readonly string[]>;
}
