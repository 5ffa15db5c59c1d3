/** `exec -- PROGRAM`: becomes the program, with an identity's credentials in its environment. */
import { loadConfig } from "../auth/config/load.ts";
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import { AuthError } from "../auth/errors.ts";
import type { EnvironmentChange } from "../auth/kinds.ts";
import { backgroundDone } from "../auth/system/background.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { chooseIdentity } from "../flows/choose-identity.ts";
import { environmentOf } from "../flows/environment.ts";
import { assertConfigured } from "../flows/nothing-configured.ts";
import { errorLines } from "../output/error-lines.ts";
import { createPrinter } from "../output/printer.ts";
import { giveBackPipes, writeNotice } from "../terminal/streams.ts";
import { childEnvironment } from "./child-environment.ts";
import { flushCompiled } from "./compile-cache.ts";
import { createContext } from "./create-context.ts";
import type { Command } from "./definition.ts";
import { exec } from "./exec.ts";
import { parseFlags } from "./flags.ts";
import { interruptible } from "./interruptible.ts";
import { CANNOT_RUN, lookUp, NOT_FOUND } from "./look-up-program.ts";
import { replaceProcess } from "./replace-process.ts";
import { runChild } from "./run-child.ts";
import { obtainSilently } from "./silent-credentials.ts";

export const run: Command = async ({ argv, terminal }) => {
	const end = argv.indexOf("--");
	const [program, ...args] = end < 0 ? [] : argv.slice(end + 1);
	if (program === undefined) {
		throw new AuthError({
			code: "usage",
			message: "there is no program to run",
			reason: "it stands after --, with its arguments",
			remedy: "atmos-auth exec -i NAME -- PROGRAM ARGUMENT…",
		});
	}
	const { flags, common, request } = parseFlags(exec, argv.slice(0, end));
	const ctx = createContext({ terminal, common: { ...common, usualLevel: "error" }, writeLog: writeNotice });
	const { cwd, platform } = ctx;
	/** @returns the exit code, as a shell has it */
	const cannotRun = (code: number, reason: string | undefined): number => {
		const { print, style } = createPrinter(terminal, common.color);
		const message = code === NOT_FOUND ? `${sanitize(program)}: no such program` : `${sanitize(program)} cannot be run`;
		print(errorLines({ code: "usage", message, reason, details: [] }, style));
		return code;
	};
	const found = lookUp(program, { env: ctx.env, cwd, platform });
	if ("code" in found) return cannotRun(found.code, found.reason);

	let env: Readonly<Record<string, string>> | undefined;
	const ended = await interruptible(async ({ signal }) => {
		try {
			const config = await loadConfig(ctx, request);
			await assertConfigured(config);
			const { name } = await config.identity(chooseIdentity(config, ctx, flags.identity));
			const change = await environmentNow(ctx, config, name, signal);
			const isNamed = Object.values(request).some((value) => value !== undefined);
			env = childEnvironment(config.env ?? ctx.env, {
				change,
				platform,
				identity: name,
				// What was chosen by flags would not be found again without them.
				locator: isNamed ? config.locator : {},
				cwd: cwd === terminal.env.PWD ? undefined : cwd,
			});
			return 0;
		} finally {
			ctx.network.close();
		}
	});
	if (env === undefined) return ended;

	process.chdir(cwd);
	// What is half done would stay so, and its locks would look held: the process goes on living, as another program.
	await backgroundDone();
	flushCompiled();
	giveBackPipes();
	replaceProcess({ program, args, env, platform });
	const outcome = await runChild({ file: found.file, program, args, env, platform });
	if ("exitCode" in outcome) return outcome.exitCode;
	return cannotRun(outcome.error.code === "ENOENT" ? NOT_FOUND : CANNOT_RUN, sanitize(outcome.error.message));
};

/** Renewed where that is due; what cannot be renewed is used as long as it is good. */
async function environmentNow(
	ctx: AuthContext,
	config: AuthConfig,
	identity: string,
	signal: AbortSignal,
): Promise<EnvironmentChange> {
	try {
		return (await obtainSilently({ ctx, config, identity, signal })).environment;
	} catch (error) {
		signal.throwIfAborted();
		const { environment, hasCredentials } = await environmentOf(ctx, config, identity);
		if (!hasCredentials) throw error;
		ctx.log.debug("the credentials cannot be renewed, and are good for a while yet", { error: String(error) });
		return environment;
	}
}
