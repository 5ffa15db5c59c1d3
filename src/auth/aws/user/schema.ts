/** `kind: aws/user`: a user of IAM, with access keys of its own or signed in to in a browser. */
import * as v from "valibot";
import { about, browserKey, duration, flag, flowKey, text, userKey } from "../../config/schema/common.ts";
import { Secret } from "../../credentials.ts";
import { awsIdentityEntries, endpointSpec, mfaDevice, region, resolver } from "../schema.ts";

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
	spec: v.optional(
		v.object({
			...endpointSpec.entries,
			flow: flowKey(["browser", "paste"]),
			browser: browserKey,
			user: userKey,
		}),
	),
	credentials: v.optional(
		v.pipe(
			v.object({
				access_key_id: about(
					v.optional(accessKeyId),
					"ID of its access key; without one, the keyring's is used, or a browser",
				),
				secret_access_key: about(
					v.optional(secretAccessKey),
					"The access key itself: better from `!env` than in a file of a repository",
				),
				mfa_arn: about(v.optional(mfaDevice), "Its MFA device: a sign-in asks for the code"),
				region: about(
					v.optional(region),
					"Region of STS or the sign-in, and that programs get. Default: `us-east-1`, and none for programs",
				),
				webflow_enabled: about(
					v.optional(v.nullable(flag)),
					"With `false`, a user without access keys is not signed in to in a browser. Default: `true`",
				),
				aws: v.optional(resolver),
			}),
			v.forward(whole("access_key_id", "secret_access_key"), ["access_key_id"]),
			v.forward(whole("secret_access_key", "access_key_id"), ["secret_access_key"]),
		),
	),
	session: v.optional(
		v.object({
			duration: about(
				v.optional(duration),
				"How long a session lasts: `15m` to `12h`, with MFA to `36h`. Default: `12h`",
			),
		}),
	),
});

export type Config = v.InferOutput<typeof schema>;
