/** `kind: aws/assume-role`: a role of IAM that is assumed with the keys of what comes before it. */
import * as v from "valibot";
import { durationMs } from "../../config/duration.ts";
import { about, duration, text } from "../../config/schema/common.ts";
import { ROLE_ARN } from "../arn.ts";
import { awsIdentityEntries, region } from "../schema.ts";
import { sessionName } from "./session-name.ts";

const ARN = "the ARN of a role, such as arn:aws:iam::123456789012:role/Deployer";

// Bounds of https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
export const schema = about(
	v.object({
		...awsIdentityEntries,
		principal: v.object({
			assume_role: about(
				v.pipe(
					text(ARN),
					v.regex(ROLE_ARN, `expected ${ARN}`),
					v.minLength(20, `expected ${ARN}`),
					v.maxLength(2048, `expected ${ARN}, of at most 2048 characters`),
				),
				"The role",
			),
			session_name: about(
				v.optional(
					v.pipe(
						text("a session name"),
						v.check((value) => sessionName(value).length >= 2, "expected a session name of at least 2 characters"),
					),
				),
				"What CloudTrail calls the session: up to 64 characters, with dashes for those that AWS does not allow. Default: `atmos-<identity>-<seconds>`",
			),
			external_id: about(
				v.optional(
					v.pipe(
						text("an external ID"),
						v.regex(
							/^[\w+=,.@:/-]{2,1224}$/,
							"expected an external ID of 2 to 1224 characters: letters, digits and _ + = , . @ : / -",
						),
					),
				),
				"Needed if the role's trust policy asks for one",
			),
			duration: about(
				v.optional(
					v.pipe(
						duration,
						v.check((value) => {
							const ms = durationMs(value) ?? 0;
							return ms >= 900_000 && ms <= 43_200_000;
						}, "expected a duration between 15m and 12h: AWS issues no shorter or longer session of a role"),
					),
				),
				"How long a session lasts; over another role or a permission set, `1h` at most. Default: `1h`",
			),
			region: about(
				v.optional(region),
				"Region of STS, and that programs get. Default: that of `via.identity`, else `us-east-1`",
			),
		}),
	}),
	"Reached through what has access keys: a permission set, a user, another role, or a provider of kind `aws/roles-anywhere`",
);

export type Config = v.InferOutput<typeof schema>;
