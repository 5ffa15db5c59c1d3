/** `kind: aws/eks`: writes a cluster's entry into a kubeconfig. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { AuthContext } from "../../context.ts";
import { defineIntegration } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import type { Artifact, IntegrationPlace, IntegrationRun, Subject } from "../../kinds.ts";
import { type ExecEntry, execEntry } from "../../kubernetes/exec-entry.ts";
import type { TakeContext } from "../../kubernetes/kubeconfig.ts";
import { hasOtherMode, removeFromKubeconfig, updateKubeconfig } from "../../kubernetes/kubeconfig-file.ts";
import { isLoopback } from "../../net/hosts.ts";
import { configHome, expandHome, tildify } from "../../storage/paths.ts";
import { type ArtifactFacts, noteArtifact, readState, updateState } from "../../storage/state.ts";
import { readText } from "../../storage/write.ts";
import { sanitize } from "../../system/sanitize.ts";
import { needsAwsKeys } from "../aws-keys.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { type DescribedCluster, unusable } from "./described-cluster.ts";
import type { Config } from "./schema.ts";
import { tokenCommand } from "./token-command.ts";

const LABEL = "EKS kubeconfig";
/** The users of all clusters begin so, those that Atmos has written included. */
const KIND_PREFIX = "atmos-eks-";

export const kind = defineIntegration<Config, "aws">({
	kind: "aws/eks",
	takes: ["aws"],
	refusal: needsAwsKeys,

	retryCommand: (name) => ["atmos-auth", "aws", "eks", "update-kubeconfig", "--integration", name],

	subject(integration, ctx) {
		const { cluster } = integration.config.spec;
		return subjectOf(ctx, cluster.name, cluster.alias, kubeconfigPath(ctx, cluster.kubeconfig?.path));
	},

	async peek(integration, ctx) {
		const { cluster } = integration.config.spec;
		const file = kubeconfigPath(ctx, cluster.kubeconfig?.path);
		const { entry } = (await readState(ctx)).artifacts[file]?.[targetKey(cluster)] ?? {};
		const context = cluster.alias ?? entry?.context;
		const subject = subjectOf(ctx, cluster.name, context, file);
		const text = await readText(file).catch(() => undefined);
		if (context === undefined || text === undefined || !text.includes(context)) return { ...subject, state: "missing" };
		if (entry?.file === digest(text)) return { ...subject, state: "ready" };
		const { isSettled } = await import("../../kubernetes/kubeconfig.ts");
		return { ...subject, state: isSettled(text, context, undefined, "never") ? "ready" : "missing" };
	},

	/** Neither EKS nor a YAML parser is asked, if it can be seen without. */
	async current(integration, identity, { purpose }, place) {
		const { cluster } = integration.config.spec;
		const { ctx } = place;
		const file = kubeconfigPath(ctx, cluster.kubeconfig?.path);
		const made = (await readState(ctx)).artifacts[file] ?? {};
		// A cluster of this name in another account is another cluster: its credentials are for something else.
		const isOfThisLogin = (known: ArtifactFacts | undefined): boolean =>
			known?.realm === place.realm.value && known.identity === identity?.key && known.purpose === purpose;
		const known = made[targetKey(cluster)];
		const entry = known?.entry;
		if (entry === undefined || !isOfThisLogin(known)) return undefined;
		const context = cluster.alias ?? entry.context;
		const exec = pluginOf(place, cluster, identity?.key);
		if (context !== entry.context || entry.exec !== digest(JSON.stringify(exec))) return undefined;
		const text = await readText(file);
		if (text === undefined) return undefined;
		if (await hasOtherMode(ctx, file, cluster.kubeconfig?.mode)) return undefined;

		const current = /^"?current-context"?:[ \t]*["']?([^"'\r\n]*?)["']?[ \t]*$/m.exec(text)?.[1];
		// Of the contexts of one login, the one that is in use stays: it is the first one's, or the one that a person chose.
		const contexts = Object.values(made).flatMap((other) =>
			other.entry !== undefined && isOfThisLogin(other) ? [other.entry.context] : [],
		);
		if (digest(text) !== entry.file || current === undefined || !contexts.includes(current)) {
			const { isSettled } = await import("../../kubernetes/kubeconfig.ts");
			if (!isSettled(text, context, exec, takeContext(place, file), contexts)) return undefined;
		}
		if (current === context) claim(place, file);
		return { ...subjectOf(ctx, cluster.name, context, file), changed: false, notes: [] };
	},

	async execute(integration, identity, credentials, run) {
		const { cluster } = integration.config.spec;
		const { ctx } = run;
		const file = kubeconfigPath(ctx, cluster.kubeconfig?.path);
		run.status(`describing ${cluster.name}`);
		const found = await describeCluster(ctx, credentials, cluster, endpointOf(identity?.config), run.signal);
		const { purpose } = credentials;
		return writeEntry(run, { ...cluster, ...found, identity: identity?.key, purpose, file });
	},

	async undo(integration, { ctx, realm, identity, signal }) {
		const { cluster } = integration.config.spec;
		const file = kubeconfigPath(ctx, cluster.kubeconfig?.path);
		const target = targetKey(cluster);
		const known = (await readState(ctx)).artifacts[file]?.[target];
		const context = known?.entry?.context ?? cluster.alias;
		if (known === undefined || context === undefined || known.realm !== realm.value) return [];
		if (identity !== undefined && known.identity !== identity) return [];
		const removed = await removeFromKubeconfig(ctx, file, { context, kindPrefix: KIND_PREFIX }, { signal });
		await updateState(ctx, (state) => noteArtifact(state, file, target, undefined));
		return removed.map(({ type, name }) => `${type} ${sanitize(name)} in ${tildify(ctx, file)}`);
	},
});

