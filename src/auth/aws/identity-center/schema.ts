/** `kind: aws/iam-identity-center`: a provider that signs in through IAM Identity Center. */
import * as v from "valibot";
import {
	about,
	browserKey,
	duration,
	flag,
	flowKey,
	NO_EFFECT,
	tags,
	text,
	userKey,
	webAddress,
} from "../../config/schema/common.ts";
import { endpointSpec, region } from "../schema.ts";

export const schema = v.object({
	start_url: about(
		webAddress("the address of the access portal, such as https://acme.awsapps.com/start"),
		"Address of the access portal",
	),
	region: about(region, "Region of Identity Center itself, which the access portal shows"),
	auto_provision_identities: about(
		v.optional(v.nullable(flag)),
		"Makes an identity of every account and role that you have, after the sign-in. Default: `false`",
	),
	session: v.optional(
		v.object({
			duration: about(v.optional(duration), "How long a session lasts if the portal does not say. Default: `1h`"),
		}),
	),
	console: v.optional(v.object({ session_duration: about(v.optional(duration), NO_EFFECT) })),
	spec: v.optional(
		v.object({
			...endpointSpec.entries,
			flow: flowKey(["device-code", "browser"], "`device-code`"),
			browser: browserKey,
			user: userKey,
		}),
	),
	default: about(v.optional(flag), NO_EFFECT),
	tags: about(v.optional(tags), NO_EFFECT),
	username: about(v.optional(text("a user name")), NO_EFFECT),
});

export type Config = v.InferOutput<typeof schema>;
