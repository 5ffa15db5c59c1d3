/** `kind: aws/user`: a user of IAM with access keys of its own. */
import * as v from "valibot";
import { flag, text } from "../../config/schema/common.ts";
import { Secret } from "../../credentials.ts";
import { awsIdentityEntries, region, resolver } from "../schema.ts";

const accessKeyId = v.pipe(
	text("the ID of an access key (AKIA…)"),
	v.regex(/^[!-~]+$/, "expected the ID of an access key (AKIA…)"),
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
	v.check(
		(value) => !value.startsWith("ASIA"),
		"expected the ID of a user's own access key (AKIA…), found that of temporary keys (ASIA…)",
	),
);

/** From here on it cannot be printed. */
const secretAccessKey = v.pipe(
	text("a secret access key"),
	v.regex(/^[!-~]+$/, "expected a secret access key: printable characters without spaces"),
	v.transform((value) => new Secret(value)),
);

/** An ARN, or the serial number of a device of hardware: as `SerialNumber` of GetSessionToken has it. */
const mfaDevice = v.pipe(
	text("the ARN of an MFA device"),
	v.regex(/^[\w+=/:,.@-]{9,256}$/, "expected the ARN of an MFA device, such as arn:aws:iam::123456789012:mfa/ada"),
	v.check(
		(value) => !/^arn:[^:]*:iam::\d*:u2f\//.test(value),
		"expected an MFA device that shows codes: AWS takes no passkey or security key here",
	),
);

interface Pair {
	readonly access_key_id?: unknown;
	readonly secret_access_key?: unknown;
}

const whole = <Keys extends Pair>(key: keyof Pair, other: keyof Pair) =>
	v.check<Keys, string>(
		(keys) => keys[key] !== undefined || keys[other] === undefined,
		`missing; \`${other}\` is of no use without it`,
	);

export const schema = v.object({
	...awsIdentityEntries,
	credentials: v.optional(
		v.pipe(
			v.object({
				access_key_id: v.optional(accessKeyId),
				secret_access_key: v.optional(secretAccessKey),
				mfa_arn: v.optional(mfaDevice),
				region: v.optional(region),
				webflow_enabled: v.optional(v.nullable(flag)),
				aws: v.optional(resolver),
			}),
			v.forward(whole("access_key_id", "secret_access_key"), ["access_key_id"]),
			v.forward(whole("secret_access_key", "access_key_id"), ["secret_access_key"]),
		),
	),
});

export type Config = v.InferOutput<typeof schema>;
