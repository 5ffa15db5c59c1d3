/** `aws ecr login [integration]`: logs Docker in to ECR again, without a whole login. */
import { loadConfig } from "../auth/config/load.ts";
import { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/sanitize.ts";
import type { Command } from "./command.ts";
import { createContext } from "./context.ts";
import { parseFlags } from "./flags.ts";
import { runNamed } from "./integration-runs.ts";
import { soleIdentity } from "./sole-identity.ts";

const KIND = "aws/ecr";

export const run: Command = async ({ argv, terminal }) => {
	const { input, flags, common, request } = parseFlags({
		argv,
		command: "aws ecr login",
		maximumInput: 1,
		flags: { identity: { type: "string", shortFlag: "i" } },
	});
	const [name] = input;
	if (name !== undefined && flags.identity !== undefined) {
		throw new AuthError({
			code: "usage",
			message: "an integration and --identity exclude each other",
			remedy: "atmos-auth aws ecr login --help",
		});
	}
	const ctx = createContext({ terminal, common });
	const config = await loadConfig(ctx, request);
	const runs = { ctx, terminal, colour: common.color, config, kind: KIND };
	if (name !== undefined) return runNamed({ ...runs, integrations: [name], identity: undefined });

	const identity = flags.identity ?? (terminal.env.ATMOS_IDENTITY || terminal.env.IDENTITY || soleIdentity(config));
	const linked = config.integrationsOf(identity);
	const integrations = config
		.integrations()
		.filter(({ key, kind }) => kind === KIND && linked.includes(key))
		.map(({ key }) => key);
	if (integrations.length === 0) {
		throw new AuthError({
			code: "config",
			message: `no ECR integration is linked to ${sanitize(identity)}`,
			remedy: "link one in auth.integrations, with `via.identity`",
		});
	}
	return runNamed({ ...runs, integrations, identity });
};
