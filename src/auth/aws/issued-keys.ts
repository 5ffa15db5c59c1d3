/** Temporary access keys as a service has just issued them. */
import type { AuthContext } from "../context.ts";
import { Secret } from "../credentials.ts";
import { clockError } from "../net/clock-skew.ts";
import { ASSUMED_ROLE, badAnswer, checkAnswer } from "./answers.ts";
import { accountIn, nameIn } from "./arn.ts";
import type { AwsCredentials } from "./credentials.ts";

/** The longest session of a role, in hours. */
export const ROLE_HOURS = 12;
/** The longest session of a root, in hours. */
export const ROOT_HOURS = 0.25;
/** The longest session of a user, in hours. */
export const USER_HOURS = 36;

/** For clocks that differ. */
const LEEWAY_HOURS = 1;
const HOUR_MS = 3_600_000;

/**
 * @param operation what gave them, such as `sts:AssumeRole`
 * @param given the checked answer; `expiration` in milliseconds since the epoch
 * @param longestHours no such keys are good for longer, whatever the answer says
 * @throws AuthError `denied` for keys that are over already by a clock that is wrong; else `service`
 */
export function issuedKeys(
	ctx: AuthContext,
	operation: string,
	given: Readonly<Record<"accessKeyId" | "secretAccessKey" | "sessionToken", string>> & { readonly expiration: number },
	longestHours: number,
): AwsCredentials {
	const now = ctx.clock.now();
	if (given.expiration <= now) {
		const fast = clockError(ctx, "so the credentials that were just issued seem to have expired");
		throw fast ?? badAnswer(operation, "expiration", "is in the past");
	}
	return {
		type: "aws",
		accessKeyId: given.accessKeyId,
		secretAccessKey: new Secret(given.secretAccessKey),
		sessionToken: new Secret(given.sessionToken),
		expiresAt: Math.min(given.expiration, now + (longestHours + LEEWAY_HOURS) * HOUR_MS),
		issuedAt: now,
	};
}

/**
 * The answer of an operation that gives a session of a role.
 *
 * @param roleArn the role that was asked for
 * @returns keys with account and role, without a region
 * @throws AuthError `service` for an answer that is unusable, or about another role; else see `issuedKeys`
 */
export function roleKeys(ctx: AuthContext, operation: string, roleArn: string, answer: unknown): AwsCredentials {
	const { Credentials: given, AssumedRoleUser: session } = checkAnswer(operation, ASSUMED_ROLE, answer);
	const accountId = accountIn(roleArn);
	const role = nameIn(roleArn);
	// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`: a role's path is not part of it.
	if (accountIn(session.Arn) !== accountId || session.Arn.split("/")[1] !== role) {
		throw badAnswer(operation, "AssumedRoleUser", "is not a session of the role that was asked for");
	}
	return { ...issuedKeys(ctx, operation, given, ROLE_HOURS), accountId, role, roleArn };
}
