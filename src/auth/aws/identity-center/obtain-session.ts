/**
 * From nothing to a session of the access portal: a token that is still good, a refreshed one, or one that a person
 * approves in a browser. One process at a time does this for a session; others wait for it and share what comes of it.
 */
import type { Provider } from "../../config/model.ts";
import { AuthError } from "../../errors.ts";
import { isFresh } from "../../freshness.ts";
import { reaches } from "../../interaction.ts";
import type { Run } from "../../kinds.ts";
import { showLeader } from "../../show-leader.ts";
import { joinOrLead } from "../../storage/single-flight.ts";
import { sanitize } from "../../system/sanitize.ts";
import type { SsoSession } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { leaderPrompt } from "./leader-prompt.ts";
import { isSame, localSessions } from "./local-sessions.ts";
import { renewSession } from "./renew-session.ts";
import type { Config } from "./schema.ts";
import { sessionEndpoints } from "./session-endpoints.ts";
import { signInPath, ssoSessionFile } from "./session-file.ts";
import type { Announced } from "./sign-in.ts";

/**
 * @throws AuthError: `denied`, `expired`, `network`, `service`; `usage` when somebody would have to approve and nobody can
 *   be asked; the signal's reason at once when it is aborted
 */
export async function obtainSession(provider: Provider<Config>, run: Run): Promise<SsoSession> {
	const { ctx, force, rejected, signal, interaction } = run;
	const portal = provider.config;
	const seen = await localSessions(ctx, portal, rejected);
	if (!force) {
		const fresh = freshest(seen, ctx.clock.now());
		if (fresh !== undefined) {
			ctx.log.debug("using an existing session", { provider: provider.name, origin: fresh.origin });
			return fresh;
		}
	}
	const endpoint = endpointFor(ctx.env, "sso-oidc", endpointOf(portal));
	const endpoints = sessionEndpoints(ctx.env, portal.region, endpointOf(portal));
	// Ends our wait for somebody else's approval where we may not be kept waiting for one.
	const impatience = new AbortController();
	let waited = false;
	try {
		return await joinOrLead<SsoSession, Announced>(ctx, {
			path: signInPath(ssoSessionFile(ctx, portal.start_url, portal.region), endpoints),
			signal: AbortSignal.any([signal, impatience.signal]),
			async read() {
				const now = await localSessions(ctx, portal, rejected);
				// What was there before is what a forced login is to renew.
				const made = force ? now.filter((session) => !seen.some((old) => isSame(session, old))) : now;
				const fresh = freshest(made, ctx.clock.now());
				return fresh && { ...fresh, origin: "shared" };
			},
			lead: (announce) => renewSession(provider, run, announce),
			onWaiting(leader) {
				waited = true;
				if (leader.info !== undefined && !reaches(interaction, "device-code"))
					impatience.abort(busy(provider, leader.pid));
				else showLeader(run, leader, (info, pid) => leaderPrompt(provider, info, pid, endpoint));
			},
		});
	} finally {
		if (waited) interaction.show(undefined);
	}
}

function freshest(sessions: readonly SsoSession[], now: number): SsoSession | undefined {
	return sessions.find((session) => isFresh(session.expiresAt, session.issuedAt, now));
}

function busy(provider: Provider, pid: number): AuthError {
	return new AuthError({
		code: "usage",
		message: `process ${pid} is already signing in to "${sanitize(provider.name)}", and this session is not interactive`,
		remedy: "approve the sign-in that it shows, then run the command again",
	});
}
