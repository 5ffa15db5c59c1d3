/** `kind: aws/ecr`: logs Docker in to a private registry. */

import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { defineIntegration } from "../../define.ts";
import {
	type DockerEntry,
	dockerConfigFile,
	readDockerEntry,
	removeDockerLogin,
	stillStored,
	storeDockerLogin,
} from "../../docker/config.ts";
import { HELPERS_MS } from "../../docker/helper.ts";
import type { Artifact, ArtifactState, Subject } from "../../kinds.ts";
import { noteArtifact, readState, updateState } from "../../storage/state.ts";
import { needsAwsKeys } from "../aws-keys.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointOf } from "../entry-spec.ts";
import { ecrHost, parseEcrHost } from "./hosts.ts";
import type { Config } from "./schema.ts";

const LABEL = "ECR login";
/** Docker's credential helper that asks ECR itself: it needs no login and takes none. */
const ECR_HELPER = "ecr-login";
/** A login is left alone while more than this is left of its twelve hours, in milliseconds. */
const GOOD_FOR_MS = 3_600_000;

export const kind = defineIntegration<Config, "aws">({
	kind: "aws/ecr",
	takes: ["aws"],
	refusal: needsAwsKeys,
	// A request with its retries, and the credential helpers of all registries one after the other.
	limitMs: 30_000 + HELPERS_MS,

	retryCommand: (name) => ["atmos-auth", "aws", "ecr", "login", name],

	subject: (integration, ctx) => subjectOf(hostOf(ctx, integration.config)),

	async peek(integration, ctx) {
		const host = hostOf(ctx, integration.config);
		return { ...subjectOf(host), ...(await localState(ctx, host)) };
	},

	async current(integration, identity, credentials, { ctx, realm }) {
		const host = hostOf(ctx, integration.config);
		const entry = await readDockerEntry(ctx, host);
		if (servedByEcrHelper(entry)) return leftToHelper(host);
		const known = (await readState(ctx)).artifacts[dockerConfigFile(ctx)]?.[host];
		const notes = stillStored(ctx, entry, known?.mark);
		if (
			known?.expiresAt === undefined ||
			known.expiresAt - ctx.clock.now() <= GOOD_FOR_MS ||
			known.identity !== identity?.key ||
			known.realm !== realm.value ||
			known.purpose !== credentials.purpose ||
			notes === undefined
		)
			return undefined;
		return { ...subjectOf(host), expiresAt: known.expiresAt, issuedAt: known.issuedAt, changed: false, notes };
	},

	async execute(integration, identity, credentials, run) {
		const { ctx, signal } = run;
		const { account_id: accountId, region } = integration.config.spec.registry;
		const configured = hostOf(ctx, integration.config);
		const file = dockerConfigFile(ctx);
		if (servedByEcrHelper(await readDockerEntry(ctx, configured))) return leftToHelper(configured);

		run.status("requesting a registry token");
		const token = await authorizationToken(ctx, credentials, region, endpointOf(identity?.config), signal);
		run.status("writing Docker's configuration");
		// The registry's own suffix wins over ours: it knows its partition.
		const host = hostFrom(token.proxyEndpoint, accountId, region) ?? configured;
		const login = { host, username: token.username, password: token.password };
		const mark = (await readState(ctx)).artifacts[file]?.[host]?.mark;
		const now = ctx.clock.now();
		const stored = await storeDockerLogin(ctx, login, { signal, attended: run.attended === true, mark });
		await updateState(ctx, (state) =>
			noteArtifact(state, file, host, {
				expiresAt: token.expiresAt,
				issuedAt: now,
				identity: identity?.key,
				realm: run.realm.value,
				purpose: credentials.purpose,
				mark: stored.mark,
			}),
		);
		return { ...subjectOf(host), expiresAt: token.expiresAt, issuedAt: now, changed: true, notes: stored.notes };
	},

	async undo(integration, { ctx, realm, identity, signal, attended = false }) {
		const { account_id: accountId, region } = integration.config.spec.registry;
		const file = dockerConfigFile(ctx);
		const removed: string[] = [];
		for (const [host, known] of Object.entries((await readState(ctx)).artifacts[file] ?? {})) {
			// Whichever form of its name the environment, or the registry itself, called for then.
			const registry = parseEcrHost(host);
			if (registry?.accountId !== accountId || registry.region !== region) continue;
			if (known.realm !== realm.value || (identity !== undefined && known.identity !== identity)) continue;
			if (await removeDockerLogin(ctx, host, known.mark, { signal, attended }))
				removed.push(`Docker login for ${host}`);
			await updateState(ctx, (state) => noteArtifact(state, file, host, undefined));
		}
		return removed;
	},
});

