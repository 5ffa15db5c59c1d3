/** `kind: aws/permission-set`: a permission set in an account, reached through IAM Identity Center. */
import * as v from "valibot";
import { text } from "../../config/schema/common.ts";
import { accountId, awsIdentityEntries, region } from "../schema.ts";

export const schema = v.object({
	...awsIdentityEntries,
	principal: v.object({
		name: text("the name of a permission set, such as AdministratorAccess"),
		account: v.pipe(
			v.object({ id: v.optional(accountId), name: v.optional(text("the account's name")) }),
			v.check(({ id, name }) => id !== undefined || name !== undefined, "expected the account's `id` or its `name`"),
		),
		region: v.optional(region),
	}),
});

export type Config = v.InferOutput<typeof schema>;
