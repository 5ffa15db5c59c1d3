/** How the login machine's data changes. Pure: each takes the data and what happened, and returns what is new. */
import type { AuthConfig } from "../auth/config/model.ts";
import type { Credentials } from "../auth/credentials.ts";
import type { ErrorView } from "../auth/errors.ts";
import type { Prompt } from "../auth/interaction.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import type { Plan } from "./chain.ts";
import type { Prepared, Started } from "./login-actors.ts";
import type { LoginData, MachineEvent } from "./login-data.ts";
import { chainRows, integrationDone, linkDone, loginResult, providerDone } from "./rows.ts";
import type { IntegrationRow, Row } from "./snapshot.ts";

type Update = Partial<LoginData>;

function patch<Item extends Row>(rows: readonly Item[], index: number, change: (row: Item) => Item): readonly Item[] {
	return rows.map((row, at) => (at === index ? change(row) : row));
}

function byName(
	data: LoginData,
	name: string,
	change: (row: IntegrationRow) => IntegrationRow,
): Pick<LoginData, "integrations"> {
	return { integrations: data.integrations.map((row) => (row.name === name ? change(row) : row)) };
}

/** The plan of a data that has one: it is there from `prepared` on. */
export function planOf(data: LoginData): { readonly plan: Plan; readonly config: AuthConfig } {
	if (data.plan === undefined || data.config === undefined) throw new Error("the login has not been prepared");
	return { plan: data.plan, config: data.config };
}

const realmOf = (data: LoginData): string => data.config?.realm.value ?? "";

/** The configuration was read, and it is known what the login is for or what is offered. */
export function started(output: Started): Update {
	const { config, project, profiles, target, choice } = output;
	return { config, project, profiles, ...(target ? { target } : {}), ...(choice ? { choice } : {}) };
}

/** A row of the menu was chosen. */
export function selected(data: LoginData, name: string): Update {
	const row = data.choice?.rows.find((candidate) => candidate.name === name || candidate.key === name);
	if (row === undefined || data.choice === undefined) return {};
	const type = data.choice.of === "identities" ? "identity" : "provider";
	return { target: { type, name: row.name, key: row.key } };
}

/** The chain was resolved; links that need not be walked are settled already. */
export function prepared(data: LoginData, output: Prepared): Update {
	const { plan } = output;
	const base: Update = {
		plan,
		integrations: output.integrations,
		integrationKeys: output.integrationKeys,
		chain: chainRows(plan),
		link: plan.reusable === undefined ? 0 : plan.reusable.index + 2,
		credentials: plan.reusable?.credentials,
	};
	if (plan.reusable === undefined || plan.reusable.index < plan.links.length - 1) return base;
	return { ...base, result: loginResult(plan, realmOf(data), plan.reusable.credentials, true) };
}

/** The current link's step begins. */
export function linkStarted(data: LoginData, now: number): Update {
	return {
		prompt: undefined,
		answer: undefined,
		chain: patch(data.chain, data.link, (row) => ({ ...row, state: "running", text: "", startedAt: now })),
	};
}

/** The provider's step gave a session. */
export function signedIn(data: LoginData, session: Credentials): Update {
	const { plan } = planOf(data);
	const row = data.chain[0];
	const reused = session.type === "sso" && (session.origin === "cache" || session.origin === "aws-cli");
	return {
		session,
		credentials: session,
		prompt: undefined,
		answer: undefined,
		link: 1,
		chain: row === undefined ? data.chain : patch(data.chain, 0, () => providerDone(row, session)),
		...(plan.target.type === "provider" ? { result: loginResult(plan, realmOf(data), session, reused) } : {}),
	};
}

/** A link of the chain gave credentials. */
export function assumed(data: LoginData, credentials: Credentials): Update {
	const { plan } = planOf(data);
	const index = data.link - 1;
	const last = index === plan.links.length - 1;
	return {
		credentials,
		prompt: undefined,
		answer: undefined,
		link: data.link + 1,
		chain: patch(data.chain, data.link, (row) => linkDone(row, credentials, "ok")),
		...(last ? { result: loginResult(plan, realmOf(data), credentials, false) } : {}),
	};
}

