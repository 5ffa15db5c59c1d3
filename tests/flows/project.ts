/** A project and a context that are ready to sign in to the loopback cloud. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AuthContext } from "../../src/auth/context.ts";
import type { LoginHandle } from "../../src/flows/snapshot.ts";
import { type LoginOptions, startLogin } from "../../src/flows/start-login.ts";
import { type Cloud, type CloudOptions, startCloud } from "../cloud/cloud.ts";
import { smallWorld } from "../cloud/world.ts";
import { type TestContext, testContext } from "../helpers/context.ts";

export const PROJECT = `
auth:
  providers:
    company-sso:
      kind: aws/iam-identity-center
      start_url: https://acme.awsapps.com/start
      region: us-east-1
  identities:
    dev-admin:
      kind: aws/permission-set
      default: true
      via: { provider: company-sso }
      principal:
        name: AdministratorAccess
        account: { id: "123456789012", name: development }
        region: us-east-2
    prod-readonly:
      kind: aws/permission-set
      via: { provider: company-sso }
      principal: { name: ReadOnlyAccess, account: { name: production } }
  integrations:
    dev/ecr:
      kind: aws/ecr
      via: { identity: dev-admin }
      spec: { registry: { account_id: "123456789012", region: us-east-2 } }
    dev/eks:
      kind: aws/eks
      via: { identity: dev-admin }
      spec: { cluster: { name: dev-cluster, region: us-east-2, alias: dev-eks } }
    gone/eks:
      kind: aws/eks
      via: { identity: dev-admin }
      spec: { cluster: { name: no-such-cluster, region: us-east-2, alias: gone-eks } }
`;

export interface Project {
	readonly cloud: Cloud;
	readonly ctx: TestContext;
	/** Starts a login of the project; without options: of the default identity, without a screen. */
	login(options?: Partial<LoginOptions>): LoginHandle;
}

/** @param options.yaml the project's atmos.yaml in place of `PROJECT` */
export async function project(
	options: CloudOptions & { readonly yaml?: string; readonly context?: Partial<AuthContext> } = {},
): Promise<Project> {
	const cloud = await startCloud({ world: smallWorld({ pollSeconds: 0 }), ...options });
	onTestFinished(() => cloud.close());
	const ctx = testContext(options.context);
	// The context's environment is made of nothing of the real one; the cloud is all that there is.
	Object.assign(ctx.env, { AWS_ENDPOINT_URL: cloud.url, ATMOS_AUTH_REALM: "test" });
	writeFileSync(join(ctx.cwd, "atmos.yaml"), options.yaml ?? PROJECT);
	return {
		cloud,
		ctx,
		login: (given = {}) =>
			startLogin({
				ctx,
				request: {},
				flags: {},
				interactive: false,
				reach: given.interactive === true ? "keyboard" : "link",
				force: false,
				...given,
			}),
	};
}
