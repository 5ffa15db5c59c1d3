/**
 * The package as a library: how a program of yours uses the identities of an `atmos.yaml`, without a command line and without a
 * person. What it gives leads to credentials and holds none.
 */
import { loadConfig } from "./auth/config/load.ts";
import { AuthError } from "./auth/errors.ts";
import { createContext } from "./commands/create-context.ts";
import { obtainSilently } from "./commands/silent-credentials.ts";
import { chooseIdentity } from "./flows/choose-identity.ts";
import { assertConfigured } from "./flows/nothing-configured.ts";
import { processTerminal } from "./terminal/streams.ts";

/** How the configuration is found, and who is told. */
export interface IdentityOptions {
	/** The folder of the project; the working directory, if left out. */
	readonly cwd?: string;
	/** In place of `process.env`. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** Configuration profiles. */
	readonly profiles?: readonly string[];
	/** Ends it: the signal's reason is thrown then. */
	readonly signal?: AbortSignal;
	/** Takes warnings, a line each; they are dropped, if left out. */
	readonly onLog?: (line: string) => void;
}

/** An identity with credentials that are good for a while. */
export interface UsableIdentity {
	readonly name: string;
	readonly account: { readonly id?: string | undefined; readonly name?: string | undefined };
	/** The permission set or role. */
	readonly role: string | undefined;
	readonly region: string | undefined;
	/** Undefined for what does not expire. */
	readonly expiresAt: Date | undefined;
	/** Variables by which other programs find the credentials: paths and names, no secrets. */
	readonly set: Readonly<Record<string, string>>;
	/** Variables that must not be set beside them: they would lead to other credentials. */
	readonly unset: readonly string[];
}

/** What is thrown for whatever a person can put right. */
export interface IdentityError extends Error {
	readonly code: "usage" | "config" | "denied" | "expired" | "network" | "service" | "storage" | "cancelled" | "bug";
	readonly reason: string | undefined;
	/** What to do, in words and, where it is one, as a command. */
	readonly remedy: { readonly say?: string; readonly run?: readonly string[] } | undefined;
}

/** Whether something that was thrown is an `IdentityError`. */
export function isIdentityError(error: unknown): error is IdentityError {
	return error instanceof AuthError;
}

/**
 * Makes sure that an identity has credentials: those at hand while they are good, else new ones through a session that is
 * still alive. Nobody is asked and no browser is opened.
 *
 * @param name of the identity; the one that `atmos-auth exec` would use, if left out
 * @throws IdentityError where it takes a person (its remedy is the login to run), and for whatever else is wrong
 */
export async function obtainIdentity(name?: string, options: IdentityOptions = {}): Promise<UsableIdentity> {
	const { cwd, profiles, signal = new AbortController().signal, onLog = () => undefined } = options;
	const ctx = createContext({
		terminal: processTerminal(options.env),
		common: { color: undefined, chdir: cwd, logLevel: undefined },
		writeLog: (line) => onLog(line.trimEnd()),
	});
	try {
		const config = await loadConfig(ctx, { profiles });
		await assertConfigured(config);
		const identity = chooseIdentity(config, ctx, name);
		const { credentials, environment, ...found } = await obtainSilently({ ctx, config, identity, signal });
		const { accountId, accountName, role, region, expiresAt } = credentials;
		return {
			name: found.identity.name,
			account: { id: accountId, name: accountName },
			role,
			region,
			expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
			set: environment.set,
			unset: environment.unset,
		};
	} finally {
		ctx.network.close();
	}
}
