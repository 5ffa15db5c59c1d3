/** Starts a login and hands out the one view of it that all faces share. */
import type { ConfigRequest } from "../auth/config/model.ts";
import type { AuthContext, LogFields, Logger } from "../auth/context.ts";
import { toErrorView } from "../auth/errors.ts";
import type { Reach } from "../auth/interaction.ts";
import type { SignInOptions } from "../auth/sign-in-ways.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import { type LoginDependencies, realDependencies } from "./dependencies.ts";
import { initialData, type LoginData, type LoginSettings } from "./login-data.ts";
import { lookAhead } from "./look-ahead.ts";
import { projectSnapshot } from "./project-snapshot.ts";
import type { MachineHandle } from "./run-machine.ts";
import type { SelectionFlags } from "./select-identity.ts";
import type { BoardDetails, LoginAction, LoginHandle, LoginSnapshot } from "./snapshot.ts";
import { tellStory } from "./story.ts";

export interface LoginOptions {
	readonly ctx: AuthContext;
	readonly request: ConfigRequest;
	readonly flags: SelectionFlags;
	/** A person can choose from menus; failures wait for a retry instead of ending the login. */
	readonly interactive: boolean;
	/** How far a person can be reached. What goes further fails with what to do instead. */
	readonly reach: Reach;
	/** Renew even what is still good. */
	readonly force: boolean;
	/** How a person wants to sign in. */
	readonly signIn?: SignInOptions | undefined;
	/** Other calls than the real ones, for tests. */
	readonly dependencies?: Partial<LoginDependencies> | undefined;
}

/**
 * Starts at once. Never throws and never rejects: whatever goes wrong is in the snapshots.
 *
 * Where everything is still good the login is over without a machine. Warnings that steps log become part of the snapshots, so
 * that each face shows them where it has room for them.
 */
export function startLogin(options: LoginOptions): LoginHandle {
	const warnings: string[] = [];
	let machine: MachineHandle | undefined;
	const settings: LoginSettings = {
		...options,
		ctx: { ...options.ctx, log: withWarnings(options.ctx.log, warn) },
		dependencies: { ...realDependencies, ...options.dependencies },
	};
	let last: LoginSnapshot = projectSnapshot(initialData(), "starting");
	let over = false;
	const listeners = new Set<(snapshot: LoginSnapshot) => void>();
	const publish = (snapshot: LoginSnapshot): void => {
		tellStory(options.ctx.log, last, snapshot);
		last = snapshot;
		for (const listener of [...listeners]) listener(snapshot);
	};
	function warn(text: string): void {
		if (machine !== undefined) machine.send({ type: "WARNING", text });
		else if (!warnings.includes(text)) warnings.push(text);
	}
	const end = (data: Partial<LoginData>, phase: LoginSnapshot["phase"]): void => {
		over = true;
		publish(projectSnapshot({ ...initialData(), ...data, warnings }, phase));
	};

	async function run(): Promise<void> {
		// Files are read meanwhile.
		const load = () => import("./run-machine.ts");
		const ahead = await lookAhead(settings, () => void load());
		if (over) return;
		if (ahead.type === "over") {
			end(ahead.data, "done");
			return;
		}
		const { createMachine } = await load();
		if (over) return;
		machine = createMachine(settings, { ...ahead.beginning, warnings: warnings.splice(0) }, publish);
		machine.start();
		await machine.finished;
	}

	const finished = run()
		.catch((error: unknown) => {
			if (!over) end({ error: toErrorView(error) }, "failed");
		})
		.then(() => last);

	return {
		snapshot: () => last,
		subscribe: (listener) => {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
		send: (action: LoginAction) => {
			if (machine !== undefined) machine.send(action);
			else if (!over && (action.type === "CANCEL" || action.type === "BACK")) end({}, "cancelled");
		},
		details: async (identity) => {
			const config = machine?.data().config;
			const nothing: BoardDetails = { chain: [], integrations: [] };
			if (config === undefined) return nothing;
			return settings.dependencies.details(settings.ctx, config, identity).catch(() => nothing);
		},
		finished,
	};
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
