/** The dashboard in sentences, for those who listen to it. Pure: from two snapshots to what has changed. */
import { type ErrorView, remedyText } from "../auth/errors.ts";
import type { AuthorizationPrompt, CodePrompt, DeviceCodePrompt, SecretPrompt } from "../auth/interaction.ts";
import { type Choice, isSignedIn, type LoginSnapshot, type Row } from "../flows/snapshot.ts";
import { counted } from "../output/counted.ts";
import { longDuration } from "../output/duration.ts";
import { serviceLine } from "../output/error-lines.ts";
import type { Forwarding } from "../output/forwarding.ts";
import { goneText } from "../output/gone.ts";
import { approvalUrl } from "../output/shown-page.ts";
import type { BoardEntry } from "./identity-list.ts";
import { hasLink, takesPaste } from "./keys/shown.ts";
import type { Binding } from "./keys/table.ts";
import { timeAgo } from "./lifetime.ts";
import { pageTask, pasteTask, wayText } from "./page-words.ts";
import { lookOf } from "./session.ts";
import { clean, graphemes } from "./text.ts";

const NAMED: Readonly<Record<string, string>> = { "-": "dash", " ": "space", ".": "dot", _: "underscore" };

/** `WD-4` as `W, D, dash, 4`. */
export function spelled(code: string): string {
	return graphemes(code)
		.map((character) => NAMED[character] ?? character)
		.join(", ");
}

/** A row of the identities with its place, as it is read out when the mark comes to it. */
export function rowSentence(entry: BoardEntry, place: number, of: number, now: number): string {
	const { row } = entry;
	const { session } = row;
	const look = lookOf(session, entry.problem !== undefined, now);
	const state = (): string => {
		if (entry.problem !== undefined) return `cannot be used: ${entry.problem}`;
		if (look === "none") return "not signed in";
		if (session.state === "none" || session.expiresAt === undefined)
			return look === "expired" ? "expired" : "signed in";
		return look === "expired"
			? `expired ${timeAgo(session.expiresAt, now)}`
			: `signed in, ${longDuration(session.expiresAt - now)} left`;
	};
	const parts = [
		entry.name + (row.isDefault ? ", default" : ""),
		entry.account && `account ${entry.account}`,
		entry.role,
		state(),
	];
	return `${place} of ${of}: ${parts.filter(Boolean).join(", ")}`;
}

/** The sentences with which the list begins. */
export function choiceSentences(choice: Choice): string[] {
	const what = choice.of === "identities" ? "identities" : "providers";
	const count = choice.rows.length;
	return [
		`Choose one of ${count} ${count === 1 ? what.replace(/ies$/, "y").replace(/s$/, "") : what}. ` +
			"Up and down move, Enter signs in, slash filters, question mark lists the keys.",
	];
}

/** The sentences of a device code. The link stands alone on its line, so that it can be selected. */
export function approvalSentences(prompt: DeviceCodePrompt, now: number, notice: string): string[] {
	const left = longDuration(prompt.expiresAt - now);
	const waiting = prompt.waitingForPid;
	return [
		`Sign in to ${clean(prompt.provider)}. Open this page and check that it shows exactly this code:`,
		clean(approvalUrl(prompt)),
		`Code: ${clean(prompt.userCode)}`,
		`Spelled: ${spelled(clean(prompt.userCode))}`,
		`${notice} The code expires in ${left}.`,
		...waySentences(prompt),
		waiting === undefined
			? "Waiting for your approval. c copies the code, l the link, o opens the page, Escape cancels."
			: `Waiting for process ${waiting}, which asked for this code.`,
	];
}

/**
 * The sentences of a page on which a person signs in. The link stands alone on its line, and so does a command.
 *
 * @param forward how the page gets back to this machine, where it needs help
 */
export function pageSentences(
	prompt: AuthorizationPrompt,
	now: number,
	notice: string,
	forward: Forwarding | undefined,
): string[] {
	const pastes = takesPaste(prompt);
	const problem = prompt.paste?.problem;
	const keys = pastes
		? "Control O opens the page, Control L copies the link, Enter sends what was pasted, Escape cancels."
		: hasLink(prompt)
			? "Enter opens the page, l copies the link, Escape cancels."
			: "Escape cancels.";
	return [
		...(problem === undefined ? [] : [clean(problem)]),
		`Sign in to ${clean(prompt.provider)}. ${pageTask(prompt)}`,
		...(hasLink(prompt) ? [clean(prompt.url)] : []),
		...(pastes ? [pasteTask(prompt)] : []),
		...(forward === undefined ? [] : [forward.why, clean(forward.command)]),
		`${notice} The page expires in ${longDuration(prompt.expiresAt - now)}.`,
		...waySentences(prompt),
		prompt.waitingForPid === undefined ? keys : `Waiting for process ${prompt.waitingForPid}, which opened this page.`,
	];
}

/** Why it is signed in to in this way, and how another one is taken. */
function waySentences(prompt: AuthorizationPrompt | DeviceCodePrompt): string[] {
	const why = wayText(prompt.ways);
	const others = prompt.ways?.others ?? [];
	if (why === undefined) return [];
	const key = prompt.type === "authorization" && takesPaste(prompt) ? "Tab" : "m";
	const labels = others.map(({ label }) => clean(label)).join(", or ");
	return [others.length === 0 ? why : `${why} ${key} signs in another way: ${labels}.`];
}

