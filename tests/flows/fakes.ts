/** Fast, scriptable steps for tests of the login machine: no files, no network, and a record of what runs. */

import type { AwsCredentials, SsoSession } from "../../src/auth/aws/credentials.ts";
import { kind as center } from "../../src/auth/aws/identity-center/kind.ts";
import type { AuthConfig, Chain, IdentitySummary, Provider } from "../../src/auth/config/model.ts";
import type { Credentials } from "../../src/auth/credentials.ts";
import { Secret } from "../../src/auth/credentials.ts";
import { AuthError } from "../../src/auth/errors.ts";
import type {
	Artifact,
	IdentityKind,
	IntegrationKind,
	IntegrationRun,
	ProviderKind,
	Run,
} from "../../src/auth/kinds.ts";
import type { LoginDependencies, Remembered } from "../../src/flows/dependencies.ts";
import type { BoardRow } from "../../src/flows/snapshot.ts";

export const NOW = Date.UTC(2026, 10, 23, 12);
export const HOUR = 3_600_000;

export function awsCredentials(over: Partial<AwsCredentials> = {}): AwsCredentials {
	return {
		type: "aws",
		accessKeyId: "ASIAEXAMPLEEXAMPLE",
		secretAccessKey: new Secret("canary-secret-key"),
		sessionToken: new Secret("canary-session-token"),
		region: "us-east-2",
		issuedAt: NOW,
		expiresAt: NOW + HOUR,
		accountId: "123456789012",
		accountName: "development",
		role: "AdministratorAccess",
		...over,
	};
}

export function ssoSession(over: Partial<SsoSession> = {}): SsoSession {
	return {
		type: "sso",
		accessToken: new Secret("canary-access-token"),
		issuedAt: NOW,
		expiresAt: NOW + 8 * HOUR,
		region: "us-east-1",
		startUrl: "https://acme.awsapps.com/start",
		origin: "device",
		...over,
	};
}

export function artifact(over: Partial<Artifact> = {}): Artifact {
	return {
		label: "ECR login",
		target: "123456789012.dkr.ecr.us-east-2.amazonaws.com",
		changed: true,
		notes: [],
		expiresAt: NOW + 12 * HOUR - 60_000,
		...over,
	};
}

/** A step that is under way: settle it by hand, or let it be aborted. */
export interface Call<Result> {
	readonly name: string;
	readonly signal: AbortSignal;
	/** Whether the test has settled it. */
	settled: boolean;
	resolve(value: Result): void;
	reject(error: unknown): void;
}

/** Steps that wait until the test settles them. */
export class Gate<Result, Given extends { readonly signal: AbortSignal }> {
	readonly calls: (Call<Result> & { readonly given: Given })[] = [];
	#watchers: (() => void)[] = [];

