/** How a page that returns to this machine's loopback gets there from a browser on another one. */
import { userInfo } from "node:os";
import type { Environment } from "../auth/context.ts";
import { type PlaceOfRun, placeOf } from "../auth/system/place.ts";

export interface Forwarding {
	/** Why it is needed, as a sentence that the command follows. */
	readonly why: string;
	/** To be run where the browser is; ready to be copied. */
	readonly command: string;
}

/**
 * @param port on 127.0.0.1 of this machine
 * @param run.hostname what this machine is called
 * @returns undefined where the browser in front of the person reaches it as it is
 */
export function forwardingOf(
	port: number,
	{ hostname, ...run }: PlaceOfRun & { readonly hostname: string },
): Forwarding | undefined {
	const { env } = run;
	const place = placeOf(run);
	if (place.reachesLoopback) return undefined;
	if (env.CODESPACES && env.CODESPACE_NAME) {
		return {
			why: `The page comes back to port ${port} of this codespace. On your machine, first run:`,
			command: `gh codespace ports forward ${port}:${port} --codespace ${word(env.CODESPACE_NAME)}`,
		};
	}
	const inContainer = place.name === "container" || place.name === "workspace";
	return {
		why: inContainer
			? `The page comes back to port ${port} in here. If SSH gets you in, first run on your machine:`
			: `The page comes back to port ${port} here. On your machine, first run:`,
		command: `ssh -L ${port}:127.0.0.1:${port} ${login(env, hostname)}`,
	};
}

function login(env: Environment, hostname: string): string {
	const user = env.USER || env.LOGNAME || ownName();
	return user ? `${word(user)}@${word(hostname)}` : word(hostname);
}

/** A user without an entry in the system's table, as in some containers, has no name. */
function ownName(): string {
	try {
		return userInfo().username;
	} catch {
		return "";
	}
}

/** Nothing but what names have: it is pasted into a shell. */
const word = (name: string): string => name.replace(/[^\w.-]/g, "");
