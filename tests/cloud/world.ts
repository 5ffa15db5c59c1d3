/** What exists in the loopback cloud: portals, accounts, roles, clusters. Plain data, changed by a test or the demo as it likes. */
import {
	type IamRole,
	type IamUser,
	iamUser,
	type OidcProvider,
	oidcProviderArn,
	type Policy,
	type SamlProvider,
} from "./iam.ts";

export interface CloudAccount {
	readonly id: string;
	readonly name: string;
	readonly email: string;
}

/** A permission set assigned to the portal's user in an account. */
export interface Assignment extends Policy {
	readonly accountId: string;
	readonly role: string;
	/** Length of the role's session in seconds. */
	readonly sessionSeconds: number;
}

export interface Portal {
	readonly startUrl: string;
	/** Identity Center's own region. Requests to it are not signed and so do not tell which one they were meant for. */
	readonly region: string;
	readonly user: string;
	readonly accounts: readonly CloudAccount[];
	readonly assignments: readonly Assignment[];
	/** Length of a session's access token in seconds. */
	readonly sessionSeconds: number;
	/** How long the session can be renewed, in seconds; without end if left out. */
	readonly refreshSeconds?: number;
}

export interface Cluster {
	readonly accountId: string;
	readonly region: string;
	readonly name: string;
	readonly status: "ACTIVE" | "CREATING" | "UPDATING" | "DELETING" | "FAILED";
	/** Replaces the endpoint of the real form. */
	readonly endpoint?: string;
	/** PEM; made up otherwise. */
	readonly certificateAuthority?: string;
}

export interface World {
	portals: Portal[];
	/** IAM's; none if left out. */
	users?: IamUser[];
	roles?: IamRole[];
	samlProviders?: SamlProvider[];
	oidcProviders?: OidcProvider[];
	/** Whose account manages the root access of which others; nobody's, if left out. */
	organization?: { readonly management: string; readonly members: readonly string[] };
	/** The name of the role that the machine runs as; none, if left out. */
	machineRole?: string;
	clusters: Cluster[];
	/** Seconds that a device code lives. */
	deviceCodeSeconds: number;
	/** Seconds between polls that the service asks for; 0 lets a test poll as it likes. */
	pollSeconds: number;
	/** Requests a second that account and role listing take before they answer 429; undefined for no limit. */
	listingLimit: number | undefined;
	/** Entries on a page of a listing, at most 100. */
	pageSize: number;
}

const account = (id: string, name: string): CloudAccount => ({
	id,
	name,
	email: `aws+${name.toLowerCase().replaceAll(" ", "-")}@acme.example`,
});

const GITHUB_PROVIDER: OidcProvider = {
	accountId: "123456789012",
	issuer: "https://token.actions.githubusercontent.com",
	clientIds: ["sts.amazonaws.com"],
};

/** One portal with three accounts, a user, roles, and what else a first test needs. */
export function smallWorld(changes: Partial<World> = {}): World {
	return {
		portals: [
			{
				startUrl: "https://acme.awsapps.com/start",
				region: "us-east-1",
				user: "ada@acme.example",
				sessionSeconds: 8 * 3600,
				accounts: [
					account("123456789012", "development"),
					account("012345678901", "staging"),
					account("999999999999", "production"),
				],
				assignments: [
					{ accountId: "123456789012", role: "AdministratorAccess", sessionSeconds: 3600 },
					{ accountId: "123456789012", role: "ReadOnlyAccess", sessionSeconds: 3600 },
					{ accountId: "012345678901", role: "AdministratorAccess", sessionSeconds: 4 * 3600 },
					{ accountId: "999999999999", role: "ReadOnlyAccess", sessionSeconds: 3600, denied: ["eks:DescribeCluster"] },
				],
			},
		],
		users: [iamUser({ accountId: "123456789012", name: "ada", mfa: true })],
		roles: [
			{
				accountId: "123456789012",
				name: "Deployer",
				trust: { principals: ["arn:aws:iam::123456789012:root"] },
			},
			{
				accountId: "999999999999",
				path: "/teams/platform/",
				name: "ProductionDeployer",
				maxSessionSeconds: 4 * 3600,
				trust: { principals: ["arn:aws:iam::123456789012:root"], externalId: "acme:deploy" },
			},
			{
				accountId: "123456789012",
				name: "BreakGlass",
				maxSessionSeconds: 12 * 3600,
				trust: { principals: ["arn:aws:iam::123456789012:user/ada"], requireMfa: true },
			},
			{
				accountId: "123456789012",
				name: "GithubDeployer",
				trust: {
					principals: [],
					federated: [
						{
							provider: oidcProviderArn(GITHUB_PROVIDER),
							conditions: { aud: ["sts.amazonaws.com"], sub: ["repo:acme/infra:*"] },
						},
					],
				},
			},
		],
		oidcProviders: [GITHUB_PROVIDER],
		organization: { management: "123456789012", members: ["012345678901", "999999999999"] },
		clusters: [
			{ accountId: "123456789012", region: "us-east-2", name: "dev-cluster", status: "ACTIVE" },
			{ accountId: "999999999999", region: "us-east-2", name: "prod-cluster", status: "ACTIVE" },
		],
		deviceCodeSeconds: 600,
		pollSeconds: 1,
		listingLimit: undefined,
		pageSize: 100,
		...changes,
	};
}

/** A portal with `accounts` accounts of `roles` roles each, for discovery. */
export function largeWorld(accounts: number, roles: number, changes: Partial<World> = {}): World {
	const list = Array.from({ length: accounts }, (_, index) =>
		account(String(100_000_000_000 + index), `workload-${String(index + 1).padStart(3, "0")}`),
	);
	return smallWorld({
		portals: [
			{
				startUrl: "https://acme.awsapps.com/start",
				region: "us-east-1",
				user: "ada@acme.example",
				sessionSeconds: 8 * 3600,
				accounts: list,
				assignments: list.flatMap(({ id }) =>
					Array.from({ length: roles }, (_, index) => ({
						accountId: id,
						role: `Role${index + 1}Access`,
						sessionSeconds: 3600,
					})),
				),
			},
		],
		users: [],
		roles: [],
		clusters: [],
		...changes,
	});
}
