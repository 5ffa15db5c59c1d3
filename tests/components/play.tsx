/** Shows the dashboard by hand. To be bundled as scripts/build.ts does it, and run with the name of a scene. */
import { runDashboard } from "../../src/components/dashboard.tsx";
import type { IntegrationRow, LoginSnapshot, Row } from "../../src/flows/snapshot.ts";
import { processTerminal } from "../../src/terminal/streams.ts";
import { boardRows, DETAILS, fakeLogin, HOUR, MINUTE } from "./support/fake-login.ts";

const now = Date.now();
const scene = process.argv[2] ?? "list";
const more = Number(process.argv[3] ?? 208);

const chain: Row[] = [
	{
		name: "company-sso",
		kind: "aws/iam-identity-center",
		state: "ok",
		text: "signed in",
		expiresAt: now + 8 * HOUR - MINUTE,
		issuedAt: now,
	},
	{
		name: "dev-admin",
		kind: "aws/permission-set",
		state: "ok",
		text: "AdministratorAccess in development",
		expiresAt: now + HOUR - 1000,
		issuedAt: now - 1000,
	},
];
const integration = (row: Partial<IntegrationRow> & { name: string }): IntegrationRow => ({
	kind: "aws/ecr",
	state: "running",
	text: "",
	label: "",
	target: "",
	retry: "",
	notes: [],
	...row,
});
const failed = (name: string): IntegrationRow =>
	integration({
		name,
		state: "failed",
		text: "not authorized to perform eks:DescribeCluster",
		error: {
			code: "service",
			message: "not authorized to perform eks:DescribeCluster on prod-eks",
			remedy: "allow eks:DescribeCluster on arn:aws:eks:us-east-2:999999999999:cluster/prod-eks",
			details: [],
			service: {
				name: "AccessDeniedException",
				requestId: "1f0c2c1e-8f5b",
				operation: "eks:DescribeCluster",
				status: 403,
			},
		},
	});
const integrations = [
	integration({
		name: "dev/ecr",
		state: "ok",
		text: "123456789012.dkr.ecr.us-east-2.amazonaws.com",
		expiresAt: now + 12 * HOUR - 1000,
		issuedAt: now,
	}),
	integration({ name: "dev/eks", text: "describing dev-cluster" }),
	failed("prod/eks"),
];
const scenes: Record<string, Partial<LoginSnapshot>> = {
	starting: {},
	list: { phase: "choosing", choice: { of: "identities", reason: "no-default", rows: boardRows(now, more) } },
	providers: {
		phase: "choosing",
		choice: { of: "providers", reason: "no-identities", rows: boardRows(now, 0).slice(0, 3) },
	},
	approval: {
		phase: "approving",
		target: "dev-admin",
		prompt: {
			type: "device-code",
			provider: "company-sso",
			userCode: "WDDD-HRQV",
			verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
			verificationUriComplete: "https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV",
			portal: "acme.awsapps.com",
			startedAt: now - 18_000,
			expiresAt: now + 9 * MINUTE + 42_000,
		},
	},
	long: {
		phase: "approving",
		target: "dev-admin",
		prompt: {
			type: "device-code",
			provider: "company-sso",
			userCode: "WDDD-HRQV",
			verificationUri: "https://us-east-1.signin.aws/platform/authorize",
			verificationUriComplete: `https://us-east-1.signin.aws/platform/authorize?request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A${"a9f8e7".repeat(12)}&client_id=x`,
			portal: "acme.awsapps.com",
			startedAt: now - 18_000,
			expiresAt: now + 9 * MINUTE + 42_000,
			...(process.argv[3] ? { waitingForPid: 4242 } : {}),
		},
	},
	question: {
		phase: "approving",
		target: "dev-admin",
		prompt: {
			type: "choice",
			question: "Several accounts are called development. Which one?",
			options: [
				{ value: "1", label: "development   111111111111   dev@acme.example" },
				{ value: "2", label: "development   222222222222   dev-eu@acme.example" },
			],
		},
	},
	progress: { phase: "integrating", target: "dev-admin", chain, integrations },
	attention: {
		phase: "attention",
		target: "dev-admin",
		chain,
		integrations: [...integrations.slice(0, 1), failed("dev/eks"), failed("prod/eks")],
		warnings: ["Docker's credential helper `desktop` is not installed: the login was written to config.json"],
		result: { identity: "dev-admin", provider: "company-sso", realm: "", stillValid: false },
	},
	failure: {
		phase: "attention",
		target: "dev-admin",
		chain: [chain[0] as Row, { ...(chain[1] as Row), state: "failed", text: "no access", expiresAt: undefined }],
		choice: { of: "identities", reason: "no-default", rows: boardRows(now, more) },
		error: {
			code: "denied",
			message: "You have no access to AdministratorAccess in development",
			reason: "The role is not assigned to you in this account",
			remedy: "Ask for it, or choose one of yours: ReadOnlyAccess, BillingViewer",
			details: ["Your roles there: ReadOnlyAccess, BillingViewer"],
			service: {
				name: "ForbiddenException",
				message: "No access",
				requestId: "b7d2-11",
				operation: "sso:GetRoleCredentials",
			},
		},
	},
	provision: {
		phase: "signing-in",
		target: "company-sso",
		chain: [chain[0] as Row],
		provision: {
			accountsTotal: 400,
			accountsDone: 143,
			identities: Array.from(
				{ length: 300 },
				(_, index) => `workload-${index >> 1}/${index % 2 ? "ReadOnly" : "Administrator"}Access`,
			),
			failedAccounts: [{ account: "sandbox-7", message: "too many requests, ten times in a row" }],
		},
	},
};

const login = fakeLogin(scenes[scene], () => ({
	...DETAILS,
	integrations: DETAILS.integrations.map((one) =>
		"expiresAt" in one ? { ...one, expiresAt: now + 11.4 * HOUR } : one,
	),
}));
login.onAction = (action) => {
	if (action.type === "CANCEL" || action.type === "DONE") login.show({ phase: "cancelled", prompt: undefined });
	if (action.type === "SELECT") login.show({ ...scenes.approval, target: action.name });
	if (action.type === "BACK") login.show({ ...scenes.list, prompt: undefined, error: undefined });
	if (action.type === "RETRY") login.show({ phase: "done" });
};
await runDashboard({
	login,
	terminal: processTerminal(),
	clock: { now: () => Date.now() },
	colour: process.argv.includes("--no-color") ? false : undefined,
});
console.log("the ordinary screen again", JSON.stringify(login.sent));