/** The service does not accept the session: the chain is walked again from its root, once. */
export function rejectedOnce(data: LoginData, session: LoginData["rejected"]): Update {
	return {
		rejected: session,
		attempt: data.attempt + 1,
		link: 0,
		credentials: undefined,
		session: undefined,
		prompt: undefined,
		answer: undefined,
		discovery: undefined,
		result: undefined,
		chain: data.chain.map((row) => ({ name: row.name, kind: row.kind, state: "waiting", text: "" })),
	};
}

/** A step failed: its row says so, and the login's error is set. */
export function failedWith(data: LoginData, error: ErrorView): Update {
	return {
		error,
		prompt: undefined,
		answer: undefined,
		result: undefined,
		chain: data.chain.map((row) =>
			row.state === "running" ? { ...row, state: "failed", text: error.message, error } : row,
		),
	};
}

/** What a running step reports. */
export function reported(data: LoginData, event: MachineEvent): Update {
	switch (event.type) {
		case "PROMPT":
			return { prompt: event.prompt && cleanPrompt(event.prompt), answer: undefined };
		case "ASK":
			return { prompt: cleanPrompt(event.prompt), answer: event.answer };
		case "STATUS":
			return {
				chain: patch(data.chain, data.link, (row) => (row.state === "running" ? { ...row, text: event.text } : row)),
			};
		case "DISCOVERY_PROGRESS":
			return {
				discovery: {
					...event.progress,
					identities: event.progress.identities.map(sanitize),
					failedAccounts: event.progress.failedAccounts.map(({ account, message }) => ({
						account: sanitize(account),
						message: sanitize(message),
					})),
					...(event.progress.gone === undefined
						? {}
						: { gone: { ...event.progress.gone, names: event.progress.gone.names.map(sanitize) } }),
				},
			};
		case "INTEGRATION_STATUS":
			return byName(data, event.name, (row) => (row.state === "running" ? { ...row, text: event.text } : row));
		case "INTEGRATION_DONE":
			return byName(data, event.name, (row) => integrationDone(row, event.artifact));
		case "INTEGRATION_FAILED":
			return byName(data, event.name, (row) => ({
				...row,
				state: "failed",
				text: event.error.message,
				error: event.error,
				label: sanitize(event.label) || row.label,
				target: sanitize(event.target) || row.target,
				parts: event.parts ?? row.parts,
			}));
		case "WARNING":
			return data.warnings.includes(event.text) ? {} : { warnings: [...data.warnings, event.text] };
		default:
			return {};
	}
}

/** Names come from configuration files, and those from repositories. Links have been checked by whoever asked. */
function cleanPrompt(prompt: Prompt): Prompt {
	if (prompt.type === "choice") {
		return {
			...prompt,
			question: sanitize(prompt.question),
			options: prompt.options.map((option) => ({ ...option, label: sanitize(option.label) })),
		};
	}
	return {
		...prompt,
		provider: sanitize(prompt.provider),
		portal: sanitize(prompt.portal),
		userCode: sanitize(prompt.userCode),
	};
}

/** Whether the named integration failed, or any. */
export function isFailed(data: LoginData, name?: string | undefined): boolean {
	return data.integrations.some((row) => row.state === "failed" && (name === undefined || row.name === name));
}

/** Failed integrations wait to be run again: the named one, or all of them. */
export function awaitingRetry(data: LoginData, name: string | undefined): Update {
	return {
		integrations: data.integrations.map((row) =>
			row.state === "failed" && (name === undefined || row.name === name)
				? { ...row, state: "waiting", text: "", error: undefined, notes: [] }
				: row,
		),
	};
}

/** Everything that waits begins. */
export function launched(data: LoginData, now: number): Update {
	return {
		integrations: data.integrations.map((row) =>
			row.state === "waiting" ? { ...row, state: "running", startedAt: now } : row,
		),
	};
}
