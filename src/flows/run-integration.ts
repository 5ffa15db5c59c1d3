/** One integration of a login. Whatever happens to it is a row's state, never a failure of the login. */
import type { AuthConfig, Identity } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import type { Credentials } from "../auth/credentials.ts";
import { AuthError, toErrorView } from "../auth/errors.ts";
import type { IntegrationRun, Subject } from "../auth/kinds.ts";
import { LIMITS } from "../auth/net/limits.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { withTimeLimit } from "../auth/system/time-limit.ts";
import type { LoginDependencies } from "./dependencies.ts";
import type { Report } from "./login-data.ts";

/** How long one integration may take, in milliseconds. */
export const INTEGRATION_LIMIT_MS = LIMITS.integrationMs;

export interface IntegrationInput {
	/** As its row has it. */
	readonly name: string;
	readonly key: string;
	/** Position among the integrations of the login, in configuration order. */
	readonly order: number;
	readonly config: AuthConfig;
	readonly identity: Identity | undefined;
	readonly credentials: Credentials;
	/** Of the plan. */
	readonly signInCommand: string;
	readonly claims: Map<string, number>;
}

/**
 * Runs one integration and reports how it went: always exactly one `INTEGRATION_DONE` or `INTEGRATION_FAILED`, unless
 * `signal` is aborted.
 */
export async function runIntegration(
	options: {
		readonly ctx: AuthContext;
		readonly dependencies: LoginDependencies;
		readonly force: boolean;
		/** Whether a person is there. */
		readonly attended: boolean;
		readonly signal: AbortSignal;
		report(report: Report): void;
	},
	input: IntegrationInput,
): Promise<void> {
	const { ctx, dependencies, signal, report } = options;
	const { name, config } = input;
	let subject: Subject = { label: "", target: "" };
	try {
		const integration = await config.integration(input.key);
		const kind = await dependencies.integrationKind(integration.kind);
		if (kind === undefined) {
			throw new AuthError({
				code: "config",
				message: `integrations of kind ${sanitize(integration.kind)} are not supported by this version`,
			});
		}
		subject = kind.subject(integration, ctx);
		const { identity, credentials } = input;
		const ms = kind.limitMs ?? INTEGRATION_LIMIT_MS;
		const artifact = await withTimeLimit(
			{ clock: ctx.clock, ms, signal, error: () => tooSlow(ms) },
			async (limited) => {
				const run: IntegrationRun = {
					ctx,
					config,
					signal: limited,
					realm: config.realm,
					explicit: false,
					attended: options.attended,
					status: (text) => report({ type: "INTEGRATION_STATUS", name, text: sanitize(text) }),
					order: input.order,
					claims: input.claims,
				};
				const current = options.force ? undefined : await kind.current(integration, identity, credentials, run);
				return current ?? kind.execute(integration, identity, credentials, run);
			},
		);
		report({ type: "INTEGRATION_DONE", name, artifact });
	} catch (error) {
		if (signal.aborted) throw error;
		report({ type: "INTEGRATION_FAILED", name, error: toErrorView(error), ...subject });
	}
}

function tooSlow(ms: number): AuthError {
	return new AuthError({
		code: "network",
		message: `it took longer than ${ms / 1000} s`,
	});
}
