/** The projects that are measured. */

const PROVIDER = `auth:
  providers:
    company-sso:
      kind: aws/iam-identity-center
      start_url: https://acme.awsapps.com/start
      region: us-east-1
`;

const IDENTITIES = `  identities:
    dev-admin:
      kind: aws/permission-set
      via: {provider: company-sso}
      principal: {name: AdministratorAccess, account: {id: "123456789012"}, region: us-east-2}
    dev-readonly:
      kind: aws/permission-set
      via: {provider: company-sso}
      principal: {name: ReadOnlyAccess, account: {id: "123456789012"}, region: us-east-2}
`;

/** Two identities, a registry and a cluster. */
export const PROJECT = `${PROVIDER}${IDENTITIES}  integrations:
    dev/ecr:
      kind: aws/ecr
      via: {identity: dev-admin}
      spec: {registry: {account_id: "123456789012", region: us-east-2}}
    dev/eks:
      kind: aws/eks
      via: {identity: dev-admin}
      spec: {cluster: {name: dev-cluster, region: us-east-2, alias: dev-eks}}
`;

/** @returns `count` identities in two and a half lines each */
export function manyIdentities(count: number): string {
	const identity = (index: number): string => {
		const name = `team-${String(index).padStart(4, "0")}`;
		const account = String(100_000_000_000 + index);
		return index % 2 === 0
			? `    ${name}: {kind: aws/permission-set, via: {provider: company-sso}, principal: {name: AdministratorAccess, account: {id: "${account}"}}}\n`
			: `    ${name}:\n      kind: aws/permission-set\n      via: {provider: company-sso}\n      principal: {name: ReadOnlyAccess, account: {id: "${account}", name: workload-${index}}}\n`;
	};
	return `${PROVIDER}  identities:\n${Array.from({ length: count }, (_, index) => identity(index)).join("")}`;
}

/** @returns a project with `count` clusters for one identity */
export function slowIntegrations(count: number): string {
	const integration = (index: number): string =>
		`    eks-${index}: {kind: aws/eks, via: {identity: dev-admin}, spec: {cluster: {name: dev-cluster, region: us-east-2, alias: eks-${index}}}}\n`;
	return `${PROVIDER}${IDENTITIES}  integrations:\n${Array.from({ length: count }, (_, index) => integration(index)).join("")}`;
}
