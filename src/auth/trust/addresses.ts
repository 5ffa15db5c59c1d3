/** Which addresses need no question: the vendors' own, this machine's, and those that the user's environment names. */
import type { Environment } from "../context.ts";
import { bareHost, isLoopback } from "../net/hosts.ts";
import { isEndpointVariable, isVendorHost } from "../registry.ts";

/**
 * @param address a configured endpoint
 * @param env the user's own environment, not the configuration's
 * @returns true where secrets may go without a question
 */
export function isExpected(address: string, env: Environment): boolean {
	if (!URL.canParse(address)) return false;
	// The host as it is called, not as it is written: 2130706433 and 0x7f.1 are 127.0.0.1.
	const url = new URL(address);
	if (url.username !== "" || url.password !== "") return false;
	if (isLoopback(url.hostname)) return true;
	if (url.protocol === "https:" && url.port === "" && isVendorHost(bareHost(url.hostname))) return true;
	return Object.keys(env).some((name) => {
		const value = isEndpointVariable(name) ? env[name]?.trim() : undefined;
		return value !== undefined && URL.canParse(value) && new URL(value).origin === url.origin;
	});
}
