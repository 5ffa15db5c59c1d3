/** Moments of a login, as the machine would show them. */
import type { DeviceCodePrompt } from "../../../src/auth/interaction.ts";
import type { Choice, IntegrationRow, LoginSnapshot, Row } from "../../../src/flows/snapshot.ts";
import { boardRows, HOUR, MINUTE } from "./fake-login.ts";

export function choosing(now: number, more = 0, reason: Choice["reason"] = "no-default"): Partial<LoginSnapshot> {
	return { phase: "choosing", choice: { of: "identities", reason, rows: boardRows(now, more) } };
}

export const LINK = "https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV";

export function approving(now: number, prompt: Partial<DeviceCodePrompt> = {}): Partial<LoginSnapshot> {
	return {
		phase: "approving",
		target: "dev-admin",
		chain: [{ name: "company-sso", kind: "aws/iam-identity-center", state: "running", text: "" }],
		prompt: {
			type: "device-code",
			provider: "company-sso",
			userCode: "WDDD-HRQV",
			verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
			verificationUriComplete: LINK,
			portal: "acme.awsapps.com",
			startedAt: now - 18_000,
			expiresAt: now + 9 * MINUTE + 42_000,
			...prompt,
		},
	};
}

export function integrationRow(row: Partial<IntegrationRow> & { readonly name: string }): IntegrationRow {
	return { kind: "aws/ecr", state: "running", text: "", label: "", target: "", retry: "", notes: [], ...row };
}

export function failedRow(name: string, message = "not authorized to perform eks:DescribeCluster"): IntegrationRow {
	return integrationRow({
		name,
		kind: "aws/eks",
		state: "failed",
		text: message,
		error: {
			code: "service",
			message,
			remedy: "allow eks:DescribeCluster on cluster/prod",
			details: [],
			service: { name: "AccessDeniedException", requestId: "1f0c2c1e", operation: "eks:DescribeCluster", status: 403 },
		},
	});
}

export function chainRows(now: number): Row[] {
	return [
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
			expiresAt: now + 59 * MINUTE,
			issuedAt: now,
		},
	];
}

export function attention(now: number, failed = ["prod/eks"]): Partial<LoginSnapshot> {
	return {
		phase: "attention",
		target: "dev-admin",
		chain: chainRows(now),
		integrations: [
			integrationRow({
				name: "dev/ecr",
				state: "ok",
				text: "123456789012.dkr.ecr.us-east-2.amazonaws.com",
				expiresAt: now + 12 * HOUR - 1_000,
				issuedAt: now,
			}),
			...failed.map((name) => failedRow(name)),
		],
		result: { identity: "dev-admin", provider: "company-sso", realm: "", stillValid: false },
	};
}

export function broken(): Partial<LoginSnapshot> {
	return {
		phase: "attention",
		target: "dev-admin",
		chain: [{ name: "company-sso", kind: "aws/iam-identity-center", state: "failed", text: "denied" }],
		error: {
			code: "denied",
			message: "the request was denied in the browser",
			reason: "somebody chose Deny",
			remedy: "sign in again and choose Allow",
			details: [],
			service: { name: "AccessDeniedException", requestId: "b7d2" },
		},
	};
}
