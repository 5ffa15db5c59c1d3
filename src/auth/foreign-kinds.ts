/** Kinds that Atmos knows and this version does not: no typing mistake, but not to be used here. */
import type { Section } from "./manifest.ts";

export const FOREIGN_KINDS: Readonly<Record<Section, readonly string[]>> = {
	providers: [
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

/** Those of them that are identities and begin a chain by themselves. */
export const FOREIGN_STANDALONE: readonly string[] = [
	"aws/emulator",
	"gcp/emulator",
	"azure/emulator",
	"kubernetes/emulator",
];
