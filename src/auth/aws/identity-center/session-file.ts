/**
 * The session of an access portal on disk: path, keys, their order and the form of times are those of Cloud Posse's
 * `atmos`, which reads and writes the same file. Two keys are our own: which endpoints the session belongs to, where they are
 * not the region's own, and that its client was registered for a browser. The Go program passes over them, and drops them when
 * it writes a session of its own.
 */
import { createHash } from "node:crypto";
import { lstat, rename, unlink } from "node:fs/promises";
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { errnoOf, storageError } from "../../storage/failure.ts";
import { goJson } from "../../storage/go-json.ts";
import { cacheHome, type PathContext, rulesOf } from "../../storage/paths.ts";
import { pauseFor } from "../../storage/pause.ts";
import { readSecretFile } from "../../storage/read.ts";
import { formatNano, GO_ZERO_TIME, parseTime } from "../../storage/times.ts";
import { withLock } from "../../storage/with-lock.ts";
import { writeWhole } from "../../storage/write.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { SessionEndpoints, SsoSession } from "../credentials.ts";
import { SESSIONS_FOLDER } from "../vendor.ts";
import type { SignInFlow } from "./sso-oidc.ts";

/**
 * The session of an access portal. Realms share it, and the start URL is hashed exactly as it is configured: another
 * spelling is another session.
 */
export function ssoSessionFile(ctx: PathContext, startUrl: string, region: string): string {
	const name = createHash("sha1").update(`${startUrl}|${region}`).digest("hex");
	return rulesOf(ctx).join(cacheHome(ctx), SESSIONS_FOLDER, "sessions", `${name}.json`);
}

/**
 * The lock of a sign-in, with what belongs to it (`single-flight.ts`). Those who sign in to another endpoint make another
 * session: they neither wait for this one nor share its end.
 */
export function signInPath(file: string, endpoints: SessionEndpoints | undefined): string {
	if (endpoints === undefined) return `${file}.sign-in`;
	const name = createHash("sha256")
		.update(`${endpoints.oidc ?? ""} ${endpoints.portal ?? ""}`)
		.digest("hex");
	return `${file}.${name.slice(0, 12)}.sign-in`;
}

/** A session with what renews it. The file has no place for `issuedAt`: it is the file's time of modification. */
export interface StoredSsoSession extends Omit<SsoSession, "type" | "origin"> {
	readonly refreshToken?: Secret | undefined;
	readonly clientId?: string | undefined;
	readonly clientSecret?: Secret | undefined;
	/** Milliseconds since the epoch. */
	readonly registrationExpiresAt?: number | undefined;
	/** How it was signed in to, which is what its client is registered for; `device-code`, if left out. */
	readonly flow?: SignInFlow | undefined;
}

/** Our own keys. */
const ENDPOINTS = "atmosAuthEndpoints";
const FLOW = "atmosAuthFlow";

/** The Go program writes in place, in one call: a file that is broken now may be whole in a moment. */
const SECOND_LOOK_MS = 50;

/**
 * @param startUrl as configured, like `region`: both name the file
 * @returns the session, expired or not; undefined when there is none for exactly these two, or when the file is damaged:
 * then it is kept beside as `<file>.bad`
 * @throws AuthError `storage` when the file cannot be read
 */
export async function loadSsoSession(
	ctx: AuthContext,
	startUrl: string,
	region: string,
): Promise<StoredSsoSession | undefined> {
	const path = ssoSessionFile(ctx, startUrl, region);
	let session = await read(ctx, path);
	if (session === "damaged") {
		await pauseFor(SECOND_LOOK_MS, undefined);
		session = await read(ctx, path);
	}
	if (session === "damaged") {
		await setAside(ctx, path);
		return undefined;
	}
	return session?.startUrl === startUrl && session.region === region ? session : undefined;
}

/** @throws AuthError `storage`; the old session is intact then */
export async function saveSsoSession(ctx: AuthContext, session: StoredSsoSession): Promise<void> {
	const path = ssoSessionFile(ctx, session.startUrl, session.region);
	await withLock(ctx, path, { flock: false }, () =>
		writeWhole(path, serialize(session), { modifiedAt: session.issuedAt }),
	);
}

/** Removes a session, for one that the portal has turned away. No session is no error. */
export async function dropSsoSession(ctx: AuthContext, startUrl: string, region: string): Promise<void> {
	const path = ssoSessionFile(ctx, startUrl, region);
	await withLock(ctx, path, { flock: false }, () => remove(path));
}

/**
 * Removes a session for good, with the copy of a damaged one: either may hold a refresh token.
 *
 * @returns the files that were removed
 * @throws AuthError `storage`
 */
