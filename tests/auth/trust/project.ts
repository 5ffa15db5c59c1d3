/** A cloned repository in a home, and its configuration as somebody sees it who was asked nothing yet. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { loadConfig } from "../../../src/auth/config/load.ts";
import type { AuthConfig, ConfigRequest } from "../../../src/auth/config/model.ts";
import type { AuthContext } from "../../../src/auth/context.ts";
import { UntrustedError } from "../../../src/auth/trust/untrusted-error.ts";
import { type TestContext, testContext } from "../../helpers/context.ts";

export interface Repository {
	readonly ctx: TestContext;
	/** The repository's root. */
	readonly root: string;
	write(path: string, text: string): string;
	/** Loads anew, as another run does. */
	load(overrides?: Partial<AuthContext>, request?: ConfigRequest): Promise<AuthConfig>;
	/** What the use of an identity would be asked for: the texts of its facts. */
	wants(overrides?: Partial<AuthContext>, request?: ConfigRequest): Promise<string[]>;
	/** Says yes to all of it. */
	agree(overrides?: Partial<AuthContext>): Promise<void>;
	readonly store: string;
}

export const git = (cwd: string, ...args: string[]): string =>
	execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd, encoding: "utf8" });

/** @param files from the repository's root; absolute ones are written where they say */
export function repository(
	files: Readonly<Record<string, string>>,
	env: Readonly<Record<string, string>> = {},
): Repository {
	const ctx = testContext();
	Object.assign(ctx.env, env);
	const root = join(ctx.home, "src", "acme");
	mkdirSync(join(root, ".git"), { recursive: true });
	const write = (path: string, text: string): string => {
		const file = resolve(root, path.replace(/^~/, ctx.home));
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
		chmodSync(file, 0o644);
		return file;
	};
	for (const [path, text] of Object.entries(files)) write(path, text);
	const load: Repository["load"] = (overrides = {}, request = {}) =>
		// The answers of a run go by its environment: another object is another run.
		loadConfig({ ...ctx, cwd: root, env: { ...ctx.env }, ...overrides }, request, { execLimitMs: 5_000 });
	return {
		ctx,
		root,
		write,
		load,
		async wants(overrides, request) {
			const config = await load(overrides, request);
			return asked(config);
		},
		async agree(overrides) {
			const config = await load(overrides);
			await config.trust.answer(
				(await config.trust.survey()).map(({ fact }) => fact),
				true,
			);
		},
		get store() {
			const folder = join(ctx.home, ".local/share/atmos/atmos-auth/trust");
			const [name = ""] = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : [];
			return join(folder, name);
		},
	};
}

/** Uses every entry. @returns the texts of what is missing */
export async function asked(config: AuthConfig): Promise<string[]> {
	const found: string[] = [];
	const use = (work: Promise<unknown>): Promise<void> =>
		work.then(
			() => undefined,
			(error: unknown) => {
				if (!(error instanceof UntrustedError)) throw error;
				found.push(...error.facts.map(({ text }) => text));
			},
		);
	for (const { key } of config.providers()) await use(config.provider(key));
	for (const { key } of config.identities()) await use(config.identity(key));
	for (const { key } of config.integrations()) await use(config.integration(key));
	return [...new Set(found)];
}

/** A provider and an identity, with more keys for each. */
export const auth = (
	more: { provider?: string; identity?: string; integrations?: string; top?: string } = {},
): string =>
	`${more.top ?? ""}auth:
  providers:
    sso:
      kind: aws/iam-identity-center
      start_url: https://acme.awsapps.com/start
      region: us-east-1
${more.provider ?? ""}
  identities:
    dev:
      kind: aws/permission-set
      via: {provider: sso}
      principal: {name: Admin, account: {name: dev}}
${more.identity ?? ""}
${more.integrations ?? ""}`;

/** An identity whose account's name comes from a command. */
export const withCommand = (command: string): string =>
	auth({ identity: `      alias: dev\n` }).replace(
		"account: {name: dev}",
		`account: {name: !exec ${JSON.stringify(command)}}`,
	);

/** The same for an address in place of the vendor's. */
export const withEndpoint = (url: string): string =>
	auth({ provider: `      spec: {endpoint_url: ${JSON.stringify(url)}}` });
