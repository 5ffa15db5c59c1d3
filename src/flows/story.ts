/** The story of a login for the log at debug: what each step has come to. Made from snapshots, which hold no secret. */
import type { Logger } from "../auth/context.ts";
import type { Selection } from "./select-identity.ts";
import type { IntegrationRow, LoginSnapshot, Row, RowState } from "./snapshot.ts";

/** Tells which rule chose what is signed in to. */
export function tellSelection(log: Logger, selection: Selection): void {
	if (selection.type === "error") log.debug("nothing was chosen", { reason: selection.error.message });
	else if (selection.type === "pick") {
		log.debug("the user chooses", { of: selection.of, rule: selection.rule, offered: selection.keys.length });
	} else log.debug("chosen", { [selection.type]: selection.name, rule: selection.rule });
}

/**
 * @param before the snapshot that was told last; undefined for the first one
 * @param after the snapshot now
 */
export function tellStory(log: Logger, before: LoginSnapshot | undefined, after: LoginSnapshot): void {
	for (const [index, row] of after.chain.entries()) {
		if (row.state !== before?.chain[index]?.state) tellLink(log, row, index === 0 ? "provider" : "identity");
	}
	const { prompt } = after;
	if (prompt?.type === "device-code" && prompt !== before?.prompt) {
		const { provider, portal, expiresAt, waitingForPid } = prompt;
		log.debug("asking for approval", { provider, portal, expires: iso(expiresAt), waitingForPid });
	}
	for (const [index, row] of after.integrations.entries()) {
		if (row.state !== before?.integrations[index]?.state) tellIntegration(log, row);
	}
	if (after.phase === before?.phase) return;
	if (after.phase === "done") log.debug("signed in", { target: after.target });
	else if (after.phase === "cancelled") log.debug("cancelled", { target: after.target });
	else if (after.phase === "failed") log.debug("not signed in", { target: after.target, ...failed(after) });
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
