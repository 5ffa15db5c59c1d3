/** AWS IAM Identity Center: a session of the access portal, by a cached token, a refresh token, a device code or a page in the browser. */

import { defineProvider } from "../../define.ts";
import { endpointOf } from "../entry-spec.ts";
import { localSessions } from "./local-sessions.ts";
import type { Config } from "./schema.ts";
import { sessionEndpoints } from "./session-endpoints.ts";

export const kind = defineProvider<Config, "sso">({
	kind: "aws/iam-identity-center",
	gives: "sso",

	async peek(provider, ctx) {
		const [best] = await localSessions(ctx, provider.config);
		if (best === undefined) return { state: "none" };
		const { expiresAt, issuedAt } = best;
		return { state: expiresAt > ctx.clock.now() ? "valid" : "expired", expiresAt, issuedAt };
	},

	purpose(provider, ctx) {
		const { start_url: startUrl, region } = provider.config;
		const endpoints = sessionEndpoints(ctx.env, region, endpointOf(provider.config));
		return { kind: provider.kind, startUrl, region, oidcEndpoint: endpoints?.oidc, portalEndpoint: endpoints?.portal };
	},

	async authenticate(provider, run) {
		const { obtainSession } = await import("./obtain-session.ts");
		return obtainSession(provider, run);
	},

	async revoke(provider, run) {
		const { revokeSession } = await import("./revoke-session.ts");
		return revokeSession(provider, run);
	},

	describe({ origin }) {
		const words = {
			cache: "signed in",
			"aws-cli": "signed in with the AWS CLI's session",
			refresh: "session renewed",
			shared: "signed in by another process",
			device: "signed in",
			browser: "signed in",
		};
		return { reused: origin === "cache" || origin === "aws-cli", shared: origin === "shared", text: words[origin] };
	},

	discovery: {
		isWanted: ({ config }) => config.auto_provision_identities === true,
		async run(provider, credentials, run) {
			const { discoverIdentities } = await import("./discover-identities.ts");
			await discoverIdentities(provider, credentials, run);
		},
	},
});
