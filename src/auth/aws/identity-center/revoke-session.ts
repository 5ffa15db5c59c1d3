/** The end of a session: at the access portal that it belongs to, and on this machine. */
import type { Provider } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { AuthError, remedyText } from "../../errors.ts";
import type { Run } from "../../kinds.ts";
import { tildify } from "../../storage/paths.ts";
import { clearFlight } from "../../storage/single-flight.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { SsoSession } from "../credentials.ts";
import { endpointOf } from "../entry-spec.ts";
import { fromStored, loadStored } from "./local-sessions.ts";
import type { Config } from "./schema.ts";
import { mayReceive, sessionEndpoints } from "./session-endpoints.ts";
import { forgetSsoSession, signInPath, ssoSessionFile } from "./session-file.ts";
import { SessionRejectedError } from "./session-rejected.ts";

/**
 * Only the session that we and the Go program share, and that program's copy of it in the keyring. The AWS CLI's, in its own
 * cache, is not ours to end.
 *
 * Roles' keys that the session gave stay good until they end by themselves.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_Logout.html
 *
 * @returns what was removed, and why the portal could not be told, a line each
 */
export async function revokeSession(
	provider: Provider<Config>,
	{ ctx, realm, signal }: Pick<Run, "ctx" | "realm" | "signal">,
): Promise<readonly string[]> {
	const { start_url: startUrl, region } = provider.config;
	const endpoint = endpointOf(provider.config);
	const stored = await loadStored(ctx, provider.config);
	if (stored !== undefined && !mayReceive(ctx.env, stored, "sso", endpoint)) {
		ctx.log.debug("session not ended: it was issued by another endpoint", { provider: provider.name });
		return [];
	}
	const lines = stored === undefined ? [] : await endAtPortal(ctx, provider, fromStored(stored, "cache"), signal);
	const removed = await forgetSsoSession(ctx, startUrl, region);
	const file = ssoSessionFile(ctx, startUrl, region);
	await clearFlight(ctx, signInPath(file, sessionEndpoints(ctx.env, region, endpoint)));
	const { removeSharedEntry } = await import("./shared-entry.ts");
	const keyring = await removeSharedEntry(ctx, realm, provider.key, signal);
	const name = sanitize(provider.name);
	const copy = keyring === undefined ? [] : [`session of ${name} in ${keyring}`];
	return [...removed.map((path) => `session of ${name} in ${tildify(ctx, path)}`), ...copy, ...lines];
}

/** @returns a line; none for a session that was over */
async function endAtPortal(
	ctx: AuthContext,
	provider: Provider<Config>,
	session: SsoSession,
	signal: AbortSignal,
): Promise<readonly string[]> {
	const name = sanitize(provider.name);
	try {
		const { createSsoPortal } = await import("./sso-portal.ts");
		const portal = await createSsoPortal(ctx, session, endpointOf(provider.config));
		await portal.logout(signal);
		return [`session of ${name} at the access portal`];
	} catch (error) {
		signal.throwIfAborted();
		if (error instanceof SessionRejectedError) return [];
		if (!(error instanceof AuthError)) throw error;
		const text = `session of ${name} could not be ended at the access portal, where it ends by itself: ${error.message}`;
		ctx.log.warn(text, { reason: error.reason, remedy: error.remedy && remedyText(error.remedy) });
		return [text];
	}
}
