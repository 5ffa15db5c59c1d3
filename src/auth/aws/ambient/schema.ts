/** `kind: aws/ambient` and `ambient`: what the machine has by itself. */
import * as v from "valibot";
import { about, identityEntries } from "../../config/schema/common.ts";
import { awsIdentityEntries, region } from "../schema.ts";

export const awsSchema = about(
	v.object({
		...awsIdentityEntries,
		principal: v.optional(
			v.object({
				region: about(v.optional(region), "Region that programs get, and of roles over it. Default: the machine's own"),
			}),
			{},
		),
	}),
	"The access keys that this machine has by itself: variables, a profile of `~/.aws`, a container's or an instance's role",
);

export const schema = about(
	v.object({ ...identityEntries }),
	"No credentials at all: programs find what they find without it",
);

export type AwsConfig = v.InferOutput<typeof awsSchema>;
export type Config = v.InferOutput<typeof schema>;
