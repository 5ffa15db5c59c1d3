/**
 * The login as a series of events: the difference between two snapshots. `--json` writes them as they are, `--plain` as
 * sentences. A snapshot holds no secret, and an event is made of nothing else.
 */
import { type ErrorView, type Remedy, remedyText } from "../auth/errors.ts";
import type { ArtifactParts } from "../auth/kinds.ts";
import { shellCommand } from "../auth/system/shell-word.ts";
import {
	type IntegrationRow,
	type LoginResult,
	type LoginSnapshot,
	type Row,
	soleResult,
	type TargetView,
} from "../flows/snapshot.ts";
import type { Account, CommandEvent, EventError, LoginEvent } from "./event-types.ts";
import { type EndingOptions, loginExitCode } from "./exit-code.ts";
import { approvalKey, isPage, pageFields, shownPage } from "./shown-page.ts";

export type { CommandEvent, LoginEvent } from "./event-types.ts";

/** An event before its version and time are set. */
type BodyOf<Event> = Event extends LoginEvent | CommandEvent ? Omit<Event, "v" | "time"> : never;
type Body = BodyOf<LoginEvent>;

const DONE: readonly string[] = ["ok", "reused"];

/**
 * @param before the snapshot that the last events were made of; undefined for the first ones
 * @param after the snapshot now
 * @param now milliseconds since the epoch, the time of the events
 * @param options what decides the exit code that the last event has
 * @returns what happened in between, in the order in which it is told
 */
export function eventsBetween(
	before: LoginSnapshot | undefined,
	after: LoginSnapshot,
	now: number,
	options: EndingOptions = { strict: false, endedBy: () => undefined },
): LoginEvent[] {
	return [
		...beginning(before, after),
		...warnings(before, after),
		...chain(before, after),
		...approval(before, after),
		...discovery(before, after),
		...integrations(before, after),
		...ending(before, after, options),
	].map((body) => stamp<LoginEvent>(body, now));
}

/**
 * @param since when it began to be waited for, in milliseconds since the epoch
 * @returns the event that says that an approval is still waited for, or what else is waited for; undefined for nothing
 */
export function waitingEvent(snapshot: LoginSnapshot, now: number, since: number): LoginEvent | undefined {
	const prompt = shownPage(snapshot);
	if (prompt !== undefined) {
		const code = prompt.type === "device-code" ? { code: prompt.userCode } : {};
		return stamp<LoginEvent>(
			{ type: "approval.waiting", provider: prompt.provider, ...code, expiresAt: iso(prompt.expiresAt) },
			now,
		);
	}
	const waitingFor = waitedFor(snapshot);
	if (waitingFor === undefined) return undefined;
	return stamp<LoginEvent>({ type: "login.waiting", waitingFor, seconds: Math.round((now - since) / 1000) }, now);
}

const OVER: readonly LoginSnapshot["phase"][] = ["choosing", "attention", "done", "failed", "cancelled"];

/** @returns what is being done, such as `company-sso: asking for a code`; undefined while only a person is waited for */
export function waitedFor(snapshot: LoginSnapshot): string | undefined {
	const { phase, prompts, chain, integrations, discovery } = snapshot;
	if (prompts.length > 0 || OVER.includes(phase)) return undefined;
	if (phase === "starting") return "reading the configuration";
	const link = chain.find(({ state }) => state === "running");
	if (link !== undefined) return `${link.name}: ${link.text || "signing in"}`;
	const [first, ...more] = integrations.filter(({ state }) => state === "running");
	if (first !== undefined) {
		const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
		return `${first.name}: ${first.text || "running"}${others}`;
	}
	if (phase === "signing-in" || phase === "assuming") return undefined;
	return discovery === undefined
		? "discovery: listing accounts"
		: `discovery: ${discovery.accountsDone} of ${discovery.accountsTotal ?? "?"} accounts`;
}

/**
 * The row of an integration as events, for commands that run integrations alone.
 *
 * @returns its end; without one, that it begins
 */
export function integrationEvent(row: IntegrationRow, now: number): LoginEvent {
	if (row.state === "waiting" || row.state === "running") {
		return stamp<LoginEvent>(
			{ type: "integration.started", ...stepOf(row), integration: row.name, kind: row.kind },
			now,
		);
	}
	return stamp<LoginEvent>(endOf(row), now);
}

/** The last event of a command that is not `login`. */
export function commandEvent(body: BodyOf<CommandEvent>, now: number): CommandEvent {
	return stamp<CommandEvent>(body, now);
}

/** The last event of a command that an error ended. @param command its words, such as `login` or `aws ecr login` */
export function failureEvent(
	command: string,
	failure: { readonly error: ErrorView; readonly exitCode: number },
	now: number,
): LoginEvent | CommandEvent {
	const { exitCode } = failure;
	const error = eventError(failure.error);
	if (command === "login") return stamp<LoginEvent>({ type: "login.failed", error, exitCode }, now);
	return commandEvent({ type: "command.failed", command, error, exitCode }, now);
}