interface EksTarget {
	readonly name: string;
	readonly region: string;
	readonly alias?: string | undefined;
	readonly kubeconfig?: Config["spec"]["cluster"]["kubeconfig"] | undefined;
}

/** A short hash, to see whether something is as we left it. */
const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

const pluginOf = (
	{ ctx, config }: IntegrationPlace,
	{ name, region }: EksTarget,
	identity: string | undefined,
): ExecEntry => execEntry(ctx, { command: tokenCommand(name, region), identity, config });

/** Integrations run side by side; the first of them in configuration order gets the context, whoever is done first. */
function takeContext({ order, claims }: IntegrationPlace, file: string): TakeContext {
	return order <= (claims.get(file) ?? Number.POSITIVE_INFINITY) ? "if-free" : "never";
}

function claim({ order, claims }: IntegrationPlace, file: string): void {
	claims.set(file, Math.min(order, claims.get(file) ?? order));
}

const targetKey = (cluster: EksTarget): string => `${cluster.region}/${cluster.name}/${cluster.alias ?? ""}`;

/** @param context what it is called, which of a cluster without an alias only EKS tells: its ARN */
function subjectOf(ctx: AuthContext, name: string, context: string | undefined, file: string): Subject {
	return {
		label: LABEL,
		target: `${sanitize(context ?? name)} → ${tildify(ctx, file)}`,
		parts: {
			cluster: sanitize(name),
			...(context === undefined ? {} : { context: sanitize(context) }),
			kubeconfig: sanitize(file),
		},
	};
}

/** The configured path, else `<config>/kube/config`. A relative one starts at the working directory. */
function kubeconfigPath(ctx: AuthContext, configured: string | undefined): string {
	if (configured === undefined) return join(configHome(ctx), "kube", "config");
	return expandHome(
		ctx,
		configured.replace(/\$\{(\w+)\}|\$(\w+)/g, (whole, a?: string, b?: string) => ctx.env[a ?? b ?? ""] ?? whole),
	);
}