/** The sentences of a question whose answer must not be heard. */
export function secretSentences({ question, source, problem }: SecretPrompt): string[] {
	const why = problem === undefined ? [] : [clean(problem)];
	return [...why, `${clean(question)}: ${clean(source)}. Type or paste it, then Enter. Escape cancels.`];
}

/** How much there is of what is not read out. */
export function lengthSentence(length: number): string {
	return length === 0 ? "Empty" : counted(length, "character");
}

/** The sentences of a question that is answered with digits. */
export function codeSentences({ question, source, digits, problem }: CodePrompt): string[] {
	const why = problem === undefined ? [] : [clean(problem)];
	return [
		...why,
		`${clean(question)}: ${clean(source)}. Type the ${digits} digits; the last one sends them. Escape cancels.`,
	];
}

/** The digits of a code so far. */
export function typedSentence(typed: string, digits: number): string {
	if (typed === "") return "Empty";
	return typed.length < digits ? spelled(typed) : `${spelled(typed)}. Sent.`;
}

function rowChange(row: Row, before: Row | undefined, now: number): string | undefined {
	const isSame = before?.state === row.state && before.startedAt === row.startedAt;
	if (isSame && (row.state !== "running" || before.text === row.text)) return undefined;
	const name = clean(row.name);
	switch (row.state) {
		case "waiting":
			return undefined;
		case "running":
			return row.text === "" ? undefined : `${name}: ${clean(row.text)}`;
		case "failed":
			return `${name} failed: ${clean(row.error?.message ?? row.text)}${row.error?.remedy ? `. Try: ${clean(remedyText(row.error.remedy))}` : ""}`;
		default: {
			const left = row.expiresAt === undefined ? "" : `, ${longDuration(row.expiresAt - now)} left`;
			return `${name}: ${clean(row.text) || "done"}${left}`;
		}
	}
}

/** What has happened between two snapshots; lists and prompts are told elsewhere. */
export function changeSentences(before: LoginSnapshot | undefined, after: LoginSnapshot, now: number): string[] {
	const lines: string[] = [];
	for (const group of ["chain", "integrations"] as const) {
		for (const row of after[group]) {
			const line = rowChange(
				row,
				before?.[group].find(({ id }) => id === row.id),
				now,
			);
			if (line !== undefined) lines.push(line);
		}
	}
	const found = after.discovery;
	if (found !== undefined && found.accountsDone === found.accountsTotal && before?.discovery !== found) {
		lines.push(`${found.identities.length} identities found in ${found.accountsDone} accounts`);
		if (found.gone !== undefined) lines.push(`Note: ${clean(goneText(found.gone))}`);
	}
	for (const warning of after.warnings.slice(before?.warnings.length ?? 0)) lines.push(`Note: ${clean(warning)}`);
	if (after.phase === "attention" && before?.phase !== "attention") {
		if (!isSignedIn(after)) {
			if (after.error !== undefined) lines.push(...failureSentences("The sign-in", after.error));
			else lines.push(...targetSentences(after));
			lines.push("r retries, d shows details, q quits.");
		} else {
			const failed = after.integrations.filter(({ state }) => state === "failed").length;
			lines.push(
				`${failed} of ${after.integrations.length} integration${after.integrations.length === 1 ? "" : "s"} failed; you are still signed in. r retries, d shows details, Enter finishes.`,
			);
		}
	}
	return lines;
}

function failureSentences(name: string, { message, reason, details, remedy }: ErrorView): string[] {
	return [
		`${name} failed: ${clean(message)}`,
		...[reason, ...details].flatMap((line) => (line ? [clean(line)] : [])),
		...(remedy ? [`Try: ${clean(remedyText(remedy))}`] : []),
	];
}

/** What several targets have come to; what their links failed of was said when it happened. */
function targetSentences({ targets, chain }: LoginSnapshot): string[] {
	const broken = targets.filter(({ id }) => !chain.some((row) => row.id === id));
	const done = targets.filter(({ state }) => state === "done").length;
	return [
		...broken.flatMap(({ name, error }) => (error === undefined ? [] : failureSentences(clean(name), error))),
		`${done} of ${targets.length} identities signed in.`,
	];
}

/** What the service itself said of a failure. */
export function detailSentence({
	name,
	error,
}: {
	readonly name: string;
	readonly error?: ErrorView | undefined;
}): string {
	return `${clean(name)}: ${clean(serviceLine(error?.service, []) ?? "the service gave no further details")}`;
}

/** The keys that work now, a sentence each. */
export function keySentences(bindings: readonly Binding[]): string[] {
	return bindings
		.filter(({ help, keys }) => help !== "" && keys.length > 0)
		.map(({ keys, help }) => `${keys.map(spokenKey).join(" or ")}: ${help}`);
}

function spokenKey(key: string): string {
	if (key === "/") return "slash";
	return key === "?" ? "question mark" : key.replace(/^ctrl\+(.)$/, (_, letter: string) => `control ${letter}`);
}
