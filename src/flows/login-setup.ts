/** What the login machine is made of: its actors, the changes of its data, and the questions that its transitions ask. */
import { assign, setup } from "xstate";
import { SessionRejectedError } from "../auth/aws/identity-center/session-rejected.ts";
import type { Credentials } from "../auth/credentials.ts";
import { toErrorView } from "../auth/errors.ts";
import { createActors, type Prepared, type Running, type Started } from "./login-actors.ts";
import { cleared, type LoginData, type LoginSettings, type MachineEvent } from "./login-data.ts";
import * as update from "./login-updates.ts";
import type { Choice } from "./snapshot.ts";

/** Whether the identities that the session may use are to be listed now. */
export function discovers(data: LoginData, session: Credentials): boolean {
	const { plan } = data;
	if (plan?.providerKind.discover === undefined) return false;
	const config = plan.provider.config as { readonly auto_provision_identities?: unknown };
	if (config.auto_provision_identities !== true) return false;
	if (plan.target.type === "provider") return true;
	// A session that was at hand has been looked through by whoever made it, a shared one by the other process.
	return session.type !== "sso" || (session.origin !== "cache" && session.origin !== "shared");
}

const isSettled = (data: LoginData): boolean =>
	data.integrations.every((row) => row.state !== "waiting" && row.state !== "running");

/** The machine's parts, by the names that its states use. */
export function setupLogin(settings: LoginSettings, running: Running) {
	const { ctx } = settings;
	return setup({
		types: { context: {} as LoginData, events: {} as MachineEvent },
		actors: createActors(settings, running),
		actions: {
			started: assign((_, output: Started) => update.started(output)),
			offered: assign((_, choice: Choice) => ({ choice })),
			selected: assign(({ context }, name: string) => update.selected(context, name)),
			prepared: assign(({ context }, output: Prepared) => update.prepared(context, output)),
			linkStarted: assign(({ context }) => update.linkStarted(context, ctx.clock.now())),
			signedIn: assign(({ context }, session: Credentials) => update.signedIn(context, session)),
			assumed: assign(({ context }, credentials: Credentials) => update.assumed(context, credentials)),
			rejected: assign(({ context }, error: unknown) =>
				update.rejectedOnce(context, error instanceof SessionRejectedError ? error.session : undefined),
			),
			failed: assign(({ context }, error: unknown) => update.failedWith(context, toErrorView(error))),
			reported: assign(({ context, event }) => update.reported(context, event)),
			warned: assign(({ context }, text: string) => update.reported(context, { type: "WARNING", text })),
			unprompt: assign(() => ({ prompt: undefined, answer: undefined })),
			forget: assign(() => cleared()),
			again: assign(({ context }) => ({ ...cleared(), attempt: context.attempt + 1 })),
			unselect: assign(() => ({ ...cleared(), target: undefined })),
			awaitRetry: assign(({ context }, name: string | undefined) => update.awaitingRetry(context, name)),
			answer: ({ context }, value: string) => context.answer?.(value),
		},
		guards: {
			interactive: () => settings.interactive,
			hasChoice: ({ context }) => context.choice !== undefined,
			hasResult: ({ context }) => context.result !== undefined,
			isCancelled: ({ context }) => context.error?.code === "cancelled",
			waitsForPerson: ({ context }) => settings.interactive && update.isFailed(context),
			isOffered: ({ context }, name: string) =>
				context.choice?.rows.some((row) => row.name === name || row.key === name) === true,
			isOption: ({ context }, value: string) =>
				context.prompt?.type === "choice" && context.prompt.options.some((option) => option.value === value),
			isFailed: ({ context }, name: string | undefined) => update.isFailed(context, name),
			isSettled: ({ context }) => isSettled(context),
			isRejectedOnce: ({ context }, error: unknown) =>
				error instanceof SessionRejectedError && context.rejected === undefined,
			isProviderLogin: ({ context }) => context.plan?.target.type === "provider",
			startsAtLink: ({ context }) => context.link > 0,
			isWalked: ({ context }) => context.plan !== undefined && context.link > context.plan.links.length,
		},
	});
}

/** A step that may ask: it stays the same actor while its prompt is shown. */
export const asking = {
	initial: "quiet",
	states: {
		quiet: {
			on: {
				PROMPT: {
					guard: ({ event }: { event: MachineEvent }) => event.type === "PROMPT" && event.prompt !== undefined,
					target: "approving",
					actions: "reported",
				},
				ASK: { target: "approving", actions: "reported" },
			},
		},
		approving: {
			exit: "unprompt",
			on: {
				PROMPT: [
					{
						guard: ({ event }: { event: MachineEvent }) => event.type === "PROMPT" && event.prompt === undefined,
						target: "quiet",
						actions: "reported",
					},
					{ actions: "reported" },
				],
				ASK: { actions: "reported" },
				ANSWER: {
					guard: { type: "isOption", params: ({ event }: { event: { value: string } }) => event.value },
					actions: { type: "answer", params: ({ event }: { event: { value: string } }) => event.value },
				},
			},
		},
	},
} as const;
