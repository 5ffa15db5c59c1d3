/** A role of IAM, assumed with the access keys of the link before it. */
import type { Identity } from "../../config/model.ts";
import { AuthError } from "../../errors.ts";
import type { Run } from "../../kinds.ts";
import { accountIn, nameIn } from "../arn.ts";
import type { AwsCredentials } from "../credentials.ts";
import { endpointOf } from "../entry-spec.ts";
import { type AssumeRoleRequest, assumeRole, DEFAULT_REGION, type MfaCode, type StsCaller } from "../sts.ts";
import type { Config } from "./assume-role-schema.ts";
import { configuredSeconds } from "./session-length.ts";
import { sessionNameOf } from "./session-name.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
const CHAINED_SECONDS = 3600;

/**
 * @returns keys of the role; those of the link before it where they are the role's already
 * @throws RejectedCredentials for keys that STS turns down; PersonNeededError where a code is needed and nobody can be asked;
 *   AuthError for anything else
 */
export async function assumeWithKeys(
	identity: Identity<Config>,
	base: AwsCredentials,
	run: Run,
): Promise<AwsCredentials> {
	const { ctx, signal, interaction } = run;
	const { assume_role: roleArn, mfa_arn: device, ...principal } = identity.config.principal;
	if (roleArn === undefined) throw new AuthError({ code: "bug", message: "a role without an ARN was planned" });
	const region = principal.region ?? base.region ?? DEFAULT_REGION;
	const accountId = accountIn(roleArn);
	const known = accountId === base.accountId ? { accountName: base.accountName } : {};
	// Whoever is the role already need not be trusted by it: a sign-in by SAML gives a role at once.
	if (base.roleArn === roleArn) return { ...base, region };
	const seconds = configuredSeconds(identity.config);
	if (isRole(base) && seconds !== undefined && seconds > CHAINED_SECONDS) {
		const { chainedTooLong } = await import("./assume-role-errors.ts");
		throw chainedTooLong(identity, base);
	}
	const request: AssumeRoleRequest = {
		roleArn,
		sessionName: sessionNameOf(identity, ctx),
		externalId: principal.external_id,
		seconds,
	};
	const caller: StsCaller = { ctx, signal, region, endpoint: endpointOf(identity.config), credentials: base };
	const assume = async (mfa?: MfaCode): Promise<AwsCredentials> => {
		interaction.status(`assuming ${nameIn(roleArn)} in ${accountId}`);
		try {
			return { ...(await assumeRole(caller, { ...request, mfa })), ...known, region };
		} catch (error) {
			signal.throwIfAborted();
			const { explained } = await import("./assume-role-errors.ts");
			throw explained(error, identity, base, ctx);
		}
	};
	if (device === undefined) return assume();
	const { withMfaCode } = await import("../mfa.ts");
	return withMfaCode({ name: identity.name, device, setting: "`principal.mfa_arn`" }, run, assume);
}

/** A user's session has no role. */
const isRole = ({ role }: AwsCredentials): boolean => role !== undefined;
