/** The one way to the network: proxies, certificate authorities, time-outs and the observed clock skew. */
import type { HttpHandler } from "@smithy/protocol-http";
import type { Limits } from "./limits.ts";

export interface Network {
	/** The request handler that every AWS client is given. Made on first use, shared, and closed with `close`. */
	handler(): Promise<HttpHandler>;
	/** How far the servers' clocks are ahead of ours by the last `Date` header, in milliseconds; undefined before the first answer. */
	skewMs(): number | undefined;
	/** How long anything may take; `LIMITS` if left out. */
	readonly limits?: Limits | undefined;
	close(): void;
}
