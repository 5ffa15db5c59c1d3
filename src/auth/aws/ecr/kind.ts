/** `kind: aws/ecr`: logs Docker in to a private registry. */

import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { defineIntegration } from "../../define.ts";
import {
	type DockerEntry,
	dockerConfigFile,
	readDockerEntry,
	stillStored,
	storeDockerLogin,
} from "../../docker/config.ts";
import { HELPERS_MS } from "../../docker/helper.ts";
import type { Artifact, ArtifactState } from "../../kinds.ts";
import { noteArtifact, readState, updateState } from "../../storage/state.ts";
import { shellWord } from "../../system/shell-word.ts";
import { needsAwsKeys } from "../aws-keys.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointOf } from "../entry-spec.ts";
import { notAuthorized } from "../not-authorized.ts";
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

	retryCommand: (name) => `atmos-auth aws ecr login ${shellWord(name)}`,

	async peek(integration, ctx) {
		const host = hostOf(ctx, integration.config);
		return { label: LABEL, ...named(host), ...(await localState(ctx, host)) };
	},

	async execute(integration, identity, credentials, run) {
		const { ctx, signal } = run;
		const { account_id: accountId, region } = integration.config.spec.registry;
		const configured = hostOf(ctx, integration.config);
		const file = dockerConfigFile(ctx);
		const entry = await readDockerEntry(ctx, configured);
		if (servedByEcrHelper(entry)) {
			return {
				label: LABEL,
				...named(configured),
				changed: false,
				notes: ["Docker's ecr-login helper signs in to this registry by itself"],
			};
		}
		const known = (await readState(ctx)).artifacts[file]?.[configured];
		const now = ctx.clock.now();
		const kept = stillStored(ctx, entry, known?.mark);
		if (
			!run.force &&
			!run.explicit &&
			known?.expiresAt !== undefined &&
			known.expiresAt - now > GOOD_FOR_MS &&
			known.identity === identity?.key &&
			known.realm === run.realm.value &&
			known.purpose === credentials.purpose &&
			kept !== undefined
		) {
			return {
				label: LABEL,
				...named(configured),
				expiresAt: known.expiresAt,
				issuedAt: known.issuedAt,
				changed: false,
				notes: kept,
			};
		}

		run.status("requesting a registry token");
		const token = await authorizationToken(ctx, credentials, region, endpointOf(identity?.config), signal);
		run.status("writing Docker's configuration");
		// The registry's own suffix wins over ours: it knows its partition.
		const host = hostFrom(token.proxyEndpoint, accountId, region) ?? configured;
		const login = { host, username: token.username, password: token.password };
		const mark = host === configured ? known?.mark : (await readState(ctx)).artifacts[file]?.[host]?.mark;
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
		return {
			label: LABEL,
			...named(host),
			expiresAt: token.expiresAt,
			issuedAt: now,
			changed: true,
			notes: stored.notes,
		};
	},
});

const named = (registry: string): Pick<Artifact, "target" | "parts"> => ({ target: registry, parts: { registry } });

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
	const answer = await callAws({ ctx, operation, signal }, (abortSignal) =>
		client.getAuthorizationToken(abortSignal),
	).catch((error: unknown) => {
		throw notAuthorized(error, operation);
	});
	const { password, ...token } = checkAnswer(operation, REGISTRY_TOKEN, answer);
	return { ...token, password: new Secret(password) };
}
