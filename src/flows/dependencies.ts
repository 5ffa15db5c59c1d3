/** What the login machine calls outside itself. The real ones are loaded when they are first used; tests give fast ones. */
import { loadConfig } from "../auth/config/load.ts";
import type { AuthConfig, ConfigRequest } from "../auth/config/model.ts";
import { projectName } from "../auth/config/project-name.ts";
import type { AuthContext } from "../auth/context.ts";
import type { IdentityKind, IntegrationKind, ProviderKind } from "../auth/kinds.ts";
import { identityKind, integrationKind, providerKind } from "../auth/registry.ts";
import { type ConfigStamp, noteConfig, noteUse, updateState } from "../auth/storage/state.ts";
import type { BoardDetails, BoardRow } from "./snapshot.ts";

/** One successful sign-in with an identity, as it is remembered on this machine. */
export interface Remembered {
	readonly realm: string;
	/** Keys of the root provider and of the identity. */
	readonly provider: string;
	readonly identity: string;
	/** What its credentials are for. */
	readonly purpose: string;
	/** By what the configuration is recognized that has this purpose, where it can be. */
	readonly config: ConfigStamp | undefined;
	/** Milliseconds since the epoch. */
	readonly at: number;
}

export interface LoginDependencies {
	loadConfig(ctx: AuthContext, request: ConfigRequest): Promise<AuthConfig>;
	/** The name that the project goes by on the screen. */
	projectName(ctx: AuthContext, config: AuthConfig): Promise<string>;
	providerKind(kind: string): Promise<ProviderKind | undefined>;
	identityKind(kind: string): Promise<IdentityKind | undefined>;
	integrationKind(kind: string): Promise<IntegrationKind | undefined>;
	/** Local state only. */
	identityRows(ctx: AuthContext, config: AuthConfig): Promise<readonly BoardRow[]>;
	/** Local state only. */
	providerRows(ctx: AuthContext, config: AuthConfig): Promise<readonly BoardRow[]>;
	/** Local state only; never rejects. */
	details(ctx: AuthContext, config: AuthConfig, identity: string): Promise<BoardDetails>;
	/** Never rejects. */
	remember(ctx: AuthContext, entry: Remembered): Promise<void>;
}

/** The real dependencies. What every login needs is a part of it; the screens' lists are loaded when there is a screen. */
export const realDependencies: LoginDependencies = {
	loadConfig,
	projectName: async (ctx, config) => projectName(config, ctx.cwd),
	providerKind,
	identityKind,
	integrationKind,
	identityRows: async (ctx, config) => (await import("../auth/board.ts")).identityRows(ctx, config),
	providerRows: async (ctx, config) => (await import("../auth/board.ts")).providerRows(ctx, config),
	details: async (ctx, config, identity) => (await import("../auth/board.ts")).boardDetails(ctx, config, identity),
	remember: async (ctx, { realm, provider, identity, purpose, config, at }) => {
		await updateState(ctx, (state) => {
			noteUse(state, realm, identity, at);
			noteConfig(state, realm, provider, identity, purpose, config);
		});
	},
};
