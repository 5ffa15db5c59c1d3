/** The sessions of an access portal that this machine holds: ours (the Go program's too) and the AWS CLI's. */

import type { AuthContext } from "../../context.ts";
import type { Credentials } from "../../credentials.ts";
import { AuthError, remedyText } from "../../errors.ts";
import type { SsoSession } from "../credentials.ts";
import { endpointOf } from "../entry-spec.ts";
import { findAwsCliSession } from "./aws-cli-cache.ts";
import type { Config } from "./schema.ts";
import { mayReceive } from "./session-endpoints.ts";
import { loadSsoSession, type StoredSsoSession } from "./session-file.ts";

/**
 * What a session belongs to. The name of its file is made from the start URL and the region, exactly as configured; whether
 * it is this portal's is told by the endpoint.
 */
export type Portal = Pick<Config, "start_url" | "region" | "spec">;

/**
 * @param rejected a session that the portal has turned away: it is left out
 * @returns the sessions that this portal may be shown, the one that lasts longest first; expired ones too
 */
export async function localSessions(
	ctx: AuthContext,
	portal: Portal,
	rejected?: Credentials | undefined,
): Promise<readonly SsoSession[]> {
	const { start_url: startUrl, region } = portal;
	const [own, foreign] = await Promise.all([loadStored(ctx, portal), findAwsCliSession(ctx, startUrl, region)]);
	const sessions: SsoSession[] = [];
	if (own !== undefined) sessions.push(fromStored(own, "cache"));
	if (foreign !== undefined) sessions.push({ type: "sso", origin: "aws-cli", region, startUrl, ...foreign });
	return sessions
		.filter((session) => !isSame(session, rejected) && isHeaderText(session.accessToken.reveal()))
		.filter((session) => isFor(ctx, portal, session))
		.sort((a, b) => b.expiresAt - a.expiresAt);
}

/** Our own session. A file that cannot be read is a session that is not there: it is no reason not to sign in. */
export async function loadStored(ctx: AuthContext, portal: Portal): Promise<StoredSsoSession | undefined> {
	try {
		return await loadSsoSession(ctx, portal.start_url, portal.region);
	} catch (error) {
		if (!(error instanceof AuthError) || error.code !== "storage") throw error;
		ctx.log.warn(error.message, {
			remedy: error.remedy && remedyText(error.remedy),
		});
		return undefined;
	}
}

function isFor(ctx: AuthContext, portal: Portal, session: SsoSession): boolean {
	if (mayReceive(ctx.env, session, "sso", endpointOf(portal))) return true;
	ctx.log.debug("session not used: it was issued by another endpoint", { origin: session.origin });
	return false;
}

/** A stored session as credentials. */
export function fromStored(stored: StoredSsoSession, origin: SsoSession["origin"]): SsoSession {
	const { accessToken, expiresAt, issuedAt, region, startUrl, endpoints } = stored;
	return { type: "sso", accessToken, expiresAt, issuedAt, region, startUrl, endpoints, origin };
}

/** True when both are the same token, wherever they were found. */
export function isSame(session: SsoSession, other: Credentials | undefined): boolean {
	return other?.type === "sso" && session.accessToken.reveal() === other.accessToken.reveal();
}

/** A damaged file may hold a text that cannot be sent at all. */
function isHeaderText(text: string): boolean {
	return /^[\x21-\x7e]+$/.test(text);
}