function stamp<Event extends LoginEvent | CommandEvent>(body: BodyOf<Event>, now: number): Event {
	const { type, ...rest } = body;
	return { v: 1, type, time: iso(now), ...rest } as unknown as Event;
}

function beginning(before: LoginSnapshot | undefined, after: LoginSnapshot): Body[] {
	const bodies: Body[] = [];
	if (known(after) && !(before && known(before))) {
		bodies.push({ type: "login.started", project: after.project, profiles: after.profiles });
	}
	for (const { id, name } of decided(after) && !(before && decided(before)) ? after.targets : []) {
		const chain = after.chain.filter((row) => row.for.includes(id)).map((row) => row.name);
		bodies.push({ type: "identity.selected", target: name, chain });
	}
	return bodies;
}

/** Whether the configuration has been read. */
function known(snapshot: LoginSnapshot): boolean {
	return snapshot.phase !== "starting" && (snapshot.project !== "" || snapshot.targets.length > 0);
}

/** Whether it is known what there is to do. A target that is broken in itself has no links. */
function decided({ chain, targets }: LoginSnapshot): boolean {
	return chain.length > 0 || targets.some(({ state }) => state === "failed");
}

function warnings(before: LoginSnapshot | undefined, after: LoginSnapshot): Body[] {
	return after.warnings.slice(before?.warnings.length ?? 0).map((message) => ({ type: "warning", message }));
}

function approval(before: LoginSnapshot | undefined, after: LoginSnapshot): Body[] {
	const shown = before?.prompts.map(approvalKey) ?? [];
	return after.prompts.flatMap((asked): Body[] => {
		const { step, prompt } = asked;
		if (!isPage(prompt) || shown.includes(approvalKey(asked))) return [];
		// What was pasted was wrong: the page is the one that has been told.
		if (prompt.type === "authorization" && prompt.paste?.problem !== undefined) return [];
		const targets = targetNames(after, after.chain.find(({ id }) => id === step)?.for ?? []);
		const expiresAt = iso(prompt.expiresAt);
		return [{ type: "approval.required", id: step, targets, ...pageFields(prompt), expiresAt }];
	});
}

const targetNames = ({ targets }: LoginSnapshot, ids: readonly string[]): string[] =>
	targets.filter(({ id }) => ids.includes(id)).map(({ name }) => name);

/** What an event says of its step. The targets' names follow from their keys where the snapshot is not at hand. */
function stepOf(row: Row, snapshot?: LoginSnapshot): { readonly id: string; readonly targets: readonly string[] } {
	return { id: row.id, targets: snapshot === undefined ? row.for.map(keyOf) : targetNames(snapshot, row.for) };
}

const keyOf = (id: string): string => id.slice(id.indexOf(":") + 1);

function chain(before: LoginSnapshot | undefined, after: LoginSnapshot): Body[] {
	const known = new Map(before?.chain.map((row) => [row.id, row]));
	// Alone, it is the end of the login, which says it.
	const goesOn = after.targets.length > 1;
	return after.chain.flatMap((row): Body[] => {
		const was = known.get(row.id);
		if (goesOn && row.error !== undefined && (was?.state !== "failed" || was.startedAt !== row.startedAt)) {
			return [
				{ type: "link.failed", ...stepOf(row, after), name: row.name, kind: row.kind, error: eventError(row.error) },
			];
		}
		if (!finished(was, row)) return [];
		const common = { ...stepOf(row, after), reused: row.state === "reused", detail: row.text, ...expiry(row) };
		return row.id.startsWith("provider:")
			? [{ type: "provider.signed-in", provider: row.name, ...common }]
			: [{ type: "identity.assumed", identity: row.name, ...accountAndRole(row), ...common }];
	});
}

/** Whether a row has come to its good end since. */
function finished(before: Row | undefined, after: Row): boolean {
	if (!DONE.includes(after.state)) return false;
	return before === undefined || !DONE.includes(before.state) || before.startedAt !== after.startedAt;
}

function discovery(before: LoginSnapshot | undefined, after: LoginSnapshot): Body[] {
	const progress = after.discovery;
	if (progress === undefined || progress === before?.discovery) return [];
	const seen = before?.discovery;
	return [
		{
			type: "provision.progress",
			...(progress.accountsTotal === undefined ? {} : { accountsTotal: progress.accountsTotal }),
			accountsDone: progress.accountsDone,
			identitiesTotal: progress.identities.length,
			identities: progress.identities.slice(seen?.identities.length ?? 0),
			failedAccounts: progress.failedAccounts.slice(seen?.failedAccounts.length ?? 0),
			...(progress.gone === undefined ? {} : { gone: progress.gone }),
		},
	];
}