export async function forgetSsoSession(ctx: AuthContext, startUrl: string, region: string): Promise<readonly string[]> {
	const path = ssoSessionFile(ctx, startUrl, region);
	const files = [path, damagedCopy(path)];
	// Without a session there is no folder to make a lock in, and none is made for it.
	const found = await Promise.all(files.map((file) => lstat(file).catch(() => undefined)));
	if (found.every((info) => info === undefined)) return [];
	return withLock(ctx, path, { flock: false }, async () => {
		const removed: string[] = [];
		for (const file of files) if (await remove(file)) removed.push(file);
		return removed;
	});
}

/** @returns whether there was one */
async function remove(path: string): Promise<boolean> {
	try {
		await unlink(path);
		return true;
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return false;
		throw await storageError(error, "write", path);
	}
}

function damagedCopy(path: string): string {
	return `${path}.bad`;
}

async function read(ctx: AuthContext, path: string): Promise<StoredSsoSession | undefined | "damaged"> {
	const file = await readSecretFile(ctx, path);
	return file === undefined ? undefined : parse(file.bytes.toString("utf8"), file.modifiedAt);
}

function parse(text: string, modifiedAt: number): StoredSsoSession | "damaged" {
	let found: Readonly<Record<string, unknown>>;
	try {
		found = JSON.parse(text.replace(/^\ufeff/, ""));
	} catch {
		return "damaged";
	}
	if (typeof found !== "object" || found === null) return "damaged";
	const { accessToken, region, startUrl } = found;
	const expiresAt = parseTime(found.expiresAt);
	if (typeof accessToken !== "string" || accessToken === "" || expiresAt === undefined) return "damaged";
	if (typeof region !== "string" || typeof startUrl !== "string") return "damaged";
	return {
		accessToken: new Secret(accessToken),
		expiresAt,
		issuedAt: modifiedAt < expiresAt ? modifiedAt : undefined,
		region,
		startUrl,
		endpoints: endpointsIn(found[ENDPOINTS]),
		refreshToken: secret(found.refreshToken),
		clientId: typeof found.clientId === "string" && found.clientId !== "" ? found.clientId : undefined,
		clientSecret: secret(found.clientSecret),
		registrationExpiresAt: parseTime(found.registrationExpiresAt),
		flow: found[FLOW] === "browser" ? "browser" : undefined,
	};
}

/** No request goes to an empty address: what is there and makes no sense is nobody's session. */
const NOBODY: SessionEndpoints = { oidc: "", portal: "" };

function endpointsIn(value: unknown): SessionEndpoints | undefined {
	if (value === undefined) return undefined;
	if (typeof value !== "object" || value === null) return NOBODY;
	const { oidc, portal } = value as Readonly<Record<keyof SessionEndpoints, unknown>>;
	const isAddress = (endpoint: unknown): endpoint is string | undefined =>
		endpoint === undefined || (typeof endpoint === "string" && endpoint !== "");
	// One that is the region's own altogether is written without this key.
	if (!isAddress(oidc) || !isAddress(portal) || (oidc ?? portal) === undefined) return NOBODY;
	return { oidc, portal };
}

function secret(value: unknown): Secret | undefined {
	return typeof value === "string" && value !== "" ? new Secret(value) : undefined;
}

function serialize(session: StoredSsoSession): string {
	const { refreshToken, clientId, clientSecret, registrationExpiresAt } = session;
	return goJson({
		accessToken: session.accessToken.reveal(),
		expiresAt: formatNano(session.expiresAt),
		region: session.region,
		startUrl: session.startUrl,
		...(refreshToken && { refreshToken: refreshToken.reveal() }),
		...(clientId && { clientId }),
		...(clientSecret && { clientSecret: clientSecret.reveal() }),
		// Go's `omitempty` leaves no time out.
		registrationExpiresAt: registrationExpiresAt === undefined ? GO_ZERO_TIME : formatNano(registrationExpiresAt),
		...(session.endpoints && { [ENDPOINTS]: session.endpoints }),
		...(session.flow === "browser" && { [FLOW]: session.flow }),
	});
}

/** Nothing is thrown away: a damaged file may be the only copy of a refresh token. */
async function setAside(ctx: AuthContext, path: string): Promise<void> {
	try {
		await withLock(ctx, path, { flock: false }, async () => {
			if ((await read(ctx, path)) !== "damaged") return; // replaced in between
			await rename(path, damagedCopy(path));
			ctx.log.warn(`${sanitize(path)} is damaged and was kept as ${sanitize(damagedCopy(path))}`);
		});
	} catch (error) {
		ctx.log.warn(`${sanitize(path)} is damaged`, { code: errnoOf(error) });
	}
}
