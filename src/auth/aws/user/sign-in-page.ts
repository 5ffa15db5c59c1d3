/** The page on which a person signs in: on this machine, to which it returns, or on any other, where it shows what to paste. */

import { createPkce, createState } from "../../browser/pkce.ts";
import type { Identity } from "../../config/model.ts";
import { Secret } from "../../credentials.ts";
import type { AuthorizationPrompt } from "../../interaction.ts";
import type { Run } from "../../kinds.ts";
import { browserChoice, otherWay, type Way, type Ways, waysOf } from "../../sign-in-ways.ts";
import { withDeadline } from "../../system/time-limit.ts";
import { type Outcome, untilPasted, whileShown } from "../../while-shown.ts";
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

/**
 * Has a person sign in, in the way that was asked for or is the best here, or in another that they take.
 *
 * @throws AuthError `denied`, `expired` after ten minutes, `usage` for a way that is out of reach or a port that is taken; the
 *   signal's reason at once when it is aborted
 */
export async function askToSignIn(signIn: SignIn): Promise<Code> {
	const { run, identity } = signIn;
	const { ctx, signal, interaction } = run;
	const configured = identity.config.spec?.flow;
	const first = waysOf({ ctx, interaction, ways: WAYS, wanted: run.signIn.flow, configured });
	const until = ctx.clock.now() + MINUTES * 60_000;
	const limit = { clock: ctx.clock, until, signal, error: () => tooLate(ctx, MINUTES) };
	try {
		return await withDeadline(limit, async (limited) => {
			for (let ways = first; ; ) {
				const outcome = await take({ ...signIn, run: { ...run, signal: limited } }, ways, until);
				if (outcome.type === "done") return outcome.result;
				ways = otherWay(ways, outcome.flow);
			}
		});
	} finally {
		interaction.show(undefined);
	}
}

function take(signIn: SignIn, ways: Ways, expiresAt: number): Promise<Outcome<Code>> {
	signIn.run.ctx.log.debug("signing in on a page", { way: ways.taken.flow, why: ways.why });
	return ways.taken.flow === "paste" ? byPaste(signIn, ways, expiresAt) : byBrowser(signIn, ways, expiresAt);
}

async function byBrowser(signIn: SignIn, ways: Ways, expiresAt: number): Promise<Outcome<Code>> {
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
	try {
		signal.throwIfAborted();
		const request = { client: "same-device", redirectUri, state, challenge } as const;
		const prompt = promptFor(signIn, ways, { url: authorizeUrl(service, request), expiresAt, callbackPort: port });
		await announce(signIn, prompt);
		interaction.status("waiting for you to sign in in the browser");
		const returned = await whileShown(interaction, prompt, signal, answer);
		if (returned.type === "way") return returned;
		const code = returned.result.get("code");
		if (code === null || returned.result.has("error"))
			throw refusedInBrowser(returned.result, { ctx, name: identity.name });
		return { type: "done", result: { client: "same-device", redirectUri, verifier, code: new Secret(code) } };
	} finally {
		close();
	}
}

async function byPaste(signIn: SignIn, ways: Ways, expiresAt: number): Promise<Outcome<Code>> {
	const { run, service } = signIn;
	const { signal, interaction } = run;
	const [{ verifier, challenge }, state] = [createPkce(), createState()];
	const redirectUri = confirmationPage(service);
	const request = { client: "cross-device", redirectUri, state, challenge } as const;
	const prompt = promptFor(signIn, ways, { url: authorizeUrl(service, request), expiresAt });
	await announce(signIn, prompt);
	interaction.status("waiting for the code that the page shows");
	return untilPasted(interaction, prompt, signal, "the code that the page shows", (text) => {
		const read = readPasted(text, state);
		return "code" in read ? { result: { client: "cross-device", redirectUri, verifier, code: read.code } } : read;
	});
}

function promptFor(
	{ run, identity, service }: SignIn,
	ways: Ways,
	page: Pick<AuthorizationPrompt, "url" | "expiresAt" | "callbackPort">,
): AuthorizationPrompt & { readonly ways: Ways } {
	return {
		type: "authorization",
		provider: identity.name,
		portal: new URL(service.base).host,
		startedAt: run.ctx.clock.now(),
		ways,
		browser: browserChoice(identity.config.spec?.browser),
		...page,
	};
}

async function announce({ onPage }: SignIn, prompt: AuthorizationPrompt): Promise<void> {
	const { url, startedAt, expiresAt, callbackPort } = prompt;
	await onPage?.({ url, startedAt, expiresAt, callbackPort });
}
