/** What is wrong between an identity and the link before it: its kind knows that, and a schema does not. */
import { identityKind, providerKind } from "../registry.ts";
import { problemAt } from "./check.ts";
import type { Entry } from "./merge.ts";
import type { ConfigProblem, Identity } from "./model.ts";

/** An identity, and what its `via` names. */
export interface Linked {
	readonly identity: Omit<Identity, "config">;
	/** Undefined for one that begins a chain, or whose `via` leads nowhere. */
	readonly base?: { readonly section: "providers" | "identities"; readonly kind: string } | undefined;
}

/** @param config what the schema made of the entry */
export async function linkProblem(
	entry: Entry,
	{ identity, base }: Linked,
	config: unknown,
): Promise<ConfigProblem | undefined> {
	const kind = await identityKind(identity.kind);
	if (kind === undefined || base === undefined) return undefined;
	const before = await (base.section === "providers" ? providerKind : identityKind)(base.kind);
	// One that this version does not have has been told of already.
	if (before === undefined) return undefined;
	const whole: Identity = { ...identity, config };
	if (!kind.takes.includes(before.gives)) {
		const { message, reason } = kind.refusal(whole);
		const path = ["via", base.section === "providers" ? "provider" : "identity"];
		return problemAt(entry, path, [message, reason].filter((part) => part !== undefined).join(": "));
	}
	const lack = kind.lacks?.(whole, before.gives);
	return lack === undefined ? undefined : problemAt(entry, lack.path, `missing; ${lack.expected}`);
}
