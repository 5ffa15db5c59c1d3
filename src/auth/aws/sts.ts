/** Calls of the Security Token Service that give temporary keys, with their answers checked. */
import type { AuthContext } from "../context.ts";
import { RejectedCredentials } from "../rejected-credentials.ts";
import type { AwsCredentials } from "./credentials.ts";

/** The region whose STS is asked where nothing names one, as in the Go program. */
export const DEFAULT_REGION = "us-east-1";

/** Where a request goes. */
export interface StsPlace {
	readonly ctx: AuthContext;
	readonly signal: AbortSignal;
	readonly region: string;
	/** `spec.endpoint_url` of the identity. */
	readonly endpoint: string | undefined;
}

export interface StsCaller extends StsPlace {
	/** Keys that the request is signed with. */
	readonly credentials: AwsCredentials;
}

export interface AssumeRoleRequest {
	readonly roleArn: string;
	readonly sessionName: string;
	readonly externalId?: string | undefined;
	/** An hour, if left out. */
	readonly seconds?: number | undefined;
	readonly mfa?: MfaCode | undefined;
}

export interface AssumeRootRequest {
	/** Of the member account. */
	readonly accountId: string;
	readonly taskPolicyArn: string;
	/** A quarter of an hour, if left out. */
	readonly seconds?: number | undefined;
}

export interface SessionTokenRequest {
	readonly seconds: number;
	readonly mfa?: MfaCode | undefined;
}

/** What an MFA device shows now. */
export interface MfaCode {
	/** The device's ARN, or the serial number of one of hardware. */
	readonly serial: string;
	readonly code: string;
}

/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 *
 * @returns keys with account and role, without a region
 * @throws RejectedCredentials for keys that STS turns down; AuthError for anything else, see `awsError`
 */
export async function assumeRole(caller: StsCaller, request: AssumeRoleRequest): Promise<AwsCredentials> {
	const { ctx, signal, credentials } = caller;
	const operation = "sts:AssumeRole";
	const { client, callAws, isTurnedDown, roleKeys } = await loadSts(caller);
	const { roleArn, sessionName, externalId, seconds, mfa } = request;
	const input = {
		RoleArn: roleArn,
		RoleSessionName: sessionName,
		ExternalId: externalId,
		DurationSeconds: seconds,
		SerialNumber: mfa?.serial,
		TokenCode: mfa?.code,
	};
	// A code is good once: see `getSessionToken`.
	const answer = await callAws({ ctx, operation, signal, repeatable: mfa === undefined }, (abortSignal) =>
		client.assumeRole(input, abortSignal),
	).catch((error: unknown) => {
		throw isTurnedDown(error) ? new RejectedCredentials(credentials, error) : error;
	});
	return roleKeys(ctx, operation, roleArn, answer);
}

/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
 *
 * @returns keys with account and task, without a region
 * @throws RejectedCredentials for keys that STS turns down; AuthError for anything else, see `awsError`
 */
export async function assumeRoot(caller: StsCaller, request: AssumeRootRequest): Promise<AwsCredentials> {
	const { ctx, signal, credentials } = caller;
	const operation = "sts:AssumeRoot";
	const { client, callAws, isTurnedDown, checkAnswer, SESSION_TOKEN, issuedKeys, ROOT_HOURS } = await loadSts(caller);
	const { accountId, taskPolicyArn, seconds } = request;
	const input = { TargetPrincipal: accountId, TaskPolicyArn: { arn: taskPolicyArn }, DurationSeconds: seconds };
	const answer = await callAws({ ctx, operation, signal }, (abortSignal) =>
		client.assumeRoot(input, abortSignal),
	).catch((error: unknown) => {
		throw isTurnedDown(error) ? new RejectedCredentials(credentials, error) : error;
	});
	const keys = issuedKeys(ctx, operation, checkAnswer(operation, SESSION_TOKEN, answer).Credentials, ROOT_HOURS);
	return { ...keys, accountId, role: taskPolicyArn.slice(taskPolicyArn.lastIndexOf("/") + 1) };
}

/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 *
 * @returns keys without account and region
 * @throws AuthError see `awsError`
 */
export async function getSessionToken(caller: StsCaller, request: SessionTokenRequest): Promise<AwsCredentials> {
	const { ctx, signal } = caller;
	const operation = "sts:GetSessionToken";
	const { client, callAws, checkAnswer, SESSION_TOKEN, issuedKeys, USER_HOURS } = await loadSts(caller);
	const { seconds, mfa } = request;
	const input = { DurationSeconds: seconds, SerialNumber: mfa?.serial, TokenCode: mfa?.code };
	// A code is good once: sent again, it would be refused, and with it the session that was made the first time.
	const answer = await callAws({ ctx, operation, signal, repeatable: mfa === undefined }, (abortSignal) =>
		client.getSessionToken(input, abortSignal),
	);
	return issuedKeys(ctx, operation, checkAnswer(operation, SESSION_TOKEN, answer).Credentials, USER_HOURS);
}

/** Loaded only when something is asked of it: a sign-in that finds its keys at hand needs none of it. */
export async function loadSts({
	ctx,
	region,
	endpoint,
	credentials,
}: StsPlace & { readonly credentials?: AwsCredentials | undefined }) {
	const [{ stsClient }, { awsClientConfig }, { callAws }, { isTurnedDown }, answers, issued] = await Promise.all([
		import("./sts-client.ts"),
		import("./clients.ts"),
		import("./call.ts"),
		import("./errors.ts"),
		import("./answers.ts"),
		import("./issued-keys.ts"),
	]);
	const client = stsClient(await awsClientConfig(ctx, "sts", { region, endpoint, credentials, maxAttempts: 1 }));
	return { client, callAws, isTurnedDown, ...answers, ...issued };
}
