/** Every failure that a user can see. What happened, why, and one remedy. */

import { sanitize } from "./system/sanitize.ts";
import { shellCommand } from "./system/shell-word.ts";

/** What went wrong, for exit codes and for faces that group failures. */
export type ErrorCode =
	| "usage" // flags, or a terminal is needed
	| "config" // atmos.yaml
	| "denied" // the user or the service said no
	| "expired" // a code, a session or a registration ran out
	| "network" // unreachable, time-out, proxy, TLS
	| "service" // the service answered with an error
	| "storage" // a file or a lock
	| "cancelled"
	| "bug";

/** What the service itself said. */
export interface ServiceDetails {
	/** The service's own error name, such as `ForbiddenException`. */
	readonly name?: string | undefined;
	readonly message?: string | undefined;
	readonly requestId?: string | undefined;
	readonly status?: number | undefined;
	/** What was called, such as `sso:GetRoleCredentials`. */
	readonly operation?: string | undefined;
}

/**
 * What puts a failure right, as data: a sentence, a command, or a sentence that ends in one. Faces print it, and other
 * programs can run the command.
 */
export type Remedy = (Saying | CommandOnly) & {
	/** The place in a file to change, where it is known. */
	readonly edit?: { readonly file: string; readonly line: number } | undefined;
};

interface Saying {
	/** What to do, with no final stop. */
	readonly say: string;
	/** A program and its arguments, unquoted. Nothing with placeholders, and nothing that only a shell can do. */
	readonly run?: readonly string[] | undefined;
}

interface CommandOnly {
	readonly say?: undefined;
	readonly run: readonly string[];
}

/** @returns the remedy as a person reads it, on one line: `sign in again: atmos-auth login dev` */
export function remedyText({ say, run }: Remedy): string {
	return [say, run && shellCommand(run)].filter((part) => part !== undefined).join(": ");
}

export interface AuthErrorOptions {
	readonly code: ErrorCode;
	/** One sentence, no final stop: what happened. */
	readonly message: string;
	/** Why, in a sentence; may be left out. */
	readonly reason?: string | undefined;
	/** One command or edit that puts it right. A text is a sentence without a command. */
	readonly remedy?: string | Remedy | undefined;
	/** Further lines, such as the roles that are available. */
	readonly details?: readonly string[] | undefined;
	/** Names that may have been meant, or that there are to choose from, each by itself. */
	readonly candidates?: readonly string[] | undefined;
	readonly service?: ServiceDetails | undefined;
	readonly cause?: unknown;
}

/** The error that all of `src/auth` throws. Texts from a server have been through `sanitize` before they get in. */
export class AuthError extends Error {
	readonly code: ErrorCode;
	readonly reason: string | undefined;
	readonly remedy: Remedy | undefined;
	readonly details: readonly string[];
	readonly candidates: readonly string[] | undefined;
	readonly service: ServiceDetails | undefined;

	constructor(options: AuthErrorOptions) {
		super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = "AuthError";
		this.code = options.code;
		this.reason = options.reason;
		this.remedy = typeof options.remedy === "string" ? { say: options.remedy } : options.remedy;
		this.details = options.details ?? [];
		this.candidates = options.candidates;
		this.service = options.service;
	}
}

/** True for the reason of an aborted signal, in any of the shapes that Node, the SDK and we give it. */
export function isAbort(error: unknown): boolean {
	return (
		error instanceof Error &&
		(error.name === "AbortError" || (error instanceof AuthError && error.code === "cancelled"))
	);
}

/** The plain data of an error, as snapshots, events and screens carry it. */
export interface ErrorView {
	readonly code: ErrorCode;
	readonly message: string;
	readonly reason?: string | undefined;
	readonly remedy?: Remedy | undefined;
	readonly details: readonly string[];
	readonly candidates?: readonly string[] | undefined;
	readonly service?: ServiceDetails | undefined;
}

/** Turns anything thrown into what may be shown. An unknown error keeps its message and is marked as a bug of ours. */
export function toErrorView(error: unknown): ErrorView {
	if (error instanceof AuthError) {
		return {
			code: error.code,
			message: error.message,
			reason: error.reason,
			remedy: error.remedy,
			details: error.details,
			candidates: error.candidates,
			service: error.service,
		};
	}
	const message = error instanceof Error ? error.message : String(error);
	return { code: "bug", message: sanitize(message), details: [] };
}
