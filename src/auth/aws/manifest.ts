/** The kinds of AWS, one manifest each. */
import type { Cloud, Columns, ReadText } from "../manifest.ts";
import { accountIn, nameIn } from "./arn.ts";
import { isTokenCommand } from "./eks/token-command.ts";
import { referenceHost } from "./partitions.ts";
import {
	CERTIFICATE_VARIABLE,
	DECISIVE_VARIABLES,
	isEndpointVariable,
	isVendorHost,
	nameDoubt,
	nameObjection,
	PROFILES_FOLDER,
	REALM_FOLDER,
	SESSIONS_FOLDER,
	WEBFLOW_FOLDER,
} from "./vendor.ts";

/** What identities of AWS say under `principal`: Atmos has these keys for all of them. */
export function columns(text: ReadText): Columns {
	const arn = text("principal", "assume_role");
	return {
		account: text("principal", "account", "name") ?? text("principal", "account", "id") ?? accountIn(arn),
		role: text("principal", "name") ?? (arn === undefined ? undefined : nameIn(arn)),
		region: text("principal", "region"),
	};
}

/** Whose root it is, and for which task. */
const rootColumns = (text: ReadText): Columns => {
	const policy = text("principal", "task_policy_arn");
	return {
		account: text("principal", "target_principal"),
		role: policy === undefined ? undefined : nameIn(policy),
		region: text("principal", "region"),
	};
};

/** A user's account is known from the ARN of its MFA device alone. */
const userColumns = (text: ReadText): Columns => ({
	account: accountIn(text("credentials", "mfa_arn")),
	region: text("credentials", "region"),
});

/** Over a provider, the role is known from that. */
const certificateColumns = (text: ReadText): Columns => {
	const arn = text("spec", "role_arn");
	return {
		account: accountIn(arn),
		role: arn === undefined ? undefined : nameIn(arn),
		region: text("region") ?? text("spec", "trust_anchor_arn")?.split(":")[3],
	};
};

// One file for all schemas: a check needs those of several kinds, and every file costs a start more than what is in it.
const schemas = () => import("./schemas.ts");

export const manifest: Cloud = {
	name: REALM_FOLDER,
	cacheFolders: [SESSIONS_FOLDER, WEBFLOW_FOLDER, PROFILES_FOLDER],
	isVendorHost,
	referenceHost,
	isEndpointVariable,
	decisiveVariables: DECISIVE_VARIABLES,
	certificateVariables: [CERTIFICATE_VARIABLE],
	nameObjection,
	nameDoubt,
	isTokenCommand,
	clusterTokens: async () => (await import("./eks/cluster-tokens.ts")).clusterTokens,

	providers: [
		{
			kind: "aws/iam-identity-center",
			noun: "a portal of IAM Identity Center",
			via: ["none"],
			flows: ["device-code", "browser"],
			schema: async () => (await schemas()).identityCenter,
			load: async () => (await import("./identity-center/kind.ts")).kind,
		},
		{
			kind: "aws/saml",
			noun: "an identity provider of SAML",
			via: ["none"],
			flows: ["browser", "paste"],
			schema: async () => (await schemas()).saml,
			load: async () => (await import("./saml/kind.ts")).kind,
		},
		{
			kind: "aws/roles-anywhere",
			noun: "a certificate for IAM Roles Anywhere",
			via: ["none"],
			schema: async () => (await schemas()).rolesAnywhereProvider,
			load: async () => (await import("./roles-anywhere/provider.ts")).kind,
		},
		{
			kind: "github/oidc",
			noun: "a job of GitHub Actions",
			via: ["none"],
			schema: async () => (await schemas()).githubOidc,
			load: async () => (await import("./oidc/github.ts")).kind,
		},
		{
			kind: "gitlab/oidc",
			noun: "a job of GitLab CI/CD",
			via: ["none"],
			schema: async () => (await schemas()).gitlabOidc,
			load: async () => (await import("./oidc/gitlab.ts")).kind,
		},
		{
			kind: "oidc",
			noun: "a token of OpenID Connect",
			via: ["none"],
			schema: async () => (await schemas()).oidc,
			load: async () => (await import("./oidc/token.ts")).kind,
		},
	],
	identities: [
		{
			kind: "aws/permission-set",
			noun: "a permission set",
			via: ["provider"],
			columns,
			schema: async () => (await schemas()).permissionSet,
			load: async () => (await import("./roles/permission-set.ts")).kind,
		},
		{
			kind: "aws/assume-role",
			noun: "a role",
			via: ["provider", "identity"],
			columns,
			schema: async () => (await schemas()).assumeRole,
			load: async () => (await import("./roles/assume-role.ts")).kind,
		},
		{
			kind: "aws/assume-root",
			noun: "a root's task",
			via: ["provider", "identity"],
			columns: rootColumns,
			schema: async () => (await schemas()).assumeRoot,
			load: async () => (await import("./roles/assume-root.ts")).kind,
		},
		{
			kind: "aws/ambient",
			noun: "this machine's own AWS credentials",
			via: ["none"],
			columns: (text) => ({ region: text("principal", "region") }),
			schema: async () => (await schemas()).awsAmbient,
			load: async () => (await import("./ambient/kind.ts")).kind,
		},
		{
			kind: "ambient",
			noun: "no credentials",
			via: ["none"],
			columns: () => ({}),
			schema: async () => (await schemas()).ambient,
			load: async () => (await import("./ambient/nothing.ts")).kind,
		},
		{
			kind: "aws/user",
			noun: "an IAM user",
			via: ["none"],
			flows: ["browser", "paste"],
			webflow: true,
			columns: userColumns,
			schema: async () => (await schemas()).user,
			load: async () => (await import("./user/kind.ts")).kind,
			enteredKeys: async () => (await import("./user/entered-keys.ts")).keyKind,
		},
		{
			kind: "aws/roles-anywhere",
			noun: "a role by certificate (IAM Roles Anywhere)",
			via: ["provider", "none"],
			columns: certificateColumns,
			schema: async () => (await schemas()).rolesAnywhereIdentity,
			load: async () => (await import("./roles-anywhere/identity.ts")).kind,
		},
	],
	integrations: [
		{
			kind: "aws/ecr",
			noun: "an ECR login",
			via: ["provider", "identity"],
			schema: async () => (await schemas()).ecr,
			load: async () => (await import("./ecr/kind.ts")).kind,
		},
		{
			kind: "aws/eks",
			noun: "an EKS kubeconfig",
			via: ["provider", "identity"],
			schema: async () => (await schemas()).eks,
			load: async () => (await import("./eks/kind.ts")).kind,
		},
	],
};