function integrations(before: LoginSnapshot | undefined, after: LoginSnapshot): Body[] {
	const known = new Map(before?.integrations.map((row) => [row.id, row]));
	return after.integrations.flatMap((row): Body[] => {
		const was = known.get(row.id);
		const head = { ...stepOf(row, after), integration: row.name, kind: row.kind };
		const began: Body[] = startedSince(was, row) ? [{ type: "integration.started", ...head }] : [];
		const ended: Body[] = endedSince(was, row) ? [endOf(row, after)] : [];
		return [...began, ...ended];
	});
}

function startedSince(was: IntegrationRow | undefined, row: IntegrationRow): boolean {
	return row.startedAt !== undefined && row.state !== "waiting" && (was?.startedAt !== row.startedAt || !begun(was));
}

function endedSince(was: IntegrationRow | undefined, row: IntegrationRow): boolean {
	if (row.state === "waiting" || row.state === "running") return false;
	return was === undefined || was.state === "waiting" || was.state === "running" || was.startedAt !== row.startedAt;
}

const begun = (row: IntegrationRow): boolean => row.state !== "waiting";

function endOf(row: IntegrationRow, snapshot?: LoginSnapshot): Body {
	const head = {
		...stepOf(row, snapshot),
		integration: row.name,
		kind: row.kind,
		label: row.label,
		target: row.target,
		...defined<ArtifactParts>(row.parts ?? {}),
	};
	if (row.state === "failed" && row.error !== undefined) {
		return {
			type: "integration.failed",
			...head,
			error: eventError(row.error),
			retry: shellCommand(row.retry),
			retryCommand: row.retry,
		};
	}
	return { type: "integration.ready", ...head, changed: row.state === "ok", ...expiry(row), notes: row.notes };
}

function ending(before: LoginSnapshot | undefined, after: LoginSnapshot, options: EndingOptions): Body[] {
	if (before?.phase === after.phase) return [];
	const exitCode = loginExitCode(after, options);
	if (after.phase === "cancelled") return [{ type: "login.cancelled", reason: options.endedBy() ?? "user", exitCode }];
	const targets = after.targets.map(targetBody);
	if (after.phase === "failed") {
		const error = after.error ?? after.targets.find((target) => target.error !== undefined)?.error;
		const view = error ?? { code: "bug", message: "unknown", details: [] };
		return [{ type: "login.failed", error: eventError(view), ...(targets.length > 1 ? { targets } : {}), exitCode }];
	}
	const results = after.targets.flatMap(({ result }) => result ?? []);
	const [first] = results;
	const sole = soleResult(after);
	if (after.phase !== "done" || first === undefined) return [];
	return [
		{
			type: "login.succeeded",
			...(sole === undefined ? {} : resultBody(sole)),
			realm: first.realm,
			stillValid: results.every(({ stillValid }) => stillValid),
			targets,
			integrations: {
				ready: after.integrations.filter((row) => DONE.includes(row.state)).length,
				failed: after.integrations.filter((row) => row.state === "failed").length,
			},
			exitCode,
		},
	];
}

function targetBody({ name, state, result, error }: TargetView) {
	return {
		target: name,
		signedIn: state === "done",
		...(result === undefined ? {} : { ...commonBody(result), stillValid: result.stillValid }),
		...(error === undefined ? {} : { error: eventError(error) }),
	};
}

function resultBody(result: LoginResult) {
	return { ...defined({ identity: result.identity }), ...commonBody(result) };
}

/** What is said of a target whether it is the only one or not. */
function commonBody(result: LoginResult) {
	const { provider, region, env } = result;
	return {
		...defined({ provider }),
		...accountAndRole(result),
		...defined({ region }),
		...expiry(result),
		...(Object.keys(env).length === 0 ? {} : { env }),
	};
}

/** A failure as events have it. */
export function eventError(error: ErrorView): EventError {
	return {
		code: error.code,
		message: error.message,
		...defined({ reason: error.reason }),
		...(error.remedy === undefined ? {} : remedyFields(error.remedy)),
		...(error.details.length === 0 ? {} : { details: error.details }),
		...(error.candidates === undefined ? {} : { candidates: error.candidates }),
		...(error.service === undefined ? {} : { service: defined(error.service) }),
	};
}

/** A remedy as events have it: the text for people, and its parts for programs. */
function remedyFields(remedy: Remedy): Pick<EventError, "remedy" | "command" | "edit"> {
	return { remedy: remedyText(remedy), ...defined({ command: remedy.run, edit: remedy.edit }) };
}

function accountAndRole(row: Pick<Row, "account" | "role">): { readonly account?: Account; readonly role?: string } {
	return {
		...(row.account === undefined ? {} : { account: defined(row.account) }),
		...(row.role === undefined ? {} : { role: row.role }),
	};
}

function expiry(row: { readonly expiresAt?: number | undefined }): { readonly expiresAt?: string } {
	return row.expiresAt === undefined ? {} : { expiresAt: iso(row.expiresAt) };
}

const iso = (at: number): string => new Date(at).toISOString();

type Defined<Value> = { readonly [Key in keyof Value]: Exclude<Value[Key], undefined> };

function defined<Value extends object>(value: Value): Defined<Value> {
	return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<Value>;
}
