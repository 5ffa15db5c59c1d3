/** `aws ecr login [integration]`: logs Docker in to ECR again, without a whole login. */
import { loadConfig } from "../auth/config/load.ts";
import { AuthError } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { chooseIdentity } from "../flows/choose-identity.ts";
import { assertConfigured } from "../flows/nothing-configured.ts";
import { isAttended } from "../terminal/streams.ts";
import { awsEcrLogin } from "./aws-ecr-login.ts";
import { createContext } from "./create-context.ts";
import type { Command } from "./definition.ts";
import { parseFlags } from "./flags.ts";
import { runNamed } from "./integration-runs.ts";
import { interruptible } from "./interruptible.ts";
import { createRunReport } from "./run-report.ts";
import { usageError } from "./usage.ts";

const KIND = "aws/ecr";

export const run: Command = async ({ argv, terminal }) => {
	const { argument: name, flags, common, request } = parseFlags(awsEcrLogin, argv);
	if (name !== undefined && flags.identity !== undefined)
		throw usageError(awsEcrLogin.words, "an integration and --identity cannot be used together");
	const ctx = createContext({ terminal, common });
	const { clock } = ctx;
	const report = createRunReport({
		terminal,
		colour: common.color,
		clock,
		command: awsEcrLogin.words,
		json: flags.json === true,
	});
	try {
		const config = await loadConfig(ctx, request);
		await assertConfigured(config);
		const identity = name === undefined ? chooseIdentity(config, ctx, flags.identity) : undefined;
		let integrations = name === undefined ? [] : [name];
		if (identity !== undefined) {
			const linked = config.integrationsOf(identity);
			const fitting = config.integrations().filter(({ key, kind }) => kind === KIND && linked.includes(key));
			integrations = fitting.map(({ key }) => key);
			if (integrations.length === 0) {
				throw new AuthError({
					code: "config",
					message: `no ECR integration is linked to "${sanitize(identity)}"`,
					remedy: "link one in auth.integrations, with `via.identity`",
				});
			}
		}
		return await interruptible(
			({ signal }) =>
				runNamed({ ctx, config, signal, report, integrations, kind: KIND, identity, attended: isAttended(terminal) }),
			report.interrupted,
		);
	} finally {
		ctx.network.close();
	}
};
