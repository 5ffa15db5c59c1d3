/** A user of IAM: a session of its own access keys, or keys of a person who signs in in a browser. */
import type { Identity } from "../../config/model.ts";
import { defineIdentity } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import type { Run } from "../../kinds.ts";
import { sanitize } from "../../system/sanitize.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { awsEnvironment, awsStore } from "../store.ts";
import { type OwnKeys, sessionOf } from "./own-keys.ts";
import type { Config } from "./schema.ts";

export const kind = defineIdentity<Config, never, "aws">({
	kind: "aws/user",
	takes: [],
	gives: "aws",

	refusal(identity) {
		const name = sanitize(identity.name);
		return new AuthError({
			code: "config",
			message: `"${name}" is an IAM user, and begins a chain by itself`,
			remedy: `remove \`via\` of "${name}"`,
		});
	},

	purpose(identity, _root, ctx) {
		const { access_key_id: key, mfa_arn: mfa, region } = identity.config.credentials ?? {};
		const configured = endpointOf(identity.config);
		const endpoint = endpointFor(ctx.env, "sts", configured);
		// Only without keys of its own can it be a person's.
		const signin = key === undefined ? endpointFor(ctx.env, "signin", configured) : undefined;
		const user = key === undefined ? identity.config.spec?.user : undefined;
		return { kind: identity.kind, key, mfa, region, endpoint, signin, user };
	},

	async authenticate(identity, _base, root, run) {
		const isAsked = run.signIn.webflow !== undefined;
		const own = isAsked ? undefined : await ownKeys(identity, run);
		if (own !== undefined) return sessionOf(own, identity, run);
		if (!isAsked && identity.config.credentials?.webflow_enabled === false) throw noKeys(identity);
		const { signInByBrowser } = await import("./browser-sign-in.ts");
		return signInByBrowser(identity, root, run, isAsked);
	},

	store: awsStore,
	// As in the Go program: the region that nobody asked for is that of STS, and not where anybody works.
	environment: ({ config }, _credentials, place) => awsEnvironment(config.credentials?.region, place),
});

/** The configuration's keys, else the keyring's. What the configuration says of sessions goes before. */
async function ownKeys(identity: Identity<Config>, run: Run): Promise<OwnKeys | undefined> {
	const { credentials, session } = identity.config;
	const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, mfa_arn: device } = credentials ?? {};
	const { duration } = session ?? {};
	if (accessKeyId !== undefined && secretAccessKey !== undefined) {
		return { keys: { type: "aws", accessKeyId, secretAccessKey }, isConfigured: true, device, duration };
	}
	const { storedKeys } = await import("./stored-keys.ts");
	const stored = await storedKeys(identity, run);
	return (
		stored && {
			keys: stored.keys,
			isConfigured: false,
			device: device ?? stored.mfaArn,
			duration: duration ?? stored.sessionDuration,
		}
	);
}

function noKeys(identity: Identity<Config>): AuthError {
	const name = sanitize(identity.name);
	return new AuthError({
		code: "config",
		message: `"${name}" has no access keys`,
		reason: `it is defined in ${sanitize(identity.file)}, without \`credentials.access_key_id\` and \`credentials.secret_access_key\`; the keyring gave none either, and \`credentials.webflow_enabled\` is false`,
		remedy: { say: "store its keys in the keyring", run: ["atmos-auth", "user", "configure", name] },
	});
}
