/** `kind: aws/permission-set`: a permission set in an account, reached through IAM Identity Center. */
import * as v from "valibot";
import { about, text } from "../../config/schema/common.ts";
import { accountId, awsIdentityEntries, region } from "../schema.ts";

export const schema = about(
	v.object({
		...awsIdentityEntries,
		principal: v.object({
			name: about(text("the name of a permission set, such as AdministratorAccess"), "The permission set"),
			account: about(
				v.pipe(
					v.object({
						id: about(v.optional(accountId), "Its ID"),
						name: about(
							v.optional(text("the account's name")),
							"Its name on the access portal; beside an ID, only what it is called on the screen",
						),
					}),
					v.check(
						({ id, name }) => id !== undefined || name !== undefined,
						"expected the account's `id` or its `name`",
					),
				),
				"The account",
			),
			region: about(v.optional(region), "Region that programs get. Default: the provider's"),
		}),
	}),
	"Reached through a provider of kind `aws/iam-identity-center`",
);

export type Config = v.InferOutput<typeof schema>;
