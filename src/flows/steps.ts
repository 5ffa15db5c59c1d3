/** What the login machine calls outside itself. The real ones are loaded when they are first used; tests give fast ones. */
import type { AuthConfig, ConfigRequest } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import type { IdentityKind, IntegrationKind, ProviderKind } from "../auth/kinds.ts";
import type { BoardDetails, BoardRow } from "./snapshot.ts";

/** One successful sign-in with an identity, as it is remembered on this machine. */
export interface Remembered {
	readonly realm: string;
	readonly provider: string;
	readonly identity: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly issuedAt?: number | undefined;
	readonly expiresAt?: number | undefined;
	readonly accountId?: string | undefined;
	readonly accountName?: string | undefined;
}

export interface LoginSteps {
	loadConfig(ctx: AuthContext, request: ConfigRequest): Promise<AuthConfig>;
	providerKind(kind: string): Promise<ProviderKind | undefined>;
	identityKind(kind: string): Promise<IdentityKind | undefined>;
	integrationKind(kind: string): Promise<IntegrationKind | undefined>;
	/** Local state only. */
	identityRows(ctx: AuthContext, config: AuthConfig): Promise<readonly BoardRow[]>;
	/** Local state only. */
	providerRows(ctx: AuthContext, config: AuthConfig): Promise<readonly BoardRow[]>;
	/** Local state only; never rejects. */
	details(ctx: AuthContext, config: AuthConfig, identity: string): Promise<BoardDetails>;
	/** The account that an identity's last sign-in on this machine had. Never rejects. */
	recall(
		ctx: AuthContext,
		entry: Pick<Remembered, "realm" | "provider" | "identity">,
	): Promise<Pick<Remembered, "accountId" | "accountName">>;
	/** Never rejects. */
	remember(ctx: AuthContext, entry: Remembered): Promise<void>;
}

/** The real steps. */
export const realSteps: LoginSteps = {
	loadConfig: async (ctx, request) => (await import("../auth/config/load.ts")).loadConfig(ctx, request),
	providerKind: async (kind) => (await import("../auth/registry.ts")).providerKind(kind),
	identityKind: async (kind) => (await import("../auth/registry.ts")).identityKind(kind),
	integrationKind: async (kind) => (await import("../auth/registry.ts")).integrationKind(kind),
	identityRows: async (ctx, config) => (await import("../auth/board.ts")).identityRows(ctx, config),
	providerRows: async (ctx, config) => (await import("../auth/board.ts")).providerRows(ctx, config),
	details: async (ctx, config, identity) => (await import("../auth/board.ts")).boardDetails(ctx, config, identity),
	recall: async (ctx, entry) => (await import("./remember.ts")).recall(ctx, entry),
	remember: async (ctx, entry) => (await import("./remember.ts")).remember(ctx, entry),
};
