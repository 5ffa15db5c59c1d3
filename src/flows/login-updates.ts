/** How the login machine's data changes. Pure: each takes the data and what happened, and returns what is new. */
import type { AuthConfig } from "../auth/config/model.ts";
import { toErrorView } from "../auth/errors.ts";
import type { DiscoveryProgress, Prompt, Response } from "../auth/interaction.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import type { Begun } from "./begin.ts";
import { cleared, type LoginData, type MachineEvent } from "./login-data.ts";
import type { Plan } from "./plan.ts";
import { targetOf } from "./plan.ts";
import type { StepId } from "./snapshot.ts";
import { artifactDone, discoveryDone, failed, initialWorks, linkDone, renewed, targetViews, told } from "./work.ts";

type Update = Partial<LoginData>;

/** The plan of a data that has one: it is there while a login works. */
export function planOf(data: LoginData): { readonly plan: Plan; readonly config: AuthConfig } {
	if (data.plan === undefined || data.config === undefined) throw new Error("the login has not been planned");
	return { plan: data.plan, config: data.config };
}

/** The configuration was read, and it is known what the login is for or what is offered. */
export function begun(output: Begun): Update {
	const { config, project, profiles, targets, choice } = output;
	return { config, project, profiles, targets, ...(choice ? { choice } : {}) };
}

/** A row of the menu was chosen. */
export function selected(data: LoginData, key: string): Update {
	const row = data.choice?.rows.find((candidate) => candidate.key === key);
	if (row === undefined || data.choice === undefined) return {};
	const type = data.choice.of === "identities" ? "identity" : "provider";
	return { ...cleared(), targets: [targetOf({ type, name: row.name, key: row.key })], done: new Set() };
}

/** The steps are known; those that need not be done are done already. */
export function planned(plan: Plan): Update {
	return { plan, works: initialWorks(plan) };
}

/** The whole sign-in is tried again. */
export function again(data: LoginData): Update {
	return { ...cleared(), attempt: data.attempt + 1, done: signedIn(data) };
}

function signedIn({ plan, works, config, done }: LoginData): ReadonlySet<StepId> {
	if (plan === undefined || config === undefined) return done;
	return new Set(
		targetViews(plan, works, config.realm.value)
			.filter(({ state }) => state === "done")
			.map(({ id }) => id),
	);
}

/** The login as a whole failed. */
export function failedWith(thrown: unknown): Update {
	return { error: toErrorView(thrown), thrown, open: [] };
}

/** What a running step reports. */
export function reported(data: LoginData, event: MachineEvent): Update {
	const { works } = data;
	switch (event.type) {
		case "SHOW":
			return { open: opened(data, event.step, event.prompt) };
		case "ASK":
			return { open: opened(data, event.step, event.prompt, event.respond) };
		case "ASKED":
			return { open: opened(data, event.step, undefined) };
		case "STATUS":
			return { works: told(works, event.step, event.text) };
		case "PROGRESS":
			return { discovery: cleanProgress(event.progress) };
		case "SIGNED_IN":
			return { works: linkDone(works, event.step, event.credentials), open: opened(data, event.step, undefined) };
		case "DISCOVERED":
			return { works: discoveryDone(works, event.step) };
		case "MADE":
			return { works: artifactDone(works, event.step, event.artifact) };
		case "FAILED":
			return { ...stepFailed(data, event), open: opened(data, event.step, undefined) };
		case "WARNING":
			return warned(data, event.text);
		default:
			return {};
	}
}

function stepFailed(data: LoginData, event: Extract<MachineEvent, { readonly type: "FAILED" }>): Update {
	const { step, thrown, subject } = event;
	const anew = renewed(data.works, step, thrown);
	if (anew !== undefined) return { works: anew, attempt: data.attempt + 1, discovery: undefined };
	const works = failed(data.works, step, thrown, subject);
	if (works.get(step)?.step.type !== "discovery") return { works };
	return { works, ...warned(data, `the identities could not be listed: ${toErrorView(thrown).message}`) };
}

function warned({ warnings }: LoginData, text: string): Update {
	return warnings.includes(text) ? {} : { warnings: [...warnings, text] };
}

/** What a step shows takes the place of what it has shown. */
function opened(
	{ open }: LoginData,
	step: StepId,
	prompt: Prompt | undefined,
	respond?: (response: Response) => void,
): LoginData["open"] {
	const shown = prompt && { step, prompt: cleanPrompt(prompt), respond };
	const at = open.findIndex((each) => each.step === step);
	if (at < 0) return shown === undefined ? open : [...open, shown];
	return open.flatMap((each, index) => (index !== at ? [each] : shown === undefined ? [] : [shown]));
}

/** Names come from configuration files, and those from repositories. Links have been checked by whoever asked. */
function cleanPrompt(prompt: Prompt): Prompt {
	switch (prompt.type) {
		case "choice":
			return {
				...prompt,
				question: sanitize(prompt.question),
				options: prompt.options.map((option) => ({ ...option, label: sanitize(option.label) })),
			};
		case "code":
		case "secret":
			return { ...prompt, question: sanitize(prompt.question), source: sanitize(prompt.source) };
		case "authorization":
			return { ...prompt, provider: sanitize(prompt.provider), portal: sanitize(prompt.portal) };
		case "device-code":
			return {
				...prompt,
				provider: sanitize(prompt.provider),
				portal: sanitize(prompt.portal),
				userCode: sanitize(prompt.userCode),
			};
	}
}

function cleanProgress(progress: DiscoveryProgress): DiscoveryProgress {
	const { identities, failedAccounts, gone } = progress;
	return {
		...progress,
		identities: identities.map(sanitize),
		failedAccounts: failedAccounts.map(({ account, message }) => ({
			account: sanitize(account),
			message: sanitize(message),
		})),
		...(gone === undefined ? {} : { gone: { ...gone, names: gone.names.map(sanitize) } }),
	};
}
