/** What the process that leads a sign-in does: refresh token, the rest of the old session, or an approval. */
import type { Provider } from "../../config/model.ts";
import { AuthError, remedyText } from "../../errors.ts";
import { isUsable } from "../../freshness.ts";
import { reaches } from "../../interaction.ts";
import type { Run } from "../../kinds.ts";
import { providerRoot } from "../../root.ts";
import { browserChoice, waysOf } from "../../sign-in-ways.ts";
import { checkWritable } from "../../storage/check-writable.ts";
import { inBackground } from "../../system/background.ts";
import type { SsoSession } from "../credentials.ts";
import { endpointFor } from "../endpoints.ts";
import { endpointOf } from "../entry-spec.ts";
import { ownFiles } from "../files.ts";
import { ApprovalNeededError } from "./approval-needed.ts";
import { approve, WAYS } from "./approve.ts";
import { fromStored, isSame, loadStored, localSessions } from "./local-sessions.ts";
import type { Config } from "./schema.ts";
import { sessionDuration } from "./session-duration.ts";
import { mayReceive, sessionEndpoints } from "./session-endpoints.ts";
import { dropSsoSession, type StoredSsoSession, saveSsoSession, ssoSessionFile } from "./session-file.ts";
import type { Announced } from "./sign-in.ts";
import { createSsoOidc, type Registration, type SsoOidc, type Token } from "./sso-oidc.ts";

/** A registration that runs out this soon is not built on. */
const REGISTRATION_MARGIN_MS = 15 * 60_000;

/**
 * @param announce tells waiting processes what is to be approved
 * @throws AuthError see `obtainSession`
 */
export async function renewSession(
	provider: Provider<Config>,
	run: Run,
	announce: (what: Announced) => Promise<void>,
): Promise<SsoSession> {
	const { ctx, interaction, signal } = run;
	const { start_url: startUrl, region } = provider.config;
	const configured = endpointOf(provider.config);
	const endpoint = endpointFor(ctx.env, "sso-oidc", configured);
	const found = await loadStored(ctx, provider.config);
	// The refresh token and the client's secret are the issuer's as well.
	const stored = found && mayReceive(ctx.env, found, "sso-oidc", configured) ? found : undefined;
	const sessionMs = sessionDuration(provider.config);
	const oidc = await createSsoOidc(ctx, { region, endpoint, sessionMs });

	const refreshed = await refresh(run, oidc, stored);
	if ("token" in refreshed) return store(run, provider, refreshed.token, refreshed.registration, "refresh", stored);
	const rest = await usable(provider, run);
	if (rest !== undefined) return rest;
	// Without a network nobody can approve anything either.
	if (refreshed.refused?.code === "network") throw refreshed.refused;
	if (!reaches(interaction, "device-code")) throw new ApprovalNeededError(ctx, provider.name, refreshed.refused);
	// An approval whose session has no place to be kept would be asked for again and again.
	const { credentials } = await ownFiles(ctx, run.realm, provider.key, providerRoot(provider));
	await checkWritable([ssoSessionFile(ctx, startUrl, region), credentials]);

	const { flow: configuredFlow, browser } = provider.config.spec ?? {};
	const { flow: wanted, callbackPort } = run.signIn;
	const ways = waysOf({ ctx, interaction, ways: WAYS, wanted, configured: configuredFlow });
	const kept = stored && registrationOf(stored, ctx.clock.now() + REGISTRATION_MARGIN_MS);
	if (stored !== undefined && run.rejected !== undefined && isSame(fromStored(stored, "cache"), run.rejected)) {
		// Should the sign-in not be finished, nobody is to try that session again.
		await dropSsoSession(ctx, startUrl, region);
	}
	const { token, registration } = await approve(
		{
			ctx,
			signal,
			interaction,
			oidc,
			provider: provider.name,
			startUrl,
			region,
			endpoint,
			ways,
			browser: browserChoice(browser),
			callbackPort,
			announce,
		},
		kept,
	);
	const origin = registration.flow === "browser" ? "browser" : "device";
	return store(run, provider, token, registration, origin, undefined);
}

/** The longest of the sessions at hand if more than its last minute is left; none where it is to be renewed. */
async function usable(provider: Provider<Config>, run: Run): Promise<SsoSession | undefined> {
	if (run.force) return undefined;
	const [longest] = await localSessions(run.ctx, provider.config, run.rejected);
	return longest !== undefined && isUsable(longest.expiresAt, run.ctx.clock.now()) ? longest : undefined;
}

type Refreshed =
	| { readonly token: Token; readonly registration: Registration }
	/** Why not, where it was tried. */
	| { readonly refused: AuthError | undefined };

async function refresh(run: Run, oidc: SsoOidc, stored: StoredSsoSession | undefined): Promise<Refreshed> {
	const { ctx, interaction, signal } = run;
	const registration = stored && registrationOf(stored, ctx.clock.now());
	if (stored?.refreshToken === undefined || registration === undefined) return { refused: undefined };
	interaction.status("refreshing the session");
	try {
		return { token: await oidc.refresh(registration, stored.refreshToken, signal), registration };
	} catch (error) {
		signal.throwIfAborted();
		if (!(error instanceof AuthError)) throw error;
		// Most often the session is over on the service's side. A person can approve a new one.
		ctx.log.debug("the session could not be refreshed", { reason: error.message, name: error.service?.name });
		return { refused: error };
	}
}

/** @returns the registration if it is complete and good until `until`. The Go program may leave its end open. */
function registrationOf(stored: StoredSsoSession, until: number): Registration | undefined {
	const { clientId, clientSecret, registrationExpiresAt: expiresAt, flow = "device-code" } = stored;
	if (clientId === undefined || clientSecret === undefined) return undefined;
	if (expiresAt !== undefined && expiresAt <= until) return undefined;
	return { flow, clientId, clientSecret, expiresAt };
}

async function store(
	{ ctx, realm }: Run,
	provider: Provider<Config>,
	token: Token,
	registration: Registration,
	origin: "refresh" | "device" | "browser",
	previous: StoredSsoSession | undefined,
): Promise<SsoSession> {
	const { start_url: startUrl, region } = provider.config;
	const now = ctx.clock.now();
	const session: StoredSsoSession = {
		accessToken: token.accessToken,
		expiresAt: now + token.expiresInMs,
		issuedAt: now,
		region,
		startUrl,
		endpoints: sessionEndpoints(ctx.env, region, endpointOf(provider.config)),
		// A service that rotates refresh tokens sends the next one; one that does not, none.
		refreshToken: token.refreshToken ?? previous?.refreshToken,
		clientId: registration.clientId,
		clientSecret: registration.clientSecret,
		registrationExpiresAt: registration.expiresAt,
		flow: registration.flow,
	};
	inBackground(async () => (await import("./shared-entry.ts")).renewSharedEntry(ctx, realm, provider.key, session));
	try {
		await saveSsoSession(ctx, session);
	} catch (error) {
		if (!(error instanceof AuthError) || error.code !== "storage") throw error;
		// The sign-in has succeeded; only the next one will have to be done again.
		ctx.log.warn(`the session could not be saved: ${error.message}`, {
			remedy: error.remedy && remedyText(error.remedy),
		});
	}
	return fromStored(session, origin);
}
