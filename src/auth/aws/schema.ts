/** What the schemas of AWS's kinds have in common. */
import * as v from "valibot";
import { about, endpointMark, identityEntries, text, webAddress, writeMark } from "../config/schema/common.ts";
import { REGIONS } from "./regions.ts";

export const accountId = v.pipe(
	text("a 12-digit AWS account ID"),
	v.regex(/^\d{12}$/, "expected a 12-digit AWS account ID"),
);

export const region = v.pipe(
	text("an AWS region such as us-east-1"),
	v.regex(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/, "expected an AWS region such as us-east-1"),
	v.examples([...REGIONS]),
);

/** An ARN, or the serial number of a device of hardware: `SerialNumber` of the requests to STS. */
export const mfaDevice = v.pipe(
	text("the ARN of an MFA device"),
	v.regex(/^[\w+=/:,.@-]{9,256}$/, "expected the ARN of an MFA device, such as arn:aws:iam::123456789012:mfa/ada"),
	v.check(
		(value) => !/^arn:[^:]*:iam::\d*:u2f\//.test(value),
		"expected an MFA device that shows codes: AWS takes no passkey or security key here",
	),
);

/** The address of a service in place of the vendor's own. */
const endpoint = v.pipe(webAddress("the address of an endpoint"), endpointMark());

/** Where the Go program's older spelling of `spec.endpoint_url` stands: under `spec`, or under `credentials` of an identity. */
export const resolver = v.object({
	resolver: v.optional(v.object({ url: about(v.optional(endpoint), "Older spelling of `spec.endpoint_url`") })),
});

export const endpointSpec = v.object({
	endpoint_url: about(v.optional(endpoint), "Where requests go instead of AWS's own address"),
	aws: v.optional(resolver),
	files: v.optional(
		v.object({
			base_path: about(
				v.optional(v.pipe(text("a folder"), writeMark())),
				"Folder of the credential files; only a provider's counts. Default: `~/.config/atmos`",
			),
		}),
	),
});

/** Keys that any identity of AWS may have. */
export const awsIdentityEntries = {
	...identityEntries,
	spec: v.optional(endpointSpec),
	credentials: about(
		v.optional(v.pipe(v.looseObject({}), endpointMark(["aws", "resolver", "url"]))),
		"`aws.resolver.url` in it is an older spelling of `spec.endpoint_url`; the rest has no effect here",
	),
};
