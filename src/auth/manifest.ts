/**
 * What is known of a kind before it is loaded, and of a cloud. Light data and lazy imports: lists, checks of a configuration
 * and the editor's schema need no more than this.
 */
import type { GenericSchema } from "valibot";
import type { AuthContext } from "./context.ts";
import type { Credentials } from "./credentials.ts";
import type { KeyKind } from "./entered-keys.ts";
import type { IdentityKind, IntegrationKind, Place, ProviderKind } from "./kinds.ts";
import type { ClusterToken } from "./kubernetes/exec-credential.ts";
import type { Flow } from "./sign-in-ways.ts";
import type { SessionFacts } from "./storage/state.ts";

/** The maps of entries under `auth`. */
export const SECTIONS = ["providers", "identities", "integrations"] as const;

export type Section = (typeof SECTIONS)[number];

/** What an entry may hang on; `none` is for what begins a chain by itself. */
export type Link = "provider" | "identity" | "none";

/** Of the keys of an entry (all but `kind` and `via`), as written in atmos.yaml. */
export type Schema = GenericSchema<unknown, unknown>;

/** What a list says of an identity, as far as its configuration alone says it. */
export interface Columns {
	readonly account?: string | undefined;
	readonly role?: string | undefined;
	readonly region?: string | undefined;
}

/** Reads a text of an entry by its path. @returns undefined where there is none without running anything */
export type ReadText = (...path: readonly string[]) => string | undefined;

export interface Manifest<Kind = unknown> {
	readonly kind: string;
	/** For sentences: "a permission set". */
	readonly noun: string;
	readonly via: readonly Link[];
	/** The ways in which a person can sign in to it: what `--flow` chooses from. None, if left out. */
	readonly flows?: readonly Flow[];
	schema(): Promise<Schema>;
	load(): Promise<Kind>;
}

export type ProviderManifest = Manifest<ProviderKind>;

export interface IdentityManifest extends Manifest<IdentityKind> {
	columns(text: ReadText): Columns;
	/** It has keys of its own, and with `--webflow` a person signs in to it all the same. */
	readonly webflow?: true;
	/** Of a kind whose keys a person may enter, to be kept in the keyring. */
	enteredKeys?(): Promise<KeyKind>;
}

export type IntegrationManifest = Manifest<IntegrationKind>;

/** How kubectl's plugin finds credentials and makes a token of them: see `token.ts`. */
export interface ClusterTokens {
	/**
	 * @param accepts whether credentials of which this is known are the ones that are wanted
	 * @returns what is stored, from files alone, expired or not
	 * @throws AuthError `storage` for a file that cannot be read
	 */
	load(place: Place, accepts: (facts: SessionFacts) => boolean): Promise<Credentials | undefined>;
	/** @throws AuthError `config` for credentials that are not the cloud's */
	token(
		credentials: Credentials,
		cluster: { readonly name: string; readonly region: string },
		ctx: Pick<AuthContext, "env" | "clock">,
	): Promise<ClusterToken>;
}

export interface Cloud {
	/** What its folder below a realm's is called: `<config>/atmos/<realm>/<name>/<provider>`. */
	readonly name: string;
	/** Its folders for sessions, below `<cache>/atmos`. */
	readonly cacheFolders: readonly string[];
	/** True for the hosts of the vendor's own services that this program calls; in lower case. */
	isVendorHost(host: string): boolean;
	/** @returns a name of the vendor's that has an address wherever there is a network, beside one that was not found */
	referenceHost(host: string): string;
	/** True for the variables by which a person names an endpoint in place of the vendor's. */
	isEndpointVariable(name: string): boolean;
	/** The variables that decide for what credentials are good. */
	readonly decisiveVariables: readonly string[];
	/** The variables by which its own programs are told of certificate authorities: paths of files in PEM. */
	readonly certificateVariables: readonly string[];
	/** @returns why an identity cannot have this name, or undefined. What it becomes is the cloud's own matter */
	nameObjection?(name: string): string | undefined;
	/** @returns what may go wrong with an identity's name, or undefined */
	nameDoubt?(name: string): string | undefined;
	/** True for the arguments of a plugin of kubectl that this program or Atmos has written. */
	isTokenCommand(args: readonly unknown[]): boolean;
	clusterTokens(): Promise<ClusterTokens>;
	readonly providers: readonly ProviderManifest[];
	readonly identities: readonly IdentityManifest[];
	readonly integrations: readonly IntegrationManifest[];
}
