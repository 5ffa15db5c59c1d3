/** `aws eks update-kubeconfig`: writes a cluster's entry again and makes it the current context. */

import { adHocIntegration } from "../auth/ad-hoc-integration.ts";
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
	const target =
		integration ??
		(await adHocIntegration({
			kind: KIND,
			name: name as string,
			config: { spec: { cluster: { name, region, alias, kubeconfig: { path: kubeconfig } } } },
			// `cluster` has the words of the flags.
			refusal: (path, message) => usage(`--${path.split(".")[2]}: ${message}`),
		}));

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
			if (typeof target === "string") {
				const { identity } = flags;
				const attended = isAttended(terminal);
				return runNamed({
					ctx,
					config,
					signal,
					report,
					integrations: [target],
					kind: KIND,
					identity,
					attended,
				});
			}
			const identity = await config.identity(chooseIdentity(config, ctx, flags.identity));
			const { credentials } = await obtainSilently({ ctx, config, identity: identity.name, signal });
			const signInCommand = commandFor(ctx, config, { type: "identity", name: identity.name });
			const artifact = await target(identity, credentials, {
				ctx: { ...ctx, signInCommand },
				config,
				signal,
				realm: config.realm,
				explicit: true,
				status: () => undefined,
			});
			const cluster = sanitize(name as string);
			const step = {
				id: `integration:${cluster}`,
				needs: [],
				for: [],
				name: cluster,
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
