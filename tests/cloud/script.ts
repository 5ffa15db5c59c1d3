/** Faults and delays, by operation: what the next calls meet before, or instead of, the real answer. */

export type Operation =
	| "sso-oidc:RegisterClient"
	| "sso-oidc:StartDeviceAuthorization"
	| "sso-oidc:CreateToken"
	| "sso:GetRoleCredentials"
	| "sso:ListAccounts"
	| "sso:ListAccountRoles"
	| "sso:Logout"
	| "sts:GetCallerIdentity"
	| "sts:AssumeRole"
	| "sts:AssumeRoleWithSAML"
	| "sts:AssumeRoleWithWebIdentity"
	| "sts:AssumeRoot"
	| "github:IdToken"
	| "oidc:Token"
	| "instance:Metadata"
	| "container:Credentials"
	| "sts:GetSessionToken"
	| "ecr:GetAuthorizationToken"
	| "eks:DescribeCluster";

export type Behaviour =
	/** The real answer, after `delayMs` (all behaviours may be delayed). */
	| { readonly type: "answer"; readonly delayMs?: number }
	/** An error of the service. */
	| {
			readonly type: "error";
			readonly status: number;
			readonly name: string;
			readonly message?: string;
			readonly headers?: Readonly<Record<string, string>>;
			readonly delayMs?: number;
	  }
	/** The connection is cut without an answer; the service has not seen the request. */
	| { readonly type: "drop"; readonly delayMs?: number }
	/** The service does as it was asked, and the connection is cut in the middle of its answer. */
	| { readonly type: "cut"; readonly delayMs?: number }
	/** No answer, ever. `waitForAbort` tells when the client has given up. */
	| { readonly type: "hang" }
	/** The real answer, one byte at a time. */
	| { readonly type: "drip"; readonly everyMs: number; readonly delayMs?: number }
	/**
	 * A listing that never ends: its first page again and again, with a token for yet another page. The tokens differ unless
	 * one is given.
	 */
	| { readonly type: "endless"; readonly token?: string; readonly delayMs?: number }
	/** This body as it is: what a lying or broken server sends. `garbage` has some. */
	| {
			readonly type: "raw";
			readonly status?: number;
			readonly contentType?: string;
			readonly body: string;
			readonly delayMs?: number;
	  };

/** Text that no server should send and no terminal should get: escape sequences, a bell, bidi overrides, workflow commands. */
export const HOSTILE_TEXT =
	"\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u202etxt.exe\u0000\r\n::error::injected\n::set-env name=X::y\u009b1m";

/** Answers with 200 that are no answers. */
export const garbage = {
	/** The page of a hotel's network or a proxy. */
	html: {
		type: "raw",
		contentType: "text/html",
		body: "<!doctype html><title>Welcome</title><h1>Please sign in to the Wi-Fi</h1>",
	},
	empty: { type: "raw", body: "" },
	truncated: { type: "raw", body: '{"accessToken": "aoa' },
	wrongType: { type: "raw", body: '["accessToken", 1, null]' },
	huge: { type: "raw", body: `{"padding":"${"x".repeat(8_000_000)}"}` },
	/** A refusal whose message tries to take over the terminal. */
	hostile: { type: "error", status: 400, name: "ValidationException", message: HOSTILE_TEXT },
} as const satisfies Record<string, Behaviour>;

/** Queues of behaviours, and standing ones for when the queue is empty. */
export class Script {
	readonly #queues = new Map<Operation, Behaviour[]>();
	readonly #standing = new Map<Operation, Behaviour>();

	/** The next calls of `operation` behave in this order; after that as usual. */
	next(operation: Operation, ...behaviours: readonly Behaviour[]): void {
		this.#queues.set(operation, [...(this.#queues.get(operation) ?? []), ...behaviours]);
	}

	/** Every call of `operation` behaves so, until told otherwise with `undefined`. */
	always(operation: Operation, behaviour: Behaviour | undefined): void {
		if (behaviour) this.#standing.set(operation, behaviour);
		else this.#standing.delete(operation);
	}

	take(operation: Operation): Behaviour {
		return this.#queues.get(operation)?.shift() ?? this.#standing.get(operation) ?? { type: "answer" };
	}

	/** Back to what a healthy cloud does. */
	clear(): void {
		this.#queues.clear();
		this.#standing.clear();
	}
}
