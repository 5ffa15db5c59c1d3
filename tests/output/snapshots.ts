/** Snapshots as a login would show them, one after another, with a fixed clock. */
import type { ErrorView } from "../../src/auth/errors.ts";
import type { IntegrationRow, LoginResult, LoginSnapshot, Row, StepId, TargetView } from "../../src/flows/snapshot.ts";
import { HOUR, NOW } from "../flows/fakes.ts";

const MINUTE = 60_000;

export const base: LoginSnapshot = {
	phase: "starting",
	attempt: 1,
	project: "",
	profiles: [],
	targets: [],
	chain: [],
	integrations: [],
	prompts: [],
	warnings: [],
};

/** What is signed in to; `name` is its key, too. */
export function target(name: string, end: Partial<TargetView> = {}): TargetView {
	return { id: `identity:${name}`, type: "identity", name, state: "waiting", ...end };
}

/** A login with one target that is signed in to. */
export function signedIn(result: LoginResult, snapshot: LoginSnapshot = base): LoginSnapshot {
	const type = result.identity === undefined ? "provider" : "identity";
	const name = result.identity ?? result.provider ?? "";
	return { ...snapshot, phase: "done", targets: [{ id: `${type}:${name}`, type, name, state: "done", result }] };
}

/** A link of the chain of `dev-admin`, unless something else is said. */
export function link(id: StepId, row: Partial<Row> = {}): Row {
	return {
		id,
		for: ["identity:dev-admin"],
		name: id.slice(id.indexOf(":") + 1),
		kind: id.startsWith("provider:") ? "aws/iam-identity-center" : "aws/permission-set",
		state: "waiting",
		text: "",
		...row,
	};
}

const waiting = (name: string, kind: string, retry: readonly string[]): IntegrationRow => ({
	id: `integration:${name}`,
	for: ["identity:dev-admin"],
	name,
	kind,
	state: "waiting",
	text: "",
	label: "",
	target: "",
	retry,
	notes: [],
});

const UPDATE = ["atmos-auth", "aws", "eks", "update-kubeconfig", "--integration"];
const ecr = waiting("dev/ecr", "aws/ecr", ["atmos-auth", "aws", "ecr", "login", "dev/ecr"]);
const dev = waiting("dev/eks", "aws/eks", [...UPDATE, "dev/eks"]);
const prod = waiting("prod/eks", "aws/eks", [...UPDATE, "prod/eks"]);
const started = { state: "running", startedAt: NOW } as const;

const signingIn: LoginSnapshot = {
	...base,
	phase: "signing-in",
	project: "acme-infra",
	profiles: ["developer"],
	targets: [target("dev-admin")],
	chain: [link("provider:company-sso", { ...started }), link("identity:dev-admin")],
	integrations: [ecr, dev, prod],
};

const approving: LoginSnapshot = {
	...signingIn,
	phase: "approving",
	prompts: [
		{
			step: "provider:company-sso",
			prompt: {
				type: "device-code",
				provider: "company-sso",
				userCode: "WDDD-HRQV",
				verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
				verificationUriComplete: "https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV",
				portal: "acme.awsapps.com",
				startedAt: NOW,
				expiresAt: NOW + 10 * MINUTE,
			},
		},
	],
};

const assuming: LoginSnapshot = {
	...signingIn,
	phase: "assuming",
	chain: [
		link("provider:company-sso", { state: "ok", text: "signed in", expiresAt: NOW + 8 * HOUR }),
		link("identity:dev-admin", { ...started }),
	],
};

const result: LoginResult = {
	identity: "dev-admin",
	provider: "company-sso",
	account: { id: "123456789012", name: "development" },
	region: "us-east-2",
	realm: "0123abcd",
	expiresAt: NOW + HOUR - 1,
	stillValid: false,
	env: { AWS_PROFILE: "dev-admin" },
};

const integrating: LoginSnapshot = {
	...assuming,
	phase: "integrating",
	chain: [
		...assuming.chain.slice(0, 1),
		link("identity:dev-admin", {
			state: "ok",
			text: "AdministratorAccess in development",
			expiresAt: NOW + HOUR - 1,
		}),
	],
	integrations: [
		{ ...ecr, ...started },
		{ ...dev, ...started },
		{ ...prod, ...started },
	],
	targets: [target("dev-admin", { state: "done", result })],
};

const done: LoginSnapshot = {
	...integrating,
	phase: "done",
	integrations: [
		{
			...ecr,
			...started,
			state: "ok",
			label: "ECR login",
			target: "123456789012.dkr.ecr.us-east-2.amazonaws.com",
			expiresAt: NOW + 12 * HOUR - 1,
		},
		{
			...dev,
			...started,
			state: "reused",
			label: "EKS kubeconfig",
			target: "dev-eks → ~/.config/atmos/kube/config",
			notes: ["the current context was left alone"],
		},
		{
			...prod,
			...started,
			state: "failed",
			label: "EKS kubeconfig",
			target: "prod-eks → ~/.config/atmos/kube/config",
			text: "not authorized to perform eks:DescribeCluster",
			error: {
				code: "denied",
				message: "not authorized to perform eks:DescribeCluster",
				details: [],
				service: { name: "AccessDeniedException", requestId: "1f2e", status: 403, operation: "eks:DescribeCluster" },
			},
		},
	],
};

/** A sign-in with an approval and three integrations, of which one was good and one failed. */
export const signIn: readonly LoginSnapshot[] = [base, signingIn, approving, assuming, integrating, done];

/** The same without the failures, whose credentials were good already. */
export const stillGood: LoginSnapshot = {
	...signedIn({ ...result, stillValid: true }, done),
	integrations: done.integrations.slice(0, 2),
};

/** A login of the provider alone that found identities. */
export const providerLogin: LoginSnapshot = {
	...signedIn({
		provider: "company-sso",
		region: "us-east-1",
		realm: "0123abcd",
		expiresAt: NOW + 8 * HOUR,
		stillValid: false,
		env: {},
	}),
	project: "acme-infra",
	chain: assuming.chain.slice(0, 1).map((row) => ({ ...row, for: ["provider:company-sso"] })),
	discovery: {
		accountsTotal: 2,
		accountsDone: 2,
		identities: ["development/AdministratorAccess", "production/ReadOnlyAccess"],
		failedAccounts: [{ account: "sandbox", message: "the portal answered 500 ten times" }],
	},
};

const denied: ErrorView = {
	code: "denied",
	message: "the request was denied in the browser",
	reason: "somebody pressed Deny",
	remedy: { run: ["atmos-auth", "login", "dev-admin"] },
	details: ["a further line"],
	service: {
		name: "AccessDeniedException",
		message: "Request denied",
		requestId: "1f2e-3d",
		status: 400,
		operation: "sso-oidc:CreateToken",
	},
};

export const failed: LoginSnapshot = {
	...signingIn,
	phase: "failed",
	targets: [target("dev-admin", { state: "failed", error: denied })],
	chain: [
		link("provider:company-sso", { ...started, state: "failed", text: denied.message, error: denied }),
		link("identity:dev-admin"),
	],
	error: denied,
};
