/** Why a user got no session. */
import type { Identity } from "../../config/model.ts";
import { AuthError, type AuthErrorOptions } from "../../errors.ts";
import { describeSkew } from "../../net/clock-skew.ts";
import { sanitize } from "../../system/sanitize.ts";
import { isTurnedDown } from "../errors.ts";
import { mfaRefusal } from "../mfa.ts";
import type { StsCaller } from "../sts.ts";
import { deviceSetting, type OwnKeys } from "./own-keys.ts";
import type { Config } from "./schema.ts";

/** @returns an error that says what to change, or the one that was given */
export function explained(error: unknown, identity: Identity<Config>, own: OwnKeys, caller: StsCaller): unknown {
	if (!(error instanceof AuthError)) return error;
	const { name = "", message = "" } = error.service ?? {};
	const common = { service: error.service, cause: error.cause };
	if (isTurnedDown(error))
		return own.isConfigured ? unknownKey(identity, caller, common) : storedKeyUnknown(identity, caller, common);
	// A clock that is known to be wrong explains it better.
	if (name === "SignatureDoesNotMatch" && describeSkew(caller.ctx.network.skewMs()) === undefined)
		return wrongSecret(identity, own, common);
	if (name !== "AccessDenied") return error;
	const question = {
		name: identity.name,
		file: identity.file,
		device: own.device ?? "",
		setting: deviceSetting(own),
		remedy: own.isConfigured
			? undefined
			: configure(identity, "store them again, with the ARN of the user's own device"),
	};
	return mfaRefusal(question, message, caller.ctx, common) ?? notAllowed(identity, own, message, common);
}

type Cause = Pick<AuthErrorOptions, "service" | "cause">;

const nameOf = ({ name }: Identity): string => sanitize(name);
const where = ({ name, file }: Identity): string => `"${sanitize(name)}" is defined in ${sanitize(file)}`;

function unknownKey(identity: Identity<Config>, { region }: StsCaller, cause: Cause): AuthError {
	return new AuthError({
		code: "denied",
		message: `AWS does not know the access key of "${nameOf(identity)}"`,
		reason: `it was deleted or deactivated, or belongs to another partition than ${region}`,
		details: [where(identity)],
		remedy: `set \`credentials.access_key_id\` and \`credentials.secret_access_key\` of "${nameOf(identity)}" to a key that is active`,
		...cause,
	});
}

/** They stay in the keyring: a key that was deactivated may be activated again, and nobody else can bring one back. */
function storedKeyUnknown(identity: Identity<Config>, { region }: StsCaller, cause: Cause): AuthError {
	return new AuthError({
		code: "denied",
		message: `the stored keys of "${nameOf(identity)}" are no longer active`,
		reason: `the access key was deleted or deactivated, or belongs to another partition than ${region}`,
		details: ["they are still in the keyring, until others are stored in their place"],
		remedy: configure(identity, "store a key that is active"),
		...cause,
	});
}

const configure = (identity: Identity, say: string) => ({
	say,
	run: ["atmos-auth", "user", "configure", nameOf(identity)],
});

function wrongSecret(identity: Identity<Config>, { isConfigured }: OwnKeys, cause: Cause): AuthError {
	return new AuthError({
		code: "denied",
		message: `the secret access key of "${nameOf(identity)}" does not belong to its access key`,
		details: [where(identity)],
		remedy: isConfigured
			? `set \`credentials.secret_access_key\` of "${nameOf(identity)}" to the one that was shown when the access key was made`
			: configure(identity, "store both again"),
		...cause,
	});
}

function notAllowed(identity: Identity<Config>, { device }: OwnKeys, reason: string, cause: Cause): AuthError {
	return new AuthError({
		code: "denied",
		message: `"${nameOf(identity)}" may not request a session`,
		reason,
		remedy:
			device === undefined
				? `allow the user sts:GetSessionToken; if its policies ask for MFA, set \`credentials.mfa_arn\` of "${nameOf(identity)}"`
				: "allow the user sts:GetSessionToken",
		...cause,
	});
}
