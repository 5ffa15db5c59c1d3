/** The story of a login for the log at debug: what each step has come to. Made from snapshots, which hold no secret. */
import type { Logger } from "../auth/context.ts";
import type { Selection } from "./select-identity.ts";
import type { IntegrationRow, LoginSnapshot, Row, RowState } from "./snapshot.ts";

/** Tells which rule chose what is signed in to. */
export function tellSelection(log: Logger, selection: Selection): void {
	if (selection.type === "error") log.debug("nothing was chosen", { reason: selection.error.message });
	else if (selection.type === "pick") {
		log.debug("the user chooses", { of: selection.of, rule: selection.rule, offered: selection.keys.length });
	} else if (selection.type === "several") {
		log.debug("chosen", { identities: selection.identities.map(({ name }) => name).join(", "), rule: selection.rule });
	} else log.debug("chosen", { [selection.type]: selection.name, rule: selection.rule });
}

/**
 * @param before the snapshot that was told last; undefined for the first one
 * @param after the snapshot now
 */
export function tellStory(log: Logger, before: LoginSnapshot | undefined, after: LoginSnapshot): void {
	const states = new Map(
		[...(before?.chain ?? []), ...(before?.integrations ?? [])].map(({ id, state }) => [id, state]),
	);
	for (const row of after.chain) {
		if (row.state !== states.get(row.id)) tellLink(log, row, row.id.startsWith("provider:") ? "provider" : "identity");
	}
	for (const { step, prompt } of after.prompts) {
		if (before?.prompts.some((asked) => asked.prompt === prompt)) continue;
		if ("question" in prompt) log.debug("asking", { step, question: prompt.question });
		else {
			const { provider, portal, expiresAt, waitingForPid, ways } = prompt;
			const way = { way: ways?.taken.flow, because: ways?.why };
			log.debug("asking for approval", { provider, portal, expires: iso(expiresAt), waitingForPid, ...way });
		}
	}
	for (const row of after.integrations) {
		if (row.state !== states.get(row.id)) tellIntegration(log, row);
	}
	if (after.phase === before?.phase) return;
	const target = after.targets.length === 0 ? undefined : after.targets.map(({ name }) => name).join(", ");
	if (after.phase === "done") log.debug("signed in", { target });
	else if (after.phase === "cancelled") log.debug("cancelled", { target });
	else if (after.phase === "failed") log.debug("not signed in", { target, ...failed(after) });
}

const LINK: Readonly<Record<RowState, string | undefined>> = {
	waiting: undefined,
	running: "signing in",
	reused: "reused: still valid",
	ok: "signed in",
	failed: "failed",
};

function tellLink(log: Logger, row: Row, type: "provider" | "identity"): void {
	const what = LINK[row.state];
	if (what === undefined) return;
	const isSkipped = row.state === "reused" && row.expiresAt === undefined;
	const result = row.state === "failed" ? failed(row) : { result: row.text || undefined, expires: iso(row.expiresAt) };
	log.debug(`${type}: ${isSkipped ? "not needed: a later step is still valid" : what}`, {
		[type]: row.name,
		kind: row.kind,
		...result,
	});
}

const INTEGRATION: Readonly<Record<RowState, string | undefined>> = {
	waiting: undefined,
	running: "started",
	reused: "unchanged: still valid",
	ok: "written",
	failed: "failed",
};

function tellIntegration(log: Logger, row: IntegrationRow): void {
	const what = INTEGRATION[row.state];
	if (what === undefined) return;
	const result =
		row.state === "failed" ? failed(row) : { target: row.target || undefined, expires: iso(row.expiresAt) };
	log.debug(`integration: ${what}`, { integration: row.name, kind: row.kind, ...result });
}

function failed({ error }: Pick<Row, "error">): Readonly<Record<string, string | number | undefined>> {
	const { service } = error ?? {};
	return {
		code: error?.code,
		message: error?.message,
		service: service?.operation,
		status: service?.status,
		name: service?.name,
		requestId: service?.requestId,
	};
}

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());
