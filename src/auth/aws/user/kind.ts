/** A user of IAM: a session is made of its own access keys, which go nowhere else. */
import { durationMs } from "../../config/duration.ts";
import type { Identity } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { defineIdentity } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import type { Run } from "../../kinds.ts";
import { sanitize } from "../../system/sanitize.ts";
import { accountIn } from "../arn.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { awsEnvironment, awsStore } from "../store.ts";
import { DEFAULT_REGION, getSessionToken, type SessionTokenRequest, type StsCaller } from "../sts.ts";
import type { Config } from "./schema.ts";

const DEFAULT_SECONDS = 12 * 3600;
const SHORTEST_SECONDS = 900;
/** As in the Go program; AWS itself gives 36 hours without MFA too. */
const LONGEST_SECONDS = 12 * 3600;
const LONGEST_WITH_MFA_SECONDS = 36 * 3600;

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
		const endpoint = endpointFor(ctx.env, "sts", endpointOf(identity.config));
		return { kind: identity.kind, key, mfa, region, endpoint };
	},

	async authenticate(identity, _base, _root, run) {
		const { mfa_arn: device, region = DEFAULT_REGION } = identity.config.credentials ?? {};
		const caller: StsCaller = {
			ctx: run.ctx,
			signal: run.signal,
			region,
			endpoint: endpointOf(identity.config),
			credentials: ownKeys(identity),
		};
		const seconds = secondsOf(identity, run.ctx);
		const keys =
			device === undefined
				? await session(caller, identity, run, { seconds })
				: await sessionWithMfa(caller, identity, run, { seconds, device });
		return { ...keys, region, accountId: accountIn(device) };
	},

	store: awsStore,
	// As in the Go program: the region that nobody asked for is that of STS, and not where anybody works.
	environment: ({ config }, _credentials, place) => awsEnvironment(config.credentials?.region, place),
});

function ownKeys(identity: Identity<Config>): AwsCredentials {
	const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = identity.config.credentials ?? {};
	if (accessKeyId !== undefined && secretAccessKey !== undefined) return { type: "aws", accessKeyId, secretAccessKey };
	const name = sanitize(identity.name);
	throw new AuthError({
		code: "config",
		message: `"${name}" has no access keys`,
		reason: `it is defined in ${sanitize(identity.file)}, without \`credentials.access_key_id\` and \`credentials.secret_access_key\``,
		remedy: `set both keys of "${name}", for example with !env`,
	});
}

function secondsOf({ name, config }: Identity<Config>, ctx: AuthContext): number {
	const text = config.session?.duration;
	const ms = durationMs(text ?? "");
	if (ms === undefined) return DEFAULT_SECONDS;
	const longest = config.credentials?.mfa_arn === undefined ? LONGEST_SECONDS : LONGEST_WITH_MFA_SECONDS;
	const wanted = Math.round(ms / 1000);
	const seconds = Math.min(Math.max(wanted, SHORTEST_SECONDS), longest);
	if (seconds !== wanted) {
		const given = seconds === SHORTEST_SECONDS ? "15m" : `${seconds / 3600}h`;
		const limits = `a user's session lasts from 15m to ${LONGEST_SECONDS / 3600}h, with MFA to ${LONGEST_WITH_MFA_SECONDS / 3600}h`;
		ctx.log.warn(`session.duration of "${sanitize(name)}" is ${text}; ${given} is used: ${limits}`);
	}
	return seconds;
}

async function session(caller: StsCaller, identity: Identity<Config>, run: Run, wanted: SessionTokenRequest) {
	run.interaction.status("requesting a session");
	try {
		return await getSessionToken(caller, wanted);
	} catch (error) {
		run.signal.throwIfAborted();
		const { explained } = await import("./errors.ts");
		throw explained(error, identity, caller);
	}
}

async function sessionWithMfa(
	caller: StsCaller,
	identity: Identity<Config>,
	run: Run,
	{ seconds, device }: { readonly seconds: number; readonly device: string },
): Promise<AwsCredentials> {
	const { withMfaCode } = await import("../mfa.ts");
	const question = { name: identity.name, device, setting: "credentials.mfa_arn" };
	return withMfaCode(question, run, (mfa) => session(caller, identity, run, { seconds, mfa }));
}
