/** `kind: aws/ecr`: Docker's login to a private registry. */
import * as v from "valibot";
import { about, integrationEntries } from "../../config/schema/common.ts";
import { accountId, region } from "../schema.ts";

export const schema = v.object({
	spec: v.object({
		...integrationEntries,
		registry: v.object({
			account_id: about(accountId, "Account of the registry"),
			region: about(region, "Region of the registry"),
		}),
	}),
});

export type Config = v.InferOutput<typeof schema>;