	/** Called by the fake step. Rejects when its signal is aborted, as well-behaved steps do. */
	enter(name: string, given: Given): Promise<Result> {
		return new Promise((resolve, reject) => {
			const call = {
				name,
				signal: given.signal,
				given,
				settled: false,
				resolve: (value: Result) => {
					call.settled = true;
					resolve(value);
				},
				reject: (error: unknown) => {
					call.settled = true;
					reject(error);
				},
			};
			given.signal.addEventListener("abort", () => reject(given.signal.reason), { once: true });
			this.calls.push(call);
			for (const watcher of this.#watchers) watcher();
			this.#watchers = [];
		});
	}

	/** Resolves with the n-th call, counted from 0, as soon as it was made. */
	async call(index = 0): Promise<Call<Result> & { readonly given: Given }> {
		for (;;) {
			const call = this.calls[index];
			if (call !== undefined) return call;
			await new Promise<void>((resolve) => this.#watchers.push(resolve));
		}
	}
}

export interface World {
	readonly config: AuthConfig;
	readonly dependencies: LoginDependencies;
	readonly signIn: Gate<Credentials, Run>;
	readonly assume: Gate<Credentials, Run>;
	readonly provision: Gate<void, Run>;
	readonly integrate: Gate<Artifact, IntegrationRun>;
	readonly saved: string[];
	readonly remembered: Remembered[];
	/** Credentials at hand, by identity key. */
	readonly held: Map<string, Credentials>;
}

/** Steps that run and were not told to stop. */
export function live({ signIn, assume, provision, integrate }: World) {
	return [...signIn.calls, ...assume.calls, ...provision.calls, ...integrate.calls].filter(
		(call) => !call.settled && !call.signal.aborted,
	);
}

export interface WorldOptions {
	readonly identities?: readonly (Partial<IdentitySummary> & { readonly name: string })[];
	readonly providers?: readonly string[];
	/** Names of integrations of the first identity. */
	readonly integrations?: readonly string[];
	/** Those of the integrations whose artifact is there and good. */
	readonly good?: readonly string[];
	/** What the integrations' kind has for a limit of its own, in milliseconds. */
	readonly limitMs?: number;
	readonly autoProvision?: boolean;
	/** What loading the configuration throws. */
	readonly broken?: AuthError;
}

/** A configuration with one provider and one identity, if nothing else is said. */
export function world(options: WorldOptions = {}): World {
	const providers = (options.providers ?? ["company-sso"]).map((name) => ({
		name,
		key: name.toLowerCase(),
		kind: "aws/iam-identity-center",
	}));
	const identities: IdentitySummary[] = (options.identities ?? [{ name: "dev-admin", isDefault: true }]).map((row) => ({
		key: row.name.toLowerCase(),
		kind: "aws/permission-set",
		via: { provider: providers[0]?.name ?? "company-sso" },
		isDefault: false,
		tags: [],
		account: "development",
		role: "AdministratorAccess",
		...row,
	}));
	const integrations = (options.integrations ?? []).map((name) => ({
		name,
		key: name.toLowerCase(),
		kind: "aws/ecr",
		via: { identity: identities[0]?.name },
		autoProvision: true,
	}));
	const signIn = new Gate<Credentials, Run>();
	const assume = new Gate<Credentials, Run>();
	const provision = new Gate<void, Run>();
	const integrate = new Gate<Artifact, IntegrationRun>();
	const saved: string[] = [];
	const remembered: Remembered[] = [];
	const held = new Map<string, Credentials>();

	function find<Row extends { readonly key: string }>(rows: readonly Row[], name: string): Row {
		const row = rows.find((candidate) => candidate.key === name.toLowerCase());
		if (row === undefined) throw new AuthError({ code: "config", message: `${name} is not there` });
		return row;
	}
	function chainOf(name: string): Chain {
		const row = find(identities, name);
		if (row.via.identity === undefined) {
			const provider = row.via.provider?.toLowerCase();
			return { provider, root: provider ?? "standing-alone", identities: [row.key] };
		}
		const base = chainOf(row.via.identity);
		return { ...base, identities: [...base.identities, row.key] };
	}

	const config: AuthConfig = {
		files: ["/project/atmos.yaml"],
		directory: "/project/acme-infra",
		profiles: [],
		realm: { value: "0123abcd", source: "path" },
		loadedAt: NOW,
		locator: {},
		providers: () => providers,
		identities: () => identities,
		integrations: () => integrations,
		provider: async (name) => ({
			...find(providers, name),
			file: "/project/atmos.yaml",
			config: { auto_provision_identities: options.autoProvision === true },
		}),
		identity: async (name) => ({ ...find(identities, name), file: "/project/atmos.yaml", config: {} }),
		integration: async (name) => ({ ...find(integrations, name), file: "/project/atmos.yaml", config: {} }),
		evaluation: () => "literal",
		chain: chainOf,
		integrationsOf: (identity) =>
			identity.toLowerCase() === identities[0]?.key ? integrations.map((row) => row.key) : [],
		mistake: async ({ name }, path, message) =>
			new AuthError({ code: "config", message: `${[name, ...path].join(".")}: ${message}` }),
		check: async () => [],
		previewProvider: async () => undefined,
		previewIntegration: async () => undefined,
		trust: { pending: async () => [], survey: async () => [], answer: async () => undefined },
		nearMisses: async () => [],
	};

	const providerKind: ProviderKind = {
		kind: "aws/iam-identity-center",
		gives: "sso",
		peek: async () => ({ state: "none" }),
		purpose: () => ({}),
		authenticate: (provider, run) => signIn.enter(provider.name, run),
		describe: (credentials) => center.describe(credentials),
		discovery: {
			isWanted: () => options.autoProvision === true,
			run: (provider: Provider, _credentials, run) => provision.enter(provider.name, run),
		},
	};
	const identityKind: IdentityKind = {
		kind: "aws/permission-set",
		takes: ["sso", "aws"],
		gives: "aws",
		refusal: ({ name }) => new AuthError({ code: "config", message: `${name} does not fit` }),
		purpose: () => ({}),
		authenticate: (identity, _base, _root, run) => assume.enter(identity.name, run),
		store: {
			load: async ({ key }) => held.get(key),
			list: async () => new Map(),
			save: async ({ key }) => void saved.push(find(identities, key).name),
			remove: async () => [],
		},
		environment: (identity) => ({ set: { AWS_PROFILE: identity.name }, unset: [], fixed: [] }),
	};
	const integrationKind: IntegrationKind = {
		limitMs: options.limitMs,
		kind: "aws/ecr",
		retryCommand: (name) => ["atmos-auth", "aws", "ecr", "login", name],
		subject: (integration) => ({ label: "ECR login", target: `${integration.name}.example` }),
		// Only the identities screen looks at what is on disk, and that is not here.
		peek: () => Promise.reject(new Error("nothing has to be read")),
		current: async ({ name }) => (options.good?.includes(name) ? artifact({ changed: false }) : undefined),
		undo: async () => [],
		execute: (integration, _identity, _credentials, run) => integrate.enter(integration.name, run),
	};
	const rows = (list: readonly { name: string; key: string; kind: string }[]): BoardRow[] =>
		list.map((row) => ({
			...row,
			isDefault: false,
			tags: [],
			account: "",
			role: "",
			session: { state: "none" },
			chain: [],
		}));

	return {
		config,
		signIn,
		assume,
		provision,
		integrate,
		saved,
		remembered,
		held,
		dependencies: {
			loadConfig: async () => {
				if (options.broken !== undefined) throw options.broken;
				return config;
			},
			providerKind: async (kind) => (kind === providerKind.kind ? providerKind : undefined),
			identityKind: async (kind) =>
				kind === "aws/user" ? { ...identityKind, takes: [] } : kind === identityKind.kind ? identityKind : undefined,
			integrationKind: async (kind) => (kind === integrationKind.kind ? integrationKind : undefined),
			identityRows: async () => rows(identities),
			providerRows: async () => rows(providers),
			details: async () => ({ chain: [], integrations: [] }),
			projectName: async () => "acme-infra",
			remember: async (_ctx, entry) => void remembered.push(entry),
		},
	};
}
