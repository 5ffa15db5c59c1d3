/** `spec` of `aws/roles-anywhere`: the same for the provider and for the identity that stands alone. */
import * as v from "valibot";
import { about, durationBetween, text } from "../../config/schema/common.ts";
import { Secret } from "../../credentials.ts";
import { ROLE_ARN } from "../arn.ts";
import { endpointSpec } from "../schema.ts";

/** A file, or what would be in it: CI services keep it in a variable. A certificate is no secret. */
export type Material = { readonly path: string } | { readonly inline: Secret | string };

const TRUST_ANCHOR =
	"the ARN of a trust anchor, such as arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/a1b2c3d4-…";
const PROFILE =
	"the ARN of a profile of Roles Anywhere, such as arn:aws:rolesanywhere:eu-central-1:123456789012:profile/a1b2c3d4-…";
const ROLE = "the ARN of a role, such as arn:aws:iam::123456789012:role/Deployer";
const CERTIFICATE = "the path of a certificate in PEM, or the PEM itself";
const KEY = "the path of a private key in PEM, or the PEM itself";
const PKCS12 = "the path of a PKCS#12 file, or its content in base64";

const resource = (type: string, expected: string) =>
	v.pipe(
		text(expected),
		v.regex(
			new RegExp(`^arn:aws[a-z0-9-]*:rolesanywhere:[a-z]{2,}(?:-[a-z]+)+-\\d+:\\d{12}:${type}/[0-9A-Za-z-]+$`),
			`expected ${expected}`,
		),
		v.maxLength(1011, `expected ${expected}`),
	);

/** A variable's value often has its line breaks as two characters. */
const withBreaks = (pem: string): string => (pem.includes("\n") ? pem : pem.replaceAll("\\n", "\n"));

const pem = (expected: string) =>
	v.pipe(
		text(expected),
		v.transform((value): Material => {
			if (!value.includes("-----BEGIN ")) return { path: value };
			const written = withBreaks(value);
			return { inline: written.includes("PRIVATE KEY") ? new Secret(written) : written };
		}),
	);

/** DER of more than a hundred bytes begins with `30 8x`, which is `MI` in base64. No path is as long. */
const pkcs12 = v.pipe(
	text(PKCS12),
	v.transform((value): Material => {
		const packed = value.replace(/\s+/g, "");
		const isContent = packed.length > 400 && /^MI[A-Za-z0-9+/]+={0,2}$/.test(packed);
		return isContent ? { inline: new Secret(packed) } : { path: value };
	}),
);

const password = v.pipe(
	v.string("expected a password"),
	v.nonEmpty("expected a password, found nothing"),
	v.transform((value) => new Secret(value)),
);

/** https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html */
const sessionDuration = durationBetween(
	900_000,
	43_200_000,
	"expected a duration between 15m and 12h: Roles Anywhere issues no shorter or longer session",
);

const sessionName = v.pipe(
	text("a session name"),
	v.regex(/^[\w+=,.@-]{2,64}$/, "expected a session name of 2 to 64 characters: letters, digits and _ + = , . @ -"),
);

const entries = {
	trust_anchor_arn: about(
		resource("trust-anchor", TRUST_ANCHOR),
		"The trust anchor; its region is the one that is asked",
	),
	profile_arn: about(resource("profile", PROFILE), "The profile that lists the role"),
	role_arn: about(
		v.pipe(text(ROLE), v.regex(ROLE_ARN, `expected ${ROLE}`), v.maxLength(1011, `expected ${ROLE}`)),
		"The role",
	),
	certificate: about(
		v.optional(pem(CERTIFICATE)),
		"Its certificate, alone or with those between it and the trust anchor's. A path is relative to the file that defines the entry",
	),
	private_key: about(
		v.optional(pem(KEY)),
		"The certificate's private key: RSA, or EC on P-256, P-384 or P-521. A path as above",
	),
	private_key_password: about(
		v.optional(password),
		"Password of an encrypted private key: better from `!env`. A sign-in asks for it if there is none",
	),
	intermediates: about(
		v.optional(pem("the path of a file with certificates in PEM, or the PEM itself")),
		"The certificates between its own and the trust anchor's, in any order",
	),
	pkcs12: about(v.optional(pkcs12), "A PKCS#12 file (`.p12`, `.pfx`) in place of `certificate` and `private_key`"),
	pkcs12_password: about(
		v.optional(password),
		"Its password: better from `!env`. A sign-in asks for it if it needs one",
	),
	session_duration: about(
		v.optional(sessionDuration),
		"How long a session lasts, no longer than the profile and the role allow. Default: the profile's",
	),
	role_session_name: about(
		v.optional(sessionName),
		"What CloudTrail calls the session, if the profile accepts names. Default: the certificate's serial number",
	),
};

/** The parts of an ARN: `arn:PARTITION:SERVICE:REGION:ACCOUNT:…`. */
function partsOf(arn: string): { readonly partition: string; readonly region: string } {
	const [, partition = "", , region = ""] = arn.split(":");
	return { partition, region };
}

export const regionOfArn = (arn: string): string => partsOf(arn).region;

interface Checked {
	readonly trust_anchor_arn: string;
	readonly profile_arn: string;
	readonly role_arn: string;
	readonly certificate?: unknown;
	readonly private_key?: unknown;
	readonly pkcs12?: unknown;
}

const isComplete = (spec: Checked, key: "certificate" | "private_key"): boolean =>
	spec[key] !== undefined || spec.pkcs12 !== undefined;

const given = <Spec extends Checked>(key: "certificate" | "private_key") =>
	v.check<Spec, string>(
		(spec) => isComplete(spec, key),
		"missing; expected `certificate` and `private_key`, or `pkcs12`",
	);

export const spec = v.pipe(
	v.object({ ...entries, ...endpointSpec.entries }),
	v.forward(
		v.check(
			({ trust_anchor_arn: anchor, profile_arn: profile }) => partsOf(anchor).partition === partsOf(profile).partition,
			"expected a profile in the partition of the trust anchor",
		),
		["profile_arn"],
	),
	v.forward(
		v.check(
			({ trust_anchor_arn: anchor, profile_arn: profile }) => partsOf(anchor).region === partsOf(profile).region,
			"expected a profile in the region of the trust anchor",
		),
		["profile_arn"],
	),
	v.forward(
		v.check(
			({ trust_anchor_arn: anchor, role_arn: role }) => partsOf(anchor).partition === partsOf(role).partition,
			"expected a role in the partition of the trust anchor",
		),
		["role_arn"],
	),
	v.forward(given("certificate"), ["certificate"]),
	v.forward(given("private_key"), ["private_key"]),
	v.forward(
		v.check(
			({ pkcs12: file, certificate, private_key: key }) =>
				file === undefined || (certificate === undefined && key === undefined),
			"expected either `pkcs12`, or `certificate` and `private_key`",
		),
		["pkcs12"],
	),
);

export type Spec = v.InferOutput<typeof spec>;
