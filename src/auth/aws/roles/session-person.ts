/**
 * Whose session of an access portal it is. The portal does not say; but it names the sessions of a permission set after the
 * user: `arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/ada@acme.example`.
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
import { AuthError } from "../../errors.ts";
import { limitsOf } from "../../net/limits.ts";
import { nameIn } from "../arn.ts";
import type { AwsCredentials } from "../credentials.ts";
import { DEFAULT_REGION, getCallerIdentity, type StsCaller } from "../sts.ts";

/**
 * @param credentials of a permission set
 * @returns the user's name at the access portal; undefined where STS does not tell
 * @throws the signal's reason when it is aborted
 */
export async function personOf(
	credentials: AwsCredentials,
	call: Pick<StsCaller, "ctx" | "signal" | "endpoint">,
): Promise<string | undefined> {
	const { ctx, signal } = call;
	try {
		const region = credentials.region ?? DEFAULT_REGION;
		const { accountId, arn } = await getCallerIdentity({ ...call, region, credentials }, limitsOf(ctx).personMs);
		const isOurs = accountId === credentials.accountId && /:assumed-role\/AWSReservedSSO_[^/]+\/[^/]+$/.test(arn);
		return isOurs ? nameIn(arn) : undefined;
	} catch (error) {
		signal.throwIfAborted();
		if (!(error instanceof AuthError)) throw error;
		ctx.log.debug("whose session it is cannot be told", { reason: error.message, name: error.service?.name });
		return undefined;
	}
}
