/**
 * The login as a state machine, and the only scheduler of its steps. Every call outside is an actor that is aborted when the
 * state that started it is left; while the login works, a child runs for each step that may.
 */
import { and, assign, type DoneActorEvent, type ErrorActorEvent, fromPromise, type StateValue, setup } from "xstate";
import type { ErrorView } from "../auth/errors.ts";
import type { Prompt } from "../auth/interaction.ts";
import { actorInteraction } from "./actor-interaction.ts";
import { askFor, withTrust } from "./ask-trust.ts";
import { type Begun, begin, plan as makePlan, offeredRows } from "./begin.ts";
import {
	type Beginning,
	initialData,
	type LoginData,
	type LoginSettings,
	type MachineEvent,
	type Report,
} from "./login-data.ts";
import * as update from "./login-updates.ts";
import { entriesOf, type Plan } from "./plan.ts";
import { workingPhase } from "./project-snapshot.ts";
import { runStep, type StepInput } from "./run-step.ts";
import type { Choice, Phase, StepId } from "./snapshot.ts";
import { awaitingRetry, baseCredentials, failedIntegrations, isSettled, ready, started, targetViews } from "./work.ts";

/** Every promise that an actor waits for, so that the end of a login can be waited for. */
export type Running = Set<Promise<unknown>>;

interface Reporter {
	readonly report: (report: Report) => void;
}

/** Parameters of actions and guards: what an actor gave, and what it rejected with. */
const output = <Output>({ event }: { readonly event: DoneActorEvent<Output> }): Output => event.output;
const thrown = ({ event }: { readonly event: ErrorActorEvent }): unknown => event.error;

const hasFailed = (data: LoginData): boolean => viewsOf(data).some(({ state }) => state === "failed");

const viewsOf = ({ plan, works, config }: LoginData) =>
	plan === undefined || config === undefined ? [] : targetViews(plan, works, config.realm.value);

/** Nothing can still be signed in to, or nothing is left to do. */
const isOver = (data: LoginData): boolean => {
	const views = viewsOf(data);
	return (views.length > 0 && views.every(({ state }) => state === "failed")) || isSettled(data.works);
};

/** What the login, or its targets, failed of. */
const errorsOf = (data: LoginData): readonly ErrorView[] => [
	...(data.error === undefined ? [] : [data.error]),
	...viewsOf(data).flatMap(({ error }) => error ?? []),
];

const isBroken = (data: LoginData): boolean => errorsOf(data).length > 0;

/** Whether a text is what is waited for. */
function takesText(prompt: Prompt, value: string): boolean {
	switch (prompt.type) {
		case "choice":
			return prompt.options.some((option) => option.value === value);
		case "code":
		case "secret":
			return true;
		case "authorization":
			return prompt.paste !== undefined;
		case "device-code":
			return false;
	}
}

function dataOf({ begun, plan, warnings = [] }: Beginning): LoginData {
	return {
		...initialData(),
		warnings,
		...(begun === undefined ? {} : update.begun(begun)),
		...(plan === undefined ? {} : update.planned(plan)),
	};
}

/**
 * @param settings what the login is started with
 * @param running filled with the promises that its actors wait for
 */
