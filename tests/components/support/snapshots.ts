/** Moments of a login, as the machine would show them. */
import type { ErrorView } from "../../../src/auth/errors.ts";
import type { AuthorizationPrompt, DeviceCodePrompt, Prompt } from "../../../src/auth/interaction.ts";
import type { Flow, Way, Ways } from "../../../src/auth/sign-in-ways.ts";
import type {
	Asked,
	Choice,
	IntegrationRow,
	LoginResult,
	LoginSnapshot,
	Row,
	StepId,
	TargetView,
} from "../../../src/flows/snapshot.ts";
import { boardRows, HOUR, MINUTE } from "./fake-login.ts";

export function choosing(now: number, more = 0, reason: Choice["reason"] = "no-default"): Partial<LoginSnapshot> {
	return { phase: "choosing", choice: { of: "identities", reason, rows: boardRows(now, more) } };
}

/** What is signed in to, not yet done unless there is a result or an error. */
export function target(name: string, end: Pick<TargetView, "result" | "error"> = {}): TargetView {
	const state = end.result ? "done" : end.error ? "failed" : "waiting";
	return { id: `identity:${name}`, type: "identity", name, state, ...end };
}

export const result = (identity: string): LoginResult => ({
	identity,
	provider: "company-sso",
	realm: "",
	stillValid: false,
	env: {},
});

/** What is before a person, and nothing else. */
export function asked(prompt: Prompt, step: StepId = "provider:company-sso"): Asked[] {
	return [{ step, prompt }];
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

export const LINK = "https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV";

export function approving(now: number, prompt: Partial<DeviceCodePrompt> = {}): Partial<LoginSnapshot> {
	return {
		phase: "approving",
		targets: [target("dev-admin")],
		chain: [link("provider:company-sso", { state: "running" })],
		prompts: asked({
			type: "device-code",
			provider: "company-sso",
			userCode: "WDDD-HRQV",
			verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
			verificationUriComplete: LINK,
			portal: "acme.awsapps.com",
			startedAt: now - 18_000,
			expiresAt: now + 9 * MINUTE + 42_000,
			...prompt,
		}),
	};
}

export const PAGE =
	"https://oidc.us-east-1.amazonaws.com/authorize?response_type=code&client_id=c1&state=Zm9v&code_challenge=47DEQpj8HBSa";

/** The ways that a kind with all of them has, on a desktop unless something else is said. */
export function waysTo(taken: Flow, why = "the browser of this machine can be used"): Ways {
	const all: readonly [Way, Way, Way] = [
		{ flow: "browser", label: "in a browser on this machine", needs: "link", isLocal: true },
		{ flow: "device-code", label: "with a code, in any browser", needs: "link", isLocal: false },
		{ flow: "paste", label: "with a page in any browser", needs: "line", isLocal: false },
	];
	return {
		taken: all.find(({ flow }) => flow === taken) ?? all[0],
		why,
		others: all.filter(({ flow }) => flow !== taken),
	};
}

export function onPage(now: number, prompt: Partial<AuthorizationPrompt> = {}): Partial<LoginSnapshot> {
	return {
		...approving(now),
		prompts: asked({
			type: "authorization",
			provider: "company-sso",
			url: PAGE,
			portal: "acme.awsapps.com",
			startedAt: now - 18_000,
			expiresAt: now + 9 * MINUTE + 42_000,
			...prompt,
		}),
	};
}

export function integrationRow(row: Partial<IntegrationRow> & { readonly name: string }): IntegrationRow {
	return {
		id: `integration:${row.name}`,
		for: ["identity:dev-admin"],
		kind: "aws/ecr",
		state: "running",
		text: "",
		label: "",
		target: "",
		retry: [],
		notes: [],
		...row,
	};
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
			remedy: { say: "allow eks:DescribeCluster on cluster/prod" },
			details: [],
			service: { name: "AccessDeniedException", requestId: "1f0c2c1e", operation: "eks:DescribeCluster", status: 403 },
		},
	});
}

export function chainRows(now: number): Row[] {
	return [
		link("provider:company-sso", {
			state: "ok",
			text: "signed in",
			expiresAt: now + 8 * HOUR - MINUTE,
			issuedAt: now,
		}),
		link("identity:dev-admin", {
			state: "ok",
			text: "AdministratorAccess in development",
			expiresAt: now + 59 * MINUTE,
			issuedAt: now,
		}),
	];
}

export function attention(now: number, failed = ["prod/eks"]): Partial<LoginSnapshot> {
	return {
		phase: "attention",
		targets: [target("dev-admin", { result: result("dev-admin") })],
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
	};
}

/** A sign-in that failed at its provider. */
export function broken(error: ErrorView = DENIED): Partial<LoginSnapshot> {
	return {
		phase: "attention",
		targets: [target("dev-admin", { error })],
		chain: [link("provider:company-sso", { state: "failed", text: "denied", error })],
		error,
	};
}

const DENIED: ErrorView = {
	code: "denied",
	message: "the request was denied in the browser",
	reason: "somebody chose Deny",
	remedy: { say: "sign in again and choose Allow" },
	details: [],
	service: { name: "AccessDeniedException", requestId: "b7d2" },
};

/** Several targets in the end: one is signed in to, one was refused, and the entry of one is broken. */
export function several(now: number, change: Partial<LoginSnapshot> = {}): Partial<LoginSnapshot> {
	const [sso, dev] = chainRows(now) as [Row, Row];
	const isFor = (...names: string[]): Pick<Row, "for"> => ({ for: names.map((name): StepId => `identity:${name}`) });
	return {
		phase: "attention",
		targets: [
			target("dev-admin", { result: result("dev-admin") }),
			target("prod-admin", { error: REFUSED }),
			target("old-admin", { error: UNREADABLE }),
		],
		chain: [
			{ ...sso, ...isFor("dev-admin", "prod-admin") },
			{ ...dev, ...isFor("dev-admin") },
			link("identity:prod-base", { ...isFor("prod-admin"), state: "failed", text: REFUSED.message, error: REFUSED }),
			link("identity:prod-admin", isFor("prod-admin")),
		],
		...change,
	};
}

export const REFUSED: ErrorView = {
	code: "denied",
	message: "AdministratorAccess is not assigned to you in account 999999999999 of the organization",
	reason: "roles that you have there: ReadOnlyAccess, Billing",
	remedy: { say: "name one of them in the identity's principal" },
	details: [],
	service: { name: "ForbiddenException", requestId: "5c1a" },
};

export const UNREADABLE: ErrorView = {
	code: "config",
	message: 'identity "old-admin" hangs on "old-sso", which does not exist',
	remedy: { say: "correct its via.provider" },
	details: ["/project/atmos.yaml:12:7"],
};
