/**
 * What events hold, as `schema/events.schema.json` describes it for their readers. Within a version fields and types are
 * only added.
 */
import type { EndingSignal } from "../terminal/signals.ts";

/** What every event has. `time` is ISO 8601 in UTC. */
interface Head<Type extends string> {
	readonly v: 1;
	readonly type: Type;
	readonly time: string;
}

/** A failure in an event. */
export interface EventError {
	readonly code: string;
	readonly message: string;
	readonly reason?: string;
	readonly remedy?: string;
	readonly details?: readonly string[];
	/** Names that may have been meant, or that there are to choose from. */
	readonly candidates?: readonly string[];
	readonly service?: {
		readonly name?: string;
		readonly message?: string;
		readonly requestId?: string;
		readonly status?: number;
		readonly operation?: string;
	};
}

export interface Account {
	readonly id?: string;
	readonly name?: string;
}

/** What ended a run before its time: a signal, or the person who left the screen. */
export type CancelReason = EndingSignal | "user";

export interface Counts {
	readonly ready: number;
	readonly failed: number;
}

/** Moments are ISO 8601 in UTC, absent where nothing runs out. */
export type LoginEvent =
	| (Head<"login.started"> & { readonly project: string; readonly profiles: readonly string[] })
	| (Head<"identity.selected"> & { readonly target: string; readonly chain: readonly string[] })
	| (Head<"approval.required"> & {
			readonly provider: string;
			readonly portal: string;
			readonly code: string;
			readonly url: string;
			/** The page that the user types the code into. */
			readonly plainUrl: string;
			readonly expiresAt: string;
			/** The process that asked for the code, where it was not this one. */
			readonly waitingForPid?: number;
	  })
	| (Head<"approval.waiting"> & { readonly provider: string; readonly code: string; readonly expiresAt: string })
	| (Head<"login.waiting"> & {
			/** What is being done, such as `company-sso: asking for a code`. */
			readonly waitingFor: string;
			/** For how long already. */
			readonly seconds: number;
	  })
	| (Head<"provider.signed-in"> & {
			readonly provider: string;
			readonly reused: boolean;
			readonly detail: string;
			readonly expiresAt?: string;
	  })
	| (Head<"identity.assumed"> & {
			readonly identity: string;
			readonly account?: Account;
			/** The permission set or role. */
			readonly role?: string;
			readonly reused: boolean;
			readonly detail: string;
			readonly expiresAt?: string;
	  })
	| (Head<"provision.progress"> & {
			readonly accountsTotal?: number;
			readonly accountsDone: number;
			readonly identitiesTotal: number;
			/** Found since the last such event. */
			readonly identities: readonly string[];
			/** Failed since the last such event. */
			readonly failedAccounts: readonly { readonly account: string; readonly message: string }[];
			/** Stored before and no longer there: how many, and the names of the first few. Once, at the end. */
			readonly gone?: { readonly total: number; readonly names: readonly string[] };
	  })
	| (Head<"integration.started"> & { readonly integration: string; readonly kind: string })
	| (Head<"integration.ready"> & {
			readonly integration: string;
			readonly kind: string;
			readonly label: string;
			readonly target: string;
			readonly registry?: string;
			readonly cluster?: string;
			readonly context?: string;
			readonly kubeconfig?: string;
			/** False when it was still good and left alone. */
			readonly changed: boolean;
			readonly expiresAt?: string;
			readonly notes: readonly string[];
	  })
	| (Head<"integration.failed"> & {
			readonly integration: string;
			readonly kind: string;
			readonly label: string;
			readonly target: string;
			readonly registry?: string;
			readonly cluster?: string;
			readonly context?: string;
			readonly kubeconfig?: string;
			readonly error: EventError;
			/** The command that tries it again. */
			readonly retry: string;
	  })
	| (Head<"warning"> & { readonly message: string })
	| (Head<"login.succeeded"> & {
			readonly identity?: string;
			readonly provider: string;
			readonly account?: Account;
			readonly role?: string;
			readonly region?: string;
			readonly realm: string;
			readonly expiresAt?: string;
			/** True when nothing had to be renewed. */
			readonly stillValid: boolean;
			readonly integrations: Counts;
			readonly exitCode: number;
	  })
	| (Head<"login.failed"> & { readonly error: EventError; readonly exitCode: number })
	| (Head<"login.cancelled"> & { readonly reason: CancelReason; readonly exitCode: number });

/** The last event of a command that is not `login`. */
export type CommandEvent =
	| (Head<"command.succeeded"> & { readonly command: string; readonly integrations: Counts; readonly exitCode: number })
	| (Head<"command.failed"> & {
			readonly command: string;
			/** What ended it; where integrations failed, what the first of them failed of. */
			readonly error: EventError;
			readonly integrations?: Counts;
			readonly exitCode: number;
	  })
	| (Head<"command.cancelled"> & {
			readonly command: string;
			readonly reason: CancelReason;
			readonly exitCode: number;
	  });
