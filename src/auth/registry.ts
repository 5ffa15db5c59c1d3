/** Which kinds there are. Adding one is a file and a row here; starting the program loads none of them. */
import type { IdentityKind, IntegrationKind, ProviderKind } from "./kinds.ts";

// Every file checks its kind against its own configuration type; here, where all of them meet, that type is not known.
type Rows = Readonly<Record<string, () => Promise<{ readonly kind: object }>>>;

const PROVIDERS: Rows = {
	"aws/iam-identity-center": () => import("./aws/identity-center/kind.ts"),
};

const IDENTITIES: Rows = {
	"aws/permission-set": () => import("./aws/roles/permission-set.ts"),
};

const INTEGRATIONS: Rows = {
	"aws/ecr": () => import("./aws/ecr/kind.ts"),
	"aws/eks": () => import("./aws/eks/kind.ts"),
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
	return load<ProviderKind>(PROVIDERS, kind);
}

/** @returns undefined for a kind that there is not */
export async function identityKind(kind: string): Promise<IdentityKind | undefined> {
	return load<IdentityKind>(IDENTITIES, kind);
}

/** @returns undefined for a kind that there is not */
export async function integrationKind(kind: string): Promise<IntegrationKind | undefined> {
	return load<IntegrationKind>(INTEGRATIONS, kind);
}

async function load<Kind>(rows: Rows, kind: string): Promise<Kind | undefined> {
	return Object.hasOwn(rows, kind) ? ((await rows[kind]?.())?.kind as Kind) : undefined;
}
