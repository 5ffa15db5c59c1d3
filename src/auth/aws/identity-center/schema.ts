/** `kind: aws/iam-identity-center`: a provider that signs in through IAM Identity Center. */
import * as v from "valibot";
import { duration, flag, tags, text, webAddress } from "../../config/schema/common.ts";
import { endpointSpec, region } from "../schema.ts";

export const schema = v.object({
	start_url: webAddress("the address of the access portal, such as https://acme.awsapps.com/start"),
	region,
	auto_provision_identities: v.optional(v.nullable(flag)),
	session: v.optional(v.object({ duration: v.optional(duration) })),
	console: v.optional(v.object({ session_duration: v.optional(duration) })),
	spec: v.optional(endpointSpec),
	default: v.optional(flag),
	tags: v.optional(tags),
	username: v.optional(text("a user name")),
});

export type Config = v.InferOutput<typeof schema>;
