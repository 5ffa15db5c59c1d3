/** `kind: aws/roles-anywhere`, the identity: with a `spec` of its own, or with that of the provider it is reached through. */
import * as v from "valibot";
import { about } from "../../config/schema/common.ts";
import { awsIdentityEntries, region } from "../schema.ts";
import { spec } from "./spec.ts";

export const schema = about(
	v.object({
		...awsIdentityEntries,
		region: about(v.optional(region), "Region that programs get. Default: the provider's, or that of the trust anchor"),
		spec: v.optional(spec),
	}),
	"With `via.provider` it keeps the credentials of that provider and has no `spec` of its own",
);

export type Config = v.InferOutput<typeof schema>;
