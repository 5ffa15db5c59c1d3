/** `kind: aws/assume-root`: a task of the root of a member account. */
import * as v from "valibot";
import { about, durationBetween, text } from "../../config/schema/common.ts";
import { accountId, awsIdentityEntries, region } from "../schema.ts";

const TASK_PREFIX = "arn:aws:iam::aws:policy/root-task/";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html */
const TASKS = [
	"IAMAuditRootUserCredentials",
	"IAMCreateRootUserPassword",
	"IAMDeleteRootUserCredentials",
	"S3UnlockBucketPolicy",
	"SQSUnlockQueuePolicy",
];

const POLICY = `expected the ARN of a root task's policy, such as ${TASK_PREFIX}IAMAuditRootUserCredentials`;

// Bounds of https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
export const schema = about(
	v.object({
		...awsIdentityEntries,
		principal: v.object({
			target_principal: about(accountId, "The member account whose root it is"),
			task_policy_arn: about(
				v.pipe(
					text("the ARN of a root task's policy"),
					v.check((value) => value.startsWith(TASK_PREFIX) && /^\w+$/.test(value.slice(TASK_PREFIX.length)), POLICY),
					v.examples(TASKS.map((task) => `${TASK_PREFIX}${task}`)),
				),
				"The one task that the session is for; only in the partition `aws`",
			),
			duration: about(
				v.optional(
					durationBetween(1000, 900_000, "expected a duration of at most 15m: AWS issues no longer session of a root"),
				),
				"How long the session lasts, `15m` at most. Default: `15m`",
			),
			region: about(
				v.optional(
					v.pipe(
						region,
						v.check(
							(value) => !/^(?:cn|us-gov|us-iso\w*|eu-isoe|eusc)-/.test(value),
							"expected a region of the partition aws: the others have no root tasks",
						),
					),
				),
				"Region of STS, and that programs get. Default: that of `via.identity`, else `us-east-1`",
			),
		}),
	}),
	"A single task of the root of a member account, reached from the management account of its organization",
);

export type Config = v.InferOutput<typeof schema>;
