/** `kind: aws/ecr`: Docker's login to a private registry. */
import * as v from "valibot";
import { integrationEntries } from "../../config/schema/common.ts";
import { accountId, region } from "../schema.ts";

export const schema = v.object({
	spec: v.object({
		...integrationEntries,
		registry: v.object({ account_id: accountId, region }),
	}),
});

export type Config = v.InferOutput<typeof schema>;
