/** A task of the root of a member account, done with the keys of the link before it. */
import { durationMs } from "../../config/duration.ts";
import type { Identity } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { defineIdentity } from "../../define.ts";
import { AuthError } from "../../errors.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { sanitize } from "../../system/sanitize.ts";
import { nameIn } from "../arn.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { awsEnvironment, awsStore } from "../store.ts";
import { assumeRoot, DEFAULT_REGION } from "../sts.ts";
import type { Config } from "./assume-root-schema.ts";

export const kind = defineIdentity<Config, "aws", "aws">({
	kind: "aws/assume-root",
	takes: ["aws"],
	gives: "aws",

	refusal(identity) {
		const name = sanitize(identity.name);
		return new AuthError({
			code: "config",
			message: `"${name}" needs the access keys of another AWS identity`,
			reason: "a root's task is done with access keys, and what its `via` names gives none",
			remedy: `set \`via.identity\` of "${name}" to an identity of the organization's management account`,
		});
	},

	purpose(identity, _root, ctx) {
		const { target_principal: target, task_policy_arn: policy, region } = identity.config.principal;
		const endpoint = endpointFor(ctx.env, "sts", endpointOf(identity.config));
		return { kind: identity.kind, target, policy, region, endpoint };
	},

	async authenticate(identity, base, _root, { ctx, signal, interaction }) {
		const { target_principal: accountId, task_policy_arn: taskPolicyArn, ...principal } = identity.config.principal;
		// The SDK asks the region's own address, and the global one has no such operation.
		const region = principal.region ?? base.region ?? DEFAULT_REGION;
		const ms = durationMs(principal.duration ?? "");
		interaction.status(`becoming root of ${accountId} for ${nameIn(taskPolicyArn)}`);
		const caller = { ctx, signal, region, endpoint: endpointOf(identity.config), credentials: base };
		const request = { accountId, taskPolicyArn, seconds: ms === undefined ? undefined : Math.round(ms / 1000) };
		try {
			return { ...(await assumeRoot(caller, request)), region };
		} catch (error) {
			signal.throwIfAborted();
			throw explained(error, identity, base, ctx);
		}
	},

	store: awsStore,
	environment: ({ config }, credentials, place) =>
		awsEnvironment(credentials?.region ?? config.principal.region, place),
});

/** AWS does not say which of the conditions is missing. */
function explained(error: unknown, identity: Identity<Config>, base: AwsCredentials, ctx: AuthContext): unknown {
	if (!(error instanceof AuthError) || !/^AccessDenied/.test(error.service?.name ?? "")) return error;
	const { target_principal: account, task_policy_arn: policy } = identity.config.principal;
	const message = error.service?.message;
	const caller = /^User: (\S+) is not authorized/.exec(message ?? "")?.[1];
	const who = caller ?? (base.role === undefined ? "the caller" : sanitize(base.role));
	return new AuthError({
		code: "denied",
		message: `${who} may not become root of account ${account} for ${nameIn(policy)}`,
		reason: "AWS does not say which of the following is missing",
		details: [
			`account ${account} is a member of the organization, which has centralized root access with privileged tasks`,
			"the caller is in the organization's management account, or in the one that administers IAM for it",
			`the permissions of the caller allow sts:AssumeRoot on arn:aws:iam::${account}:root with sts:TaskPolicyArn ${policy}, and no service control policy denies it`,
		],
		remedy: {
			say: "ask an administrator of the organization to check them, then sign in again",
			run: signInCommand(ctx),
		},
		service: error.service,
		cause: error.cause,
	});
}
