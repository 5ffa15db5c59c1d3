/** The page on which a person signs in: on this machine, to which it returns, or on any other, where it shows what to paste. */

import { createPkce, createState } from "../../browser/pkce.ts";
import type { Identity } from "../../config/model.ts";
import { Secret } from "../../credentials.ts";
import { type AuthorizationPrompt, type BrowserChoice, reachesAsFar } from "../../interaction.ts";
import type { Run } from "../../kinds.ts";
import { type Flow, type Way, type Ways, waysOf } from "../../sign-in-ways.ts";
import { withTimeLimit } from "../../system/time-limit.ts";
import { readPasted } from "./pasted.ts";
import type { Config } from "./schema.ts";
import { refusedInBrowser, tooLate } from "./sign-in-errors.ts";
import { authorizeUrl, type Code, confirmationPage, type SignInService } from "./sign-in-service.ts";

const WAYS: readonly [Way, Way] = [
	{ flow: "browser", label: "in a browser on this machine", needs: "link", isLocal: true },
	{ flow: "paste", label: "in a browser on any machine, with a code to paste", needs: "line", isLocal: false },
];

/** As for the AWS CLI's `aws login`. */
const MINUTES = 10;

/** RFC 8252 §7.3. Any port of 127.0.0.1 is accepted, and this path alone. */
const CALLBACK_PATH = "/oauth/callback";

/** What another process needs to show the same page. Holds no secret. */
export interface AnnouncedPage extends Pick<AuthorizationPrompt, "url" | "startedAt" | "expiresAt" | "callbackPort"> {}

export interface SignIn {
	readonly run: Run;
	readonly identity: Identity<Config>;
	readonly service: SignInService;
	/** Told of every page as soon as there is one, so that other processes can show it. */
	readonly onPage?: ((page: AnnouncedPage) => Promise<void>) | undefined;
}

/** What one way has come to. */
type Outcome = { readonly type: "code"; readonly code: Code } | { readonly type: "way"; readonly flow: Flow };

/**
 * Has a person sign in, in the way that was asked for or is the best here, or in another that they take.
 *
 * @throws AuthError `denied`, `expired` after ten minutes, `usage` for a way that is out of reach or a port that is taken; the
 *   signal's reason at once when it is aborted
 */
export async function askToSignIn(signIn: SignIn): Promise<Code> {
	const { ctx, signal } = signIn.run;
	const first = waysFor(signIn, undefined);
	const expiresAt = ctx.clock.now() + MINUTES * 60_000;
	const limit = { clock: ctx.clock, ms: MINUTES * 60_000, signal, error: () => tooLate(ctx, MINUTES) };
	try {
		return await withTimeLimit(limit, async (limited) => {
			for (let ways = first; ; ) {
				const outcome = await take({ ...signIn, run: { ...signIn.run, signal: limited } }, ways, expiresAt);
				if (outcome.type === "code") return outcome.code;
				ways = waysFor(signIn, outcome.flow);
			}
		});
	} finally {
		signIn.run.interaction.show(undefined);
	}
}

/** @param chosen by a person, who has seen what there is */
function waysFor({ run, identity }: SignIn, chosen: Flow | undefined): Ways {
	const { ctx, interaction, signIn } = run;
	const ways = waysOf({
		ctx,
		interaction,
		ways: WAYS,
		wanted: chosen ?? signIn.flow,
		configured: identity.config.spec?.flow,
	});
	return chosen === undefined ? ways : { ...ways, why: "you chose it" };
}

function take(signIn: SignIn, ways: Ways, expiresAt: number): Promise<Outcome> {
	signIn.run.ctx.log.debug("signing in on a page", { way: ways.taken.flow, why: ways.why });
	return ways.taken.flow === "paste" ? byPaste(signIn, ways, expiresAt) : byBrowser(signIn, ways, expiresAt);
}