export function createLoginMachine(settings: LoginSettings, running: Running) {
	const { ctx, interactive } = settings;

	/**
	 * An actor whose promise is known to `running` until it settles, even after the actor was stopped. It reports only while
	 * it runs: what comes after its end or its abort cannot touch a later state.
	 */
	function actor<Output, Input extends object>(work: (input: Input, signal: AbortSignal) => Promise<Output>) {
		return fromPromise<Output, Input>(({ input, signal }) => {
			let over = false;
			const report = (event: Report): void => {
				if (!over && !signal.aborted) (input as Partial<Reporter>).report?.(event);
			};
			const promise = work({ ...input, report }, signal);
			running.add(promise);
			const done = (): void => {
				over = true;
				running.delete(promise);
			};
			promise.then(done, done);
			return promise;
		});
	}

	const login = setup({
		types: { context: {} as LoginData, events: {} as MachineEvent, input: {} as Beginning },
		actors: {
			/** Reads the configuration and decides what the login is for. */
			begin: actor((input: Pick<LoginData, "targets">) => begin(settings, input.targets)),
			/** Reads the local state of the rows on offer once more. */
			refresh: actor(async ({ config, choice }: Pick<LoginData, "config" | "choice">): Promise<Choice> => {
				if (config === undefined || choice === undefined) throw new Error("nothing is offered");
				const offered = new Set(choice.rows.map((row) => row.key));
				const rows = await offeredRows(settings, config, choice.of);
				return { ...choice, rows: rows.filter((row) => offered.has(row.key)) };
			}),
			/** Makes the plan, after a person has agreed to what the entries on it want. */
			plan: actor(async (input: Reporter & Pick<LoginData, "config" | "targets" | "done">, signal): Promise<Plan> => {
				const { config, targets, done, report } = input;
				const [first] = targets;
				if (config === undefined || first === undefined) throw new Error("nothing is selected");
				const interaction = actorInteraction({ step: first.id, signal, reach: settings.reach, report });
				const asking = { config, interaction, signal, cwd: ctx.cwd };
				await askFor(
					asking,
					targets.flatMap((target) => entriesOf(config, target)),
				);
				return withTrust(asking, () => makePlan(settings, config, targets, done));
			}),
			/** One step. It reports how it went and rejects only when it was stopped. */
			step: actor(({ report, ...input }: Reporter & StepInput, signal) => runStep({ settings, signal, report }, input)),
		},
		actions: {
			begun: assign((_, found: Begun) => update.begun(found)),
			offered: assign((_, choice: Choice) => ({ choice })),
			selected: assign(({ context }, key: string) => update.selected(context, key)),
			planned: assign((_, plan: Plan) => update.planned(plan)),
			failed: assign((_, error: unknown) => update.failedWith(error)),
			reported: assign(({ context, event }) => update.reported(context, event)),
			again: assign(({ context }) => update.again(context)),
			unselect: assign(({ context }) => ({
				...update.again(context),
				attempt: context.attempt,
				targets: [],
				done: new Set(),
			})),
			awaitRetry: assign(({ context }, id: StepId | undefined) => ({ works: awaitingRetry(context.works, id) })),
			close: assign(() => ({ open: [] })),
		},
		guards: {
			interactive: () => interactive,
			hasChoice: ({ context }) => context.choice !== undefined,
			isOffered: ({ context }, key: string) => context.choice?.rows.some((row) => row.key === key) === true,
			/** Somebody has said no to what was asked. */
			wasCancelled: ({ context }) => errorsOf(context).some(({ code }) => code === "cancelled"),
			/** Something that was asked for is not signed in to. */
			isBroken: ({ context }) => isBroken(context),
			isConfigError: ({ context }) => errorsOf(context).some(({ code }) => code === "config"),
			hasFailedIntegration: ({ context }, id: StepId | undefined) => failedIntegrations(context.works, id).length > 0,
			isOver: ({ context }) => isOver(context),
			hasFailed: ({ context }) => hasFailed(context),
			needsPerson: ({ context }) => interactive && (hasFailed(context) || failedIntegrations(context.works).length > 0),
		},
	});

	/** Starts a child for every step that may run. */
	const launch = login.enqueueActions(({ context, enqueue, self }) => {
		const { plan, config } = update.planOf(context);
		for (const { step, rejected } of ready(context.works)) {
			const base = baseCredentials(context.works, step);
			enqueue.stopChild(step.id);
			enqueue.spawnChild("step", {
				id: step.id,
				input: { step, plan, config, base, rejected, report: (event) => self.send(event) },
			});
		}
		enqueue.assign({ works: started(context.works, ctx.clock.now()) });
	});
	const halt = login.enqueueActions(({ context, enqueue }) => {
		for (const id of context.works.keys()) enqueue.stopChild(id);
	});
	const answer = login.enqueueActions(({ context, event }) => {
		if (event.type !== "ANSWER") return;
		const { prompt, respond } = context.open.find(({ step }) => step === event.step) ?? {};
		if (prompt === undefined || !takesText(prompt, event.value)) return;
		respond?.({ type: "text", value: event.value });
	});

	const changeWay = login.enqueueActions(({ context, event }) => {
		if (event.type !== "CHANGE_WAY") return;
		const { prompt, respond } = context.open.find(({ step }) => step === event.step) ?? {};
		const ways = prompt !== undefined && "ways" in prompt ? prompt.ways : undefined;
		if (ways?.others.some(({ flow }) => flow === event.flow)) respond?.({ type: "way", flow: event.flow });
	});

	/** What a step, or the plan, tells while it is at work. */
	const talk = {
		SHOW: { actions: "reported" },
		ASK: { actions: "reported" },
		ASKED: { actions: "reported" },
		ANSWER: { actions: answer },
		CHANGE_WAY: { actions: changeWay },
	} as const;

	return login.createMachine({
		id: "login",
		context: ({ input }) => dataOf(input),
		initial: "entry",
		on: {
			CANCEL: { target: ".cancelled" },
			WARNING: { actions: "reported" },
		},
		states: {
			entry: {
				always: [
					{ guard: ({ context }) => context.plan !== undefined, target: "working" },
					{ guard: ({ context }) => context.targets.length > 0, target: "planning" },
					{ guard: "hasChoice", target: "choosing" },
					{ target: "starting" },
				],
			},

			starting: {
				invoke: {
					src: "begin",
					input: ({ context }) => ({ targets: context.targets }),
					onDone: [
						{
							guard: ({ event }: { event: DoneActorEvent<Begun> }) => event.output.targets.length === 0,
							target: "choosing",
							actions: { type: "begun", params: output },
						},
						{ target: "planning", actions: { type: "begun", params: output } },
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
							input: ({ context: { config, choice } }) => ({ config, choice }),
							onDone: { target: "ready", actions: { type: "offered", params: output } },
							// The rows from before are as good as any.
							onError: "ready",
						},
					},
				},
				on: {
					SELECT: {
						guard: { type: "isOffered", params: ({ event }) => event.key },
						target: "planning",
						actions: { type: "selected", params: ({ event }) => event.key },
					},
					BACK: { target: "cancelled" },
				},
			},

			planning: {
				exit: "close",
				invoke: {
					src: "plan",
					input: ({ context: { config, targets, done }, self }) => ({
						config,
						targets,
						done,
						report: (event) => self.send(event),
					}),
					onDone: { target: "working", actions: { type: "planned", params: output } },
					onError: { target: "failing", actions: { type: "failed", params: thrown } },
				},
				on: {
					...talk,
					BACK: [{ guard: "hasChoice", target: "choosing.refreshing", actions: "unselect" }, { target: "cancelled" }],
				},
			},

			working: {
				entry: launch,
				exit: [halt, "close"],
				always: [
					{ guard: and(["isOver", "wasCancelled"]), target: "cancelled" },
					{ guard: and(["isOver", "needsPerson"]), target: "attention" },
					{ guard: and(["isOver", "hasFailed"]), target: "failed" },
					{ guard: "isOver", target: "done" },
				],
				on: {
					...talk,
					STATUS: { actions: "reported" },
					PROGRESS: { actions: "reported" },
					SIGNED_IN: { actions: ["reported", launch] },
					DISCOVERED: { actions: "reported" },
					MADE: { actions: "reported" },
					FAILED: { actions: ["reported", launch] },
					RETRY: {
						guard: { type: "hasFailedIntegration", params: ({ event }) => event.step },
						actions: [{ type: "awaitRetry", params: ({ event }) => event.step }, launch],
					},
					BACK: [{ guard: "hasChoice", target: "choosing.refreshing", actions: "unselect" }, { target: "cancelled" }],
				},
			},

			failing: {
				always: [
					{ guard: "wasCancelled", target: "cancelled" },
					{ guard: "interactive", target: "attention" },
					{ target: "failed" },
				],
			},

			attention: {
				on: {
					RETRY: [
						{
							guard: ({ context, event }) =>
								failedIntegrations(context.works, event.step).length > 0 &&
								(event.step !== undefined || !isBroken(context)),
							target: "working",
							actions: { type: "awaitRetry", params: ({ event }) => event.step },
						},
						// The file may have been corrected meanwhile.
						{ guard: and(["isBroken", "isConfigError"]), target: "starting", actions: "again" },
						{ guard: "isBroken", target: "planning", actions: "again" },
					],
					BACK: [
						{ guard: "hasChoice", target: "choosing.refreshing", actions: "unselect" },
						{ guard: "isBroken", target: "failed" },
						{ target: "done" },
					],
					DONE: [{ guard: "isBroken", target: "failed" }, { target: "done" }],
				},
			},

			done: { type: "final" },
			failed: { type: "final" },
			cancelled: { type: "final" },
		},
	});
}

/** @param value the machine's state, as XState has it */
export function phaseOf(value: StateValue, data: LoginData): Phase {
	const state = typeof value === "string" ? value : Object.keys(value)[0];
	switch (state) {
		case "entry":
		case "starting":
			return "starting";
		case "planning":
		case "working":
			return workingPhase(data);
		case "failing":
			return "failed";
		default:
			return state as Phase;
	}
}
