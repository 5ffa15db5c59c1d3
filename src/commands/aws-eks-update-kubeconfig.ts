/** `aws eks update-kubeconfig`: writes a cluster's entry again and makes it the current context. */

import { awsKeys } from "../auth/aws/ecr/kind.ts";
import { checkAlias, describeCluster, kubeconfigPath, writeEntry } from "../auth/aws/eks/kind.ts";
import { loadConfig } from "../auth/config/load.ts";
import { endpointOf } from "../auth/entry-spec.ts";
import { AuthError } from "../auth/errors.ts";
import { commandFor } from "../auth/sign-in-command.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { shellWord } from "../auth/system/shell-word.ts";
import { assertConfigured } from "../flows/nothing-configured.ts";
import { isAttended } from "../terminal/streams.ts";
import { chosenIdentity } from "./chosen-identity.ts";
import type { Command } from "./command.ts";
import { createContext } from "./create-context.ts";
import { parseFlags } from "./flags.ts";
import { runNamed, successRow } from "./integration-runs.ts";
import { interruptible } from "./interruptible.ts";
import { createRunReport } from "./run-report.ts";
import { silentCredentials } from "./silent-credentials.ts";

const KIND = "aws/eks";
const COMMAND = "aws eks update-kubeconfig";

export const run: Command = async ({ argv, terminal }) => {
	const { flags, common, request } = parseFlags({
		argv,
		command: COMMAND,
		flags: {
			integration: { type: "string" },
			identity: { type: "string", shortFlag: "i" },
			name: { type: "string" },
			region: { type: "string" },
			alias: { type: "string" },
			kubeconfig: { type: "string" },
			json: { type: "boolean" },
		},
	});
	const { integration, name, region, alias, kubeconfig } = flags;
	const own = Object.entries({ name, region, alias, kubeconfig }).filter(([, value]) => value !== undefined);
	const usage = (message: string): AuthError =>
		new AuthError({ code: "usage", message, remedy: `atmos-auth ${COMMAND} --help` });
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
		command: COMMAND,
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
			const identity = await config.identity(chosenIdentity(config, ctx, flags.identity));
			const target = { name: name as string, region: region as string, alias };
			const row = { name: sanitize(target.name), kind: KIND, retry: retryCommand(argv) };
			const credentials = await silentCredentials(ctx, { identity: identity.name, config, marginMs: 60_000, signal });
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
					force: true,
					explicit: true,
					status: () => undefined,
					order: 0,
					claims: new Map(),
				},
				{ ...target, ...found, identity: identity.key, purpose: keys.purpose, file },
			);
			report.ended(successRow(row, artifact));
			return report.finish();
		}, report.interrupted);
	} finally {
		ctx.network.close();
	}
};

/** The same command once more. */
const retryCommand = (argv: readonly string[]): string => ["atmos-auth", COMMAND, ...argv.map(shellWord)].join(" ");
