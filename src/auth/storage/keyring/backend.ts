/** What keeps the entries of a keyring: texts under names. */
import type { Secret } from "../../credentials.ts";
import { AuthError, type AuthErrorOptions } from "../../errors.ts";

export interface Backend {
	/** As a sentence has it: "the system's keyring". */
	readonly name: string;
	/** @returns undefined where there is none */
	read(key: string): Promise<Secret | undefined>;
	/** An entry that is there is replaced. */
	write(key: string, value: Secret): Promise<void>;
	/** @returns whether there was one */
	remove(key: string): Promise<boolean>;
}

/** The account under which the Go program keeps all its entries. */
export const ACCOUNT = "atmos-auth";

/** How long any call to a keyring may take, in milliseconds. */
export const KEYRING_MS = 3_000;
/** The same while a dialog of the system waits for a person who is there. */
export const DIALOG_MS = 60_000;

/** A keyring that is not there or does not answer: it is not asked again in this run. */
export class KeyringUnavailableError extends AuthError {
	/** The machine has none, and nobody asked for it: nothing to be warned of. */
	readonly isAbsent: boolean;

	constructor({ isAbsent = false, ...options }: Omit<AuthErrorOptions, "code"> & { readonly isAbsent?: boolean }) {
		super({ code: "storage", ...options });
		this.isAbsent = isAbsent;
		this.name = "KeyringUnavailableError";
	}
}
