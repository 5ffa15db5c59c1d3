/** `kind: aws/assume-role`: a role of IAM that is assumed with the keys of what comes before it. */
import * as v from "valibot";
import { about, durationBetween, text } from "../../config/schema/common.ts";
import { ROLE_ARN } from "../arn.ts";
import { awsIdentityEntries, mfaDevice, region } from "../schema.ts";
import { sessionName } from "./session-name.ts";

const ARN = "the ARN of a role, such as arn:aws:iam::123456789012:role/Deployer";

/** What is expected of `assume_role`. */
export const ROLE = `expected ${ARN}`;

const PROVIDER = "the ARN of a SAML provider of IAM, such as arn:aws:iam::123456789012:saml-provider/Okta";

// Bounds of https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
export const schema = about(
	v.object({
		...awsIdentityEntries,
		principal: v.optional(
			v.object({
				assume_role: about(
					v.optional(
						v.pipe(
							text(ARN),
							v.regex(ROLE_ARN, ROLE),
							v.minLength(20, ROLE),
							v.maxLength(2048, `${ROLE}, of at most 2048 characters`),
						),
					),
					"The role. Over a SAML provider it may be left out: the one that is offered is taken, and of several you choose",
				),
				saml_provider: about(
					v.optional(
						v.pipe(
							text(PROVIDER),
							v.regex(/^arn:aws[a-z0-9-]*:iam::\d{12}:saml-provider\/[\w.-]{1,128}$/, `expected ${PROVIDER}`),
						),
					),
					"Over a SAML provider: which one of IAM vouches for the role, where several do",
				),
				mfa_arn: about(
					v.optional(mfaDevice),
					"The MFA device of the user whose keys it is assumed with, where the role asks for MFA: a sign-in asks for the code",
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
						durationBetween(
							900_000,
							43_200_000,
							"expected a duration between 15m and 12h: AWS issues no shorter or longer session of a role",
						),
					),
					"How long a session lasts; over another role or a permission set, `1h` at most. Default: `1h`",
				),
				region: about(
					v.optional(region),
					"Region of STS, and that programs get. Default: that of `via.identity`, else `us-east-1`",
				),
			}),
			{},
		),
	}),
	"Reached through what has access keys (a permission set, a user, another role, a certificate of Roles Anywhere), or through a provider that vouches for you",
);

export type Config = v.InferOutput<typeof schema>;
