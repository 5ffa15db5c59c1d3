/** `aws eks update-kubeconfig`: writes a cluster's entry again and makes it the current context. */
import { loadConfig } from "../auth/config/load.ts";
import { AuthError } from "../auth/errors.ts";
import { awsKeys } from "../auth/integrations/aws-ecr.ts";
import { checkAlias, describeCluster, kubeconfigPath, writeEntry } from "../auth/integrations/aws-eks.ts";
import { endpointOf } from "../auth/integrations/identity-endpoint.ts";
import { commandFor } from "../auth/sign-in-command.ts";
import { stderrStyle } from "../output/style.ts";
import { integrationLines } from "../output/summary.ts";
import type { Command } from "./command.ts";
import { createContext } from "./context.ts";
import { parseFlags } from "./flags.ts";
import { runNamed, successRow } from "./integration-runs.ts";
import { silentCredentials } from "./silent-credentials.ts";
import { soleIdentity } from "./sole-identity.ts";

const KIND = "aws/eks";

export const run: Command = async ({ argv, terminal }) => {
	const { flags, common, request } = parseFlags({
		argv,
		command: "aws eks update-kubeconfig",
		flags: {
			integration: { type: "string" },
			identity: { type: "string", shortFlag: "i" },
			name: { type: "string" },
			region: { type: "string" },
			alias: { type: "string" },
			kubeconfig: { type: "string" },
		},
	});
	const { integration, name, region, alias, kubeconfig } = flags;
	const own = Object.entries({ name, region, alias, kubeconfig }).filter(([, value]) => value !== undefined);
	const usage = (message: string): AuthError =>
		new AuthError({ code: "usage", message, remedy: "atmos-auth aws eks update-kubeconfig --help" });
	if (integration !== undefined && own[0] !== undefined)
		throw usage(`--integration and --${own[0][0]} exclude each other`);
	if (integration === undefined && (name === undefined || region === undefined)) {
		throw usage("--integration, or --name and --region, must be given");
	}
	checkAlias(alias);

	const ctx = createContext({ terminal, common });
	const config = await loadConfig(ctx, request);
	if (integration !== undefined) {
		const { identity } = flags;
		return runNamed({ ctx, terminal, colour: common.color, config, integrations: [integration], kind: KIND, identity });
	}

	try {
		const identityName =
			flags.identity ?? (terminal.env.ATMOS_IDENTITY || terminal.env.IDENTITY || soleIdentity(config));
		const identity = await config.identity(identityName);
		const credentials = awsKeys(await silentCredentials(ctx, { identity: identity.name, config, marginMs: 60_000 }));
		const signal = new AbortController().signal;
		const target = { name: name as string, region: region as string, alias };
		const signInCommand = commandFor(ctx, config, { type: "identity", name: identity.name });
		const found = await describeCluster({ ...ctx, signInCommand }, credentials, target, endpointOf(identity), signal);
		const artifact = await writeEntry(
			{
				ctx,
				config,
				signal,
				realm: config.realm,
				force: true,
				explicit: true,
				status: () => undefined,
				order: 0,
				claims: new Map(),
			},
			{
				...target,
				...found,
				identity: identity.key,
				purpose: credentials.purpose,
				file: kubeconfigPath(ctx, kubeconfig),
			},
		);
		const style = stderrStyle(terminal, common.color);
		const lines = integrationLines(successRow(target.name, KIND, artifact), ctx.clock.now(), style);
		terminal.stderr.write(`${lines.join("\n")}\n`);
		return 0;
	} finally {
		ctx.network.close();
	}
};
