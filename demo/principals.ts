/** Users, roles and those whose word is taken for somebody: every other way in of demo/project/atmos.yaml. */
import type { AnywhereProfile } from "../tests/cloud/anywhere.ts";
import { type IamRole, iamUser, oidcProviderArn, roleArn, userArn } from "../tests/cloud/iam.ts";
import type { World } from "../tests/cloud/world.ts";

const DEVELOPMENT = "123456789012";
const PRODUCTION = "999999999999";
const SECURITY = "444455556666";
const DATA = "210987654321";
const MANAGEMENT = "111122223333";

/** By her keys and the device, whose seed is the same every time, so that `npm run demo -- --mfa-code` knows its code. */
export const ADA = iamUser({
	accountId: DEVELOPMENT,
	name: "ada",
	mfa: { serial: `arn:aws:iam::${DEVELOPMENT}:mfa/see-demo-README.md`, seed: "MRSW23ZNMRSW23ZNMRSW23ZNMRSW23ZN" },
});
/** In a browser. */
export const GRACE = iamUser({ accountId: DEVELOPMENT, name: "grace" });

export const SAML_PROVIDER = `arn:aws:iam::${DEVELOPMENT}:saml-provider/AcmeIdP`;
const SCHEDULER = { accountId: DATA, issuer: "https://scheduler.acme.example", clientIds: ["sts.amazonaws.com"] };

/** What the launcher's token says. */
export const NIGHTLY_TOKEN = { issuer: SCHEDULER.issuer, subject: "job:nightly", algorithm: "ES256" } as const;

const samlRole = (name: string): IamRole => ({
	accountId: DEVELOPMENT,
	name,
	trust: { principals: [], federated: [{ provider: SAML_PROVIDER }] },
});
export const SAML_ROLES: readonly IamRole[] = [samlRole("Developer"), samlRole("Auditor")];

/** Whom the certificate is for. */
export const COMMON_NAME = "build-07.acme.example";
const BUILD: IamRole = {
	accountId: DEVELOPMENT,
	name: "Build",
	maxSessionSeconds: 4 * 3600,
	trust: { principals: ["rolesanywhere.amazonaws.com"], commonName: COMMON_NAME },
};
export const ANCHOR = { accountId: DEVELOPMENT, region: "us-east-2", id: "11111111-2222-4333-8444-555555555555" };
const PROFILE: AnywhereProfile = {
	...ANCHOR,
	id: "66666666-7777-4888-9999-000000000000",
	roles: [roleArn(BUILD)],
	durationSeconds: 4 * 3600,
};

const MACHINE: IamRole = { accountId: DEVELOPMENT, name: "Workstation", trust: { principals: ["ec2.amazonaws.com"] } };

export const PRINCIPALS: Partial<World> = {
	users: [ADA, GRACE],
	roles: [
		...SAML_ROLES,
		BUILD,
		MACHINE,
		{
			accountId: PRODUCTION,
			name: "Deployer",
			trust: { principals: [`arn:aws:iam::${DEVELOPMENT}:root`], externalId: "acme:deploy" },
		},
		{
			accountId: PRODUCTION,
			name: "BreakGlass",
			trust: { principals: [userArn(ADA)], requireMfa: true },
		},
		{ accountId: SECURITY, name: "Metrics", trust: { principals: [userArn(GRACE)] } },
		{ accountId: PRODUCTION, name: "Publisher", trust: { principals: [roleArn(BUILD)] } },
		{
			accountId: DATA,
			name: "Nightly",
			trust: {
				principals: [],
				federated: [{ provider: oidcProviderArn(SCHEDULER), conditions: { sub: [NIGHTLY_TOKEN.subject] } }],
			},
		},
	],
	profiles: [PROFILE],
	oidcProviders: [SCHEDULER],
	organization: { management: MANAGEMENT, members: [DEVELOPMENT, DATA, PRODUCTION, SECURITY, "777788889999"] },
	machineRole: MACHINE.name,
};
