/** Writes configuration files into a temporary project and loads them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadConfig } from "../../../src/auth/config/load.ts";
import type { AuthConfig, ConfigRequest } from "../../../src/auth/config/model.ts";
import type { AuthContext } from "../../../src/auth/context.ts";
import { type TestContext, testContext } from "../../helpers/context.ts";

export interface Project {
	readonly ctx: TestContext;
	/** Writes a file, by its path from the working directory or an absolute one. */
	write(path: string, text: string): string;
	load(request?: ConfigRequest, overrides?: Partial<AuthContext>): Promise<AuthConfig>;
}

export function project(files: Readonly<Record<string, string>> = {}, overrides: Partial<AuthContext> = {}): Project {
	const ctx = testContext(overrides);
	const write = (path: string, text: string): string => {
		const full = path.startsWith("/") ? path : join(ctx.cwd, path);
		mkdirSync(dirname(full), { recursive: true });
		writeFileSync(full, text);
		return full;
	};
	for (const [path, text] of Object.entries(files)) write(path, text);
	return {
		ctx,
		write,
		load: (request = {}, more = {}) => {
			// What a project may do is what tests/auth/trust is about.
			const env = { ATMOS_AUTH_TRUST: "1", ...(more.env ?? ctx.env) };
			return loadConfig({ ...ctx, ...more, env }, request, { execLimitMs: 500 });
		},
	};
}

/** An auth section with one provider, and identities as given. */
export const withIdentities = (identities: string): string => `auth:
  providers:
    company-sso:
      kind: aws/iam-identity-center
      start_url: https://acme.awsapps.com/start
      region: us-east-1
  identities:
${identities}`;

export const identity = (name: string, more = ""): string =>
	`    ${name}: {kind: aws/permission-set, via: {provider: company-sso}, principal: {name: Admin, account: {name: dev}}${more}}\n`;
