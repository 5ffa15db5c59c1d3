/**
 * `aws eks token`: kubectl's plugin. It answers from the stored role credentials, without reading any configuration as long
 * as the files of the one that they were made for have not changed. It never opens a browser and never asks.
 */
import { parseArgs } from "node:util";
import type { Credentials } from "../auth/credentials.ts";
import { storedCredentials, tokenForKubectl } from "../auth/token.ts";
import { writeAnswer } from "../terminal/streams.ts";
import { awsEksToken } from "./aws-eks-token.ts";
import { createContext } from "./create-context.ts";
import { type Command, commonFlags, dashed, type Flag } from "./definition.ts";
import { optionsOf } from "./options.ts";
import { usageError } from "./usage.ts";
import { normalWords } from "./words.ts";

const CLOUD = "aws";

/** Read without meow: this runs for every kubectl command. */
function readFlags(argv: readonly string[]) {
	const flags = Object.entries<Flag>({ ...awsEksToken.flags, ...commonFlags });
	const { values, positionals } = parseArgs({
		args: [...normalWords(awsEksToken, argv)],
		allowPositionals: true,
		allowNegative: true,
		options: Object.fromEntries(
			flags.map(([name, { type, list }]) => [dashed(name), { type, multiple: list === true }] as const),
		),
	});
	return optionsOf(awsEksToken, { input: positionals, value: (name) => values[name] });
}

export const run: Command = async ({ argv, terminal }) => {
	const { flags, common, request } = readFlags(argv);
	const { clusterName: cluster, region } = flags;
	if (!cluster) throw usageError(awsEksToken.words, "--cluster-name is missing");
	if (!region) throw usageError(awsEksToken.words, "--region is missing");
	const { env } = terminal;
	const ctx = createContext({ terminal, common: { ...common, usualLevel: "error" } });
	const named = flags.identity ?? (env.ATMOS_IDENTITY || env.IDENTITY);

	let credentials: Credentials | undefined;
	// What the entry in a kubeconfig says holds for the configuration that it was made from, and for no other.
	if (Object.values(request).every((value) => value === undefined)) {
		credentials = await storedCredentials(CLOUD, ctx, named);
	}
	if (credentials === undefined) {
		const [{ silentCredentials }, { assertProjectIsThere }] = await Promise.all([
			import("./silent-credentials.ts"),
			import("./moved-project.ts"),
		]);
		assertProjectIsThere(ctx, named);
		// What kubectl starts is nobody's decision to run a command.
		credentials = await silentCredentials(ctx, {
			flag: flags.identity,
			request: { ...request, withoutCommands: true },
		});
	}
	writeAnswer(await tokenForKubectl(CLOUD, ctx, credentials, { name: cluster, region }));
	ctx.network.close();
	return 0;
};
