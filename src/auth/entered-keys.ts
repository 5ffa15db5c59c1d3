/** Keys that a person enters once and that are kept in the keyring: what `user configure` needs of a kind that has such. */
import type { Identity } from "./config/model.ts";
import type { Secret } from "./credentials.ts";
import type { Run } from "./kinds.ts";

export interface EnteredKeys {
	readonly id: string;
	readonly secret: Secret;
	/** Its MFA device. */
	readonly mfa?: string | undefined;
	/** How long sessions are to last, as it was entered. */
	readonly duration?: string | undefined;
}

export type KeyField = keyof EnteredKeys;

/** Whose keys they are. */
export interface KeyOwner {
	/** As the service names them; to compare, and to show. */
	readonly name: string;
	readonly account: string;
}

export type KeyRun = Pick<Run, "ctx" | "realm" | "signal" | "interaction">;

export interface KeyKind {
	/** What each of them is called, for questions. */
	readonly labels: Readonly<Record<KeyField, string>>;
	/** The variables that have the keys in an environment, such as a job's. */
	readonly variables: { readonly id: string; readonly secret: string };
	/** @returns what is wrong with one of them; undefined if nothing is */
	objection(field: KeyField, text: string): string | undefined;
	/** Which of them the configuration has: it goes before the keyring. Not evaluated further than it was. */
	configured(identity: Identity): readonly KeyField[];
	/** Asks the service whose keys they are. @throws AuthError `denied`, `network`, `service`; the signal's reason */
	owner(identity: Identity, keys: Pick<EnteredKeys, "id" | "secret">, run: KeyRun): Promise<KeyOwner>;
	/** @returns what the keyring has for the identity, if it is whole. @throws what `Keyring.get` throws */
	stored(identity: Identity, run: KeyRun): Promise<EnteredKeys | undefined>;
	/** @returns where they are. @throws what `Keyring.set` throws */
	store(identity: Identity, keys: EnteredKeys, run: KeyRun): Promise<string>;
	/** @returns where they were; undefined where there were none. @throws what `Keyring.remove` throws */
	remove(identity: Identity, run: KeyRun): Promise<string | undefined>;
}
