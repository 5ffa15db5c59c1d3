/**
 * The Go program keeps a portal's token in the keyring as well, and prefers that copy to the session's file: an older one there
 * has each of its sign-ins refused until somebody removes it. Loaded only when a session was made or ended.
 */
import type { AuthContext } from "../../context.ts";
import type { Keyring, KeyringEntry } from "../../storage/keyring/keyring.ts";
import { formatSeconds } from "../../storage/times.ts";
import type { SsoSession } from "../credentials.ts";

type RealmValue = { readonly value: string };

/**
 * Puts a new session in the place of an older one; where there is none, none is made. Nobody is asked for anything, and
 * nothing is said of a keyring that cannot be used. Never rejects.
 *
 * @param key of the provider
 */
export async function renewSharedEntry(
	ctx: AuthContext,
	realm: RealmValue,
	key: string,
	session: Pick<SsoSession, "accessToken" | "region" | "expiresAt">,
	// The step that made the session does not wait for it, and may be over before.
	signal: AbortSignal = new AbortController().signal,
): Promise<void> {
	await withEntry(ctx, realm, signal, async (keyring) => {
		if (!isPortalToken(await keyring.get(key))) return;
		await keyring.set(key, {
			type: "aws",
			data: {
				access_key_id: session.accessToken,
				region: session.region,
				expiration: formatSeconds(session.expiresAt),
			},
		});
		ctx.log.debug("renewed the session in the keyring that atmos shares", { keyring: keyring.name });
	});
}

/**
 * Removes the copy of a session that has ended. Never rejects.
 *
 * @returns where it was; undefined where there was none, or the keyring cannot be used
 */
export async function removeSharedEntry(
	ctx: AuthContext,
	realm: RealmValue,
	key: string,
	signal: AbortSignal,
): Promise<string | undefined> {
	return withEntry(ctx, realm, signal, async (keyring) => {
		if (!isPortalToken(await keyring.get(key))) return undefined;
		return (await keyring.remove(key)) ? keyring.name : undefined;
	});
}

/** A user's own keys may stand under the same name: those have a secret. */
function isPortalToken(entry: KeyringEntry | undefined): boolean {
	return (
		entry?.type === "aws" && entry.text("access_key_id") !== undefined && entry.text("secret_access_key") === undefined
	);
}

async function withEntry<Result>(
	ctx: AuthContext,
	realm: RealmValue,
	signal: AbortSignal,
	work: (keyring: Keyring) => Promise<Result>,
): Promise<Result | undefined> {
	try {
		const { openKeyring } = await import("../../storage/keyring/keyring.ts");
		return await work(await openKeyring({ ctx, realm, signal }));
	} catch (error) {
		ctx.log.debug("the session in the keyring that atmos shares was left alone", {
			reason: error instanceof Error ? error.message : String(error),
		});
		return undefined;
	}
}
