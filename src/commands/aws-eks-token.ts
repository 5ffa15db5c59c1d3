/**
 * `aws eks token`: kubectl's plugin. It answers from the stored role credentials, without reading any configuration as long
 * as the files of the one that they were made for have not changed. It never opens a browser and never asks.
 */
import { parseArgs } from "node:util";
import { eksToken, execCredential } from "../auth/aws/eks/token.ts";
import { loadAwsCredentials } from "../auth/aws/files.ts";
import type { ConfigRequest } from "../auth/config/model.ts";
import type { AwsCredentials } from "../auth/credentials.ts";
import { AuthError } from "../auth/errors.ts";
import { FILES_VARIABLE, PROVIDER_VARIABLE } from "../auth/kubernetes/exec-entry.ts";
import { isCurrent } from "../auth/storage/config-stamp.ts";
import { lowerCase } from "../auth/system/lower-case.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { writeAnswer } from "../terminal/streams.ts";
import type { Command } from "./command.ts";
import { createContext } from "./create-context.ts";

/** Credentials that end sooner are renewed first: a token would end with them. Milliseconds. */
const MARGIN_MS = 60_000;

/** Read without meow: this runs for every kubectl command, and its flags are simple. */
function readFlags(argv: readonly string[]) {
	try {
		const { values, positionals } = parseArgs({
			args: [...argv],
			allowPositionals: true,
			options: {
				"cluster-name": { type: "string" },
				region: { type: "string" },
				identity: { type: "string", short: "i" },
				profile: { type: "string", multiple: true },
				config: { type: "string", multiple: true },
				"config-path": { type: "string", multiple: true },
				"base-path": { type: "string" },
				chdir: { type: "string", short: "C" },
				"no-color": { type: "boolean" },
				"log-level": { type: "string" },
				"logs-level": { type: "string" },
			},
		});
		if (positionals[0] !== undefined) throw usage(`unexpected argument "${sanitize(positionals[0])}"`);
		return values;
	} catch (error) {
		if (error instanceof AuthError) throw error;
		const { code, message } = error as NodeJS.ErrnoException;
		const flag = sanitize(/'(?:-\w, )?(-[^' ]*)/.exec(message)?.[1] ?? "");
		if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") throw usage(`unknown flag ${flag}`);
		throw usage(`${flag} ${message.includes("does not take") ? "takes no value" : "needs a value"}`);
	}
}

/** What the flags say of the configuration. */
function requestOf(flags: ReturnType<typeof readFlags>): ConfigRequest {
	const list = (values: string[] | undefined): string[] | undefined => values?.flatMap((value) => value.split(","));
	return {
		config: list(flags.config),
		configPath: list(flags["config-path"]),
		basePath: flags["base-path"],
		profiles: list(flags.profile),
	};
}

const usage = (message: string): AuthError =>
	new AuthError({ code: "usage", message, remedy: "atmos-auth aws eks token --help" });

export const run: Command = async ({ argv, terminal }) => {
	const flags = readFlags(argv);
	const { "cluster-name": cluster, region } = flags;
	if (!cluster) throw usage("--cluster-name is missing");
	if (!region) throw usage("--region is missing");
	const { env } = terminal;
	const ctx = createContext({
		terminal,
		common: {
			color: undefined,
			chdir: flags.chdir,
			logLevel: flags["log-level"] ?? flags["logs-level"],
			usualLevel: "error",
		},
	});
	const named = flags.identity ?? (env.ATMOS_IDENTITY || env.IDENTITY);

	let credentials: AwsCredentials | undefined;
	const [realm, provider] = [env.ATMOS_AUTH_REALM, env[PROVIDER_VARIABLE]];
	const request = requestOf(flags);
	if (named && realm && provider && Object.values(request).every((value) => value === undefined)) {
		const basePath = env[FILES_VARIABLE];
		credentials = await loadAwsCredentials(
			ctx,
			{ value: realm },
			provider,
			lowerCase(named),
			(facts) => isCurrent(facts.config, env),
			basePath ? { basePath } : {},
		);
	}
	const now = ctx.clock.now();
	if (credentials === undefined || (credentials.expiresAt !== undefined && credentials.expiresAt - now < MARGIN_MS)) {
		const [{ silentCredentials }, { assertProjectIsThere }] = await Promise.all([
			import("./silent-credentials.ts"),
			import("./moved-project.ts"),
		]);
		assertProjectIsThere(ctx, named);
		// What kubectl starts is nobody's decision to run a command.
		credentials = await silentCredentials(ctx, {
			identity: named,
			request: { ...request, withoutCommands: true },
			marginMs: MARGIN_MS,
		});
	}
	const token = await eksToken({ credentials, cluster, region, env, now: ctx.clock.now() });
	writeAnswer(execCredential(token, env.KUBERNETES_EXEC_INFO));
	ctx.network.close();
	return 0;
};
