/** What all of it is for: the AWS CLI, run with an identity of each kind, says whose keys it has. Skipped where there is none. */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ANCHOR, ARNS, DEPLOYER, PROFILE, ROLE } from "../auth/aws/roles-anywhere/scene.ts";
import { IDP, roleArn } from "../auth/aws/saml/scene.ts";
import { iamUser } from "../cloud/iam.ts";
import { samlIssuer } from "../cloud/saml-issuer.ts";
import { visit } from "../cloud/visit.ts";
import { smallWorld } from "../cloud/world.ts";
import { authority } from "../helpers/pki.ts";
import { BY_BROWSER, linkIn } from "./pages.ts";
import { scene } from "./scene.ts";
import { killAll } from "./terminal.ts";

afterEach(killAll);

function hasAws(): boolean {
	try {
		execFileSync("aws", ["--version"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

const ADA = iamUser({ accountId: "123456789012", name: "ada", mfa: true });
const PASSWORD = "vivid-canary-password";
const ACCOUNT = "arn:aws:iam::123456789012";
const PROJECT = `auth:
  realm: test
  keyring: {type: file}
  providers:
    company-sso: {kind: aws/iam-identity-center, start_url: "https://acme.awsapps.com/start", region: us-east-1}
    corp-saml: {kind: aws/saml, url: "https://idp.acme.example/aws", region: us-east-1}
    ci: {kind: github/oidc}
  identities:
    dev-admin:
      kind: aws/permission-set
      via: {provider: company-sso}
      principal: {name: AdministratorAccess, account: {name: development}, region: us-east-2}
    chained: {kind: aws/assume-role, via: {identity: dev-admin}, principal: {assume_role: "${ACCOUNT}:role/Deployer"}}
    root-audit:
      kind: aws/assume-root
      via: {identity: dev-admin}
      principal:
        target_principal: "999999999999"
        task_policy_arn: arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials
    stored: {kind: aws/user}
    paged: {kind: aws/user}
    build: {kind: aws/roles-anywhere, spec: {${ARNS}, certificate: certificate.pem, private_key: key.pem}}
    deploy: {kind: aws/assume-role, via: {provider: ci}, principal: {assume_role: "${ACCOUNT}:role/GithubDeployer"}}
    federated: {kind: aws/assume-role, via: {provider: corp-saml}, principal: {assume_role: "${roleArn("Federated")}"}}
    machine: {kind: aws/ambient, principal: {region: us-east-2}}
`;

test("an identity of each kind is whom the AWS CLI says that it is", async ({ skip }) => {
	if (!hasAws()) skip("there is no AWS CLI");
	const root = authority();
	const own = root.issue();
	const issuer = samlIssuer(IDP);
	const place = { accountId: "123456789012", region: "eu-central-1" };
	const base = smallWorld({ pollSeconds: 0 });
	const s = await scene({
		yaml: PROJECT,
		world: {
			...base,
			users: [ADA],
			samlProviders: [issuer.provider],
			trustAnchors: [{ ...place, id: ANCHOR.split("/")[1] ?? "", certificates: root.pem }],
			profiles: [{ ...place, id: PROFILE.split("/")[1] ?? "", roles: [ROLE] }],
			roles: [
				...(base.roles ?? []),
				DEPLOYER,
				{ accountId: "123456789012", name: "Federated", trust: { principals: [], federated: [{ provider: IDP }] } },
			],
		},
	});
	writeFileSync(join(s.folder, "certificate.pem"), own.pem);
	writeFileSync(join(s.folder, "key.pem"), own.keyPem, { mode: 0o600 });
	s.cloud.approveAlways(0);
	const response = issuer.respond({ now: Date.now(), roles: [`${roleArn("Federated")},${IDP}`] });
	const env = {
		ATMOS_KEYRING_PASSWORD: PASSWORD,
		ATMOS_SAML_RESPONSE: response,
		AWS_ACCESS_KEY_ID: ADA.accessKeyId,
		AWS_SECRET_ACCESS_KEY: ADA.secretAccessKey,
	};
	const run = async (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> => {
		const p = s.start(args, { columns: 300, env: { ...env, ...more } });
		const { code } = await p.exited;
		const text = (await p.everything()).join("\n");
		expect(code, text).toBe(0);
		return text;
	};
	// A person's keys go into the keyring, and are used from there.
	const configured = s.start(["user", "configure", "stored"], { columns: 120, env });
	await configured.waitFor("Access key ID:");
	configured.press(ADA.accessKeyId, "enter", ADA.secretAccessKey, "enter", "enter", "enter");
	expect((await configured.exited).code).toBe(0);
	const page = s.start(["login", "paged", "--plain", ...BY_BROWSER], { columns: 200 });
	await page.waitFor("approve: expires");
	await visit(linkIn(page), "allow");
	expect((await page.exited).code).toBe(0);
	await run(["login", "dev-admin", "chained", "root-audit", "stored", "federated", "--plain"]);
	const job = { CI: "true", ...s.cloud.githubJob() };
	const whose: readonly (readonly [string, RegExp, Readonly<Record<string, string>>?])[] = [
		["dev-admin", /:assumed-role\/AWSReservedSSO_AdministratorAccess_/],
		["chained", /:assumed-role\/Deployer\//],
		["root-audit", /arn:aws:(?:sts|iam)::999999999999:.*root/],
		["stored", /:user\/ada/],
		["paged", /:user\/ada/],
		["build", /:assumed-role\/CiDeployer\//],
		["deploy", /:assumed-role\/GithubDeployer\//, job],
		["federated", /:assumed-role\/Federated\//],
		["machine", /:user\/ada/],
	];
	for (const [identity, arn, more] of whose) {
		const text = await run(
			["exec", "-i", identity, "--", "aws", "sts", "get-caller-identity", "--output", "text"],
			more,
		);
		expect(text, identity).toMatch(arn);
	}
	expect(s.leaks([PASSWORD, ADA.secretAccessKey, response.slice(100, 180)])).toEqual([]);
});
