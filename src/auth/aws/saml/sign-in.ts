/** A sign-in to an identity provider of SAML: in a window of its own, or in any browser with its response pasted here. */
import type { Provider } from "../../config/model.ts";
import type { AuthContext } from "../../context.ts";
import { AuthError } from "../../errors.ts";
import { reachesAsFar } from "../../interaction.ts";
import type { Run } from "../../kinds.ts";
import { PersonNeededError } from "../../person-needed.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { otherWay, type Way, type Ways, waysOf } from "../../sign-in-ways.ts";
import { sanitize } from "../../system/sanitize.ts";
import { withDeadline } from "../../system/time-limit.ts";
import type { Outcome } from "../../while-shown.ts";
import type { SamlAssertion } from "../credentials.ts";
import { explained, type Received, receive } from "./assertion.ts";
import { isExpected } from "./check-person.ts";
import { PastedError, pastedResponse } from "./pasted.ts";
import type { Config } from "./schema.ts";

/** How long somebody may take, in milliseconds. */
export const LIMIT_MS = 10 * 60_000;

/** A response that somebody has at hand already: for CI, and for machines without a browser. */
const RESPONSE_VARIABLE = "ATMOS_SAML_RESPONSE";

/** On Linux a window needs a display; elsewhere there is one, or nobody can know. */
function waysOn({ env, platform }: AuthContext): readonly [Way, Way] {
	const hasDisplay = platform !== "linux" || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
	const blocked = hasDisplay ? undefined : "there is no display to open a window on";
	return [
		{ flow: "browser", label: "in a browser window that is opened for it", needs: "link", isLocal: true, blocked },
		{ flow: "paste", label: "in any browser, and paste the response here", needs: "line", isLocal: false },
	];
}

/** One attempt of a person to sign in. */
export interface Attempt {
	readonly provider: Provider<Config>;
	readonly run: Run;
	readonly ways: Ways;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly expiresAt: number;
}

/**
 * @throws AuthError `denied`, `expired`, `network`, `service`, `config`; PersonNeededError where nobody can be asked; the
 *   signal's reason at once when it is aborted
 */
export async function signIn(provider: Provider<Config>, run: Run): Promise<SamlAssertion> {
	const { ctx } = run;
	try {
		const { assertion } = fromEnvironment(provider, run) ?? (await fromPerson(provider, run));
		return assertion;
	} catch (error) {
		run.signal.throwIfAborted();
		throw explained(error, provider, ctx);
	}
}

/** @returns undefined without one, and where the browser was asked for by name */
function fromEnvironment(provider: Provider<Config>, { ctx, signIn: wanted, rejected }: Run): Received | undefined {
	const text = ctx.env[RESPONSE_VARIABLE];
	if (text === undefined || text.trim() === "") return undefined;
	if (wanted.flow !== undefined) {
		ctx.log.debug(`${RESPONSE_VARIABLE} is not used: --flow says how to sign in`);
		return undefined;
	}
	try {
		const received = receive(pastedResponse(text), { ctx, provider, isNew: false });
		const isRefused =
			rejected?.type === "saml" && rejected.assertion.reveal() === received.assertion.assertion.reveal();
		if (isRefused) return undefined;
		ctx.log.debug(`using the response in ${RESPONSE_VARIABLE}`, { provider: provider.name });
		return received;
	} catch (error) {
		const why = error instanceof PastedError ? error : explained(error, provider, ctx);
		const details = why instanceof AuthError ? why.details : [];
		throw new AuthError({
			code: why instanceof AuthError ? why.code : "usage",
			message: `the response in ${RESPONSE_VARIABLE} cannot be used`,
			reason: why instanceof Error ? sanitize(why.message) : undefined,
			details,
			remedy: `set ${RESPONSE_VARIABLE} to a new response, or unset it to sign in here`,
		});
	}
}

async function fromPerson(provider: Provider<Config>, run: Run): Promise<Received> {
	const { ctx, signal, interaction } = run;
	if (!reachesAsFar(interaction, "link")) throw nobodyThere(provider, run);
	const { driver, provider_type: type, spec } = provider.config;
	const other = driver ?? type ?? "Browser";
	if (other !== "Browser") ctx.log.info(`driver ${other}: a browser is used, as for every identity provider`);
	const ways = waysOf({ ctx, interaction, ways: waysOn(ctx), wanted: run.signIn.flow, configured: spec?.flow });
	const startedAt = ctx.clock.now();
	const expiresAt = startedAt + LIMIT_MS;
	const limit = { clock: ctx.clock, until: expiresAt, signal, error: () => outOfTime(provider, run) };
	try {
		return await withDeadline(limit, (limited) =>
			attempts({
				provider,
				run: { ...run, signal: limited },
				ways,
				startedAt,
				expiresAt,
			}),
		);
	} finally {
		interaction.show(undefined);
	}
}

/** Until somebody is signed in who may be; in another way as soon as one is chosen. */
async function attempts(first: Attempt): Promise<Received> {
	for (let attempt = first; ; ) {
		const outcome = await signInBy(attempt);
		if (outcome.type === "way") {
			attempt = { ...attempt, ways: otherWay(attempt.ways, outcome.flow) };
			continue;
		}
		if (await isExpected(attempt, outcome.result)) return outcome.result;
	}
}

/** Loaded only now: each sign-in needs one of them. */
async function signInBy(attempt: Attempt): Promise<Outcome<Received>> {
	if (attempt.ways.taken.flow === "browser") {
		const { signInByWindow } = await import("./by-window.ts");
		return signInByWindow(attempt);
	}
	const { signInByPaste } = await import("./by-paste.ts");
	return signInByPaste(attempt);
}

function nobodyThere({ name }: Provider, { ctx }: Run): PersonNeededError {
	return new PersonNeededError({
		message: `"${sanitize(name)}" needs somebody to sign in, and this session is not interactive`,
		reason: "its identity provider asks a person",
		remedy: { say: `sign in from a terminal, or set ${RESPONSE_VARIABLE} to a response`, run: signInCommand(ctx) },
	});
}

function outOfTime({ name }: Provider, { ctx }: Run): AuthError {
	return new AuthError({
		code: "expired",
		message: `nobody signed in to "${sanitize(name)}" within ${LIMIT_MS / 60_000} minutes`,
		remedy: { run: signInCommand(ctx) },
	});
}
