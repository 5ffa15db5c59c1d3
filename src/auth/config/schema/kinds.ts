/** The schemas of the kinds that this version supports. */
import type { GenericSchema } from "valibot";
import type { Section } from "../kind-names.ts";
import { schema as awsEcr } from "./aws-ecr.ts";
import { schema as awsEks } from "./aws-eks.ts";
import { schema as awsIamIdentityCenter } from "./aws-iam-identity-center.ts";
import { schema as awsPermissionSet } from "./aws-permission-set.ts";

export const SCHEMAS: Readonly<Record<Section, Readonly<Record<string, GenericSchema<unknown, unknown>>>>> = {
	providers: { "aws/iam-identity-center": awsIamIdentityCenter },
	identities: { "aws/permission-set": awsPermissionSet },
	integrations: { "aws/ecr": awsEcr, "aws/eks": awsEks },
};
