/**
 * The login as a state machine. Its states are the phases of `snapshot.ts`; every call outside is an actor that is
 * aborted when the state that started it is left.
 */
import { and, type DoneActorEvent, type ErrorActorEvent, stateIn } from "xstate";
import { SessionRejectedError } from "../auth/aws/identity-center/session-rejected.ts";
import { toErrorView } from "../auth/errors.ts";
import type { Running, Started } from "./login-actors.ts";
import { initialData, type LoginData, type LoginSettings } from "./login-data.ts";
import { asking, discovers, setupLogin } from "./login-setup.ts";
import * as update from "./login-updates.ts";

/** Everything that a login does has come to its end, well or not. */
const ENDED = stateIn({ working: { main: "settled", discovery: "ended" } });

/** Parameters of actions and guards: what an actor gave, and what it rejected with. */
const output = <Output>({ event }: { readonly event: DoneActorEvent<Output> }): Output => event.output;
const thrown = ({ event }: { readonly event: ErrorActorEvent }): unknown => event.error;

/**
 * @param settings what the login is started with
 * @param running filled with the promises that its actors wait for
 */
export function createLoginMachine(settings: LoginSettings, running: Running) {
	const { ctx } = settings;
	const login = setupLogin(settings, running);

	/** Starts an actor for every integration that waits. */
	const launch = login.enqueueActions(({ context, enqueue, self }) => {
		const { plan, config } = update.planOf(context);
		for (const [order, row] of context.integrations.entries()) {
			const key = context.integrationKeys[order];
			if (row.state !== "waiting" || key === undefined || context.credentials === undefined) continue;
			enqueue.spawnChild("integrate", {
				id: `integration ${order}`,
				input: {
					name: row.name,
					key,
					order,
					config,
					identity: plan.links.at(-1)?.identity,
					credentials: context.credentials,
					signInCommand: plan.signInCommand,
					claims: context.claims,
					report: (event) => self.send(event),
				},
			});
		}
		enqueue.assign(update.launched(context, ctx.clock.now()));
	});
	const halt = login.enqueueActions(({ context, enqueue }) => {
		for (const order of context.integrations.keys()) enqueue.stopChild(`integration ${order}`);
	});

	return login.createMachine({
		id: "login",
		context: initialData,
		initial: "starting",
		on: {
			CANCEL: { target: ".cancelled" },
			WARNING: { actions: "reported" },
		},
		states: {
			starting: {
				invoke: {
					src: "start",
					input: ({ context }) => ({ target: context.target }),
					onDone: [
						{
							guard: ({ event }: { event: DoneActorEvent<Started> }) => event.output.target === undefined,
							target: "choosing",
							actions: { type: "started", params: output },
						},
						{ target: "working", actions: { type: "started", params: output } },
					],
					onError: [
						{
							// The menu is still there to go back to; without one the error is better read on the ordinary screen.
							guard: "hasChoice",
							target: "failing",
							actions: { type: "failed", params: thrown },
						},
						{ target: "failed", actions: { type: "failed", params: thrown } },
					],
				},
				on: {
					BACK: [{ guard: "hasChoice", target: "choosing.refreshing", actions: "unselect" }, { target: "cancelled" }],
				},
			},

			choosing: {
				initial: "ready",
				states: {
					ready: {},
					refreshing: {
						invoke: {
							src: "refresh",
							input: ({ context }) => {
								if (context.config === undefined || context.choice === undefined) throw new Error("nothing is offered");
								return { config: context.config, choice: context.choice };
							},
							onDone: { target: "ready", actions: { type: "offered", params: output } },
							// The rows from before are as good as any.
							onError: "ready",
						},
					},
				},
				on: {
					SELECT: {
						guard: { type: "isOffered", params: ({ event }) => event.name },
						target: "working",
						actions: ["forget", { type: "selected", params: ({ event }) => event.name }],
					},
					BACK: { target: "cancelled" },
				},
			},

			working: {
				id: "working",
				type: "parallel",
				on: {
					BACK: [{ guard: "hasChoice", target: "choosing.refreshing", actions: "unselect" }, { target: "cancelled" }],
				},
				states: {
					main: {
						initial: "preparing",
						states: {
							preparing: {
								...asking,
								invoke: {
									src: "prepare",
									input: ({ context, self }) => {
										if (context.config === undefined || context.target === undefined)
											throw new Error("nothing is selected");
										return {
											config: context.config,
											target: context.target,
											report: (event) => self.send(event),
										};
									},
									onDone: { target: "prepared", actions: { type: "prepared", params: output } },
									onError: { target: "#failing", actions: { type: "failed", params: thrown } },
								},
							},
							prepared: {
								always: [
									{ guard: "isWalked", target: "integrating", actions: login.raise({ type: "NO_DISCOVERY" }) },
									{ guard: "startsAtLink", target: "assuming", actions: login.raise({ type: "NO_DISCOVERY" }) },
									{ target: "signingIn" },
								],
							},
							signingIn: {
								...asking,
								entry: "linkStarted",
								invoke: {
									src: "signIn",
									input: ({ context, self }) => ({
										...update.planOf(context),
										rejected: context.rejected,
										report: (event) => self.send(event),
									}),
									onDone: {
										target: "signedIn",
										actions: { type: "signedIn", params: output },
									},
									onError: { target: "#failing", actions: { type: "failed", params: thrown } },
								},
								on: { STATUS: { actions: "reported" } },
							},
							signedIn: {
								entry: login.enqueueActions(({ context, enqueue }) => {
									const wanted = context.session !== undefined && discovers(context, context.session);
									enqueue.raise(wanted ? { type: "DISCOVER" } : { type: "NO_DISCOVERY" });
								}),
								always: [{ guard: "isProviderLogin", target: "settled" }, { target: "assuming" }],
							},
							assuming: {
								...asking,
								entry: "linkStarted",
								invoke: {
									src: "assume",
									input: ({ context, self }) => {
										if (context.credentials === undefined) throw new Error("the link before gave nothing");
										return {
											...update.planOf(context),
											index: context.link - 1,
											base: context.credentials,
											report: (event) => self.send(event),
										};
									},
									onDone: { target: "assumed", actions: { type: "assumed", params: output } },
									onError: [
										{
											guard: { type: "isRejectedOnce", params: thrown },
											target: ["#working.main.signingIn", "#working.discovery.idle"],
											actions: { type: "rejected", params: thrown },
										},
										{ target: "#failing", actions: { type: "failed", params: thrown } },
									],
								},
								on: { STATUS: { actions: "reported" } },
							},
							assumed: {
								always: [{ guard: "isWalked", target: "integrating" }, { target: "assuming" }],
							},
							integrating: {
								entry: launch,
								exit: halt,
								always: { guard: "isSettled", target: "settled" },
								on: {
									INTEGRATION_STATUS: { actions: "reported" },
									INTEGRATION_DONE: { actions: "reported" },
									INTEGRATION_FAILED: { actions: "reported" },
									RETRY: {
										guard: { type: "isFailed", params: ({ event }) => event.name },
										actions: [{ type: "awaitRetry", params: ({ event }) => event.name }, launch],
									},
								},
							},
							settled: {
								on: {
									RETRY: {
										guard: { type: "isFailed", params: ({ event }) => event.name },
										target: "integrating",
										actions: { type: "awaitRetry", params: ({ event }) => event.name },
									},
								},
							},
						},
					},
					discovery: {
						initial: "idle",
						states: {
							idle: { on: { DISCOVER: "running", NO_DISCOVERY: "ended" } },
							running: {
								invoke: {
									src: "discover",
									input: ({ context, self }) => {
										if (context.session === undefined) throw new Error("there is no session");
										return { ...update.planOf(context), session: context.session, report: (event) => self.send(event) };
									},
									onDone: "ended",
									onError: [
										{
											// Nobody else is going to find out that the session is no good.
											guard: ({ context, event }: { context: LoginData; event: ErrorActorEvent }) =>
												context.plan?.target.type === "provider" &&
												event.error instanceof SessionRejectedError &&
												context.rejected === undefined,
											target: ["#working.main.signingIn", "#working.discovery.idle"],
											actions: { type: "rejected", params: thrown },
										},
										{
											target: "ended",
											actions: {
												type: "warned",
												params: ({ event }: { event: ErrorActorEvent }) =>
													`the identities could not be listed: ${toErrorView(event.error).message}`,
											},
										},
									],
								},
								on: { DISCOVERY_PROGRESS: { actions: "reported" } },
							},
							ended: { on: { DISCOVER: "running" } },
						},
					},
				},
				always: [
					{ guard: and([ENDED, "waitsForPerson"]), target: "attention" },
					{ guard: ENDED, target: "done" },
				],
			},

			failing: {
				id: "failing",
				always: [
					{ guard: "isCancelled", target: "cancelled" },
					{ guard: "interactive", target: "attention" },
					{ target: "failed" },
				],
			},

			attention: {
				on: {
					RETRY: [
						{
							guard: ({ context, event }) => context.result !== undefined && update.isFailed(context, event.name),
							target: ["#working.main.integrating", "#working.discovery.ended"],
							actions: { type: "awaitRetry", params: ({ event }) => event.name },
						},
						// The file may have been corrected meanwhile.
						{
							guard: ({ context, event }) =>
								context.error?.code === "config" && context.result === undefined && event.name === undefined,
							target: "starting",
							actions: "again",
						},
						{
							guard: ({ context, event }) => context.result === undefined && event.name === undefined,
							target: "working",
							actions: "again",
						},
					],
					BACK: [
						{ guard: "hasChoice", target: "choosing.refreshing", actions: "unselect" },
						{ guard: "hasResult", target: "done" },
						{ target: "failed" },
					],
					DONE: [{ guard: "hasResult", target: "done" }, { target: "failed" }],
				},
			},

			done: { type: "final" },
			failed: { type: "final" },
			cancelled: { type: "final" },
		},
	});
}
