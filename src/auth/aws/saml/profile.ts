/**
 * The browser's own folder for one provider: what the identity provider keeps there (cookies) is what a later sign-in needs no
 * password for. Nothing of AWS's is ever in it.
 */
import { createHash } from "node:crypto";
import { chmod, mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Provider } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { storageError } from "../../storage/failure.ts";
import { cacheHome, rulesOf, tildify } from "../../storage/paths.ts";
import { clearFlight } from "../../storage/single-flight.ts";
import { withLock } from "../../storage/with-lock.ts";
import { sanitize } from "../../system/sanitize.ts";
import { PROFILES_FOLDER } from "../vendor.ts";
import type { Config } from "./schema.ts";

/** The longest of it that is still read in a listing. */
const NAME_LENGTH = 40;

type PathContext = Pick<AuthContext, "env" | "home" | "cwd" | "platform">;

/**
 * @returns `<cache>/atmos/aws-saml/<name>-<hash>`, absolute: projects share it where the provider's name and address are the
 *   same, since it is the same sign-in
 */
export function profileFolder(ctx: PathContext, { key, config }: Provider<Config>): string {
	const name = key
		.replace(/[^a-z0-9-]+/g, "-")
		.replace(/^-+|-+$/g, "")
		.slice(0, NAME_LENGTH);
	const hash = createHash("sha256")
		.update(JSON.stringify([key, config.url]))
		.digest("hex")
		.slice(0, 16);
	return rulesOf(ctx).join(cacheHome(ctx), PROFILES_FOLDER, name === "" ? hash : `${name}-${hash}`);
}

/** The lock of whoever signs in with a profile; others wait for it. */
export const signInPath = (folder: string): string => `${folder}.sign-in`;

/**
 * Runs `use` while no other process has a browser on the profile: two on one folder would be one browser.
 *
 * @throws AuthError `storage`; what `use` throws
 */
export async function withProfile<Result>(
	ctx: AuthContext,
	folder: string,
	signal: AbortSignal,
	use: () => Promise<Result>,
): Promise<Result> {
	return withLock(ctx, folder, { flock: false, signal }, async () => {
		try {
			await mkdir(folder, { recursive: true, mode: 0o700 });
			await chmod(folder, 0o700);
		} catch (error) {
			throw await storageError(error, "write", folder);
		}
		try {
			return await use();
		} finally {
			await forgetPages(folder);
		}
	});
}

/** What a browser notes of its pages, to open them again after a crash: forms that were posted are in it. */
async function forgetPages(folder: string): Promise<void> {
	await rm(join(folder, "Default", "Sessions"), { recursive: true, force: true }).catch(() => undefined);
}

/**
 * @returns whether there was one
 * @throws AuthError `storage` when it cannot be removed, or a browser is using it
 */
export async function removeProfile(ctx: AuthContext, folder: string, signal?: AbortSignal): Promise<boolean> {
	if (!(await exists(folder))) return false;
	await withLock(ctx, folder, { flock: false, signal }, async () => {
		try {
			await rm(folder, { recursive: true, force: true, maxRetries: 3 });
		} catch (error) {
			throw await storageError(error, "write", folder);
		}
	});
	return true;
}

/**
 * Forgets who is signed in at the identity provider, as far as this machine knows.
 *
 * @returns what was removed, a line each
 * @throws AuthError `storage` when it cannot be removed, or a browser is using it
 */
export async function forgetProfile(
	ctx: AuthContext,
	provider: Provider<Config>,
	signal: AbortSignal,
): Promise<readonly string[]> {
	const folder = profileFolder(ctx, provider);
	const isRemoved = await removeProfile(ctx, folder, signal);
	await clearFlight(ctx, signInPath(folder));
	return isRemoved ? [`browser profile of ${sanitize(provider.name)} in ${tildify(ctx, folder)}`] : [];
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}
