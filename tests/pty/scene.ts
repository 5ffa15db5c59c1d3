/** A cloud, a throw-away home and a project, for the built program. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
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
	/**
	 * Where any secret of the cloud, or of `more`, got to that has no business there: terminals, and files that are not for
	 * credentials.
	 */
	leaks(more?: readonly string[]): string[];
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
	const started: PtyProgram[] = [];
	return {
		cloud,
		home,
		folder,
		leaks(more = []) {
			const written = [...started.map(({ raw }, index) => [`terminal ${index}`, raw()] as const), ...filesBelow(home)];
			const texts = written.map(([place, text]) => {
				// What GitHub's runner is told to mask, it has to be told.
				const shown = text.replace(/^::add-mask::.*$/gm, "");
				return { place, text: shown, joined: unbroken(shown) };
			});
			return [...cloud.secrets(), ...more].flatMap((secret) =>
				texts
					.filter(({ text, joined }) => text.includes(secret) || joined.includes(secret))
					.map(({ place }) => `${secret.slice(0, 8)}… in ${place}`),
			);
		},
		start(args, { columns = 80, rows = 24, env = {} }) {
			const place = personalEnv(home, { AWS_ENDPOINT_URL: cloud.url, ...env });
			const program = launch({ args, columns, rows, cwd: folder, env: place });
			started.push(program);
			return program;
		},
	};
}

/** Files that are there to hold credentials: those of AWS, of a browser sign-in, of a portal, and Docker's. */
const FOR_SECRETS =
	/(?:^|\/)(?:credentials|refresh\.json)$|^\.cache\/atmos\/aws-sso\/sessions\/|^\.docker\/config\.json$/;

function filesBelow(home: string): (readonly [string, string])[] {
	return readdirSync(home, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map(({ parentPath, name }) => join(parentPath, name))
		.filter((path) => !FOR_SECRETS.test(path.slice(home.length + 1)))
		.map((path) => [path.slice(home.length + 1), readFileSync(path, "latin1")]);
}

/** What a terminal has broken into lines, in one piece. */
const unbroken = (text: string): string => stripVTControlCharacters(text).replace(/\s/g, "");
