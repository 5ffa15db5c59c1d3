/** Snapshots as a login would show them, one after another, with a fixed clock. */
import type { IntegrationRow, LoginSnapshot } from "../../src/flows/snapshot.ts";
import { HOUR, NOW } from "../flows/fakes.ts";

const MINUTE = 60_000;

export const base: LoginSnapshot = {
	phase: "starting",
	attempt: 1,
	project: "",
	profiles: [],
	chain: [],
	integrations: [],
	warnings: [],
};

const waiting = (name: string, kind: string, retry: string): IntegrationRow => ({
	name,
	kind,
	state: "waiting",
	text: "",
	label: "",
	target: "",
	retry,
	notes: [],
});

const ecr = waiting("dev/ecr", "aws/ecr", "atmos-auth aws ecr login dev/ecr");
const dev = waiting("dev/eks", "aws/eks", "atmos-auth aws eks update-kubeconfig --integration dev/eks");
const prod = waiting("prod/eks", "aws/eks", "atmos-auth aws eks update-kubeconfig --integration prod/eks");
const started = { state: "running", startedAt: NOW } as const;

const signingIn: LoginSnapshot = {
	...base,
	phase: "signing-in",
	project: "acme-infra",
	profiles: ["developer"],
	target: "dev-admin",
	chain: [
		{ name: "company-sso", kind: "aws/iam-identity-center", state: "running", text: "", startedAt: NOW },
		{ name: "dev-admin", kind: "aws/permission-set", state: "waiting", text: "" },
	],
	integrations: [ecr, dev, prod],
};

const approving: LoginSnapshot = {
	...signingIn,
	phase: "approving",
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
};

const assuming: LoginSnapshot = {
	...signingIn,
	phase: "assuming",
	chain: [
		{
			name: "company-sso",
			kind: "aws/iam-identity-center",
			state: "ok",
			text: "signed in",
			expiresAt: NOW + 8 * HOUR,
		},
		{ name: "dev-admin", kind: "aws/permission-set", state: "running", text: "", startedAt: NOW },
	],
};

const result = {
	identity: "dev-admin",
	provider: "company-sso",
	account: { id: "123456789012", name: "development" },
	region: "us-east-2",
	realm: "0123abcd",
	expiresAt: NOW + HOUR - 1,
	stillValid: false,
};

const integrating: LoginSnapshot = {
	...assuming,
	phase: "integrating",
	chain: [
		...assuming.chain.slice(0, 1),
		{
			name: "dev-admin",
			kind: "aws/permission-set",
			state: "ok",
			text: "AdministratorAccess in development",
			expiresAt: NOW + HOUR - 1,
		},
	],
	integrations: [
		{ ...ecr, ...started },
		{ ...dev, ...started },
		{ ...prod, ...started },
	],
	result,
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
	...done,
	integrations: done.integrations.slice(0, 2),
	result: { ...result, stillValid: true },
};

/** A login of the provider alone that found identities. */
export const providerLogin: LoginSnapshot = {
	...base,
	phase: "done",
	project: "acme-infra",
	target: "company-sso",
	chain: assuming.chain.slice(0, 1),
	discovery: {
		accountsTotal: 2,
		accountsDone: 2,
		identities: ["development/AdministratorAccess", "production/ReadOnlyAccess"],
		failedAccounts: [{ account: "sandbox", message: "the portal answered 500 ten times" }],
	},
	result: {
		provider: "company-sso",
		region: "us-east-1",
		realm: "0123abcd",
		expiresAt: NOW + 8 * HOUR,
		stillValid: false,
	},
};

export const failed: LoginSnapshot = {
	...signingIn,
	phase: "failed",
	error: {
		code: "denied",
		message: "the request was denied in the browser",
		reason: "somebody pressed Deny",
		remedy: "atmos-auth login dev-admin",
		details: ["a further line"],
		service: {
			name: "AccessDeniedException",
			message: "Request denied",
			requestId: "1f2e-3d",
			status: 400,
			operation: "sso-oidc:CreateToken",
		},
	},
};
