/** What to say when a service could not be reached, by Node's and OpenSSL's codes. */
import type { AuthContext } from "../context.ts";
import { AuthError, type Remedy } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import { ProxyRefusal } from "./agents.ts";
import { describeSkew, setClock } from "./clock-skew.ts";
import { isTrustFailure, routeOf } from "./route.ts";

interface Advice {
	readonly message: string;
	readonly reason?: string | undefined;
	readonly remedy: string | Remedy;
}

/** Whose services are called, for what is said of their hosts. */
export interface Vendor {
	readonly name: string;
	/** @returns the region in the name of a host of this vendor's. Undefined for one without regions */
	regionOf?(host: string): string | undefined;
	/** The variable that names a file of certificate authorities to trust; Node's own, if left out. */
	readonly certificateVariable?: string | undefined;
}

/**
 * @param operation what was called, such as `sso:ListAccounts`
 * @returns undefined when the error did not happen between us and the service
 */
export function networkError(
	error: unknown,
	operation: string,
	ctx: AuthContext,
	vendor: Vendor,
): AuthError | undefined {
	const advice = adviceFor(error, ctx, vendor);
	if (advice === undefined) return undefined;
	return new AuthError({ code: "network", ...advice, service: { operation }, cause: error });
}

/** True for failures that may be gone at the next try: the network's, not those of trust or configuration. */
export function isTransientNetworkError(error: unknown): boolean {
	const code = codeOf(error);
	if (error instanceof ProxyRefusal) return error.status >= 500;
	return (
		TRANSIENT.has(code) ||
		(error as { name?: unknown } | null)?.name === "TimeoutError" ||
		(error instanceof Error && error.message === "socket hang up")
	);
}

const TRANSIENT = new Set([
	"EAI_AGAIN",
	"ECONNABORTED",
	"ECONNREFUSED",
	"ECONNRESET",
	"EHOSTDOWN",
	"EHOSTUNREACH",
	"ENETDOWN",
	"ENETUNREACH",
	"ENOTFOUND",
	"EPIPE",
	"ETIMEDOUT",
]);

function adviceFor(error: unknown, ctx: AuthContext, vendor: Vendor): Advice | undefined {
	const route = routeOf(error);
	const host = sanitize(route?.host ?? "the service");
	const proxy = route?.proxy;
	if (error instanceof ProxyRefusal) return proxyAdvice(error, host, proxy ?? "the proxy");

	const code = codeOf(error);
	const trust = trustAdvice(error, code, host, ctx, vendor);
	if (trust !== undefined) return trust;
	const target = proxy === undefined ? host : `the proxy ${proxy}`;
	if (route?.offline) return noNetwork(host, vendor);
	switch (code) {
		case "ENOTFOUND":
			return notFound(host, proxy, vendor);
		case "EAI_AGAIN":
			return {
				message: `the address of ${target} could not be resolved`,
				reason: "the DNS server did not respond",
				remedy: "check the network connection and the VPN",
			};
		case "ECONNREFUSED":
			return {
				message: `${target} refused the connection`,
				remedy:
					proxy === undefined
						? `check the VPN or firewall in front of ${host}; if this network needs a proxy, set HTTPS_PROXY`
						: "check HTTPS_PROXY, or add the host to NO_PROXY",
			};
		case "ETIMEDOUT":
		case "TimeoutError":
			return {
				message: `${target} did not answer in time`,
				remedy:
					proxy === undefined
						? "check the network, VPN or firewall; if this network needs a proxy, set HTTPS_PROXY"
						: "check HTTPS_PROXY, or add the host to NO_PROXY",
			};
		case "EHOSTDOWN":
		case "EHOSTUNREACH":
		case "ENETDOWN":
		case "ENETUNREACH":
			return {
				message: `${target} cannot be reached from this network`,
				remedy: "check the network connection and the VPN",
			};
		case "ECONNABORTED":
		case "ECONNRESET":
		case "EPIPE":
			return {
				message: `the connection to ${target} was lost`,
				remedy: "run the command again; if it keeps failing, check the VPN, the proxy and the firewall",
			};
		default:
			return undefined;
	}
}

