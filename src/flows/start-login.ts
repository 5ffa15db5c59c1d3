/** Starts a login and hands out the one view of it that all faces share. */
import { createActor, type Snapshot } from "xstate";
import type { ConfigRequest } from "../auth/config/model.ts";
import type { AuthContext, LogFields, Logger } from "../auth/context.ts";
import { toErrorView } from "../auth/errors.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { type LoginDependencies, realDependencies } from "./dependencies.ts";
import type { Running } from "./login-actors.ts";
import { initialData } from "./login-data.ts";
import { createLoginMachine } from "./login-machine.ts";
import { phaseOf, projectSnapshot } from "./project-snapshot.ts";
import type { SelectionFlags } from "./select-identity.ts";
import type { BoardDetails, LoginAction, LoginHandle, LoginSnapshot } from "./snapshot.ts";
import { tellStory } from "./story.ts";

/** How long the end of a login waits for actors that were told to stop, in milliseconds. */
export const CLEANUP_LIMIT_MS = 500;

export interface LoginOptions {
	readonly ctx: AuthContext;
	readonly request: ConfigRequest;
	readonly flags: SelectionFlags;
	/** A person can choose from menus; failures wait for a retry instead of ending the login. */
	readonly interactive: boolean;
	/** A person can approve a code. When false, a step that would have to ask fails with what to do instead. */
	readonly mayPrompt: boolean;
	/** Renew even what is still good. */
	readonly force: boolean;
	/** Other calls than the real ones, for tests. */
	readonly dependencies?: Partial<LoginDependencies> | undefined;
}

/**
 * Starts at once. Never throws and never rejects: whatever goes wrong is in the snapshots.
 *
 * Warnings that steps log become part of the snapshots, so that each face shows them where it has room for them.
 */
export function startLogin(options: LoginOptions): LoginHandle {
	const running: Running = new Set();
	const dependencies = { ...realDependencies, ...options.dependencies };
	const ctx: AuthContext = {
		...options.ctx,
		log: withWarnings(options.ctx.log, (text) => send({ type: "WARNING", text })),
	};
	const machine = createLoginMachine(
		{
			ctx,
			dependencies,
			request: options.request,
			flags: options.flags,
			interactive: options.interactive,
			mayPrompt: options.mayPrompt,
			force: options.force,
		},
		running,
	);
	const actor = createActor(machine);
	let last: LoginSnapshot = projectSnapshot(initialData(), "starting");
	const listeners = new Set<(snapshot: LoginSnapshot) => void>();
	const publish = (snapshot: LoginSnapshot): void => {
		tellStory(options.ctx.log, last, snapshot);
		last = snapshot;
		for (const listener of [...listeners]) listener(snapshot);
	};
	let end: () => void = () => undefined;
	const ended = new Promise<void>((resolve) => {
		end = resolve;
	});

	function send(event: Parameters<typeof actor.send>[0]): void {
		if ((actor.getSnapshot() as Snapshot<unknown>).status === "active") actor.send(event);
	}

	actor.subscribe({
		next: (snapshot) => {
			publish(projectSnapshot(snapshot.context, phaseOf(snapshot.value)));
		},
		error: (error) => {
			publish({ ...last, phase: "failed", prompt: undefined, error: toErrorView(error) });
			end();
		},
		complete: () => end(),
	});
	actor.start();

	return {
		snapshot: () => last,
		subscribe: (listener) => {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
		send: (action: LoginAction) => send(action),
		details: async (identity) => {
			const { config } = actor.getSnapshot().context;
			const nothing: BoardDetails = { chain: [], integrations: [] };
			if (config === undefined) return nothing;
			return dependencies.details(ctx, config, identity).catch(() => nothing);
		},
		finished: ended.then(async () => {
			await settle(running, options.ctx);
			return last;
		}),
	};
}

/** Waits until every promise has settled, but no longer than the limit. */
async function settle(running: Running, ctx: AuthContext): Promise<void> {
	if (running.size === 0) return;
	const stop = new AbortController();
	const limit = ctx.clock.sleep(CLEANUP_LIMIT_MS, stop.signal).catch(() => undefined);
	await Promise.race([Promise.allSettled([...running]), limit]);
	stop.abort();
}

/** A logger whose warnings go to `warn` instead. */
function withWarnings(log: Logger, warn: (text: string) => void): Logger {
	return {
		trace: (message, fields) => log.trace(message, fields),
		debug: (message, fields) => log.debug(message, fields),
		info: (message, fields) => log.info(message, fields),
		error: (message, fields) => log.error(message, fields),
		warn: (message, fields) => warn(sanitize(`${message}${describeFields(fields)}`)),
	};
}

function describeFields(fields: LogFields | undefined): string {
	const parts = Object.entries(fields ?? {})
		.filter(([, value]) => value !== undefined)
		.map(([key, value]) => `${key}: ${value}`);
	return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
