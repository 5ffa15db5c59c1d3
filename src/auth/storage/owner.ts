/** Who holds a lock, in a form that tells later whether that process still runs. */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { AuthContext } from "../context.ts";
import { errnoOf } from "./failure.ts";

export interface Owner {
	readonly pid: number;
	/** When the process started, in the kernel's ticks since boot; `0` where that is not known. Tells a reused pid. */
	readonly start: string;
	/** Where the pid means something: the host, its boot and its pid namespace, hashed. */
	readonly scope: string;
	/** Unique to this one acquisition. */
	readonly nonce: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
}

const MARK = "atmos-auth.1";

/** @returns a new owner: this process, now */
export function newOwner(ctx: Pick<AuthContext, "pid" | "hostname" | "platform" | "clock">): Owner {
	return {
		pid: ctx.pid,
		start: (ctx.platform === "linux" && startOf(readSync(`/proc/${ctx.pid}/stat`))?.start) || "0",
		scope: scopeOf(ctx),
		nonce: randomBytes(8).toString("hex"),
		at: Math.floor(ctx.clock.now()),
	};
}

/** One line of letters, digits and dots, short enough to be kept in an inode. */
export function formatOwner(owner: Owner): string {
	return [MARK, owner.pid, owner.start, owner.scope, owner.nonce, owner.at].join(".");
}

/** @returns undefined for anything that `formatOwner` did not write */
export function parseOwner(text: string): Owner | undefined {
	const match = /^atmos-auth\.1\.(\d{1,10})\.(\d{1,20})\.([0-9a-f]{1,64})\.([0-9a-f]{1,64})\.(\d{1,15})$/.exec(text);
	if (match === null) return undefined;
	const [, pid, start, scope, nonce, at] = match as unknown as [string, string, string, string, string, string];
	return { pid: Number(pid), start, scope, nonce, at: Number(at) };
}

/**
 * Containers share folders with their host and sometimes its name, but have process ids of their own. The boot tells
 * hosts of one name apart, and that a pid is from before a restart.
 */
function scopeOf(ctx: Pick<AuthContext, "hostname" | "platform">): string {
	const parts = [ctx.hostname];
	if (ctx.platform === "linux") {
		parts.push(readSync("/proc/sys/kernel/random/boot_id") ?? "");
		try {
			parts.push(readlinkSync("/proc/self/ns/pid"));
		} catch {
			// No /proc: the host's name has to do.
		}
	}
	return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
}

function readSync(path: string): string | undefined {
	try {
		return readFileSync(path, "latin1");
	} catch {
		return undefined;
	}
}

/** proc(5): the command's name, the second field, is in brackets and may itself hold brackets and spaces. */
function startOf(stat: string | undefined): { state: string; start: string } | undefined {
	const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
	const [state, start] = [fields?.[0], fields?.[19]];
	return state !== undefined && start !== undefined ? { state, start } : undefined;
}

/**
 * Whether the process of an owner still runs. `stopped` if it was suspended, as by Ctrl-Z. `unknown` if it is on another machine or in another container, or if the
 * pid is in use and nothing tells whether by the same process: then only its heartbeat can say.
 */
export async function livenessOf(owner: Owner, self: Owner): Promise<"alive" | "stopped" | "dead" | "unknown"> {
	if (owner.scope !== self.scope) return "unknown";
	try {
		process.kill(owner.pid, 0);
	} catch (error) {
		if (errnoOf(error) === "ESRCH") return "dead";
	}
	if (owner.start === "0") return "unknown";
	const found = startOf(await readFile(`/proc/${owner.pid}/stat`, "latin1").catch(() => undefined));
	if (found === undefined) return "unknown";
	// A zombie holds nothing any more: its parent has only not asked yet how it ended.
	if (found.start !== owner.start || found.state === "Z" || found.state === "X") return "dead";
	return found.state === "T" ? "stopped" : "alive";
}