async function byBrowser(signIn: SignIn, ways: Ways, expiresAt: number): Promise<Outcome> {
	const { run, identity, service } = signIn;
	const { ctx, signal, interaction } = run;
	const { startCallbackServer } = await import("../../browser/callback-server.ts");
	const [{ verifier, challenge }, state] = [createPkce(), createState()];
	const { port, redirectUri, answer, close } = await startCallbackServer({
		path: CALLBACK_PATH,
		state,
		port: run.signIn.callbackPort,
		title: `atmos-auth: ${identity.name}`,
	});
	const decided = new AbortController();
	try {
		signal.throwIfAborted();
		const request = { client: "same-device", redirectUri, state, challenge } as const;
		const prompt = promptFor(signIn, ways, { url: authorizeUrl(service, request), expiresAt, callbackPort: port });
		await announce(signIn, prompt);
		interaction.status("waiting for you to sign in in the browser");
		const waiting = AbortSignal.any([signal, decided.signal]);
		const returned = answer(waiting);
		const chosen = anotherWay(signIn, prompt, waiting);
		// The one that loses must not become an unhandled rejection.
		for (const each of [returned, chosen]) each.catch(() => undefined);
		const found = await Promise.race([returned, chosen]);
		if (!(found instanceof URLSearchParams)) return found;
		const code = found.get("code");
		if (code === null || found.has("error")) throw refusedInBrowser(found, { ctx, name: identity.name });
		return { type: "code", code: { client: "same-device", redirectUri, verifier, code: new Secret(code) } };
	} finally {
		decided.abort();
		close();
	}
}

/** Whoever cannot choose is only shown the page. */
async function anotherWay({ run }: SignIn, prompt: AuthorizationPrompt, signal: AbortSignal): Promise<Outcome> {
	const { interaction } = run;
	const others = prompt.ways?.others ?? [];
	if (others.length === 0 || !reachesAsFar(interaction, "keyboard")) {
		interaction.show(prompt);
		return new Promise(() => undefined);
	}
	for (;;) {
		const response = await interaction.offer(prompt, signal);
		if (response.type === "way" && others.some(({ flow }) => flow === response.flow)) return response;
	}
}

async function byPaste(signIn: SignIn, ways: Ways, expiresAt: number): Promise<Outcome> {
	const { run, service } = signIn;
	const { signal, interaction } = run;
	const [{ verifier, challenge }, state] = [createPkce(), createState()];
	const redirectUri = confirmationPage(service);
	const request = { client: "cross-device", redirectUri, state, challenge } as const;
	const prompt = promptFor(signIn, ways, { url: authorizeUrl(service, request), expiresAt });
	await announce(signIn, prompt);
	interaction.status("waiting for the code that the page shows");
	for (let problem: string | undefined; ; ) {
		const paste = { label: "the code that the page shows", problem };
		const response = await interaction.offer({ ...prompt, paste }, signal);
		if (response.type === "way") {
			if (ways.others.some(({ flow }) => flow === response.flow)) return response;
			continue;
		}
		const read = readPasted(response.value, state);
		if ("code" in read)
			return { type: "code", code: { client: "cross-device", redirectUri, verifier, code: read.code } };
		problem = read.problem;
	}
}

function promptFor(
	{ run, identity, service }: SignIn,
	ways: Ways,
	page: Pick<AuthorizationPrompt, "url" | "expiresAt" | "callbackPort">,
): AuthorizationPrompt {
	return {
		type: "authorization",
		provider: identity.name,
		portal: new URL(service.base).host,
		startedAt: run.ctx.clock.now(),
		ways,
		browser: browserOf(identity),
		...page,
	};
}

async function announce({ onPage }: SignIn, prompt: AuthorizationPrompt): Promise<void> {
	const { url, startedAt, expiresAt, callbackPort } = prompt;
	await onPage?.({ url, startedAt, expiresAt, callbackPort });
}

/** `spec.browser`, as prompts have it. */
export function browserOf({ config }: Identity<Config>): BrowserChoice | undefined {
	const { name, profile, private: isPrivate } = config.spec?.browser ?? {};
	return name === undefined && profile === undefined && isPrivate !== true ? undefined : { name, profile, isPrivate };
}
