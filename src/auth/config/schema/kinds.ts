/** The schemas of the kinds that this version supports. */
import type { GenericSchema } from "valibot";
import { schema as awsEcr } from "../../aws/ecr/schema.ts";
import { schema as awsEks } from "../../aws/eks/schema.ts";
import { schema as awsIamIdentityCenter } from "../../aws/identity-center/schema.ts";
import { schema as awsPermissionSet } from "../../aws/roles/permission-set-schema.ts";
import type { Section } from "../kind-names.ts";

export const SCHEMAS: Readonly<Record<Section, Readonly<Record<string, GenericSchema<unknown, unknown>>>>> = {
	providers: { "aws/iam-identity-center": awsIamIdentityCenter },
	identities: { "aws/permission-set": awsPermissionSet },
	integrations: { "aws/ecr": awsEcr, "aws/eks": awsEks },
};
