/** Which kinds there are, and their schemas. */
import type { GenericSchema } from "valibot";
import { schema as awsEcr } from "./aws-ecr.ts";
import { schema as awsEks } from "./aws-eks.ts";
import { schema as awsIamIdentityCenter } from "./aws-iam-identity-center.ts";
import { schema as awsPermissionSet } from "./aws-permission-set.ts";

export type Section = "providers" | "identities" | "integrations";

export const SCHEMAS: Readonly<Record<Section, Readonly<Record<string, GenericSchema<unknown, unknown>>>>> = {
	providers: { "aws/iam-identity-center": awsIamIdentityCenter },
	identities: { "aws/permission-set": awsPermissionSet },
	integrations: { "aws/ecr": awsEcr, "aws/eks": awsEks },
};

/** Kinds that Atmos knows and this version does not: no typing mistake, but not to be used here. */
export const FOREIGN_KINDS: Readonly<Record<Section, readonly string[]>> = {
	providers: [
		"aws/saml",
		"github/oidc",
		"azure/cli",
		"azure/device-code",
		"azure/interactive",
		"azure/oidc",
		"gcp/adc",
		"gcp/workload-identity-federation",
		"atmos/pro",
		"mock",
		"mock/aws",
	],
	identities: [
		"aws/assume-role",
		"aws/assume-root",
		"aws/user",
		"aws/ambient",
		"ambient",
		"azure/subscription",
		"gcp/service-account",
		"gcp/project",
		"atmos/pro",
		"aws/emulator",
		"gcp/emulator",
		"azure/emulator",
		"kubernetes/emulator",
		"mock",
		"mock/aws",
	],
	integrations: ["aws/ecr-public", "azure/acr", "azure/aks", "gcp/gke", "github/sts"],
};

/** Identities that need no `via`. */
export const STANDALONE_KINDS: readonly string[] = [
	"aws/user",
	"aws/ambient",
	"ambient",
	"aws/emulator",
	"gcp/emulator",
	"azure/emulator",
	"kubernetes/emulator",
];
