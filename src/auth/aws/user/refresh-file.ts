/**
 * What renews a sign-in by the browser, on disk: path, keys, their order and the form of times are those of Cloud Posse's
 * `atmos`, which reads and writes the same file. One key is our own, `atmosAuth`: the Go program passes over it, and drops it
 * when it writes a session of its own. Everything in it can be done without.
 */
import type { KeyObject } from "node:crypto";
import { rename, unlink } from "node:fs/promises";
import type { Realm } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { Secret } from "../../credentials.ts";
import { errnoOf, storageError } from "../../storage/failure.ts";
import { goJson } from "../../storage/go-json.ts";
import { identityCacheFolder, rulesOf } from "../../storage/paths.ts";
import { pauseFor } from "../../storage/pause.ts";
import { readSecretFile } from "../../storage/read.ts";
import { formatNano, parseTime } from "../../storage/times.ts";
import { withLock } from "../../storage/with-lock.ts";
import { writeWhole } from "../../storage/write.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { AwsCredentials } from "../credentials.ts";
import { WEBFLOW_FOLDER } from "../vendor.ts";
import { parseDpopKey, serializeDpopKey } from "./dpop.ts";
import type { Client } from "./sign-in-service.ts";

/** A sign-in that can be renewed. */
export interface BrowserSession {
	readonly refreshToken: Secret;
	/** What the refresh token is bound to. */
	readonly key: KeyObject;
	readonly region: string;
	/** When it ends for good, in milliseconds since the epoch: a refresh does not change it. */
	readonly expiresAt: number;
	/** Whose refresh token it is. */
	readonly client: Client;
	/** The override of the service's address that has issued it. */
	readonly endpoint?: string | undefined;
	/** The ARN of whoever signed in. */
	readonly principal?: string | undefined;
	/** Whom `spec.user` named then. */
	readonly user?: string | undefined;
	/** The last keys that came of it, for processes that have waited for them. */
	readonly keys?: AwsCredentials | undefined;
}

/** @throws AuthError `config` for a name that would lead out of the folder */
export function refreshFile(ctx: AuthContext, realm: Pick<Realm, "value">, identityKey: string): string {
	return rulesOf(ctx).join(identityCacheFolder(ctx, WEBFLOW_FOLDER, identityKey, realm), "refresh.json");
}

/** The Go program writes in place, in one call: a file that is broken now may be whole in a moment. */
const SECOND_LOOK_MS = 50;

/**
 * @returns undefined where there is none, or none that can be renewed: the Go program's older ones have no key. A damaged file
 *   is kept beside as `<file>.bad`
 * @throws AuthError `storage` when it cannot be read
 */
export async function loadBrowserSession(ctx: AuthContext, path: string): Promise<BrowserSession | undefined> {
	let found = await read(ctx, path);
	if (found === "damaged") {
		await pauseFor(SECOND_LOOK_MS, undefined);
		found = await read(ctx, path);
	}
	if (found !== "damaged") return found;
	await setAside(ctx, path);
	return undefined;
}

/** @throws AuthError `storage`; what was there is intact then */
export async function saveBrowserSession(ctx: AuthContext, path: string, session: BrowserSession): Promise<void> {
	await withLock(ctx, path, { flock: false }, () => writeWhole(path, serialize(session)));
}

/**
 * Removes a session that is over, if it is still the one in the file.
 *
 * @throws AuthError `storage`
 */
export async function dropBrowserSession(ctx: AuthContext, path: string, session: BrowserSession): Promise<void> {
	await withLock(ctx, path, { flock: false }, async () => {
		const now = await read(ctx, path);
		if (now === undefined || now === "damaged") return;
		if (now.refreshToken.reveal() !== session.refreshToken.reveal()) return;
		await unlink(path).catch(async (error: unknown) => {
			if (errnoOf(error) !== "ENOENT") throw await storageError(error, "write", path);
		});
	});
}

async function read(ctx: AuthContext, path: string): Promise<BrowserSession | undefined | "damaged"> {
	const file = await readSecretFile(ctx, path);
	if (file === undefined) return undefined;
	const found = parse(file.bytes.toString("utf8"));
	if (found === undefined) return "damaged";
	const { refreshToken, region, expiresAt, dpopKey, atmosAuth } = found;
	const key = typeof dpopKey === "string" ? parseDpopKey(dpopKey) : undefined;
	const end = parseTime(expiresAt);
	const token = text(refreshToken);
	if (key === undefined || end === undefined || token === undefined || typeof region !== "string") return undefined;
	const own = object(atmosAuth) ?? {};
	return {
		refreshToken: new Secret(token),
		key,
		region,
		expiresAt: end,
		client: own.client === "cross-device" ? "cross-device" : "same-device",
		endpoint: text(own.endpoint),
		principal: typeof own.principal === "string" ? text(sanitize(own.principal)) : undefined,
		user: text(own.user),
		keys: keysIn(object(own.keys)),
	};
}

function parse(json: string): Readonly<Record<string, unknown>> | undefined {
	try {
		return object(JSON.parse(json.replace(/^\ufeff/, "")));
	} catch {
		return undefined;
	}
}

function keysIn(found: Readonly<Record<string, unknown>> | undefined): AwsCredentials | undefined {
	const [accessKeyId, secret, token] = [found?.accessKeyId, found?.secretAccessKey, found?.sessionToken].map(text);
	const [expiresAt, issuedAt] = [parseTime(found?.expiresAt), parseTime(found?.issuedAt)];
	if (!accessKeyId || !secret || !token || expiresAt === undefined || issuedAt === undefined) return undefined;
	return {
		type: "aws",
		accessKeyId,
		secretAccessKey: new Secret(secret),
		sessionToken: new Secret(token),
		expiresAt,
		issuedAt,
	};
}

function serialize({ refreshToken, region, expiresAt, key, ...own }: BrowserSession): string {
	const { client, endpoint, principal, user, keys } = own;
	return goJson({
		refreshToken: refreshToken.reveal(),
		region,
		expiresAt: formatNano(expiresAt),
		dpopKey: serializeDpopKey(key).reveal(),
		atmosAuth: {
			client,
			endpoint,
			principal,
			user,
			keys: keys && {
				accessKeyId: keys.accessKeyId,
				secretAccessKey: keys.secretAccessKey.reveal(),
				sessionToken: keys.sessionToken?.reveal(),
				expiresAt: formatNano(keys.expiresAt ?? 0),
				issuedAt: formatNano(keys.issuedAt ?? 0),
			},
		},
	});
}

/** Nothing is thrown away: a damaged file may be the only copy of a refresh token. */
async function setAside(ctx: AuthContext, path: string): Promise<void> {
	try {
		await withLock(ctx, path, { flock: false }, async () => {
			if ((await read(ctx, path)) !== "damaged") return; // replaced in between
			await rename(path, `${path}.bad`);
			ctx.log.warn(`${sanitize(path)} is damaged and was kept as ${sanitize(path)}.bad`);
		});
	} catch (error) {
		ctx.log.warn(`${sanitize(path)} is damaged`, { code: errnoOf(error) });
	}
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const object = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
	typeof value === "object" && value !== null && !Array.isArray(value)
		? (value as Readonly<Record<string, unknown>>)
		: undefined;
