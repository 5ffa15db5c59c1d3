/** The sessions that `aws sso login` left in `~/.aws/sso/cache`. They are read, never written, moved or refreshed. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { parseTime } from "../../storage/times.ts";

/** Sessions have a few kilobytes; the folder is not ours and may hold anything. */
const MAX_BYTES = 256 * 1024;

/**
 * The names of the files are hashes of what the AWS CLI's own configuration says, so all of them are looked at.
 *
 * @param startUrl compared without the differences that the portal itself does not make: `/`, `#/`, the host's case
 * @returns the session that lasts longest among those that are not over; undefined when there is none. Never throws:
 * what cannot be read or understood is not there
 */
export async function findAwsCliSession(
	ctx: Pick<AuthContext, "home" | "clock">,
	startUrl: string,
	region: string,
): Promise<{ readonly accessToken: Secret; readonly expiresAt: number } | undefined> {
	const folder = join(ctx.home, ".aws", "sso", "cache");
	const names = await readdir(folder).catch(() => []);
	const portal = normalize(startUrl);
	const now = ctx.clock.now();
	let best: { accessToken: Secret; expiresAt: number } | undefined;
	for (const name of names) {
		if (!name.endsWith(".json")) continue;
		const found = await readEntry(join(folder, name));
		// Client registrations lie in the same folder; they have no token.
		const token = found?.accessToken;
		const url = found?.startUrl;
		const expiresAt = parseTime(found?.expiresAt);
		if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token) || typeof url !== "string") continue;
		if (found?.region !== region || normalize(url) !== portal) continue;
		if (expiresAt === undefined || expiresAt <= Math.max(now, best?.expiresAt ?? 0)) continue;
		best = { accessToken: new Secret(token), expiresAt };
	}
	return best;
}

async function readEntry(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
	try {
		const info = await stat(path);
		if (!info.isFile() || info.size > MAX_BYTES) return undefined;
		const found: unknown = JSON.parse(await readFile(path, "utf8"));
		return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}

function normalize(startUrl: string): string {
	try {
		const url = new URL(startUrl);
		return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}${url.search}`;
	} catch {
		return startUrl;
	}
}
