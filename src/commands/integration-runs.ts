/** Runs integrations that were asked for by name, outside a login, and says of each how it went. */
import type { AuthConfig } from "../auth/config/model.ts";
import type { AuthContext } from "../auth/context.ts";
import { AuthError, isAbort, toErrorView } from "../auth/errors.ts";
import type { Artifact, IntegrationKind } from "../auth/kinds.ts";
import { integrationKind } from "../auth/registry.ts";
import { sanitize } from "../auth/sanitize.ts";
import { commandFor } from "../auth/sign-in-command.ts";
import type { IntegrationRow } from "../flows/snapshot.ts";
import { errorLines } from "../output/error-lines.ts";
import { stderrStyle } from "../output/style.ts";
import { integrationLines } from "../output/summary.ts";
import { EXIT_CODES, onEndingSignal } from "../terminal/signals.ts";
import type { Terminal } from "../terminal/streams.ts";
import { silentCredentials } from "./silent-credentials.ts";

export interface NamedRuns {
	readonly ctx: AuthContext;
	readonly terminal: Terminal;
	readonly colour: boolean | undefined;
	readonly config: AuthConfig;
	/** Names or keys, in configuration order. */
	readonly integrations: readonly string[];
	/** The kind that they must have, and the command for the others. */
	readonly kind: string;
	/** The identity to use; the one that each is linked to if left out. */
	readonly identity: string | undefined;
}

/** Credentials that end sooner are renewed first, in milliseconds. */
const MARGIN_MS = 60_000;

/**
 * @returns 0 when all went well, 1 when one failed; what failed has been said on stderr
 * @throws AuthError for what concerns all of them: an unknown name, a wrong kind, no identity
 */
export async function runNamed(runs: NamedRuns): Promise<number> {
	const { ctx, terminal, config, kind } = runs;
	const style = stderrStyle(terminal, runs.colour);
	const abort = new AbortController();
	const unhook = onEndingSignal((signal) => abort.abort(signal));
	const claims = new Map<string, number>();
	let failed = false;
	try {
		for (const [order, name] of runs.integrations.entries()) {
			const integration = await config.integration(name);
			const kindOf = await integrationKind(integration.kind);
			if (integration.kind !== kind || kindOf === undefined)
				throw wrongKind(integration.name, integration.kind, kind, kindOf);
			const identityName = runs.identity ?? integration.via.identity;
			if (identityName === undefined) {
				throw new AuthError({
					code: "usage",
					message: `integration "${sanitize(integration.name)}" is linked to a provider, so it does not say which identity to use`,
					remedy: "name one with --identity",
				});
			}
			const identity = await config.identity(identityName);
			const credentials = await silentCredentials(ctx, { identity: identity.name, config, marginMs: MARGIN_MS });
			let row: IntegrationRow;
			try {
				const signInCommand = commandFor(ctx, config, { type: "identity", name: identity.name });
				const artifact = await kindOf.execute(integration, identity, credentials, {
					ctx: { ...ctx, signInCommand },
					config,
					signal: abort.signal,
					realm: config.realm,
					force: false,
					explicit: order === 0,
					attended: terminal.stdinIsTerminal && terminal.stderrIsTerminal,
					status: () => undefined,
					order,
					claims,
				});
				row = successRow(integration.name, kind, artifact);
			} catch (error) {
				if (abort.signal.aborted || isAbort(error)) throw error;
				const { label, target } = await kindOf.peek(integration, ctx, config.realm);
				const view = toErrorView(error);
				failed = true;
				// Run alone, an error has room for all that it has to say.
				terminal.stderr.write(`${style.paint("bad", style.failed)} ${label}: ${target.split(" → ")[0]} failed\n`);
				terminal.stderr.write(`${errorLines(view, style).join("\n")}\n`);
				continue;
			}
			terminal.stderr.write(`${integrationLines(row, ctx.clock.now(), style).join("\n")}\n`);
		}
		return failed ? 1 : 0;
	} catch (error) {
		if (abort.signal.aborted) return EXIT_CODES[abort.signal.reason as keyof typeof EXIT_CODES] ?? 130;
		throw error;
	} finally {
		unhook();
		ctx.network.close();
	}
}

/** An artifact as a row of a login has it. */
export function successRow(name: string, kind: string, artifact: Artifact): IntegrationRow {
	return { name, kind, state: artifact.changed ? "ok" : "reused", text: artifact.target, retry: "", ...artifact };
}

function wrongKind(name: string, actual: string, wanted: string, kind: IntegrationKind | undefined): AuthError {
	return new AuthError({
		code: "usage",
		message: `integration "${sanitize(name)}" is of kind ${sanitize(actual)}, not ${wanted}`,
		remedy: kind?.retryCommand(name) ?? "use Cloud Posse's atmos for it",
	});
}
