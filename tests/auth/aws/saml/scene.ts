/** A provider of SAML, an identity provider for it, and somebody who looks on. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { SamlAssertion } from "../../../../src/auth/aws/credentials.ts";
import { kind } from "../../../../src/auth/aws/saml/kind.ts";
import { profileFolder } from "../../../../src/auth/aws/saml/profile.ts";
import type { Config } from "../../../../src/auth/aws/saml/schema.ts";
import type { Provider } from "../../../../src/auth/config/model.ts";
import type { AuthContext } from "../../../../src/auth/context.ts";
import type { Run } from "../../../../src/auth/kinds.ts";
import { type IdpUser, startSamlIdp } from "../../../cloud/saml-idp.ts";
import { testContext } from "../../../helpers/context.ts";
import { Onlooker, REALM } from "../identity-center/sign-in.ts";
import { browserProgram, startReceiver } from "./window.ts";

export const IDP = "arn:aws:iam::123456789012:saml-provider/Acme";
export const roleArn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;

export const ADA: IdpUser = {
	name: "ada@acme.example",
	password: "correct horse",
	roles: [`${roleArn("Deployer")},${IDP}`, `${IDP}, ${roleArn("ReadOnly")}`],
};
export const EVE: IdpUser = { ...ADA, name: "eve@acme.example", password: "battery staple" };

export async function scene(config: Partial<Config> = {}, context: Partial<AuthContext> = {}) {
	const idp = await startSamlIdp(IDP, [ADA, EVE]);
	onTestFinished(() => idp.close());
	const ctx = testContext(context);
	Object.assign(ctx.env, { DISPLAY: ":99" });
	const programs = join(ctx.home, "programs");
	mkdirSync(programs);
	const receiver = await startReceiver();
	const program = browserProgram(programs, receiver.port);
	const provider: Provider<Config> = {
		name: "corp-saml",
		key: "corp-saml",
		kind: "aws/saml",
		file: "atmos.yaml",
		config: { url: idp.url, region: "us-east-1", browser_executable_path: program, ...config },
	};
	const onlooker = new Onlooker();
	const run = (overrides: Partial<Run> = {}): Run => ({
		ctx: { ...ctx, signInCommand: ["atmos-auth", "login", "deployer"] },
		signal: new AbortController().signal,
		realm: REALM,
		interaction: onlooker,
		signIn: { flow: "browser" },
		force: false,
		...overrides,
	});
	return {
		idp,
		ctx,
		provider,
		onlooker,
		program,
		/** What has left the browser for AWS's sign-in. */
		left: receiver.received,
		profile: profileFolder(ctx, provider),
		run,
		signIn: async (overrides: Partial<Run> = {}) =>
			(await kind.authenticate(provider, run(overrides))) as SamlAssertion,
	};
}
