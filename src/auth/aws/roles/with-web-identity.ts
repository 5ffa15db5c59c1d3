/** A role of IAM, assumed with a token by which somebody vouches for a job or a program. */
import type { Identity } from "../../config/model.ts";
import { AuthError } from "../../errors.ts";
import type { Run } from "../../kinds.ts";
import { accountIn, nameIn } from "../arn.ts";
import type { AwsCredentials, WebIdentity } from "../credentials.ts";
import { endpointOf } from "../entry-spec.ts";
import { DEFAULT_REGION } from "../sts.ts";
import { assumeRoleWithWebIdentity } from "../sts-federation.ts";
import type { Config } from "./assume-role-schema.ts";
import { configuredSeconds } from "./session-length.ts";
import { sessionNameOf } from "./session-name.ts";

/**
 * @returns keys of the role
 * @throws RejectedCredentials for a token that is over; AuthError for anything else
 */
export async function assumeWithWebIdentity(
	identity: Identity<Config>,
	token: WebIdentity,
	{ ctx, signal, interaction }: Run,
): Promise<AwsCredentials> {
	const { assume_role: roleArn, region = token.region ?? DEFAULT_REGION } = identity.config.principal;
	if (roleArn === undefined) throw new AuthError({ code: "bug", message: "a role without an ARN was planned" });
	interaction.status(`assuming ${nameIn(roleArn)} in ${accountIn(roleArn)}`);
	const place = { ctx, signal, region, endpoint: endpointOf(identity.config) };
	const request = {
		roleArn,
		sessionName: sessionNameOf(identity, ctx),
		identity: token,
		seconds: configuredSeconds(identity.config),
	};
	try {
		return { ...(await assumeRoleWithWebIdentity(place, request)), region };
	} catch (error) {
		signal.throwIfAborted();
		const { explained } = await import("./web-identity-errors.ts");
		throw explained(error, { identity, roleArn, token, ctx });
	}
}
