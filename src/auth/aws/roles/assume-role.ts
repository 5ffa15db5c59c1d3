/** A role of IAM, assumed with the access keys of the link before it. */
import { durationMs } from "../../config/duration.ts";
import type { Identity } from "../../config/model.ts";
import { defineIdentity } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import { sanitize } from "../../system/sanitize.ts";
import { accountIn, nameIn } from "../arn.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { awsEnvironment, awsStore } from "../store.ts";
import { type AssumeRoleRequest, assumeRole, DEFAULT_REGION } from "../sts.ts";
import type { Config } from "./assume-role-schema.ts";
import { sessionName } from "./session-name.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
const CHAINED_SECONDS = 3600;

export const kind = defineIdentity<Config, "aws", "aws">({
	kind: "aws/assume-role",
	takes: ["aws"],
	gives: "aws",

	refusal(identity) {
		const name = sanitize(identity.name);
		return new AuthError({
			code: "config",
			message: `"${name}" needs the access keys of another AWS identity`,
			reason: "a role is assumed with access keys, and what its `via` names gives none",
			remedy: `set \`via.identity\` of "${name}" to an identity that has some, such as a permission set or a user`,
		});
	},

	// A duration says nothing of whose keys they are: it counts when there are to be new ones.
	purpose(identity, _root, ctx) {
		const { assume_role: arn, external_id: externalId, session_name: session, region } = identity.config.principal;
		const endpoint = endpointFor(ctx.env, "sts", endpointOf(identity.config));
		return { kind: identity.kind, arn, externalId, session, region, endpoint };
	},

	async authenticate(identity, base, _root, { ctx, signal, interaction }) {
		const { assume_role: roleArn, ...principal } = identity.config.principal;
		const region = principal.region ?? base.region ?? DEFAULT_REGION;
		const accountId = accountIn(roleArn);
		const known = accountId === base.accountId ? { accountName: base.accountName } : {};
		// Whoever is the role already need not be trusted by it: a sign-in by SAML gives a role at once.
		if (base.roleArn === roleArn) return { ...base, region };
		const seconds = secondsOf(identity);
		if (isRole(base) && seconds !== undefined && seconds > CHAINED_SECONDS) throw await tooLong(identity, base);
		interaction.status(`assuming ${nameIn(roleArn)} in ${accountId}`);
		const request: AssumeRoleRequest = {
			roleArn,
			sessionName: sessionName(principal.session_name ?? defaultName(identity, ctx.clock.now())),
			externalId: principal.external_id,
			seconds,
		};
		const caller = { ctx, signal, region, endpoint: endpointOf(identity.config), credentials: base };
		try {
			return { ...(await assumeRole(caller, request)), ...known, region };
		} catch (error) {
			signal.throwIfAborted();
			const { explained } = await import("./assume-role-errors.ts");
			throw explained(error, identity, base, ctx);
		}
	},

	store: awsStore,
	environment: ({ config }, credentials, place) =>
		awsEnvironment(credentials?.region ?? config.principal.region, place),
});

const defaultName = (identity: Identity, now: number): string => `atmos-${identity.name}-${Math.floor(now / 1000)}`;

function secondsOf({ config }: Identity<Config>): number | undefined {
	const ms = durationMs(config.principal.duration ?? "");
	return ms === undefined ? undefined : Math.round(ms / 1000);
}

/** A user's session has no role. */
const isRole = ({ role }: AwsCredentials): boolean => role !== undefined;

async function tooLong(identity: Identity<Config>, base: AwsCredentials): Promise<AuthError> {
	const { chainedTooLong } = await import("./assume-role-errors.ts");
	return chainedTooLong(identity, base);
}
