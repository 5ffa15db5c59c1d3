/** The names of kinds that need no schema: what Atmos knows and this version does not, and what stands alone. */

export type Section = "providers" | "identities" | "integrations";

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

/** Keys of an entry whose values no sign-in needs: a function there that would run something is left alone. */
export const IDLE_KEYS: readonly string[] = ["env", "alias", "tags", "default", "required", "console"];
