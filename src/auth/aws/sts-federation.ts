/** Sessions of a role for those whom somebody else vouches for: such requests are not signed. */
import type { AwsCredentials, SamlAssertion, SamlRole, WebIdentity } from "./credentials.ts";
import { loadSts, type StsPlace } from "./sts.ts";

interface Length {
	/** An hour, if left out. */
	readonly seconds?: number | undefined;
}

export interface SamlRequest extends Length {
	readonly role: SamlRole;
	readonly assertion: SamlAssertion;
}

export interface WebIdentityRequest extends Length {
	readonly roleArn: string;
	readonly sessionName: string;
	readonly identity: WebIdentity;
}

/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
 *
 * @returns keys with account and role, without a region
 * @throws AuthError see `awsError`
 */
export async function assumeRoleWithSaml(place: StsPlace, request: SamlRequest): Promise<AwsCredentials> {
	const { ctx, signal } = place;
	const operation = "sts:AssumeRoleWithSAML";
	const { client, callAws, roleKeys } = await loadSts(place);
	const { role, assertion, seconds } = request;
	const input = {
		RoleArn: role.roleArn,
		PrincipalArn: role.principalArn,
		SAMLAssertion: assertion.assertion.reveal(),
		DurationSeconds: seconds,
	};
	const answer = await callAws({ ctx, operation, signal }, (abortSignal) =>
		client.assumeRoleWithSaml(input, abortSignal),
	);
	return roleKeys(ctx, operation, role.roleArn, answer);
}

/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 *
 * @returns keys with account and role, without a region
 * @throws AuthError see `awsError`
 */
export async function assumeRoleWithWebIdentity(place: StsPlace, request: WebIdentityRequest): Promise<AwsCredentials> {
	const { ctx, signal } = place;
	const operation = "sts:AssumeRoleWithWebIdentity";
	const { client, callAws, roleKeys } = await loadSts(place);
	const { roleArn, sessionName, identity, seconds } = request;
	const input = {
		RoleArn: roleArn,
		RoleSessionName: sessionName,
		WebIdentityToken: identity.token.reveal(),
		DurationSeconds: seconds,
	};
	const answer = await callAws({ ctx, operation, signal }, (abortSignal) =>
		client.assumeRoleWithWebIdentity(input, abortSignal),
	);
	return roleKeys(ctx, operation, roleArn, answer);
}
