/** A user's own access keys in the keyring, where `user configure` puts them. */
import type { Identity } from "../../config/model.ts";
import type { Run } from "../../kinds.ts";
import type { AwsCredentials } from "../credentials.ts";
import type { Config } from "./schema.ts";

/** What the keyring holds for a user. */
export interface StoredKeys {
	readonly keys: AwsCredentials;
	/** Its MFA device; the configuration's goes before. */
	readonly mfaArn?: string | undefined;
	/** How long its sessions last, as it was entered; the configuration's goes before. */
	readonly sessionDuration?: string | undefined;
}

/** @returns undefined where the keyring has none of this identity */
export async function storedKeys(_identity: Identity<Config>, _run: Run): Promise<StoredKeys | undefined> {
	return undefined;
}
