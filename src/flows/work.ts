/** How far the steps of a plan are. Pure: each function takes what there is and returns what is new. */
import type { Credentials } from "../auth/credentials.ts";
import { type ErrorView, toErrorView } from "../auth/errors.ts";
import type { Artifact, Subject } from "../auth/kinds.ts";
import { RejectedCredentials } from "../auth/rejected-credentials.ts";
import type { IntegrationStep, Plan, PlannedTarget, Step } from "./plan.ts";
import {
	about,
	identityDone,
	integrationDone,
	integrationWaiting,
	loginResult,
	providerDone,
	skippedRow,
	waitingRow,
} from "./rows.ts";
import type { IntegrationRow, Row, StepId, TargetView } from "./snapshot.ts";

interface WorkBase {
	/** What those who need it build on; undefined where it was skipped, and until it is done. */
	readonly credentials?: Credentials | undefined;
	/** What it was started with. */
	readonly builtOn?: Credentials | undefined;
	/** What was turned down by a later step: it gets others. */
	readonly rejected?: Credentials | undefined;
	/** Whether it has been done once more because of that, which happens once. */
	readonly isRenewed: boolean;
	/** What it failed of, as it was thrown. */
	readonly thrown?: unknown;
}

export type Work = WorkBase &
	(
		| { readonly step: Exclude<Step, IntegrationStep>; readonly row: Row }
		| { readonly step: IntegrationStep; readonly row: IntegrationRow }
	);

/** In the plan's order. */
export type Works = ReadonlyMap<StepId, Work>;

const isIntegration = (work: Work): work is Extract<Work, { readonly step: IntegrationStep }> =>
	work.step.type === "integration";

/** The steps as a plan leaves them: what is still good is done. */
export function initialWorks(plan: Plan): Works {
	return new Map([...plan.steps.values()].map((step) => [step.id, initialWork(plan, step)]));
}

function initialWork(plan: Plan, step: Step): Work {
	const base = { isRenewed: false };
	if (step.type === "integration") {
		const row = integrationWaiting(step);
		const artifact = plan.artifacts.get(step.id);
		return { ...base, step, row: artifact === undefined ? row : integrationDone(row, artifact) };
	}
	const row = waitingRow(step);
	if (step.type === "discovery") return { ...base, step, row };
	const credentials = plan.held.get(step.id);
	if (credentials !== undefined) return { ...base, step, credentials, row: identityDone(row, credentials, "reused") };
	return { ...base, step, row: plan.skipped.has(step.id) ? skippedRow(step) : row };
}

/** The step that a step builds on, where it has one. */
export const baseOf = ({ needs }: Step): StepId | undefined => needs.at(-1);

/** @returns what a step builds on; undefined for one that begins a chain */
export function baseCredentials(works: Works, step: Step): Credentials | undefined {
	const base = baseOf(step);
	return base === undefined ? undefined : works.get(base)?.credentials;
}

/** @returns the steps that may start now */
export function ready(works: Works): readonly Work[] {
	return [...works.values()].filter(
		({ step, row }) => row.state === "waiting" && step.needs.every((id) => works.get(id)?.credentials !== undefined),
	);
}

/** Whether nothing runs and nothing can start: what still waits needs something that failed. */
export function isSettled(works: Works): boolean {
	return ready(works).length === 0 && ![...works.values()].some(({ row }) => row.state === "running");
}

function changed(works: Works, id: StepId, change: (work: Work) => Work): Works {
	const work = works.get(id);
	return work === undefined ? works : new Map(works).set(id, change(work));
}

/** Sets fields of a row; the kind of the row stays what it is. */
function withRow(work: Work, row: Partial<Row>): Work {
	return isIntegration(work) ? { ...work, row: { ...work.row, ...row } } : { ...work, row: { ...work.row, ...row } };
}

/** Everything that may start begins. */
export function started(works: Works, now: number): Works {
	return ready(works).reduce(
		(all, { step }) =>
			changed(all, step.id, (work) => ({
				...withRow(work, { state: "running", text: "", startedAt: now }),
				builtOn: baseCredentials(works, step),
			})),
		works,
	);
}

/** @param text what the step is doing */
export function told(works: Works, id: StepId, text: string): Works {
	return changed(works, id, (work) => (work.row.state === "running" ? withRow(work, { text }) : work));
}

/** A link gave credentials. */
export function linkDone(works: Works, id: StepId, credentials: Credentials): Works {
	const done = changed(works, id, (work) => {
		if (work.step.type === "provider") {
			return { ...work, step: work.step, credentials, row: providerDone(work.row, work.step, credentials) };
		}
		if (isIntegration(work)) return work;
		return { ...work, credentials, row: identityDone(work.row, credentials, "ok") };
	});
	const work = done.get(id);
	if (work?.step.type !== "provider") return done;
	// A session that was at hand has been looked through by whoever made it, a shared one by the other process.
	const { reused, shared } = work.step.providerKind.describe(credentials);
	if (!reused && !shared) return done;
	const beside = [...done.values()].filter(
		({ step, row }) => step.type === "discovery" && !step.isTarget && baseOf(step) === id && row.state === "waiting",
	);
	return beside.reduce((all, { step }) => changed(all, step.id, (each) => withRow(each, { state: "reused" })), done);
}

