/** Questions that are asked only after a request has failed, so that the message can name the cause. Nothing secret is sent. */
import { lookup } from "node:dns/promises";
import type { Agent as HttpAgent } from "node:http";
import { request as httpsRequest } from "node:https";
import { referenceHost } from "../registry.ts";

/** An answer that takes longer is of no help to somebody who waits for a message. Milliseconds. */
const PATIENCE_MS = 3_000;

/**
 * After a name had no address: is it this name, or is there no network at all?
 *
 * @param resolves whether a host has an address
 * @returns true when another name has no address either
 */
export async function isOffline(
	host: string,
	resolves: (host: string) => Promise<boolean> = hasAddress,
): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const patience = new Promise<boolean>((resolve) => {
		timer = setTimeout(() => resolve(false), PATIENCE_MS);
	});
	try {
		return !(await Promise.race([resolves(referenceHost(host)), patience]));
	} finally {
		clearTimeout(timer);
	}
}

async function hasAddress(host: string): Promise<boolean> {
	return lookup(host).then(
		() => true,
		() => false,
	);
}

/**
 * After a certificate was not valid at this time: what time is it there? Asked without trusting the answer, which is good
 * for no more than a message.
 *
 * @param agent the way that the failed request took
 * @returns milliseconds since the epoch, or undefined where the server does not say
 */
export function serverTime(url: URL, agent: HttpAgent): Promise<number | undefined> {
	return new Promise((resolve) => {
		const request = httpsRequest(url, { method: "HEAD", agent, rejectUnauthorized: false, timeout: PATIENCE_MS });
		request.on("response", (response) => {
			response.resume();
			const date = Date.parse(response.headers.date ?? "");
			resolve(Number.isFinite(date) ? date : undefined);
		});
		request.on("timeout", () => request.destroy());
		request.on("error", () => resolve(undefined));
		request.on("close", () => resolve(undefined));
		request.end();
	});
}
