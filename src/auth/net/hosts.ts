/** What a host name is, for rules that differ on this machine: plain http, proxies, links. */

// Regular expressions, since `node:net` brings streams and timers along, and most runs open no connection.
const IPV4_LOOPBACK = /^127(?:\.\d{1,3}){3}$/;
const IPV6_LOOPBACK = /^(?:(?:0{0,4}:){1,7}:?0{0,3}1|::ffff:(?:127(?:\.\d{1,3}){3}|7f[\da-f]{2}:[\da-f]{1,4}))$/;

/**
 * True for the names and addresses of this machine: `localhost`, names under `.localhost` (RFC 6761 §6.3),
 * 127.0.0.0/8 and ::1.
 *
 * @param host a host name as `URL.hostname` has it, IPv6 with or without brackets
 */
export function isLoopback(host: string): boolean {
	const name = bareHost(host);
	if (name === "localhost" || name.endsWith(".localhost")) return true;
	return IPV4_LOOPBACK.test(name) || IPV6_LOOPBACK.test(name);
}

/** A host name in lower case, without the brackets of IPv6 and without the final dot of a fully qualified name. */
export function bareHost(host: string): string {
	return host
		.toLowerCase()
		.replace(/^\[(.*)\]$/, "$1")
		.replace(/\.$/, "");
}

/**
 * An address that lacks its scheme, as people type it: `localhost:4566`, `gateway.example/path`. Read as a URL, what stands
 * before the colon would be the scheme.
 *
 * @returns the address with the scheme that it should have, without a user name and password; undefined for any other text
 */
export function withScheme(address: string): string | undefined {
	// A word alone is more likely something else.
	const groups =
		/^(?![a-z][a-z0-9+.-]*:\/\/)(?:.*@)?(?<host>\[[0-9a-f:.]+\]|localhost|[\w-]+(?:\.[\w-]+)+\.?|[\w-]+(?=:\d))(?<rest>(?::\d+)?(?:[/?#].*)?)$/i.exec(
			address.trim(),
		)?.groups;
	if (groups?.host === undefined) return undefined;
	return `${isLoopback(groups.host) ? "http" : "https"}://${groups.host}${groups.rest}`;
}
