/** Whose keys these are. No policy can forbid the question. */
import * as v from "valibot";
import type { StsCaller } from "./sts.ts";

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const CALLER = v.object({
	Arn: v.pipe(v.string(), v.regex(/^arn:[\x21-\x7e]{1,2000}$/, "is not an ARN")),
	Account: v.pipe(v.string(), v.regex(/^\d{12}$/, "is not a 12-digit account ID")),
});

export interface CallerIdentity {
	readonly arn: string;
	readonly account: string;
}

/** @throws AuthError see `awsError`; the signal's reason when it is aborted */
export async function callerIdentity(caller: StsCaller): Promise<CallerIdentity> {
	const { ctx, signal, region, endpoint, credentials } = caller;
	const operation = "sts:GetCallerIdentity";
	const [{ stsClient }, { awsClientConfig }, { callAws }, { checkAnswer }] = await Promise.all([
		import("./sts-client.ts"),
		import("./clients.ts"),
		import("./call.ts"),
		import("./answers.ts"),
	]);
	const client = stsClient(await awsClientConfig(ctx, "sts", { region, endpoint, credentials, maxAttempts: 1 }));
	const answer = await callAws({ ctx, operation, signal }, (abortSignal) => client.getCallerIdentity(abortSignal));
	const { Arn: arn, Account: account } = checkAnswer(operation, CALLER, answer);
	return { arn, account };
}
