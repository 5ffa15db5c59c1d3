/** `kind: aws/roles-anywhere`, the provider: what hangs on it signs in with a certificate. */
import * as v from "valibot";
import { about, flag, NO_EFFECT, tags } from "../../config/schema/common.ts";
import { region } from "../schema.ts";
import { spec } from "./spec.ts";

export const schema = about(
	v.object({
		region: about(v.optional(region), "Region that programs get. Default: that of the trust anchor"),
		spec,
		default: about(v.optional(flag), NO_EFFECT),
		tags: about(v.optional(tags), NO_EFFECT),
	}),
	"A sign-in needs no person. `aws/assume-role` assumes further roles over it, and an identity of this kind keeps its credentials for other programs",
);

export type Config = v.InferOutput<typeof schema>;
