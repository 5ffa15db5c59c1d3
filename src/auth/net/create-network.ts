/**
 * The one HTTP stack of the program. Importing this file loads nothing of it: the handler is put together on the first
 * request, from `handler.ts`.
 */
import type { Clock, Environment, Logger } from "../context.ts";
import type { ClosableHandler } from "./handler.ts";
import type { Network } from "./network.ts";

export interface NetworkOptions {
	readonly env: Environment;
	readonly log: Logger;
	readonly clock: Pick<Clock, "now">;
	readonly platform: NodeJS.Platform;
	/** Limits in milliseconds; the defaults are 10 s to connect, 30 s to the head of an answer or between two parts of it. */
	readonly timeouts?: { readonly connectMs?: number; readonly answerMs?: number } | undefined;
}

/** @returns a network whose sockets are opened on demand, kept alive, and gone at once after `close` */
export function createNetwork(options: NetworkOptions): Network {
	let made: Promise<ClosableHandler> | undefined;
	let skew: number | undefined;
	let closed = false;
	return {
		async handler() {
			made ??= import("./handler.ts").then(({ createHandler }) => {
				const handler = createHandler({
					...options,
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
		close() {
			closed = true;
			void made?.then((handler) => handler.close());
			made = undefined;
		},
	};
}
