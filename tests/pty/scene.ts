/** A cloud, a throw-away home and a project, for the built program. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Cloud, type CloudOptions, startCloud } from "../cloud/cloud.ts";
import { launch, type PtyProgram, personalEnv } from "./terminal.ts";

const PROJECT = `auth:
  providers:
    company-sso:
      kind: aws/iam-identity-center
      start_url: https://acme.awsapps.com/start
      region: us-east-1
  identities:
    dev-admin:
      kind: aws/permission-set
      via: {provider: company-sso}
      principal: {name: AdministratorAccess, account: {name: development}, region: us-east-2}
    dev-readonly:
      kind: aws/permission-set
      via: {provider: company-sso}
      principal: {name: ReadOnlyAccess, account: {name: development}, region: us-east-2}
    prod-readonly:
      kind: aws/permission-set
      via: {provider: company-sso}
      principal: {name: ReadOnlyAccess, account: {id: 999999999999}}
  integrations:
    dev/ecr:
      kind: aws/ecr
      via: {identity: dev-admin}
      spec: {registry: {account_id: 123456789012, region: us-east-2}}
    dev/eks:
      kind: aws/eks
      via: {identity: dev-admin}
      spec: {cluster: {name: dev-cluster, region: us-east-2, alias: dev-eks}}
`;

export interface Scene {
	readonly cloud: Cloud;
	readonly home: string;
	readonly folder: string;
	start(
		args: readonly string[],
		options: { readonly columns?: number; readonly rows?: number; readonly env?: Readonly<Record<string, string>> },
	): PtyProgram;
}

/** @param options.yaml the project's atmos.yaml in place of the usual one */
export async function scene(options: CloudOptions & { readonly yaml?: string } = {}): Promise<Scene> {
	const cloud = await startCloud(options);
	const root = realpathSync(mkdtempSync(join(tmpdir(), "atmos-auth-pty-")));
	const [home, folder] = [join(root, "home"), join(root, "acme-infra")];
	mkdirSync(home);
	mkdirSync(folder);
	writeFileSync(join(folder, "atmos.yaml"), options.yaml ?? PROJECT);
	onTestFinished(async () => {
		await cloud.close().catch(() => {});
		rmSync(root, { recursive: true, force: true });
	});
	return {
		cloud,
		home,
		folder,
		start: (args, { columns = 80, rows = 24, env = {} }) =>
			launch({ args, columns, rows, cwd: folder, env: personalEnv(home, { AWS_ENDPOINT_URL: cloud.url, ...env }) }),
	};
}