/** Writes what was described. */
async function writeEntry(
	run: IntegrationRun,
	target: EksTarget &
		DescribedCluster & {
			readonly identity: string | undefined;
			/** Of the credentials that described it. */
			readonly purpose: string | undefined;
			readonly file: string;
		},
): Promise<Artifact> {
	const { ctx, signal } = run;
	const { name, region, arn, file, identity } = target;
	const account = arn.split(":")[4] ?? "";
	const context = target.alias ?? arn;
	const userPrefix = `${KIND_PREFIX}${name}-${region}`;
	run.status("writing the kubeconfig");
	const exec = pluginOf(run, target, identity);
	const change = await updateKubeconfig(
		ctx,
		file,
		{
			cluster: arn,
			context,
			// Without account and identity, clusters of one name in two accounts would share a user (aws/aws-cli#4079).
			user: [userPrefix, account, ...(identity === undefined ? [] : [identity])].join("-"),
			userPrefix,
			kindPrefix: KIND_PREFIX,
			server: target.endpoint,
			certificateAuthority: target.certificateAuthority,
			exec,
		},
		{
			update: target.kubeconfig?.update ?? "merge",
			mode: target.kubeconfig?.mode,
			takeContext: () => (run.explicit ? "always" : takeContext(run, file)),
			onCurrent: () => claim(run, file),
			signal,
		},
	);
	await updateState(ctx, (state) =>
		noteArtifact(state, file, targetKey(target), {
			identity,
			realm: run.realm.value,
			purpose: target.purpose,
			issuedAt: ctx.clock.now(),
			entry: { context, exec: digest(JSON.stringify(exec)), file: digest(change.text) },
		}),
	);
	const notes =
		change.copy === undefined
			? []
			: [`\`update: replace\` removed other tools' entries; the previous file is kept as ${tildify(ctx, change.copy)}`];
	return { ...subjectOf(ctx, name, context, file), changed: change.changed, notes };
}

/**
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html
 *
 * @throws AuthError for a cluster that cannot be described, is not ready, or whose description makes no sense
 */
async function describeCluster(
	ctx: AuthContext,
	credentials: AwsCredentials,
	cluster: EksTarget,
	endpoint: string | undefined,
	signal: AbortSignal,
): Promise<DescribedCluster> {
	const operation = "eks:DescribeCluster";
	// Loaded only now: the network is half of what a login with good artifacts would have to start.
	const [{ eksClient }, { awsClientConfig }, { callAws }, { checkAnswer, CLUSTER }] = await Promise.all([
		import("./client.ts"),
		import("../clients.ts"),
		import("../call.ts"),
		import("../answers.ts"),
	]);
	const client = eksClient(
		await awsClientConfig(ctx, "eks", { region: cluster.region, endpoint, credentials, maxAttempts: 1 }),
	);
	const answer = await callAws({ ctx, operation, signal }, (abortSignal) =>
		client.describeCluster(cluster.name, abortSignal),
	).catch((error: unknown) => {
		throw explain(error, cluster);
	});
	const { cluster: found } = checkAnswer(operation, CLUSTER, answer);
	const { status } = found;
	if (status && status !== "ACTIVE" && status !== "UPDATING") {
		throw new AuthError({
			code: "service",
			message: `the cluster ${cluster.name} is not ready: its status is ${sanitize(status)}`,
			remedy: "wait until it is ACTIVE, then run the command again",
			service: { operation },
		});
	}
	const description = {
		arn: found.arn ?? "",
		endpoint: found.endpoint ?? "",
		certificateAuthority: found.certificateAuthority?.data ?? "",
	};
	const problem = unusable(description, cluster, isLocalCloud(ctx, endpoint));
	if (problem !== undefined) {
		throw new AuthError({
			code: "service",
			message: `EKS returned unusable data for the cluster ${cluster.name}`,
			reason: problem,
			remedy: "run the command again; if it keeps failing, check the endpoint and the proxy",
			service: { operation },
		});
	}
	return description;
}

function isLocalCloud(ctx: AuthContext, endpoint: string | undefined): boolean {
	const url = endpointFor(ctx.env, "eks", endpoint);
	return url !== undefined && isLoopback(new URL(url).hostname);
}

function explain(error: unknown, cluster: EksTarget): unknown {
	if (!(error instanceof AuthError) || error.service?.name !== "ResourceNotFoundException") return error;
	return new AuthError({
		code: "service",
		message: `there is no cluster ${cluster.name} in ${cluster.region}`,
		reason: error.service.message,
		remedy: "check spec.cluster.name and spec.cluster.region of the integration",
		service: error.service,
		cause: error.cause,
	});
}
