/** The rows of a login: the chain and the integrations, as they begin and as they end. Pure. */
import type { AuthConfig, EntryName } from "../auth/config/model.ts";
import type { Credentials } from "../auth/credentials.ts";
import type { Artifact } from "../auth/kinds.ts";
import { sanitize } from "../auth/system/sanitize.ts";
import type { Plan, Target } from "./chain.ts";
import type { IntegrationRow, LoginResult, Row } from "./snapshot.ts";

/** The chain before anything is done; links that are not walked because later ones are still good are `reused`. */
export function chainRows(plan: Plan): Row[] {
	const { reusable, session } = plan;
	const provider: Row = { name: sanitize(plan.provider.name), kind: plan.provider.kind, state: "waiting", text: "" };
	const rows: Row[] = plan.links.map(({ identity }) => ({
		name: sanitize(identity.name),
		kind: identity.kind,
		state: "waiting",
		text: "",
	}));
	if (reusable === undefined) return [provider, ...rows];
	const alive = session.state === "valid";
	return [
		{
			...provider,
			state: "reused",
			text: alive ? "signed in" : "not needed now",
			...(alive ? { expiresAt: session.expiresAt, issuedAt: session.issuedAt } : {}),
		},
		...rows.map((row, index): Row => {
			if (index > reusable.index) return row;
			if (index < reusable.index) return { ...row, state: "reused", text: "not needed now" };
			return linkDone(row, reusable.credentials, "reused");
		}),
	];
}

/** The provider's row after its sign-in. */
export function providerDone(row: Row, session: Credentials): Row {
	const times = { expiresAt: session.expiresAt, issuedAt: session.issuedAt };
	if (session.type !== "sso") return { ...row, ...times, state: "ok", text: "signed in" };
	switch (session.origin) {
		case "cache":
			return { ...row, ...times, state: "reused", text: "signed in" };
		case "aws-cli":
			return { ...row, ...times, state: "reused", text: "signed in with the AWS CLI's session" };
		case "refresh":
			return { ...row, ...times, state: "ok", text: "session renewed" };
		case "shared":
			return { ...row, ...times, state: "ok", text: "signed in by another process" };
		default:
			return { ...row, ...times, state: "ok", text: "signed in" };
	}
}

/** An identity's row after its link was walked, or found still good. */
export function linkDone(row: Row, credentials: Credentials, state: "ok" | "reused"): Row {
	const account = accountOf(credentials);
	const place = account?.name ?? account?.id;
	const role = credentials.type === "aws" ? credentials.role : undefined;
	const text = [role ?? "signed in", place].filter((part) => part !== undefined).join(" in ");
	return {
		...row,
		state,
		text: sanitize(text),
		account,
		role: role === undefined ? undefined : sanitize(role),
		expiresAt: credentials.expiresAt,
		issuedAt: credentials.issuedAt,
	};
}

/** The integrations that a login with this target runs, in configuration order. A provider login runs none. */
export function linkedIntegrations(target: Target, config: AuthConfig): ReturnType<AuthConfig["integrations"]> {
	if (target.type !== "identity") return [];
	const linked = new Set(config.integrationsOf(target.key));
	return config.integrations().filter((integration) => integration.autoProvision && linked.has(integration.key));
}

/** Everything that a login with this target uses; nothing where its chain is broken, which its use will say. */
export function entriesOf(config: AuthConfig, target: Target): readonly EntryName[] {
	if (target.type === "provider") return [{ section: "providers", name: target.key }];
	try {
		const { provider, identities } = config.chain(target.key);
		return [
			{ section: "providers", name: provider },
			...identities.map((name): EntryName => ({ section: "identities", name })),
			...linkedIntegrations(target, config).map(({ key }): EntryName => ({ section: "integrations", name: key })),
		];
	} catch {
		return [];
	}
}

/** An integration's row before it is run. */
export function integrationWaiting(
	entry: { readonly name: string; readonly kind: string },
	retry: string,
): IntegrationRow {
	return {
		name: sanitize(entry.name),
		kind: sanitize(entry.kind),
		state: "waiting",
		text: "",
		label: "",
		target: "",
		retry: sanitize(retry),
		notes: [],
	};
}

/** An integration's row after it succeeded. */
export function integrationDone(row: IntegrationRow, artifact: Artifact): IntegrationRow {
	return {
		...row,
		state: artifact.changed ? "ok" : "reused",
		text: sanitize(artifact.target),
		label: sanitize(artifact.label),
		target: sanitize(artifact.target),
		parts: artifact.parts,
		expiresAt: artifact.expiresAt,
		issuedAt: artifact.issuedAt,
		notes: artifact.notes.map(sanitize),
		error: undefined,
	};
}

/** What the successful login says. */
export function loginResult(plan: Plan, realm: string, credentials: Credentials, stillValid: boolean): LoginResult {
	const { region } = credentials;
	const isIdentity = plan.target.type === "identity";
	return {
		...(isIdentity ? { identity: sanitize(plan.target.name) } : {}),
		provider: sanitize(plan.provider.name),
		account: isIdentity ? accountOf(credentials) : undefined,
		...(credentials.type === "aws" && credentials.role !== undefined ? { role: sanitize(credentials.role) } : {}),
		region: region === undefined ? undefined : sanitize(region),
		realm,
		expiresAt: credentials.expiresAt,
		stillValid,
	};
}

/** From the credentials: what the configuration says today need not be what they were made for. */
function accountOf(credentials: Credentials): LoginResult["account"] {
	if (credentials.type !== "aws") return undefined;
	const { accountId: id, accountName: name } = credentials;
	if (id === undefined && name === undefined) return undefined;
	return { id: id === undefined ? undefined : sanitize(id), name: name === undefined ? undefined : sanitize(name) };
}
