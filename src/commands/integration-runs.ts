/** Runs integrations that were asked for by name, outside a login, and says of each how it went. */
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import { AuthError, isAbort, toErrorView } from "../auth/errors.ts";
import type { Artifact, IntegrationKind, IntegrationRun } from "../auth/kinds.ts";
import { integrationKind } from "../auth/registry.ts";
import { commandFor } from "../auth/sign-in-command.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import type { IntegrationRow } from "../flows/snapshot.ts";
import type { RunReport } from "./run-report.ts";
import { silentCredentials } from "./silent-credentials.ts";

export interface NamedRuns {
	readonly ctx: AuthContext;
	readonly config: AuthConfig;
	readonly signal: AbortSignal;
	readonly report: RunReport;
	/** Names or keys, in configuration order. */
	readonly integrations: readonly string[];
	/** The kind that they must have, and the command for the others. */
	readonly kind: string;
	/** Whether a person is there who may answer a dialog of the system. */
	readonly attended: boolean;
	/** The identity to use; the one that each is linked to if left out. */
	readonly identity: string | undefined;
}

/** Credentials that end sooner are renewed first, in milliseconds. */
const MARGIN_MS = 60_000;

/**
 * @returns the exit code: 1 when one failed
 * @throws AuthError for what concerns all of them: an unknown name, a wrong kind, no identity; the signal's reason
 */
export async function runNamed(runs: NamedRuns): Promise<number> {
	const { ctx, config, kind, signal, report } = runs;
	const claims = new Map<string, number>();
	for (const [order, name] of runs.integrations.entries()) {
		const integration = await config.integration(name);
		const kindOf = await integrationKind(integration.kind);
		if (integration.kind !== kind || kindOf === undefined) {
			throw wrongKind(integration.name, integration.kind, kind, kindOf);
		}
		const identityName = runs.identity ?? integration.via.identity;
		if (identityName === undefined) {
			throw new AuthError({
				code: "usage",
				message: `integration "${sanitize(integration.name)}" is linked to a provider, so it does not say which identity to use`,
				remedy: "give one with --identity",
			});
		}
		const row = { name: sanitize(integration.name), kind, retry: kindOf.retryCommand(integration.name) };
		report.started(row);
		const identity = await config.identity(identityName);
		const credentials = await silentCredentials(ctx, { identity: identity.name, config, marginMs: MARGIN_MS, signal });
		try {
			const signInCommand = commandFor(ctx, config, { type: "identity", name: identity.name });
			const run: IntegrationRun = {
				ctx: { ...ctx, signInCommand },
				config,
				signal,
				realm: config.realm,
				explicit: order === 0,
				attended: runs.attended,
				status: () => undefined,
				order,
				claims,
			};
			const current = run.explicit ? undefined : await kindOf.current(integration, identity, credentials, run);
			const artifact = current ?? (await kindOf.execute(integration, identity, credentials, run));
			report.ended(successRow(row, artifact));
		} catch (error) {
			if (signal.aborted || isAbort(error)) throw error;
			const subject = kindOf.subject(integration, ctx);
			const view = toErrorView(error);
			report.ended({ ...row, ...subject, state: "failed", text: view.message, error: view, notes: [] });
		}
	}
	return report.finish();
}

/** An artifact as a row of a login has it. */
export function successRow(row: Pick<IntegrationRow, "name" | "kind" | "retry">, artifact: Artifact): IntegrationRow {
	return { ...row, state: artifact.changed ? "ok" : "reused", text: artifact.target, ...artifact };
}

function wrongKind(name: string, actual: string, wanted: string, kind: IntegrationKind | undefined): AuthError {
	return new AuthError({
		code: "usage",
		message: `integration "${sanitize(name)}" is of kind ${sanitize(actual)}, not ${wanted}`,
		remedy: kind?.retryCommand(name) ?? "use Cloud Posse's atmos for it",
	});
}
