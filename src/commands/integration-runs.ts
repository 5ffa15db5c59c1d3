/** Runs integrations that were asked for by name, outside a login, and says of each how it went. */
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import { AuthError } from "../auth/errors.ts";
import type { IntegrationKind } from "../auth/kinds.ts";
import { integrationKind } from "../auth/registry.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import type { IntegrationRow, LoginSnapshot } from "../flows/snapshot.ts";
import type { RunReport } from "./run-report.ts";
import { obtainSilently } from "./silent-credentials.ts";

export interface NamedRuns {
	readonly ctx: AuthContext;
	readonly config: AuthConfig;
	readonly signal: AbortSignal;
	readonly report: RunReport;
	/** Names or keys of integrations of one identity, in configuration order. */
	readonly integrations: readonly string[];
	/** The kind that they must have, and the command for the others. */
	readonly kind: string;
	/** Whether a person is there who may answer a dialog of the system. */
	readonly attended: boolean;
	/** The identity to use; the one that the integration is linked to if left out. */
	readonly identity: string | undefined;
}

/**
 * @returns the exit code: 1 when one failed
 * @throws AuthError for what concerns all of them: an unknown name, a wrong kind, no identity, no credentials; the signal's
 *   reason
 */
export async function runNamed(runs: NamedRuns): Promise<number> {
	const { ctx, config, signal, report, attended } = runs;
	const keys: string[] = [];
	let { identity } = runs;
	for (const name of runs.integrations) {
		const integration = await config.integration(name);
		await checkKind(integration, runs.kind);
		identity ??= integration.via.identity;
		keys.push(integration.key);
	}
	if (identity === undefined) {
		throw new AuthError({
			code: "usage",
			message: `integration "${sanitize(runs.integrations[0] ?? "")}" is linked to a provider, so it does not say which identity to use`,
			remedy: "give one with --identity",
		});
	}
	await obtainSilently({ ctx, config, identity, signal, attended, integrations: keys, onSnapshot: reporter(report) });
	return report.finish();
}

/** Tells of every integration that it begins, and how it ended, once. */
function reporter(report: RunReport): (snapshot: LoginSnapshot) => void {
	const told = new Map<string, IntegrationRow["state"]>();
	return ({ integrations }) => {
		for (const row of integrations) {
			if (told.get(row.id) === row.state) continue;
			told.set(row.id, row.state);
			if (row.state === "running") report.started(row);
			else if (row.state !== "waiting") report.ended(row);
		}
	};
}

async function checkKind(integration: { readonly name: string; readonly kind: string }, wanted: string): Promise<void> {
	if (integration.kind === wanted) return;
	const kind: IntegrationKind | undefined = await integrationKind(integration.kind);
	throw new AuthError({
		code: "usage",
		message: `integration "${sanitize(integration.name)}" is of kind ${sanitize(integration.kind)}, not ${wanted}`,
		remedy: kind === undefined ? "use Cloud Posse's atmos for it" : { run: kind.retryCommand(integration.name) },
	});
}
