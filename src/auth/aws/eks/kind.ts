/** `kind: aws/eks`: writes a cluster's entry into a kubeconfig. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { AuthContext } from "../../context.ts";
import { defineIntegration } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import type { Artifact, IntegrationRun } from "../../kinds.ts";
import { execEntry } from "../../kubernetes/exec-entry.ts";
import type { TakeContext } from "../../kubernetes/kubeconfig.ts";
import { hasOtherMode, updateKubeconfig } from "../../kubernetes/kubeconfig-file.ts";
import { isLoopback } from "../../net/hosts.ts";
import { configHome, expandHome, tildify } from "../../storage/paths.ts";
import { noteArtifact, readState, updateState } from "../../storage/state.ts";
import { readText } from "../../storage/write.ts";
import { sanitize } from "../../system/sanitize.ts";
import { shellWord } from "../../system/shell-word.ts";
import { needsAwsKeys } from "../aws-keys.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { notAuthorized } from "../not-authorized.ts";
import { type DescribedCluster, unusable } from "./described-cluster.ts";
import { CONTEXT_RULE, type Config, isContextName } from "./schema.ts";
import { tokenCommand } from "./token-command.ts";

const LABEL = "EKS kubeconfig";

export const kind = defineIntegration<Config, "aws">({
	kind: "aws/eks",
	takes: ["aws"],
	refusal: needsAwsKeys,

	retryCommand: (name) => `atmos-auth aws eks update-kubeconfig --integration ${shellWord(name)}`,

	async peek(integration, ctx) {
		const { cluster } = integration.config.spec;
		const file = kubeconfigPath(ctx, cluster.kubeconfig?.path);
		const known = (await readState(ctx)).artifacts[file]?.[targetKey(cluster)];
		const context = cluster.alias ?? readMark(known?.mark)?.context;
		const label = { label: LABEL, ...describe(ctx, cluster.name, context ?? cluster.name, file) };
		const text = await readText(file).catch(() => undefined);
		if (context === undefined || text === undefined || !text.includes(context)) return { ...label, state: "missing" };
		if (readMark(known?.mark)?.file === digest(text)) return { ...label, state: "ready" };
		const { isSettled } = await import("../../kubernetes/kubeconfig.ts");
		return { ...label, state: isSettled(text, context, undefined, "never") ? "ready" : "missing" };
	},

	async execute(integration, identity, credentials, run) {
		const { cluster } = integration.config.spec;
		const { ctx } = run;
		const file = kubeconfigPath(ctx, cluster.kubeconfig?.path);
		const settled = await leftAlone(run, cluster, identity?.key, credentials.purpose, file);
		if (settled) return settled;
		run.status(`describing ${cluster.name}`);
		const found = await describeCluster(ctx, credentials, cluster, endpointOf(identity?.config), run.signal);
		const { purpose } = credentials;
		return writeEntry(run, { ...cluster, ...found, identity: identity?.key, purpose, file });
	},
});

export interface EksTarget {
	readonly name: string;
	readonly region: string;
	readonly alias?: string | undefined;
	readonly kubeconfig?: Config["spec"]["cluster"]["kubeconfig"] | undefined;
}

/** A short hash, to see whether something is as we left it. */
const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** What is remembered of an entry: its context, and hashes of its plugin entry and of the file after it was written. */
interface Mark {
	readonly context: string;
	readonly exec: string;
	readonly file: string;
}

function readMark(text: string | undefined): Mark | undefined {
	const [context, exec, file] = text?.split(" ") ?? [];
	return context && exec && file ? { context, exec, file } : undefined;
}

