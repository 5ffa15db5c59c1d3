/** Flags about the way to sign in, for what has no such way. */
import { describe, expect, test } from "vitest";
import type { SignInOptions } from "../../src/auth/sign-in-ways.ts";
import { startLogin } from "../../src/flows/start-login.ts";
import { scene } from "../auth/aws/chains.ts";

const CONFIG = `auth:
  providers:
    sso: {kind: aws/iam-identity-center, start_url: https://acme.awsapps.com/start, region: us-east-2}
    job: {kind: oidc, spec: {token_env: TOKEN}}
  identities:
    admin: {kind: aws/permission-set, via: {provider: sso}, principal: {name: Admin, account: {id: "123456789012"}}}
    ada: {kind: aws/user}
    deployer: {kind: aws/assume-role, via: {identity: ada}, principal: {assume_role: "arn:aws:iam::123456789012:role/Deployer"}}
    ci: {kind: aws/assume-role, via: {provider: job}, principal: {assume_role: "arn:aws:iam::123456789012:role/Deployer"}}
`;

async function login(signIn: SignInOptions, ...positional: string[]) {
	const { ctx } = await scene(CONFIG);
	const handle = startLogin({
		ctx,
		request: {},
		flags: { positional },
		interactive: false,
		reach: "nobody",
		force: false,
		signIn,
	});
	const { error, targets } = await handle.finished;
	return error ?? targets[0]?.error;
}

describe("--webflow", () => {
	test.each([["admin"], ["ci"]])("is an error for %s, which is no user's", async (identity) => {
		expect(await login({ webflow: "flag" }, identity)).toMatchObject({
			code: "usage",
			message: `--webflow cannot be used with "${identity}"`,
		});
	});

	test.each([[["ada"]], [["deployer"]], [["admin", "ada"]]])("is taken for %j", async (identities) => {
		const error = await login({ webflow: "flag" }, ...identities);
		expect(error?.message).not.toContain("--webflow");
	});

	test("as a variable is there for other logins, too", async () => {
		expect((await login({ webflow: "variable" }, "admin"))?.message).toContain('"sso" needs approval');
	});
});

describe("--flow", () => {
	test.each([
		[
			"paste",
			"admin",
			"it is signed in to in other ways",
			"leave --flow out, or use --flow device-code or --flow browser",
		],
		[
			"device-code",
			"deployer",
			"it is signed in to in other ways",
			"leave --flow out, or use --flow browser or --flow paste",
		],
		["browser", "ci", "no person signs in to it", "leave --flow out"],
	] as const)("%s is an error for %s", async (flow, identity, reason, remedy) => {
		expect(await login({ flow }, identity)).toMatchObject({
			code: "usage",
			message: `--flow ${flow} cannot be used with "${identity}"`,
			reason,
			remedy: { say: remedy },
		});
	});

	test("is taken where one of several has such a way", async () => {
		expect((await login({ flow: "device-code" }, "ada", "admin"))?.message).not.toContain("--flow");
	});
});
