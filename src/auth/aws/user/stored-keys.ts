/** A user's own access keys in the keyring, where `user configure` puts them. */
import type { Identity } from "../../config/model.ts";
import { AuthError } from "../../errors.ts";
import type { Run } from "../../kinds.ts";
import { sanitize } from "../../system/sanitize.ts";
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

/** The command that puts them there. */
const configureCommand = ({ name }: Pick<Identity, "name">): readonly string[] => [
	"atmos-auth",
	"user",
	"configure",
	sanitize(name),
];

/**
 * @returns undefined where the keyring has none of this identity, or cannot be used: then the log says so
 * @throws AuthError `config` for keys that are incomplete; UntrustedError; what `Keyring.get` throws; the signal's reason
 */
export async function storedKeys(identity: Identity<Config>, run: Run): Promise<StoredKeys | undefined> {
	const { ctx } = run;
	// Loaded only now: a user whose keys are in the configuration needs no keyring.
	const { openKeyring, unlessUnavailable } = await import("../../storage/keyring/keyring.ts");
	const keyring = await openKeyring(run);
	const found = await unlessUnavailable(ctx, async () => {
		const entry = await keyring.get(identity.key);
		return entry ?? ((await keyring.hasRealmless(identity.key)) ? "realmless" : undefined);
	});
	if (found === undefined) return undefined;
	const ignored = (why: string): undefined => {
		ctx.log.warn(`the keys of "${sanitize(identity.name)}" in ${keyring.name} are not used: ${why}`, {
			remedy: configureCommand(identity).join(" "),
		});
	};
	if (found === "realmless") return ignored("they were stored before there were realms");
	if (found.type !== "aws") return ignored(`they are of type ${sanitize(found.type)}`);
	if (found.secret("session_token") !== undefined) return ignored("they are those of a session, not the user's own");
	const accessKeyId = found.text("access_key_id");
	const secretAccessKey = found.secret("secret_access_key");
	const printable = /^[!-~]+$/;
	if (accessKeyId === undefined || secretAccessKey === undefined) throw incomplete(identity, keyring.name);
	if (!printable.test(accessKeyId) || !printable.test(secretAccessKey.reveal()))
		throw incomplete(identity, keyring.name);
	return {
		keys: { type: "aws", accessKeyId, secretAccessKey },
		mfaArn: found.text("mfa_arn"),
		sessionDuration: found.text("session_duration"),
	};
}

function incomplete(identity: Identity, where: string): AuthError {
	return new AuthError({
		code: "config",
		message: `the keys of "${sanitize(identity.name)}" in ${where} are incomplete`,
		reason: "a user has an access key ID and a secret access key",
		remedy: { say: "enter them again", run: configureCommand(identity) },
	});
}
