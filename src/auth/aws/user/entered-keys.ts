/** The access keys that `user configure` asks for, checked as those in atmos.yaml are. */
import * as v from "valibot";
import type { EnteredKeys, KeyField, KeyKind } from "../../entered-keys.ts";
import { AuthError } from "../../errors.ts";
import type { Keyring, KeyringRun } from "../../storage/keyring/keyring.ts";
import { sanitize } from "../../system/sanitize.ts";
import { endpointOf } from "../entry-spec.ts";
import { DEFAULT_REGION, getCallerIdentity } from "../sts.ts";
import { type Config, schema } from "./schema.ts";

/** Where each of them stands in an identity. */
const PATHS: Readonly<Record<KeyField, readonly string[]>> = {
	id: ["credentials", "access_key_id"],
	secret: ["credentials", "secret_access_key"],
	mfa: ["credentials", "mfa_arn"],
	duration: ["session", "duration"],
};

export const keyKind: KeyKind = {
	labels: {
		id: "Access key ID",
		secret: "Secret access key",
		mfa: "ARN of the MFA device",
		duration: "How long sessions last",
	},
	variables: { id: "AWS_ACCESS_KEY_ID", secret: "AWS_SECRET_ACCESS_KEY" },

	objection(field, text) {
		const [section = "", key = ""] = PATHS[field];
		const { issues = [] } = v.safeParse(schema, { [section]: { [key]: text } }, { abortPipeEarly: true });
		return issues.find(({ path = [] }) => path[1]?.key === key)?.message;
	},

	configured(identity) {
		const config = identity.config as Config;
		const has = (path: readonly string[]): boolean => {
			const section = (config as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>)[
				path[0] ?? ""
			];
			return section?.[path[1] ?? ""] !== undefined;
		};
		return (Object.keys(PATHS) as KeyField[]).filter((field) => has(PATHS[field]));
	},

	async owner(identity, { id, secret }, { ctx, signal }) {
		const config = identity.config as Config;
		const caller = {
			ctx,
			signal,
			region: config.credentials?.region ?? DEFAULT_REGION,
			endpoint: endpointOf(config),
			credentials: { type: "aws", accessKeyId: id, secretAccessKey: secret },
		} as const;
		try {
			const { arn, accountId } = await getCallerIdentity(caller);
			return { name: arn, account: accountId };
		} catch (error) {
			signal.throwIfAborted();
			throw await refused(error, caller.region);
		}
	},

	async stored(identity, run) {
		const entry = await (await keyringOf(run)).get(identity.key);
		const id = entry?.text("access_key_id");
		const secret = entry?.secret("secret_access_key");
		if (entry?.type !== "aws" || id === undefined || secret === undefined) return undefined;
		return { id, secret, mfa: entry.text("mfa_arn"), duration: entry.text("session_duration") };
	},

	async store(identity, keys, run) {
		const keyring = await keyringOf(run);
		await keyring.set(identity.key, { type: "aws", data: fieldsOf(keys) });
		return keyring.name;
	},

	async remove(identity, run) {
		const keyring = await keyringOf(run);
		return (await keyring.remove(identity.key)) ? keyring.name : undefined;
	},
};

/** Loaded only now: what loads this file may be a login, which needs none. */
async function keyringOf(run: KeyringRun): Promise<Keyring> {
	const { openKeyring } = await import("../../storage/keyring/keyring.ts");
	return openKeyring(run);
}

/** In the Go program's order. */
const fieldsOf = ({ id, secret, mfa, duration }: EnteredKeys) => ({
	access_key_id: id,
	secret_access_key: secret,
	mfa_arn: mfa,
	session_duration: duration,
});

async function refused(error: unknown, region: string): Promise<unknown> {
	if (!(error instanceof AuthError)) return error;
	const { isTurnedDown } = await import("../errors.ts");
	const { service } = error;
	const common = { service, cause: error };
	if (isTurnedDown(error)) {
		return new AuthError({
			code: "denied",
			message: "AWS does not know this access key",
			reason: `it was mistyped, deleted or deactivated, or belongs to another partition than ${sanitize(region)}`,
			remedy: "enter the two keys of an access key that is active; nothing was stored",
			...common,
		});
	}
	if (service?.name === "SignatureDoesNotMatch") {
		return new AuthError({
			code: "denied",
			message: "the secret access key does not belong to this access key",
			remedy: "enter the one that was shown when the access key was made; nothing was stored",
			...common,
		});
	}
	return error;
}
