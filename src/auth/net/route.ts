/** What is remembered of a failed request beside its error: where it went and through which proxy. */

export interface Route {
	/** `host[:port]`. */
	readonly host: string;
	/** Scheme, host and port of the proxy, without its credentials. */
	readonly proxy?: string | undefined;
	/** No other name has an address either. */
	readonly offline?: boolean | undefined;
}

const routes = new WeakMap<object, Route>();

/** Errors of Node keep their identity through the SDK, so the route is kept beside them and not in them. */
export function noteRoute(error: unknown, route: Route): void {
	if (typeof error === "object" && error !== null) routes.set(error, route);
}

/** @returns the route of an error or of what caused it */
export function routeOf(error: unknown): Route | undefined {
	for (let at = error, depth = 0; typeof at === "object" && at !== null && depth < 5; depth++) {
		const route = routes.get(at);
		if (route !== undefined) return route;
		at = (at as { cause?: unknown }).cause;
	}
	return undefined;
}

/** Node's and OpenSSL's codes for a certificate that leads to no authority that we know. */
const UNTRUSTED = new Set([
	"SELF_SIGNED_CERT_IN_CHAIN",
	"DEPTH_ZERO_SELF_SIGNED_CERT",
	"UNABLE_TO_GET_ISSUER_CERT",
	"UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
	"UNABLE_TO_VERIFY_LEAF_SIGNATURE",
	"CERT_UNTRUSTED",
]);

/** True when the chain of the server's certificate ends at an unknown authority. */
export function isTrustFailure(error: unknown): boolean {
	return UNTRUSTED.has(String((error as { code?: unknown } | null)?.code));
}

/** True when a name server, or a system without one, says that a name has no address. */
export function isUnknownName(error: unknown): boolean {
	return (error as { code?: unknown } | null)?.code === "ENOTFOUND";
}

/** True when a certificate is not valid at the time that this machine has. */
export function isOutdatedCertificate(error: unknown): boolean {
	return ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"].includes(String((error as { code?: unknown } | null)?.code));
}
