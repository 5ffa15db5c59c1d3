/** The rows of a login: links and integrations, as they begin and as they end. Pure. */
import type { Credentials } from "../auth/credentials.ts";
import type { Artifact, Subject } from "../auth/kinds.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import type { IdentityStep, IntegrationStep, PlannedTarget, ProviderStep, Step } from "./plan.ts";
import type { Account, IntegrationRow, LoginResult, Row } from "./snapshot.ts";

/** A link, or the discovery of identities, before anything is done. */
export function waitingRow({ id, name, kind, for: targets }: Pick<Step, "id" | "name" | "kind" | "for">): Row {
	return { id, for: targets, name, kind, state: "waiting", text: "" };
}

/** A link that is not walked because a later one is still good. */
export function skippedRow(step: ProviderStep | IdentityStep): Row {
	const row = waitingRow(step);
	const session = step.type === "provider" ? step.session : undefined;
	if (session?.state !== "valid") return { ...row, state: "reused", text: "not needed now" };
	const { expiresAt, issuedAt } = session;
	return { ...row, state: "reused", text: "signed in", expiresAt, issuedAt };
}

/** A provider's row after its sign-in. */
export function providerDone(row: Row, step: ProviderStep, credentials: Credentials): Row {
	const { reused, text } = step.providerKind.describe(credentials);
	const { expiresAt, issuedAt } = credentials;
	return { ...row, state: reused ? "reused" : "ok", text, expiresAt, issuedAt };
}

/** An identity's row after its link was walked, or found still good. */
export function identityDone(row: Row, credentials: Credentials, state: "ok" | "reused"): Row {
	const { expiresAt, issuedAt, role } = credentials;
	const account = accountOf(credentials);
	const place = account?.name ?? account?.id;
	const text = [role ?? "signed in", place]
		.filter((part) => part !== undefined)
		.join(role === undefined ? " to " : " in ");
	return {
		...row,
		state,
		text: sanitize(text),
		account,
		role: role === undefined ? undefined : sanitize(role),
		expiresAt,
		issuedAt,
	};
}

/** An integration's row before it is run. */
export function integrationWaiting(
	step: Pick<IntegrationStep, "id" | "name" | "kind" | "for" | "retry">,
): IntegrationRow {
	return { ...waitingRow(step), label: "", target: "", retry: step.retry, notes: [] };
}

/** An integration's row after it succeeded, or was found still good. */
export function integrationDone(row: IntegrationRow, artifact: Artifact): IntegrationRow {
	return {
		...row,
		state: artifact.changed ? "ok" : "reused",
		text: sanitize(artifact.target),
		...about(artifact),
		expiresAt: artifact.expiresAt,
		issuedAt: artifact.issuedAt,
		notes: artifact.notes.map(sanitize),
		error: undefined,
	};
}

/** What an integration's row says of what it is about. */
export function about({ label, target, parts }: Subject): Pick<IntegrationRow, "label" | "target" | "parts"> {
	return { label: sanitize(label), target: sanitize(target), parts };
}

/** What the successful login of one target says. */
export function loginResult(
	target: PlannedTarget,
	step: ProviderStep | IdentityStep,
	options: {
		readonly provider: string | undefined;
		readonly realm: string;
		readonly credentials: Credentials;
		readonly stillValid: boolean;
		readonly env: LoginResult["env"];
	},
): LoginResult {
	const { credentials, provider, realm, stillValid, env } = options;
	const { region, role, expiresAt } = credentials;
	const isIdentity = target.type === "identity";
	return {
		...(isIdentity ? { identity: step.name } : {}),
		provider,
		account: isIdentity ? accountOf(credentials) : undefined,
		...(isIdentity && role !== undefined ? { role: sanitize(role) } : {}),
		region: region === undefined ? undefined : sanitize(region),
		realm,
		expiresAt,
		stillValid,
		env,
	};
}

/** From the credentials: what the configuration says today need not be what they were made for. */
function accountOf({ accountId: id, accountName: name }: Credentials): Account | undefined {
	if (id === undefined && name === undefined) return undefined;
	return { id: id === undefined ? undefined : sanitize(id), name: name === undefined ? undefined : sanitize(name) };
}
