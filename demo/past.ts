/**
 * Signs in at times that are past, so that the demo starts with sessions of every age. It goes through the library and the
 * cloud like any login; only the clock that both are given is turned back.
 */

import { once } from "node:events";
import { dropSsoSession } from "../src/auth/aws/identity-center/session-file.ts";
import type { AuthConfig } from "../src/auth/config/model.ts";
import type { AuthContext } from "../src/auth/context.ts";
import { integrationKind, providerKind } from "../src/auth/registry.ts";
import { noteUse, updateState } from "../src/auth/storage/state.ts";
import type { LoginDependencies } from "../src/flows/dependencies.ts";
import { obtain } from "../src/flows/obtain.ts";

/** Longest pause between two requests, in milliseconds. */
const LONGEST_PAUSE_MS = 20_000;

/** A clock that can be set. Sleeping moves it on instead of waiting. */
export interface SetClock {
	set(msAgo: number): void;
	now(): number;
	readonly clock: AuthContext["clock"];
}

export function setClock(): SetClock {
	let shift = 0;
	const now = (): number => Date.now() + shift;
	return {
		set(msAgo) {
			shift = -msAgo;
		},
		now,
		clock: {
			now,
			async sleep(ms, signal) {
				signal?.throwIfAborted();
				// A limit of time, which is not meant to be reached.
				if (ms > LONGEST_PAUSE_MS && signal !== undefined)
					await once(signal, "abort").then(() => signal.throwIfAborted());
				shift += ms;
			},
		},
	};
}

const MINUTE = 60_000;
/** So that the minutes below are still those on the screen when somebody looks. */
const AHEAD_MS = 45_000;

/** Identity and how long ago it was signed in, the oldest first. */
const SIGN_INS: readonly (readonly [identity: string, minutesAgo: number])[] = [
	["prod-readonly", 185],
	["data-platform", 95],
	["staging-admin", 62],
	["prod-admin", 54],
	["globex/deploy", 38],
	["dev-admin", 8],
];

/** Used until a moment ago, and just run out: the first row, so that the first Enter shows all that a sign-in has to show. */
const LAST_USED = ["staging-admin", 4] as const;

/** By code, wherever the configuration would wait for a browser: the clock that moves on does not wait for one. */
const dependencies: Partial<LoginDependencies> = {
	async providerKind(name) {
		const kind = await providerKind(name);
		return (
			kind && { ...kind, authenticate: (to, run) => kind.authenticate(to, { ...run, signIn: { flow: "device-code" } }) }
		);
	},
};

/** @param ctx with the clock of `past` */
export async function signInInThePast(ctx: AuthContext, config: AuthConfig, past: SetClock): Promise<void> {
	const signal = new AbortController().signal;
	for (const [identity, minutes] of SIGN_INS) {
		past.set(minutes * MINUTE - AHEAD_MS);
		const found = await obtain({ ctx, config, identity, signal, force: true, reach: "link", dependencies });
		const claims = new Map<string, number>();
		for (const [order, key] of config.integrationsOf(identity).entries()) {
			const integration = await config.integration(key);
			const kind = await integrationKind(integration.kind);
			if (identity !== "dev-admin") continue;
			await kind?.execute(integration, found.identity, found.credentials, {
				ctx,
				config,
				signal,
				realm: config.realm,
				explicit: false,
				status: () => undefined,
				order,
				claims,
			});
		}
	}
	past.set(LAST_USED[1] * MINUTE);
	await updateState(ctx, (state) => noteUse(state, config.realm.value, LAST_USED[0], past.now()));
	// The sessions themselves are over: the demo begins with an approval.
	await dropSsoSession(ctx, "https://acme.awsapps.com/start", "us-east-1");
	await dropSsoSession(ctx, "https://globex.awsapps.com/start", "eu-west-1");
	past.set(0);
}
