/**
 * Temporary files, which hold what the finished file will: secrets. Their names say whose they are, so that what a killed
 * process left can be told from what another one is writing, and is removed at once.
 */
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { lstat, readdir, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import type { AuthContext } from "../context.ts";
import { cacheFolders, cloudNames } from "../registry.ts";
import { errnoOf } from "./failure.ts";
import { cacheHome, configHome } from "./paths.ts";

/** `.atmos-auth-<pid>-<scope>-<random>.tmp`, hidden and short enough beside any name. */
const OURS = /^\.atmos-auth-(\d{1,10})-(?:([0-9a-f]{12})-)?[0-9a-z]+\.tmp$/;
/** What `lock-file.ts` makes for moments. */
const OF_A_LOCK = /\.atmos-auth-[0-9a-f-]{12,}$/;
/** When it cannot be told whether the writer lives, a file older than this is nobody's: writing takes milliseconds. */
const ABANDONED_MS = 10 * 60_000;
/** Folders of providers, one for each slash in a name. */
const MOST_DEPTH = 4;

let scope: string | undefined;

/**
 * Where a process id means something: this host, since it was started, in this container. Without `/proc` it is the
 * host's name alone.
 *
 * @returns twelve hexadecimal digits
 */
function processScope(): string {
	if (scope === undefined) {
		const parts = [hostname()];
		for (const read of [
			() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1"),
			() => readlinkSync("/proc/self/ns/pid"),
		]) {
			try {
				parts.push(read());
			} catch {
				parts.push("");
			}
		}
		scope = createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
	}
	return scope;
}

/** @returns a name that no other process and no other write of this one uses */
export function temporaryPath(folder: string): string {
	const random = Math.random().toString(36).slice(2, 12).padEnd(10, "0");
	return join(folder, `.atmos-auth-${process.pid}-${processScope()}-${random}.tmp`);
}

/**
 * Removes what killed writers left in one folder. Never rejects.
 *
 * @param now the time of the disk, which may be another machine's, in milliseconds since the epoch; without it only files
 *   whose writer is known to be dead are removed
 */
export async function sweepFolder(folder: string, now?: number | undefined): Promise<void> {
	try {
		await sweepNames(folder, await readdir(folder), now);
	} catch {
		// It cannot be listed.
	}
}

async function sweepNames(folder: string, names: readonly string[], now: number | undefined): Promise<void> {
	for (const name of names) {
		const ours = OURS.exec(name);
		if (ours === null && !OF_A_LOCK.test(name)) continue;
		const path = join(folder, name);
		try {
			const dead = ours !== null && ours[2] === processScope() && isDead(Number(ours[1]));
			if (!dead && (now === undefined || now - (await lstat(path)).mtimeMs <= ABANDONED_MS)) continue;
			await unlink(path);
		} catch {
			// Another process was faster.
		}
	}
}

function isDead(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return false;
	} catch (error) {
		return errnoOf(error) === "ESRCH";
	}
}

/**
 * Removes what killed writers left in the folders that hold secrets: every command does this when it starts. Folders that
 * a configuration chooses are swept when they are read or written. Never rejects.
 */
export async function sweepTemporaries(ctx: Pick<AuthContext, "env" | "home" | "cwd" | "platform">): Promise<void> {
	const cache = cacheHome(ctx);
	await Promise.all([
		...cacheFolders().map((folder) => sweepTree(join(cache, folder), 1)),
		sweepTree(join(cache, "auth"), 1),
		sweepTree(join(cache, "atmos-auth"), 1),
		sweepRealms(configHome(ctx)),
		sweepFolder(ctx.env.DOCKER_CONFIG || join(ctx.home, ".docker")),
		sweepFolder(join(ctx.home, ".kube")),
	]);
}

/** `<realm>/<cloud>/<provider>`, and `kube`. */
async function sweepRealms(config: string): Promise<void> {
	const realms = await readdir(config).catch(() => []);
	await Promise.all(
		realms.flatMap((realm) =>
			realm === "kube"
				? sweepFolder(join(config, realm))
				: cloudNames().map((cloud) => sweepTree(join(config, realm, cloud), MOST_DEPTH)),
		),
	);
}

async function sweepTree(folder: string, depth: number): Promise<void> {
	const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
	const folders = depth > 0 ? entries.filter((entry) => entry.isDirectory()) : [];
	await Promise.all([
		sweepNames(
			folder,
			entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name),
			undefined,
		),
		...folders.map(({ name }) => sweepTree(join(folder, name), depth - 1)),
	]);
}

const swept = new Set<string>();

/** Sweeps the folder of a file with secrets that was just read, once in a process. Never rejects. */
export async function sweepBeside(path: string): Promise<void> {
	const folder = dirname(path);
	if (swept.has(folder)) return;
	swept.add(folder);
	await sweepFolder(folder);
}
