/**
 * Which clouds and kinds there are: the one file outside of a cloud's folder that names a cloud. Loading it loads no kind and
 * no schema.
 */
import { manifest as aws, columns as awsColumns } from "./aws/manifest.ts";
import type { KeyKind } from "./entered-keys.ts";
import { AuthError } from "./errors.ts";
import { FOREIGN_KINDS, FOREIGN_STANDALONE } from "./foreign-kinds.ts";
import type { IdentityKind, IntegrationKind, ProviderKind } from "./kinds.ts";
import type {
	Cloud,
	ClusterTokens,
	Columns,
	IdentityManifest,
	IntegrationManifest,
	Manifest,
	ProviderManifest,
	ReadText,
	Schema,
	Section,
} from "./manifest.ts";
import type { Flow } from "./sign-in-ways.ts";

const CLOUDS: readonly [Cloud, ...Cloud[]] = [aws];

interface Manifests {
	readonly providers: ReadonlyMap<string, ProviderManifest>;
	readonly identities: ReadonlyMap<string, IdentityManifest>;
	readonly integrations: ReadonlyMap<string, IntegrationManifest>;
}

// Kinds are matched exactly, as the Go program does.
const MANIFESTS: Manifests = {
	providers: byKind(CLOUDS.flatMap(({ providers }) => providers)),
	identities: byKind(CLOUDS.flatMap(({ identities }) => identities)),
	integrations: byKind(CLOUDS.flatMap(({ integrations }) => integrations)),
};

function byKind<Item extends { readonly kind: string }>(items: readonly Item[]): ReadonlyMap<string, Item> {
	return new Map(items.map((item) => [item.kind, item]));
}

/** @returns undefined for an unknown kind */
export function manifestOf(section: Section, kind: string): Manifest | undefined {
	return MANIFESTS[section].get(kind);
}

/** @returns the names of the kinds that this version has, for messages and lists */
export function kindsOf(section: Section): readonly string[] {
	return [...MANIFESTS[section].keys()];
}

const schemas = new Map<string, Promise<Schema>>();

/** @returns undefined for an unknown kind. Loads nothing of the kind but its schema */
export async function schemaOf(section: Section, kind: string): Promise<Schema | undefined> {
	const key = `${section} ${kind}`;
	// Thousands of entries share a schema; even an import that is done costs something each time.
	const schema = schemas.get(key) ?? manifestOf(section, kind)?.schema();
	if (schema !== undefined) schemas.set(key, schema);
	return schema;
}

/** Whether an identity of this kind needs no `via`. */
export function standsAlone(kind: string): boolean {
	return MANIFESTS.identities.get(kind)?.via.includes("none") ?? FOREIGN_STANDALONE.includes(kind);
}

/** @returns the ways in which a person can sign in to what is of this kind; none for most */
export function flowsOf(section: Section, kind: string): readonly Flow[] {
	return manifestOf(section, kind)?.flows ?? [];
}

/** Whether `--webflow` means something to an identity of this kind. */
export function takesWebflow(kind: string): boolean {
	return MANIFESTS.identities.get(kind)?.webflow === true;
}

/** Whether a person may enter the keys of an identity of this kind: see `enteredKeys`. */
export function takesKeys(kind: string): boolean {
	return MANIFESTS.identities.get(kind)?.enteredKeys !== undefined;
}

/** @returns undefined for a kind whose keys nobody enters */
export async function enteredKeys(kind: string): Promise<KeyKind | undefined> {
	return MANIFESTS.identities.get(kind)?.enteredKeys?.();
}

/** Whether it is one of Atmos's kinds that this version does not have. */
export function isForeign(section: Section, kind: string): boolean {
	return FOREIGN_KINDS[section].includes(kind);
}

/** @returns the names of Atmos's kinds that this version does not have */
export function foreignKindsOf(section: Section): readonly string[] {
	return FOREIGN_KINDS[section];
}

/** What a list says of an identity; of one whose kind this version does not have, what AWS's have in common. */
export function columnsOf(kind: string, text: ReadText): Columns {
	return MANIFESTS.identities.get(kind)?.columns(text) ?? awsColumns(text);
}

/** @returns undefined for an unknown kind */
export async function providerKind(kind: string): Promise<ProviderKind | undefined> {
	return MANIFESTS.providers.get(kind)?.load();
}

/** @returns undefined for an unknown kind */
export async function identityKind(kind: string): Promise<IdentityKind | undefined> {
	return MANIFESTS.identities.get(kind)?.load();
}

/** @returns undefined for an unknown kind */
export async function integrationKind(kind: string): Promise<IntegrationKind | undefined> {
	return MANIFESTS.integrations.get(kind)?.load();
}

/** @param host in lower case */
export function isVendorHost(host: string): boolean {
	return CLOUDS.some((cloud) => cloud.isVendorHost(host));
}

/** @returns a name that has an address wherever there is a network, beside one that was not found; the same vendor's if it has one */
export function referenceHost(host: string): string {
	return (CLOUDS.find((cloud) => cloud.isVendorHost(host)) ?? CLOUDS[0]).referenceHost(host);
}

/** True for the variables by which a person names an endpoint in place of a vendor's. */
export function isEndpointVariable(name: string): boolean {
	return CLOUDS.some((cloud) => cloud.isEndpointVariable(name));
}

/** @returns the variables that decide for what credentials are good */
export function decisiveVariables(): readonly string[] {
	return CLOUDS.flatMap((cloud) => cloud.decisiveVariables);
}

/** @returns the variables that name files of certificate authorities, for the network to trust */
export function certificateVariables(): readonly string[] {
	return CLOUDS.flatMap((cloud) => cloud.certificateVariables);
}

/** The cloud of an identity. One whose kind is not known yet, or that this version does not have, is taken for AWS's. */
function cloudOf(kind: unknown): Cloud {
	return CLOUDS.find(({ identities }) => identities.some((manifest) => manifest.kind === kind)) ?? aws;
}

/**
 * @param kind as it is written: a name, a function, or nothing
 * @returns why an identity of this kind cannot have this name, or undefined
 */
export function nameObjection(kind: unknown, name: string): string | undefined {
	return cloudOf(kind).nameObjection?.(name);
}

/**
 * @param kind as it is written: a name, a function, or nothing
 * @returns what may go wrong with the name of an identity of this kind, or undefined
 */
export function nameDoubt(kind: unknown, name: string): string | undefined {
	return cloudOf(kind).nameDoubt?.(name);
}

/** True for the arguments of a plugin of kubectl that this program or Atmos has written, whatever the cloud. */
export function isTokenCommand(args: readonly unknown[]): boolean {
	return CLOUDS.some((cloud) => cloud.isTokenCommand(args));
}

/**
 * @param cloud by its name: see `cloudNames`
 * @throws AuthError `bug` for a cloud that there is not
 */
export async function clusterTokens(cloud: string): Promise<ClusterTokens> {
	const found = CLOUDS.find(({ name }) => name === cloud);
	if (found === undefined) throw new AuthError({ code: "bug", message: `there is no cloud called ${cloud}` });
	return found.clusterTokens();
}

/** @returns what the clouds' folders below a realm's are called */
export function cloudNames(): readonly string[] {
	return CLOUDS.map(({ name }) => name);
}

/** @returns the clouds' folders for sessions, below `<cache>/atmos` */
export function cacheFolders(): readonly string[] {
	return CLOUDS.flatMap((cloud) => cloud.cacheFolders);
}
