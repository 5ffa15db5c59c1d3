/** `env`: prints the variables by which programs find an identity's credentials. */
import { loadConfig } from "../auth/config/load.ts";
import { commandFor } from "../auth/sign-in-command.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { shellCommand } from "../auth/system/shell-word.ts";
import { chooseIdentity } from "../flows/choose-identity.ts";
import { environmentOf } from "../flows/environment.ts";
import { assertConfigured } from "../flows/nothing-configured.ts";
import { type EnvironmentFormat, environmentText } from "../output/environment.ts";
import { createPrinter } from "../output/printer.ts";
import { writeAnswer } from "../terminal/streams.ts";
import { createContext } from "./create-context.ts";
import type { Command } from "./definition.ts";
import { env } from "./env.ts";
import { parseFlags } from "./flags.ts";
import { oneOf } from "./values.ts";

export const run: Command = async ({ argv, terminal }) => {
	const { flags, common, request } = parseFlags(env, argv);
	const variable = terminal.env.ATMOS_AUTH_ENV_FORMAT;
	const format = oneOf<EnvironmentFormat>(
		env.flags.format,
		flags.format ?? (variable || "bash"),
		flags.format === undefined ? "ATMOS_AUTH_ENV_FORMAT" : "--format",
		"format",
	);
	const ctx = createContext({ terminal, common: { ...common, usualLevel: "error" } });
	try {
		const config = await loadConfig(ctx, request);
		await assertConfigured(config);
		const name = chooseIdentity(config, ctx, flags.identity);
		const { identity, environment, hasCredentials, keepsNothing } = await environmentOf(ctx, config, name);
		const text = environmentText(format, environment);
		if (!hasCredentials && !keepsNothing) {
			const login = commandFor(ctx, config, { type: "identity", name: identity.name });
			createPrinter(terminal, common.color).print([
				`there are no valid credentials of "${sanitize(identity.name)}" on this machine; sign in: ${shellCommand(login)}`,
			]);
		}
		writeAnswer(text);
		return 0;
	} finally {
		ctx.network.close();
	}
};
