/** A login that does what a test tells it to, and remembers what it was sent. */
import type { BoardDetails, BoardRow, LoginAction, LoginHandle, LoginSnapshot } from "../../../src/flows/snapshot.ts";

export const EMPTY: LoginSnapshot = {
	phase: "starting",
	attempt: 1,
	project: "acme-infra",
	profiles: ["developer"],
	targets: [],
	chain: [],
	integrations: [],
	prompts: [],
	warnings: [],
};

export interface FakeLogin extends LoginHandle {
	readonly sent: LoginAction[];
	/** Changes the snapshot; a final phase ends the login. */
	show(change: Partial<LoginSnapshot>): void;
	/** Told of every action after it was recorded. */
	onAction: ((action: LoginAction) => void) | undefined;
}

export function fakeLogin(first: Partial<LoginSnapshot> = {}, details?: (name: string) => BoardDetails): FakeLogin {
	let snapshot: LoginSnapshot = { ...EMPTY, ...first };
	const listeners = new Set<(snapshot: LoginSnapshot) => void>();
	let end: (snapshot: LoginSnapshot) => void = () => undefined;
	const finished = new Promise<LoginSnapshot>((resolve) => {
		end = resolve;
	});
	const login: FakeLogin = {
		sent: [],
		onAction: undefined,
		snapshot: () => snapshot,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		send(action) {
			login.sent.push(action);
			login.onAction?.(action);
		},
		show(change) {
			snapshot = { ...snapshot, ...change };
			for (const listener of [...listeners]) listener(snapshot);
			if (["done", "failed", "cancelled"].includes(snapshot.phase)) end(snapshot);
		},
		details: async (name) => details?.(name) ?? { chain: [], integrations: [] },
		finished,
	};
	return login;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A row of the board with everything that is not said left ordinary. */
export function boardRow(row: Partial<BoardRow> & { readonly name: string }): BoardRow {
	return {
		key: row.name.toLowerCase(),
		kind: "aws/permission-set",
		isDefault: false,
		tags: [],
		account: "development",
		role: "AdministratorAccess",
		session: { state: "none" },
		chain: ["company-sso", row.name],
		...row,
	};
}

/** The rows of the design, and others to scroll through. */
export function boardRows(now: number, more = 0): BoardRow[] {
	return [
		boardRow({
			name: "dev-admin",
			isDefault: true,
			tags: ["dev"],
			region: "us-east-2",
			session: { state: "valid", expiresAt: now + 3 * HOUR + 52 * MINUTE, issuedAt: now - 4 * HOUR - 8 * MINUTE },
		}),
		boardRow({
			name: "prod-admin",
			account: "production",
			role: "via dev-admin",
			chain: ["company-sso", "dev-admin", "prod-admin"],
			session: { state: "valid", expiresAt: now + 6 * MINUTE, issuedAt: now - 54 * MINUTE },
		}),
		boardRow({
			name: "prod-readonly",
			account: "production",
			role: "ReadOnlyAccess",
			session: { state: "expired", expiresAt: now - 2 * HOUR },
		}),
		boardRow({
			name: "staging-deploy",
			account: "staging",
			role: "DeploymentPipelineOperator",
			session: { state: "valid", expiresAt: now + 3 * MINUTE + 12_000, issuedAt: now - 57 * MINUTE },
		}),
		boardRow({ name: "azure-dev", account: "8765…4321", role: "subscription" }),
		boardRow({ name: "broken-one", account: "", role: "", problem: "its provider `compny-sso` does not exist" }),
		...Array.from({ length: more }, (_, index) =>
			boardRow({
				name: `team-${String(index).padStart(4, "0")}-${["admin", "readonly", "billing"][index % 3]}`,
				account: `workload-${index % 97}`,
				role: ["AdministratorAccess", "ReadOnlyAccess", "BillingViewer"][index % 3] ?? "",
			}),
		),
	];
}

export const DETAILS: BoardDetails = {
	chain: ["company-sso", "dev-admin"],
	account: "123456789012 (development)",
	region: "us-east-2",
	integrations: [
		{
			name: "dev/ecr",
			label: "ECR login",
			target: "123456789012.dkr.ecr.us-east-2.amazonaws.com",
			state: "ready",
			expiresAt: 0,
		},
		{ name: "dev/eks", label: "EKS kubeconfig", target: "dev-eks → ~/.config/atmos/kube/config", state: "ready" },
	],
};
