/** The login machine as a running thing. Loaded only where a login has something to do. */
import { createActor, type Snapshot } from "xstate";
import type { AuthContext } from "../auth/context.ts";
import { toErrorView } from "../auth/errors.ts";
import type { Beginning, LoginData, LoginSettings, MachineEvent } from "./login-data.ts";
import { createLoginMachine, phaseOf, type Running } from "./login-machine.ts";
import { projectSnapshot } from "./project-snapshot.ts";
import type { LoginSnapshot } from "./snapshot.ts";

/** How long the end of a login waits for actors that were told to stop, in milliseconds. */
export const CLEANUP_LIMIT_MS = 500;

export interface MachineHandle {
	start(): void;
	send(event: MachineEvent): void;
	/** With credentials, which never leave `flows`. */
	data(): LoginData;
	/** Resolves once every actor has ended. Never rejects. */
	readonly finished: Promise<void>;
}

/**
 * A machine that waits for its start. It publishes every snapshot, the first one too, and what is sent to it from within
 * `publish` counts as what is sent later.
 */
export function createMachine(
	settings: LoginSettings,
	beginning: Beginning,
	publish: (snapshot: LoginSnapshot) => void,
): MachineHandle {
	const running: Running = new Set();
	const actor = createActor(createLoginMachine(settings, running), { input: beginning });
	let last: LoginSnapshot | undefined;
	let end: () => void = () => undefined;
	const ended = new Promise<void>((resolve) => {
		end = resolve;
	});
	const tell = (snapshot: LoginSnapshot): void => {
		last = snapshot;
		publish(snapshot);
	};
	actor.subscribe({
		next: ({ context, value }) => tell(projectSnapshot(context, phaseOf(value, context))),
		error: (error) => {
			if (last !== undefined) tell({ ...last, phase: "failed", prompts: [], error: toErrorView(error) });
			end();
		},
		complete: () => end(),
	});
	return {
		start: () => void actor.start(),
		send(event) {
			if ((actor.getSnapshot() as Snapshot<unknown>).status === "active") actor.send(event);
		},
		data: () => actor.getSnapshot().context,
		finished: ended.then(() => settle(running, settings.ctx)),
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
