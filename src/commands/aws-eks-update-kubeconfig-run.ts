/** `aws eks update-kubeconfig`: writes a cluster's entry again and makes it the current context. */

import { awsKeys } from "../auth/aws/aws-keys.ts";
import { checkAlias, describeCluster, kubeconfigPath, writeEntry } from "../auth/aws/eks/kind.ts";
import { endpointOf } from "../auth/aws/entry-spec.ts";
import { loadConfig } from "../auth/config/load.ts";
import type { AuthError } from "../auth/errors.ts";
import { commandFor } from "../auth/sign-in-command.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { chooseIdentity } from "../flows/choose-identity.ts";
import { assertConfigured } from "../flows/nothing-configured.ts";
import { integrationDone, integrationWaiting } from "../flows/rows.ts";
import { isAttended } from "../terminal/streams.ts";
import { awsEksUpdateKubeconfig } from "./aws-eks-update-kubeconfig.ts";
import { createContext } from "./create-context.ts";
import type { Command } from "./definition.ts";
import { parseFlags } from "./flags.ts";
import { runNamed } from "./integration-runs.ts";
import { interruptible } from "./interruptible.ts";
import { createRunReport } from "./run-report.ts";
import { obtainSilently } from "./silent-credentials.ts";
import { usageError } from "./usage.ts";

const KIND = "aws/eks";

export const run: Command = async ({ argv, terminal }) => {
	const { flags, common, request } = parseFlags(awsEksUpdateKubeconfig, argv);
	const { integration, name, region, alias, kubeconfig } = flags;
	const own = Object.entries({ name, region, alias, kubeconfig }).filter(([, value]) => value !== undefined);
	const usage = (message: string): AuthError => usageError(awsEksUpdateKubeconfig.words, message);
	if (integration !== undefined && own[0] !== undefined)
		throw usage(`--integration and --${own[0][0]} cannot be used together`);
	if (integration === undefined && (name === undefined || region === undefined)) {
		throw usage("--integration, or --name and --region, must be given");
	}
	checkAlias(alias);

	const ctx = createContext({ terminal, common });
	const { clock } = ctx;
	const report = createRunReport({
		terminal,
		colour: common.color,
		clock,
		command: awsEksUpdateKubeconfig.words,
		json: flags.json === true,
	});
	try {
		const config = await loadConfig(ctx, request);
		await assertConfigured(config);
		return await interruptible(async ({ signal }) => {
			if (integration !== undefined) {
				const { identity } = flags;
				const attended = isAttended(terminal);
				return runNamed({ ctx, config, signal, report, integrations: [integration], kind: KIND, identity, attended });
			}
			const identity = await config.identity(chooseIdentity(config, ctx, flags.identity));
			const target = { name: name as string, region: region as string, alias };
			const { credentials } = await obtainSilently({ ctx, config, identity: identity.name, signal });
			const keys = awsKeys(credentials);
			const file = kubeconfigPath(ctx, kubeconfig);
			const signInCommand = commandFor(ctx, config, { type: "identity", name: identity.name });
			const found = await describeCluster({ ...ctx, signInCommand }, keys, target, endpointOf(identity.config), signal);
			const artifact = await writeEntry(
				{
					ctx,
					config,
					signal,
					realm: config.realm,
					explicit: true,
					status: () => undefined,
					order: 0,
					claims: new Map(),
				},
				{ ...target, ...found, identity: identity.key, purpose: keys.purpose, file },
			);
			const step = {
				id: `integration:${target.name}`,
				needs: [],
				for: [],
				name: sanitize(target.name),
				kind: KIND,
			} as const;
			report.ended(integrationDone(integrationWaiting({ ...step, retry: retryCommand(argv) }), artifact));
			return report.finish();
		}, report.interrupted);
	} finally {
		ctx.network.close();
	}
};

/** The same command once more. */
const retryCommand = (argv: readonly string[]): readonly string[] => [
	"atmos-auth",
	...awsEksUpdateKubeconfig.words.split(" "),
	...argv,
];
