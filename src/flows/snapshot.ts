/** What the login machine shows of itself. The dashboard, the plain lines and the JSON events are made from this alone. */
import type { BoardDetails, BoardRow } from "../auth/board.ts";
import type { ErrorView } from "../auth/errors.ts";
import type { DiscoveryProgress, Prompt } from "../auth/interaction.ts";
import type { ArtifactParts } from "../auth/kinds.ts";
import type { Flow } from "../auth/sign-in-ways.ts";

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
	| "failed" // a target could not be signed in to
	| "cancelled";

export type RowState = "waiting" | "running" | "ok" | "reused" | "failed";

/** By the type and the key of what a step is about. */
export type StepId = `${"provider" | "identity" | "integration" | "discovery"}:${string}`;

/** What is signed in to. */
export interface Target {
	/** Of the step that it is signed in with. */
	readonly id: StepId;
	readonly type: "identity" | "provider";
	readonly name: string;
	readonly key: string;
}

export interface Account {
	readonly id?: string | undefined;
	readonly name?: string | undefined;
}

/** A link of a chain or an integration. */
export interface Row {
	readonly id: StepId;
	/** The targets that it is for. */
	readonly for: readonly StepId[];
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
	/** The words of the command that retries it alone. */
	readonly retry: readonly string[];
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
	/** Undefined where the chain begins with an identity. */
	readonly provider?: string | undefined;
	readonly account?: Account | undefined;
	/** The permission set or role. */
	readonly role?: string | undefined;
	readonly region?: string | undefined;
	readonly realm: string;
	readonly expiresAt?: number | undefined;
	/** True when the credentials were still good and nothing was renewed. */
	readonly stillValid: boolean;
	/** How other programs find the credentials: variables and their values, no secrets. */
	readonly env: Readonly<Record<string, string>>;
}

/** One of the things that are signed in to. */
export interface TargetView {
	readonly id: StepId;
	readonly type: Target["type"];
	/** Sanitized. */
	readonly name: string;
	readonly state: "waiting" | "done" | "failed";
	readonly result?: LoginResult | undefined;
	readonly error?: ErrorView | undefined;
}

/** Something that a person has to see or to answer. */
export interface Asked {
	/** The step that asks; a target's for what is asked before any step. */
	readonly step: StepId;
	readonly prompt: Prompt;
}

export interface LoginSnapshot {
	readonly phase: Phase;
	/** Changes on every retry of the whole sign-in, so that faces can tell a second approval from the first. */
	readonly attempt: number;
	readonly project: string;
	readonly profiles: readonly string[];
	readonly choice?: Choice | undefined;
	/** Empty until it is known what the login is for. */
	readonly targets: readonly TargetView[];
	/** The links of all chains, each after those it hangs on. */
	readonly chain: readonly Row[];
	readonly integrations: readonly IntegrationRow[];
	/** In the order in which they came; faces show one at a time. */
	readonly prompts: readonly Asked[];
	readonly discovery?: DiscoveryProgress | undefined;
	readonly warnings: readonly string[];
	/** Of the login as a whole, or of its only target. */
	readonly error?: ErrorView | undefined;
}

/** What a face may tell the machine. */
export type LoginAction =
	/** Of what is offered. */
	| { readonly type: "SELECT"; readonly key: string }
	/** To a question, or to a page that shows something to be pasted: the value of an option, or what was typed. */
	| { readonly type: "ANSWER"; readonly step: StepId; readonly value: string }
	/** Another of the ways of what is shown. */
	| { readonly type: "CHANGE_WAY"; readonly step: StepId; readonly flow: Flow }
	/** One failed integration, else everything that failed. */
	| { readonly type: "RETRY"; readonly step?: StepId | undefined }
	/** To the picker where there was one, else cancel. */
	| { readonly type: "BACK" }
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

/** @returns what a login with one target has come to; undefined for several, and while it is not signed in */
export function soleResult({ targets }: LoginSnapshot): LoginResult | undefined {
	return targets.length === 1 ? targets[0]?.result : undefined;
}

/** Whether every target is signed in to. */
export function isSignedIn({ targets }: LoginSnapshot): boolean {
	return targets.length > 0 && targets.every(({ state }) => state === "done");
}