const subjectOf = (registry: string): Subject => ({ label: LABEL, target: registry, parts: { registry } });

const leftToHelper = (host: string): Artifact => ({
	...subjectOf(host),
	changed: false,
	notes: ["Docker's ecr-login helper signs in to this registry by itself"],
});

const servedByEcrHelper = (entry: DockerEntry): boolean => entry.helper === ECR_HELPER;

const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === "true";

function hostOf(ctx: AuthContext, config: Config): string {
	const { account_id: accountId, region } = config.spec.registry;
	return ecrHost(accountId, region, {
		fips: isTrue(ctx.env.AWS_USE_FIPS_ENDPOINT),
		dualStack: isTrue(ctx.env.AWS_USE_DUALSTACK_ENDPOINT),
	});
}

/** The host that the answer names, with the account that was configured: a token is good for all that the caller may use. */
function hostFrom(proxyEndpoint: string | undefined, accountId: string, region: string): string | undefined {
	const parsed = proxyEndpoint === undefined ? undefined : parseEcrHost(proxyEndpoint);
	if (parsed?.region !== region) return undefined;
	return `${accountId}${parsed.host.slice(parsed.accountId.length)}`;
}

async function localState(
	ctx: AuthContext,
	host: string,
): Promise<Pick<ArtifactState, "state" | "expiresAt" | "issuedAt">> {
	try {
		const entry = await readDockerEntry(ctx, host);
		if (servedByEcrHelper(entry)) return { state: "ready" };
		const known = (await readState(ctx)).artifacts[dockerConfigFile(ctx)]?.[host];
		if (known?.expiresAt === undefined || stillStored(ctx, entry, known.mark) === undefined)
			return { state: "missing" };
		const state = known.expiresAt > ctx.clock.now() ? "ready" : "expired";
		return { state, expiresAt: known.expiresAt, issuedAt: known.issuedAt };
	} catch {
		// Said by name when the integration runs.
		return { state: "missing" };
	}
}

interface RegistryToken {
	readonly username: string;
	readonly password: Secret;
	/** Milliseconds since the epoch. */
	readonly expiresAt: number | undefined;
	readonly proxyEndpoint: string | undefined;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
async function authorizationToken(
	ctx: AuthContext,
	credentials: AwsCredentials,
	region: string,
	endpoint: string | undefined,
	signal: AbortSignal,
): Promise<RegistryToken> {
	// Loaded only now: the network is half of what a login with good artifacts would have to start.
	const [{ ecrClient }, { awsClientConfig }, { callAws }, { checkAnswer, REGISTRY_TOKEN }] = await Promise.all([
		import("./client.ts"),
		import("../clients.ts"),
		import("../call.ts"),
		import("../answers.ts"),
	]);
	const client = ecrClient(await awsClientConfig(ctx, "ecr", { region, endpoint, credentials, maxAttempts: 1 }));
	const operation = "ecr:GetAuthorizationToken";
	const answer = await callAws({ ctx, operation, signal }, (abortSignal) => client.getAuthorizationToken(abortSignal));
	const { password, ...token } = checkAnswer(operation, REGISTRY_TOKEN, answer);
	return { ...token, password: new Secret(password) };
}
