/** A project whose identities are signed in to the loopback cloud, by the program's own plan and machine. */
import { onTestFinished } from "vitest";
import type { AwsCredentials } from "../../../src/auth/aws/credentials.ts";
import type { ConfigProblem } from "../../../src/auth/config/model.ts";
import { describeProblem } from "../../../src/auth/config/problems.ts";
import { AuthError } from "../../../src/auth/errors.ts";
import { type Obtained, type ObtainOptions, obtain } from "../../../src/flows/obtain.ts";
import { type Cloud, startCloud } from "../../cloud/cloud.ts";
import { smallWorld, type World } from "../../cloud/world.ts";
import { project } from "../config/project.ts";

/** In the environment of every scene: keys and device of `ada`. */
export const ADA = "access_key_id: !env ADA_KEY, secret_access_key: !env ADA_SECRET";
export const DEVICE = "arn:aws:iam::123456789012:mfa/ada";

export const yaml = (identities: string, more = ""): string => `auth:
  realm: test
  providers:
    sso: {kind: aws/iam-identity-center, start_url: https://acme.awsapps.com/start, region: us-east-1}
  identities:
    admin: {kind: aws/permission-set, via: {provider: sso}, principal: {name: AdministratorAccess, account: {id: 123456789012}, region: us-east-2}}
    ada: {kind: aws/user, credentials: {${ADA}}}
${identities}
${more}`;

/**
 * @param text an atmos.yaml: see `yaml`
 * @param more variables of the environment
 */
export async function scene(
	text: string,
	changes: Partial<World> = {},
	more: (cloud: Cloud) => Readonly<Record<string, string>> = () => ({}),
) {
	const cloud = await startCloud({ world: smallWorld({ pollSeconds: 0, ...changes }) });
	onTestFinished(() => cloud.close());
	cloud.approveAlways(0);
	const [user] = cloud.world.users ?? [];
	if (user === undefined) throw new Error("there is no user");
	const p = project({ "atmos.yaml": text });
	const env = {
		...p.ctx.env,
		AWS_ENDPOINT_URL: cloud.url,
		ADA_KEY: user.accessKeyId,
		ADA_SECRET: user.secretAccessKey,
		...more(cloud),
	};
	const ctx = { ...p.ctx, env };

	async function signIn(identity: string, options: Partial<ObtainOptions> = {}) {
		const config = await p.load({}, { env });
		const signal = new AbortController().signal;
		const got: Obtained = await obtain({ ctx, config, identity, signal, reach: "link", ...options });
		if (got.credentials.type !== "aws") throw new Error("these are no keys of AWS");
		const credentials: AwsCredentials = got.credentials;
		return { ...got, credentials };
	}

	return {
		cloud,
		user,
		ctx,
		env,
		write: p.write,
		load: () => p.load({}, { env }),
		signIn,
		/** What a sign-in is refused with. */
		async refused(identity: string, options: Partial<ObtainOptions> = {}): Promise<AuthError> {
			const thrown: unknown = await signIn(identity, options).then(
				() => new Error(`${identity} was signed in to`),
				(error: unknown) => error,
			);
			if (thrown instanceof AuthError) return thrown;
			throw thrown;
		},
		/** What `validate` says, a line each. */
		async problems(): Promise<string[]> {
			const found: readonly ConfigProblem[] = await (await p.load({}, { env })).check();
			return found.map((problem) => describeProblem(problem, { from: ctx.cwd }));
		},
		/** What the cloud found out about its requests of one operation. */
		facts: (operation: (typeof cloud.requests)[number]["operation"]) =>
			cloud.requests.filter((request) => request.operation === operation).map(({ facts }) => facts),
	};
}

export const role = (name: string, via: string, principal: string): string =>
	`    ${name}: {kind: aws/assume-role, via: {${via}}, principal: {${principal}}}\n`;
