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
	/** The connection is cut without an answer. */
	| { readonly type: "drop"; readonly delayMs?: number }
	/** No answer, ever. */
	| { readonly type: "hang" }
	/** This body as it is: what a lying or broken server sends. */
	| {
			readonly type: "raw";
			readonly status?: number;
			readonly contentType?: string;
			readonly body: string;
			readonly delayMs?: number;
	  };

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

	clear(): void {
		this.#queues.clear();
		this.#standing.clear();
	}
}
