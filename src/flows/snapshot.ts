/** What the login machine shows of itself. The dashboard, the plain lines and the JSON events are made from this alone. */
import type { BoardDetails, BoardRow } from "../auth/board.ts";
import type { ErrorView } from "../auth/errors.ts";
import type { DiscoveryProgress, Prompt } from "../auth/interaction.ts";
import type { ArtifactParts } from "../auth/kinds.ts";

export type { BoardDetails, BoardRow } from "../auth/board.ts";

export type Phase =
	| "starting" // reading the configuration, deciding which identity
	| "choosing" // the picker is open
	| "signing-in" // the provider step, nothing asked of the user yet
	| "approving" // a prompt is shown
	| "assuming" // identity links of the chain
	| "integrating"
	| "attention" // something failed on the dashboard: waits for retry, details or done
	| "done"
	| "failed"
	| "cancelled";

export type RowState = "waiting" | "running" | "ok" | "reused" | "failed";

export interface Account {
	readonly id?: string | undefined;
	readonly name?: string | undefined;
}

/** A link of the chain or an integration. */
export interface Row {
	readonly name: string;
	readonly kind: string;
	readonly state: RowState;
	/** What it is doing, or what came of it: "AdministratorAccess in development". Sanitized. */
	readonly text: string;
	/** Where an identity's credentials are for, by itself; `text` says it in words. */
	readonly account?: Account | undefined;
	/** The permission set or role. */
	readonly role?: string | undefined;
	readonly startedAt?: number | undefined;
	readonly expiresAt?: number | undefined;
	readonly issuedAt?: number | undefined;
	readonly error?: ErrorView | undefined;
}

export interface IntegrationRow extends Row {
	/** `ECR login` or `EKS kubeconfig`; empty until known. */
	readonly label: string;
	readonly target: string;
	/** What `target` is made of; undefined until known. */
	readonly parts?: ArtifactParts | undefined;
	/** The command that retries it alone. */
	readonly retry: string;
	readonly notes: readonly string[];
}

/** What is offered when the user has to choose. */
export interface Choice {
	readonly of: "identities" | "providers";
	/** Why it is asked, for faces that say so. */
	readonly reason: "requested" | "no-default" | "several-defaults" | "tags" | "no-identities";
	readonly rows: readonly BoardRow[];
}

/** What a successful login says. */
export interface LoginResult {
	/** Undefined for a provider login. */
	readonly identity?: string | undefined;
	readonly provider: string;
	readonly account?: Account | undefined;
	/** The permission set or role. */
	readonly role?: string | undefined;
	readonly region?: string | undefined;
	readonly realm: string;
	readonly expiresAt?: number | undefined;
	/** True when the credentials were still good and nothing was renewed. */
	readonly stillValid: boolean;
}

export interface LoginSnapshot {
	readonly phase: Phase;
	/** Changes on every retry of the whole sign-in, so that faces can tell a second approval from the first. */
	readonly attempt: number;
	readonly project: string;
	readonly profiles: readonly string[];
	readonly choice?: Choice | undefined;
	/** The identity being signed in, or the provider for a provider login. */
	readonly target?: string | undefined;
	readonly chain: readonly Row[];
	readonly integrations: readonly IntegrationRow[];
	readonly prompt?: Prompt | undefined;
	readonly discovery?: DiscoveryProgress | undefined;
	readonly warnings: readonly string[];
	readonly result?: LoginResult | undefined;
	readonly error?: ErrorView | undefined;
}

/** What a face may tell the machine. */
export type LoginAction =
	| { readonly type: "SELECT"; readonly name: string }
	| { readonly type: "ANSWER"; readonly value: string } // to a choice prompt
	| { readonly type: "RETRY"; readonly name?: string | undefined } // one failed integration row, else everything that failed
	| { readonly type: "BACK" } // to the picker where there was one, else cancel
	| { readonly type: "DONE" }
	| { readonly type: "CANCEL" };

/** The running login as a face sees it. */
export interface LoginHandle {
	snapshot(): LoginSnapshot;
	/** @returns a function that ends the subscription. */
	subscribe(listener: (snapshot: LoginSnapshot) => void): () => void;
	send(action: LoginAction): void;
	/** Local state only; never rejects. */
	details(identity: string): Promise<BoardDetails>;
	/** Resolves with the last snapshot (done, failed or cancelled) once every actor has ended. */
	readonly finished: Promise<LoginSnapshot>;
}