/** The entry as it is, when there is nothing to do: neither EKS nor a YAML parser is asked then, if that can be seen. */
async function leftAlone(
	run: IntegrationRun,
	cluster: EksTarget,
	identity: string | undefined,
	purpose: string | undefined,
	file: string,
): Promise<Artifact | undefined> {
	if (run.force || run.explicit) return undefined;
	const { ctx } = run;
	const known = (await readState(ctx)).artifacts[file]?.[targetKey(cluster)];
	const mark = readMark(known?.mark);
	if (mark === undefined || known?.realm !== run.realm.value || known.identity !== identity) return undefined;
	// A cluster of this name in another account is another cluster.
	if (known.purpose !== purpose) return undefined;
	const context = cluster.alias ?? mark.context;
	const exec = execEntry(ctx, { command: tokenCommand(cluster.name, cluster.region), identity, config: run.config });
	if (context !== mark.context || mark.exec !== digest(JSON.stringify(exec))) return undefined;
	const text = await readText(file);
	if (text === undefined) return undefined;
	if (await hasOtherMode(ctx, file, cluster.kubeconfig?.mode)) return undefined;
	const current = /^"?current-context"?:[ \t]*["']?([^"'\r\n]*?)["']?[ \t]*$/m.exec(text)?.[1];
	if (digest(text) !== mark.file || current !== context) {
		const { isSettled } = await import("../../kubernetes/kubeconfig.ts");
		if (!isSettled(text, context, exec, takeContext(run, file))) return undefined;
	}
	if (current === context) claim(run, file);
	return { label: LABEL, ...describe(ctx, cluster.name, context, file), changed: false, notes: [] };
}

/** Integrations run side by side; the first of them in configuration order gets the context, whoever is done first. */
function takeContext(run: IntegrationRun, file: string): TakeContext {
	if (run.explicit) return "always";
	return run.order <= (run.claims.get(file) ?? Number.POSITIVE_INFINITY) ? "if-free" : "never";
}

function claim(run: IntegrationRun, file: string): void {
	run.claims.set(file, Math.min(run.order, run.claims.get(file) ?? run.order));
}

const targetKey = (cluster: EksTarget): string => `${cluster.region}/${cluster.name}/${cluster.alias ?? ""}`;

function describe(ctx: AuthContext, name: string, context: string, file: string): Pick<Artifact, "target" | "parts"> {
	const [cluster, shown, kubeconfig] = [sanitize(name), sanitize(context), sanitize(file)];
	return { target: `${shown} → ${tildify(ctx, file)}`, parts: { cluster, context: shown, kubeconfig } };
}

/** The configured path, else `<config>/kube/config`. A relative one starts at the working directory. */
export function kubeconfigPath(ctx: AuthContext, configured: string | undefined): string {
	if (configured === undefined) return join(configHome(ctx), "kube", "config");
	return expandHome(
		ctx,
		configured.replace(/\$\{(\w+)\}|\$(\w+)/g, (whole, a?: string, b?: string) => ctx.env[a ?? b ?? ""] ?? whole),
	);
}

/** @throws AuthError `usage` for an alias that the configuration would not take either */
export function checkAlias(alias: string | undefined): void {
	if (alias === undefined || isContextName(alias)) return;
	throw new AuthError({ code: "usage", message: `--alias: ${CONTEXT_RULE}`, remedy: "choose another name" });
}

/** Writes what was described. Shared with the command that names a cluster without an integration. */
export async function writeEntry(
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
	run.status("writing the kubeconfig");
	const exec = execEntry(ctx, { command: tokenCommand(name, region), identity, config: run.config });
	const change = await updateKubeconfig(
		ctx,
		file,
		{
			cluster: arn,
			context,
			// Without account and identity, clusters of one name in two accounts would share a user (aws/aws-cli#4079).
			user: ["atmos-eks", name, region, account, ...(identity === undefined ? [] : [identity])].join("-"),
			userPrefix: `atmos-eks-${name}-${region}`,
			server: target.endpoint,
			certificateAuthority: target.certificateAuthority,
			exec,
		},
		{
			update: target.kubeconfig?.update ?? "merge",
			mode: target.kubeconfig?.mode,
			takeContext: () => takeContext(run, file),
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
			mark: [context, digest(JSON.stringify(exec)), digest(change.text)].join(" "),
		}),
	);
	const notes =
		change.copy === undefined
			? []
			: [`\`update: replace\` removed other tools' entries; the previous file is kept as ${tildify(ctx, change.copy)}`];
	return { label: LABEL, ...describe(ctx, name, context, file), changed: change.changed, notes };
}

/**
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html
 *
 * @throws AuthError for a cluster that cannot be described, is not ready, or whose description makes no sense
 */
export async function describeCluster(
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
		throw explain(notAuthorized(error, operation), cluster);
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
