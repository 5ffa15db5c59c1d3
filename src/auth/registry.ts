/** Which kinds there are. Adding one is a file and a row here; starting the program loads none of them. */
import type { IdentityKind, IntegrationKind, ProviderKind } from "./kinds.ts";

type Rows<Kind> = Readonly<Record<string, () => Promise<{ readonly kind: Kind }>>>;

// A kind is checked against its own configuration type in its file. Here, where all of them meet, it is only known that
// the configuration is of whatever type the kind's own schema gives.
type AnyProvider = ProviderKind<never>;
type AnyIdentity = IdentityKind<never>;
type AnyIntegration = IntegrationKind<never>;

const PROVIDERS: Rows<AnyProvider> = {
	"aws/iam-identity-center": () => import("./providers/aws-iam-identity-center.ts"),
};

const IDENTITIES: Rows<AnyIdentity> = {
	"aws/permission-set": () => import("./identities/aws-permission-set.ts"),
};

const INTEGRATIONS: Rows<AnyIntegration> = {
	"aws/ecr": () => import("./integrations/aws-ecr.ts"),
	"aws/eks": () => import("./integrations/aws-eks.ts"),
};

/** The names of all kinds, sorted, for configuration checks and messages. */
export function kinds(): {
	readonly providers: readonly string[];
	readonly identities: readonly string[];
	readonly integrations: readonly string[];
} {
	return {
		providers: Object.keys(PROVIDERS).sort(),
		identities: Object.keys(IDENTITIES).sort(),
		integrations: Object.keys(INTEGRATIONS).sort(),
	};
}

/** @returns undefined for a kind that there is not. Kinds are matched exactly, as the Go program does. */
export async function providerKind(kind: string): Promise<ProviderKind | undefined> {
	return (await load(PROVIDERS, kind)) as ProviderKind | undefined;
}

/** @returns undefined for a kind that there is not */
export async function identityKind(kind: string): Promise<IdentityKind | undefined> {
	return (await load(IDENTITIES, kind)) as IdentityKind | undefined;
}

/** @returns undefined for a kind that there is not */
export async function integrationKind(kind: string): Promise<IntegrationKind | undefined> {
	return (await load(INTEGRATIONS, kind)) as IntegrationKind | undefined;
}

async function load<Kind>(rows: Rows<Kind>, kind: string): Promise<Kind | undefined> {
	return Object.hasOwn(rows, kind) ? (await rows[kind]?.())?.kind : undefined;
}
