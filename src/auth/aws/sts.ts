/** Calls of the Security Token Service, with their answers checked: temporary keys, and whose keys some are. */
import type { AuthContext } from "../context.ts";
import { RejectedCredentials } from "../rejected-credentials.ts";
import { accountIn, nameIn } from "./arn.ts";
import type { AwsCredentials } from "./credentials.ts";

/** The region whose STS is asked where nothing names one, as in the Go program. */
export const DEFAULT_REGION = "us-east-1";

export interface StsCaller {
	readonly ctx: AuthContext;
	readonly signal: AbortSignal;
	readonly region: string;
	/** `spec.endpoint_url` of the identity. */
	readonly endpoint: string | undefined;
	/** Keys that the request is signed with. */
	readonly credentials: AwsCredentials;
}

export interface AssumeRoleRequest {
	readonly roleArn: string;
	readonly sessionName: string;
	readonly externalId?: string | undefined;
	/** An hour, if left out. */
	readonly seconds?: number | undefined;
}

export interface SessionTokenRequest {
	readonly seconds: number;
	readonly mfa?: { readonly serial: string; readonly code: string } | undefined;
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
	const { client, callAws, isTurnedDown, checkAnswer, badAnswer, ASSUMED_ROLE, issuedKeys, ROLE_HOURS } =
		await load(caller);
	const { roleArn, sessionName, externalId, seconds } = request;
	const input = {
		RoleArn: roleArn,
		RoleSessionName: sessionName,
		ExternalId: externalId,
		DurationSeconds: seconds,
	};
	const answer = await callAws({ ctx, operation, signal }, (abortSignal) =>
		client.assumeRole(input, abortSignal),
	).catch((error: unknown) => {
		throw isTurnedDown(error) ? new RejectedCredentials(credentials, error) : error;
	});
	const { Credentials: given, AssumedRoleUser: session } = checkAnswer(operation, ASSUMED_ROLE, answer);
	const accountId = accountIn(roleArn);
	const role = nameIn(roleArn);
	// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`: a role's path is not part of it.
	if (accountIn(session.Arn) !== accountId || session.Arn.split("/")[1] !== role) {
		throw badAnswer(operation, "AssumedRoleUser", "is not a session of the role that was asked for");
	}
	return { ...issuedKeys(ctx, operation, given, ROLE_HOURS), accountId, role, roleArn };
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
	const { client, callAws, checkAnswer, SESSION_TOKEN, issuedKeys, USER_HOURS } = await load(caller);
	const { seconds, mfa } = request;
	const input = { DurationSeconds: seconds, SerialNumber: mfa?.serial, TokenCode: mfa?.code };
	// A code is good once: sent again, it would be refused, and with it the session that was made the first time.
	const answer = await callAws({ ctx, operation, signal, repeatable: mfa === undefined }, (abortSignal) =>
		client.getSessionToken(input, abortSignal),
	);
	return issuedKeys(ctx, operation, checkAnswer(operation, SESSION_TOKEN, answer).Credentials, USER_HOURS);
}

/** Whose keys a request is signed with. */
export interface CallerIdentity {
	readonly accountId: string;
	/** `arn:aws:iam::ACCOUNT:user/NAME`, `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` or the like. */
	readonly arn: string;
}

/**
 * No policy can forbid it.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 *
 * @param limitMs for what is merely good to know: it is not waited for longer, and repeated once, which is what a clock that is
 *   off takes
 * @throws AuthError see `awsError`
 */
export async function getCallerIdentity(caller: StsCaller, limitMs?: number): Promise<CallerIdentity> {
	const { ctx, signal } = caller;
	const operation = "sts:GetCallerIdentity";
	const { client, callAws, checkAnswer, badAnswer, CALLER_IDENTITY } = await load(caller);
	const limits = limitMs === undefined ? {} : { attempts: 2, limitMs };
	const answer = await callAws({ ctx, operation, signal, ...limits }, (abortSignal) =>
		client.getCallerIdentity({}, abortSignal),
	);
	const { Account: accountId, Arn: arn } = checkAnswer(operation, CALLER_IDENTITY, answer);
	if (accountIn(arn) !== accountId) throw badAnswer(operation, "Arn", "is not of its account");
	return { accountId, arn };
}

async function load({ ctx, region, endpoint, credentials }: StsCaller) {
	// Loaded only now: a sign-in that finds its keys at hand needs none of it.
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