/** The region in the name is not to blame where no name at all is found. */
function noNetwork(host: string, vendor: Vendor): Advice {
	return {
		message: `there is no network: ${host} was not found`,
		reason: `no other ${vendor.name} host was found either`,
		remedy: "check the network connection, the VPN and the DNS server",
	};
}

function notFound(host: string, proxy: string | undefined, vendor: Vendor): Advice {
	if (proxy !== undefined) {
		return {
			message: `the proxy ${proxy} was not found`,
			reason: "its name does not resolve",
			remedy: "check HTTPS_PROXY, or unset it",
		};
	}
	const region = vendor.regionOf?.(host);
	return {
		message: `${host} was not found`,
		reason: region === undefined ? "its name does not resolve" : `there may be no ${vendor.name} region ${region}`,
		remedy:
			region === undefined
				? "check the endpoint and the network connection"
				: `check \`region\` in atmos.yaml (${region}) and the network connection`,
	};
}

function proxyAdvice(refusal: ProxyRefusal, host: string, proxy: string): Advice {
	const reason = `it answered ${sanitize(refusal.message)}`;
	if (refusal.status === 407) {
		return {
			message: `the proxy ${proxy} asks for a user name and password`,
			reason,
			remedy: "put them in HTTPS_PROXY: http://USER:PASSWORD@host:port",
		};
	}
	return {
		message: `the proxy ${proxy} does not connect to ${host}`,
		reason,
		remedy: `allow ${host} on the proxy, or add it to NO_PROXY`,
	};
}

function trustAdvice(error: unknown, code: string, host: string, ctx: AuthContext, vendor: Vendor): Advice | undefined {
	if (isTrustFailure(error)) {
		return {
			message: `the certificate of ${host} is signed by an authority that is not trusted here`,
			reason: `usually a company proxy that intercepts TLS is the cause (${code})`,
			remedy: `set ${vendor.certificateVariable === undefined ? "" : `${vendor.certificateVariable} or `}NODE_EXTRA_CA_CERTS to the PEM file of your company's certificate authority`,
		};
	}
	if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
		const expired = code === "CERT_HAS_EXPIRED";
		const certificate = `the certificate of ${host} ${expired ? "has expired" : "is not valid yet"}`;
		const skew = describeSkew(ctx.network.skewMs());
		if (skew !== undefined) {
			const reason = `so the certificate of ${host} seems ${expired ? "to have expired" : "not to be valid yet"}`;
			return { message: skew, reason, remedy: setClock(ctx) };
		}
		if (ctx.network.skewMs() === undefined) {
			return { message: certificate, reason: "or this machine's clock is wrong", remedy: setClock(ctx) };
		}
		return {
			message: certificate,
			reason: "this machine's clock is right",
			remedy: "check the endpoint and the proxy, or tell whoever runs them",
		};
	}
	if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
		return {
			message: `the certificate of ${host} is for another host`,
			reason: `its names do not include this host (${code})`,
			remedy: "check the endpoint, and whether a proxy or a captive portal is in between",
		};
	}
	if (code === "EPROTO" || code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_") || code.startsWith("CERT_")) {
		return {
			message: `no secure connection to ${host}`,
			reason: `the TLS handshake failed (${code})`,
			remedy: "check the proxy, and that the endpoint uses https",
		};
	}
	return undefined;
}

/** The code of an error or of its cause; a time-out has one without `code` in some layers. */
function codeOf(error: unknown): string {
	for (let at = error, depth = 0; typeof at === "object" && at !== null && depth < 5; depth++) {
		const { code, name, message, cause } = at as { code?: unknown; name?: unknown; message?: unknown; cause?: unknown };
		if (typeof code === "string" && code !== "") return code;
		if (name === "TimeoutError") return name;
		if (message === "socket hang up" || message === "aborted") return "ECONNRESET";
		at = cause;
	}
	return "";
}
