/**
 * Which proxy a request goes through, by the rules of Go's `golang.org/x/net/http/httpproxy`, so that this program and
 * `atmos` take the same way out. They differ from the npm packages of this purpose: a plain name in `NO_PROXY` covers
 * its subdomains, networks in CIDR notation count, and this machine itself is never reached through a proxy.
 */
import { BlockList, isIP, isIPv6 } from "node:net";
import type { Environment } from "../context.ts";
import { AuthError } from "../errors.ts";
import { sanitize } from "../system/sanitize.ts";
import { bareHost, isLoopback } from "./hosts.ts";

/**
 * @param target where the request goes
 * @param env `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are read, upper case before lower case
 * @returns the proxy, or undefined for a direct connection
 * @throws AuthError `network` for a proxy that is no URL or speaks another protocol than HTTP
 */
export function proxyFor(target: URL, env: Environment): URL | undefined {
	const names = target.protocol === "https:" ? ["HTTPS_PROXY", "ALL_PROXY"] : ["HTTP_PROXY", "ALL_PROXY"];
	const found = firstSet(env, names);
	if (found === undefined || !usesProxy(target, firstSet(env, ["NO_PROXY"])?.value ?? "")) return undefined;
	return parseProxy(found.name, found.value);
}

/** A proxy as it may be shown: scheme, host and port, never its credentials. */
export function describeProxy(proxy: URL): string {
	return `${proxy.protocol}//${proxy.host}`;
}

function firstSet(env: Environment, names: readonly string[]): { name: string; value: string } | undefined {
	for (const upper of names) {
		for (const name of [upper, upper.toLowerCase()]) {
			const value = env[name]?.trim();
			if (value) return { name, value };
		}
	}
	return undefined;
}

function parseProxy(name: string, value: string): URL {
	const proxy = parseUrl(value.includes("://") ? value : `http://${value}`);
	if (proxy === undefined || proxy.hostname === "") {
		throw new AuthError({
			code: "network",
			message: `${name} is not a proxy URL`,
			remedy: `set ${name} to something like http://proxy.example.com:8080, or unset it`,
		});
	}
	if (proxy.protocol !== "http:" && proxy.protocol !== "https:") {
		throw new AuthError({
			code: "network",
			message: `${name} names an unsupported kind of proxy: ${sanitize(proxy.protocol)}//`,
			reason: "only http:// and https:// proxies can be used",
			remedy: `set HTTPS_PROXY to an HTTP proxy, or unset ${name}`,
		});
	}
	return proxy;
}

function parseUrl(text: string): URL | undefined {
	try {
		return new URL(text);
	} catch {
		return undefined;
	}
}

function usesProxy(target: URL, exceptions: string): boolean {
	const host = bareHost(target.hostname);
	// The metadata services of clouds: a proxy has others, or none.
	if (isLoopback(host) || /^169\.254\.|^fd00:ec2::/.test(host)) return false;
	const port = target.port || (target.protocol === "https:" ? "443" : "80");
	return !exceptions
		.split(/[,\s]+/)
		.filter(Boolean)
		.some((entry) => matches(entry.toLowerCase(), host, port));
}

/** One entry of `NO_PROXY`: `*`, a network, or `host[:port]` where host is an address, a name, `.name` or `*.name`. */
function matches(entry: string, host: string, port: string): boolean {
	if (entry === "*") return true;
	const network = /^(.+)\/(\d{1,3})$/.exec(entry);
	if (network?.[1] !== undefined && network[2] !== undefined) return inNetwork(network[1], Number(network[2]), host);

	const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(entry);
	const plain = isIPv6(entry) ? undefined : /^(.*?)(?::(\d+))?$/.exec(entry);
	const name = bracketed?.[1] ?? plain?.[1] ?? entry;
	const entryPort = bracketed?.[2] ?? plain?.[2];
	if (entryPort !== undefined && entryPort !== port) return false;

	if (isIP(name) !== 0) return isIP(host) !== 0 && sameAddress(name, host);
	const suffix = name.startsWith("*.") ? name.slice(1) : name;
	if (suffix.startsWith(".")) return host.endsWith(suffix);
	return suffix !== "" && (host === suffix || host.endsWith(`.${suffix}`));
}

function inNetwork(address: string, bits: number, host: string): boolean {
	const family = isIP(address);
	if (family === 0 || isIP(host) !== family || bits > (family === 4 ? 32 : 128)) return false;
	const list = new BlockList();
	list.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6");
	return list.check(host, family === 4 ? "ipv4" : "ipv6");
}

function sameAddress(a: string, b: string): boolean {
	const family = isIP(a);
	if (isIP(b) !== family) return false;
	const list = new BlockList();
	list.addAddress(a, family === 4 ? "ipv4" : "ipv6");
	return list.check(b, family === 4 ? "ipv4" : "ipv6");
}
