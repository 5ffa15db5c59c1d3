/** A role of IAM, assumed with what a SAML identity provider says of a person. */
import type { Identity } from "../../config/model.ts";
import type { ChainRoot, Run } from "../../kinds.ts";
import { sanitize } from "../../system/sanitize.ts";
import { accountIn, nameIn } from "../arn.ts";
import type { AwsCredentials, SamlAssertion } from "../credentials.ts";
import { endpointOf } from "../entry-spec.ts";
import { DEFAULT_REGION } from "../sts.ts";
import { assumeRoleWithSaml } from "../sts-federation.ts";
import type { Config } from "./assume-role-schema.ts";
import { explained } from "./saml-errors.ts";
import { samlRole } from "./saml-role.ts";
import { configuredSeconds, withinLimits } from "./session-length.ts";

/**
 * @returns keys of the role that is configured, or that a person chose
 * @throws RejectedCredentials for an assertion that AWS finds too old; AuthError for anything else
 */
export async function assumeWithSaml(
	identity: Identity<Config>,
	assertion: SamlAssertion,
	root: ChainRoot,
	run: Run,
): Promise<AwsCredentials> {
	const { ctx, signal, interaction } = run;
	const { region = assertion.region ?? DEFAULT_REGION } = identity.config.principal;
	const role = await samlRole(identity, assertion, run);
	const wished = assertion.seconds === undefined ? undefined : withinLimits(assertion.seconds);
	const seconds = configuredSeconds(identity.config) ?? wished;
	interaction.status(`assuming ${sanitize(nameIn(role.roleArn))} in ${accountIn(role.roleArn) ?? "its account"}`);
	// As in the Go program, the provider's endpoint counts for the call that it makes there, and that is made here.
	const endpoint = endpointOf(identity.config) ?? endpointOf(root.provider?.config);
	try {
		const keys = await assumeRoleWithSaml({ ctx, signal, region, endpoint }, { role, assertion, seconds });
		return { ...keys, region, ...(assertion.person === undefined ? {} : { person: assertion.person }) };
	} catch (error) {
		signal.throwIfAborted();
		throw explained(error, { identity, assertion, role, seconds, ctx });
	}
}