/** A discovery came to its end. */
export function discoveryDone(works: Works, id: StepId): Works {
	return changed(works, id, (work) => withRow(work, { state: "ok" }));
}

/** An integration made something. */
export function artifactDone(works: Works, id: StepId, artifact: Artifact): Works {
	return changed(works, id, (work) =>
		isIntegration(work) ? { ...work, row: integrationDone(work.row, artifact) } : work,
	);
}

/**
 * A step failed.
 *
 * @param subject what an integration was about, where that is known
 */
export function failed(works: Works, id: StepId, thrown: unknown, subject?: Subject | undefined): Works {
	const error = toErrorView(thrown);
	return changed(works, id, (work) => {
		const row: Partial<IntegrationRow> = {
			state: "failed",
			text: error.message,
			error,
			...(subject === undefined ? {} : about(subject)),
		};
		return { ...withRow(work, row), thrown };
	});
}

/**
 * A step whose base a service turned down: the base is done once more, and then the step.
 *
 * @returns undefined where that has been tried, or nothing was turned down
 */
export function renewed(works: Works, id: StepId, thrown: unknown): Works | undefined {
	const turnedDown = works.get(id);
	if (!(thrown instanceof RejectedCredentials) || turnedDown === undefined) return undefined;
	const { step, builtOn } = turnedDown;
	const base = baseOf(step);
	const work = base === undefined ? undefined : works.get(base);
	if (base === undefined || work === undefined) return undefined;
	// Nobody else is going to find out that the session is no good; beside a sign-in, the sign-in does.
	if (step.type === "discovery" && !step.isTarget) return undefined;
	// Another step was turned down as well, and has had the base done again meanwhile.
	if (work.credentials !== builtOn) return waiting(works, id);
	if (work.isRenewed) return undefined;
	const again = changed(waiting(works, base), base, (each) => ({
		...each,
		rejected: thrown.rejected,
		isRenewed: true,
	}));
	return [...again.values()].reduce(
		(all, { step: other, row }) =>
			other.id === id || (other.type === "discovery" && baseOf(other) === base && row.state !== "waiting")
				? waiting(all, other.id)
				: all,
		again,
	);
}

/** A step waits again, and what it builds on where that was skipped or has failed. */
function waiting(works: Works, id: StepId): Works {
	const reset = changed(works, id, (work) =>
		isIntegration(work)
			? {
					...work,
					thrown: undefined,
					row: {
						...integrationWaiting(work.step),
						label: work.row.label,
						target: work.row.target,
						parts: work.row.parts,
					},
				}
			: { ...work, credentials: undefined, thrown: undefined, row: waitingRow(work.step) },
	);
	return (works.get(id)?.step.needs ?? []).reduce((all, need) => {
		const { credentials, row } = all.get(need) ?? {};
		const isOver = row !== undefined && row.state !== "waiting" && row.state !== "running";
		return credentials === undefined && isOver ? waiting(all, need) : all;
	}, reset);
}

/** @returns the integrations that failed: the named one, or all of them */
export function failedIntegrations(works: Works, id?: StepId | undefined): readonly StepId[] {
	return [...works.values()]
		.filter((work) => isIntegration(work) && work.row.state === "failed" && (id === undefined || work.step.id === id))
		.map(({ step }) => step.id);
}

/** Failed integrations wait to be run again: the named one, or all of them. */
export function awaitingRetry(works: Works, id: StepId | undefined): Works {
	return failedIntegrations(works, id).reduce(waiting, works);
}

/** The rows that faces see. */
export function rowsOf(works: Works): {
	readonly chain: readonly Row[];
	readonly integrations: readonly IntegrationRow[];
} {
	const all = [...works.values()];
	return {
		chain: all.filter(({ step }) => step.type === "provider" || step.type === "identity").map(({ row }) => row),
		integrations: all.filter(isIntegration).map(({ row }) => row),
	};
}

/** What each target has come to. */
export function targetViews(plan: Plan, works: Works, realm: string): readonly TargetView[] {
	return plan.targets.map((target) => {
		const { id, type, name } = target;
		const view = { id, type, name: works.get(id)?.step.name ?? name };
		const error = errorOf(target, works);
		if (error !== undefined) return { ...view, state: "failed", error };
		const work = works.get(id);
		const step = work?.step;
		if (work?.credentials === undefined || (step?.type !== "identity" && step?.type !== "provider")) {
			return { ...view, state: "waiting" };
		}
		const root = target.path.map((each) => works.get(each)?.step).find((each) => each?.type === "provider");
		const result = loginResult(target, step, {
			provider: root?.name,
			realm,
			credentials: work.credentials,
			stillValid: work.row.state === "reused",
			env: plan.environment(id, work.credentials),
		});
		return { ...view, state: "done", result };
	});
}

function errorOf(target: PlannedTarget, works: Works): ErrorView | undefined {
	return target.error ?? target.path.map((id) => works.get(id)?.row.error).find((error) => error !== undefined);
}
