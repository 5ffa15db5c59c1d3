/**
 * The one HTTP stack of the program. Importing this file loads nothing of it: the handler is put together on the first
 * request, from `handler.ts`.
 */
import type { Clock, Environment, Logger } from "../context.ts";
import type { ClosableHandler } from "./handler.ts";
import { LIMITS, type Limits } from "./limits.ts";
import type { Network } from "./network.ts";

export interface NetworkOptions {
	readonly env: Environment;
	readonly log: Logger;
	readonly clock: Pick<Clock, "now">;
	readonly platform: NodeJS.Platform;
	/** Variables that name files of certificate authorities to trust beside Node's own; none, if left out. */
	readonly certificateVariables?: readonly string[] | undefined;
	/** Others than `LIMITS`, for tests that cannot wait so long. */
	readonly limits?: Partial<Limits> | undefined;
	/** Whether a host has an address; for tests, which have no name server. */
	readonly resolves?: ((host: string) => Promise<boolean>) | undefined;
}

/** @returns a network whose sockets are opened on demand, kept alive, and gone at once after `close` */
export function createNetwork(options: NetworkOptions): Network {
	const limits = { ...LIMITS, ...options.limits };
	let made: Promise<ClosableHandler> | undefined;
	let skew: number | undefined;
	let closed = false;
	return {
		async handler() {
			made ??= import("./handler.ts").then(({ createHandler }) => {
				const handler = createHandler({
					...options,
					limits,
					onSkew: (ms) => {
						skew = ms;
					},
				});
				if (closed) handler.close();
				return handler;
			});
			return (await made).handler;
		},
		skewMs: () => skew,
		limits,
		close() {
			closed = true;
			void made?.then((handler) => handler.close());
			made = undefined;
		},
	};
}
