/** What exists in the demo's cloud: two portals, users and roles that fit demo/project/atmos.yaml. */
import type { Assignment, CloudAccount, World } from "../tests/cloud/world.ts";
import { PRINCIPALS } from "./principals.ts";

const account = (id: string, name: string): CloudAccount => ({
	id,
	name,
	email: `aws+${name.replaceAll(" ", "-")}@acme.example`,
});

const HOUR = 3600;

/** Somebody forgot a permission for one of two clusters. */
export const FORGOTTEN = "eks:DescribeCluster/staging-green";

/** What the administrators of `staging` may not do. The launcher grants it as soon as the first person has complained. */
export const stagingDenied: string[] = [FORGOTTEN];

export function demoWorld(): World {
	const role = (accountId: string, name: string, hours = 1): Assignment => ({
		accountId,
		role: name,
		sessionSeconds: hours * HOUR,
	});
	return {
		portals: [
			{
				startUrl: "https://acme.awsapps.com/start",
				region: "us-east-1",
				user: "ada@acme.example",
				sessionSeconds: 8 * HOUR,
				accounts: [
					account("123456789012", "development"),
					account("210987654321", "data platform"),
					account("345678901234", "staging"),
					account("999999999999", "production"),
					account("444455556666", "security tooling"),
					account("777788889999", "log archive"),
					account("111122223333", "management"),
					account("555566667777", "sandbox ada lovelace"),
				],
				assignments: [
					role("123456789012", "AdministratorAccess", 4),
					role("123456789012", "AWSReadOnlyAccess"),
					role("210987654321", "DataPlatformEngineer", 8),
					{ ...role("345678901234", "AdministratorAccess"), denied: stagingDenied },
					role("345678901234", "AWSReadOnlyAccess"),
					role("999999999999", "AdministratorAccess"),
					role("999999999999", "AWSReadOnlyAccess"),
					role("999999999999", "DatabaseAdministrator"),
					role("444455556666", "SecurityAudit"),
					role("777788889999", "AWSReadOnlyAccess"),
					role("111122223333", "Billing"),
					role("111122223333", "AdministratorAccess"),
					role("555566667777", "PowerUserAccess"),
				],
			},
			{
				startUrl: "https://globex.awsapps.com/start",
				region: "eu-west-1",
				user: "ada@acme.example",
				sessionSeconds: 8 * HOUR,
				accounts: [account("888899990000", "globex integration")],
				assignments: [role("888899990000", "PartnerDeployment"), role("888899990000", "PartnerAudit")],
			},
		],
		...PRINCIPALS,
		clusters: [
			{ accountId: "123456789012", region: "us-east-2", name: "dev-cluster", status: "ACTIVE" },
			{ accountId: "345678901234", region: "us-east-2", name: "staging-blue", status: "ACTIVE" },
			{ accountId: "345678901234", region: "us-east-2", name: "staging-green", status: "ACTIVE" },
			{ accountId: "999999999999", region: "us-east-2", name: "prod-cluster", status: "ACTIVE" },
		],
		deviceCodeSeconds: 600,
		pollSeconds: 1,
		listingLimit: 20,
		pageSize: 100,
	};
}
