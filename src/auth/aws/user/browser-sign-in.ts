/**
 * Keys of a user who signs in in a browser: those at hand, renewed ones, or those of a person who signs in now. One process at
 * a time does this for an identity; others wait for it and share what comes of it.
 */
import type { Identity } from "../../config/model.ts";
import type { Credentials } from "../../credentials.ts";
import { AuthError, remedyText } from "../../errors.ts";
import { checkPerson } from "../../expected-person.ts";
import { isFresh, isUsable } from "../../freshness.ts";
import { reaches, type Shown } from "../../interaction.ts";
import type { ChainRoot, Run } from "../../kinds.ts";
import { showLeader } from "../../show-leader.ts";
import { browserChoice } from "../../sign-in-ways.ts";
import { checkWritable } from "../../storage/check-writable.ts";
import { joinOrLead } from "../../storage/single-flight.ts";
import { accountIn } from "../arn.ts";
import type { AwsCredentials } from "../credentials.ts";
import { ownFiles } from "../files.ts";
import { createDpopKey } from "./dpop.ts";
import {
	type BrowserSession,
	dropBrowserSession,
	loadBrowserSession,
	refreshFile,
	saveBrowserSession,
} from "./refresh-file.ts";
import type { Config } from "./schema.ts";
import { browserNeeded, busy, rootError, SignInRefusedError } from "./sign-in-errors.ts";
import { type AnnouncedPage, askToSignIn } from "./sign-in-page.ts";
import {
	authorizePage,
	redeemCode,
	refreshTokens,
	type SignInService,
	signInService,
	type Tokens,
} from "./sign-in-service.ts";

/** After this the service wants the person again, however often the keys were renewed. */
const SESSION_MS = 12 * 3_600_000;

interface Doing {
	readonly run: Run;
	readonly identity: Identity<Config>;
	readonly root: ChainRoot;
	readonly service: SignInService;
	/** Of what renews it. */
	readonly path: string;
}

/**
 * @param anew whether a person is to sign in whatever is at hand
 * @returns keys with region and, where it is known who signed in, account and person
 * @throws AuthError: `denied`, `expired`, `network`, `service`; PersonNeededError where nobody can be asked; the signal's reason
 *   at once when it is aborted
 */
export async function signInByBrowser(
	identity: Identity<Config>,
	root: ChainRoot,
	run: Run,
	anew: boolean,
): Promise<AwsCredentials> {
	const { ctx, force, signal, interaction } = run;
	const path = refreshFile(ctx, run.realm, identity.key);
	const doing: Doing = { run, identity, root, service: signInService(identity, ctx), path };
	const seen = await own(doing);
	const atHand = force || anew ? undefined : freshKeys(seen, run);
	if (atHand !== undefined) return atHand;
	// Ends our wait for somebody else's sign-in where we may not be kept waiting for one.
	const impatience = new AbortController();
	let waited = false;
	try {
		return await joinOrLead<AwsCredentials, AnnouncedPage>(ctx, {
			path: `${path}.sign-in`,
			signal: AbortSignal.any([signal, impatience.signal]),
			async read() {
				const now = await own(doing);
				// What was there before is what is to be renewed; a sign-in is newer by its end, which a refresh leaves as it is.
				if (anew && (now?.expiresAt ?? 0) <= (seen?.expiresAt ?? 0)) return undefined;
				if (force && now?.keys?.accessKeyId === seen?.keys?.accessKeyId) return undefined;
				return freshKeys(now, run);
			},
			lead: (publish) => renew(doing, anew, publish),
			onWaiting(leader) {
				waited = true;
				if (leader.info !== undefined && !reaches(interaction, "authorization"))
					impatience.abort(busy(identity, leader.pid));
				else showLeader(run, leader, (page, pid) => leaderPrompt(doing, page, pid));
			},
		});
	} finally {
		if (waited) interaction.show(undefined);
	}
}

/** @returns what renews this very sign-in: of this region, address and person */
async function own({ run, identity, service, path }: Doing): Promise<BrowserSession | undefined> {
	const session = await loadBrowserSession(run.ctx, path).catch((error: unknown) => {
		if (!(error instanceof AuthError) || error.code !== "storage") throw error;
		// Nobody is kept out by it: it says that it could not be saved, if it comes to that.
		run.ctx.log.debug(error.message, { reason: error.reason });
		return undefined;
	});
	if (session === undefined) return undefined;
	const isOwn =
		session.region === service.region &&
		session.endpoint === service.endpoint &&
		// Whoever renewed it with the Go program has lost whose it is: that is no matter where anybody may be meant.
		session.user === identity.config.spec?.user;
	if (!isOwn)
		run.ctx.log.debug("the earlier sign-in is of another region, address or person", { identity: identity.name });
	return isOwn ? session : undefined;
}

function freshKeys(session: BrowserSession | undefined, { ctx, rejected }: Run): AwsCredentials | undefined {
	const keys = keysOf(session);
	if (keys === undefined || isSame(keys, rejected)) return undefined;
	if (!isFresh(keys.expiresAt, keys.issuedAt, ctx.clock.now())) return undefined;
	ctx.log.debug("using the keys of an earlier sign-in", { expiresAt: keys.expiresAt });
	return keys;
}

const isSame = (keys: AwsCredentials, rejected: Credentials | undefined): boolean =>
	rejected?.type === "aws" && rejected.accessKeyId === keys.accessKeyId;

/** The keys of a session with what is known of their owner. */
function keysOf(session: BrowserSession | undefined): AwsCredentials | undefined {
	if (session?.keys === undefined) return undefined;
	const { principal, region } = session;
	// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`: whoever is federated into an account has a role there.
	const role = principal && /^arn:[^:]*:sts::\d{12}:assumed-role\/([^/]+)\//.exec(principal)?.[1];
	return {
		...session.keys,
		region,
		accountId: accountIn(principal),
		person: principal,
		...(role === undefined || role === "" ? {} : { role }),
	};
}

async function renew(
	doing: Doing,
	anew: boolean,
	publish: (page: AnnouncedPage) => Promise<void>,
): Promise<AwsCredentials> {
	const { run, identity, root, service } = doing;
	const { ctx, interaction, signal } = run;
	const session = await own(doing);
	const refreshed = anew ? undefined : await refresh(doing, session);
	if (refreshed !== undefined && !(refreshed instanceof AuthError)) return refreshed;
	if (!reaches(interaction, "authorization")) throw browserNeeded(identity, ctx, refreshed);
	// Keys that have no place to be kept would be asked for again and again.
	const { credentials } = await ownFiles(ctx, run.realm, root.key, root);
	await checkWritable([credentials]);
	for (;;) {
		const code = await askToSignIn({ run, identity, service, onPage: publish });
		interaction.status("requesting keys");
		const key = createDpopKey();
		const tokens = await redeemCode({ ctx, signal, service, identity, key }, code);
		const refused = rootError(tokens.principal, ctx);
		if (refused !== undefined) throw refused;
		if (!(await isExpected(doing, tokens))) continue;
		const { client } = code;
		const { region, endpoint } = service;
		const expiresAt = ctx.clock.now() + SESSION_MS;
		const { principal } = tokens;
		return store(doing, tokens, {
			key,
			region,
			endpoint,
			client,
			expiresAt,
			principal,
			user: identity.config.spec?.user,
		});
	}
}

/** @returns keys, or why there are none of an earlier sign-in */
async function refresh(
	doing: Doing,
	session: BrowserSession | undefined,
): Promise<AwsCredentials | AuthError | undefined> {
	const { run, identity, service, path } = doing;
	const { ctx, signal, interaction } = run;
	if (session === undefined || !isUsable(session.expiresAt, ctx.clock.now())) return undefined;
	interaction.status("renewing the sign-in");
	try {
		const caller = { ctx, signal, service, identity, key: session.key };
		const tokens = await refreshTokens(caller, session.client, session.refreshToken);
		return await store(doing, tokens, session);
	} catch (error) {
		signal.throwIfAborted();
		if (!(error instanceof AuthError)) throw error;
		const isOver = error instanceof SignInRefusedError && error.endsSession;
		if (isOver) await forget(doing, session);
		const rest = keysOf(session);
		if (
			!isOver &&
			!run.force &&
			rest !== undefined &&
			!isSame(rest, run.rejected) &&
			isUsable(rest.expiresAt, ctx.clock.now())
		)
			return rest;
		// Where another sign-in would fail of the same, nobody is asked for one.
		if (!(error instanceof SignInRefusedError) || !error.helpsToSignIn) throw error;
		ctx.log.debug("the sign-in could not be renewed", { path, reason: error.message, name: error.service?.name });
		return error;
	}
}

async function forget({ run, path }: Doing, session: BrowserSession): Promise<void> {
	try {
		await dropBrowserSession(run.ctx, path, session);
	} catch (error) {
		run.ctx.log.warn(`what is left of a sign-in that is over could not be removed: ${(error as Error).message}`);
	}
}

/** Writes before anything is done with the keys: the old refresh token is spent. */
async function store(
	{ run, path }: Doing,
	tokens: Tokens,
	session: Omit<BrowserSession, "refreshToken" | "keys">,
): Promise<AwsCredentials> {
	const { ctx } = run;
	const renewed: BrowserSession = { ...session, refreshToken: tokens.refreshToken, keys: tokens.keys };
	try {
		await saveBrowserSession(ctx, path, renewed);
	} catch (error) {
		if (!(error instanceof AuthError) || error.code !== "storage") throw error;
		// The sign-in has succeeded; only the next one will have to be done again.
		ctx.log.warn(`the sign-in could not be saved: ${error.message}`, {
			remedy: error.remedy && remedyText(error.remedy),
		});
	}
	return keysOf(renewed) ?? tokens.keys;
}

/** @returns false where whoever was not expected wants to sign in again as somebody else */
async function isExpected({ run, identity }: Doing, { principal }: Tokens): Promise<boolean> {
	if (principal === undefined) return true;
	const wanted = identity.config.spec?.user;
	return (await checkPerson({ of: "identity", entry: identity, names: [principal], wanted }, run)) === "expected";
}

/**
 * Another process's page. It comes from a file, and is checked as the configuration's address was.
 *
 * @throws AuthError `service` for a page of anybody else
 */
function leaderPrompt({ identity, service }: Doing, page: AnnouncedPage, waitingForPid: number): Shown {
	const link = String(page.url);
	const url = URL.canParse(link) ? new URL(link) : undefined;
	if (url === undefined || `${url.origin}${url.pathname}` !== authorizePage(service))
		throw new AuthError({ code: "service", message: "the page does not belong to the sign-in service of this user" });
	const { callbackPort } = page;
	return {
		type: "authorization",
		provider: identity.name,
		url: url.href,
		portal: url.host,
		startedAt: Number(page.startedAt),
		expiresAt: Number(page.expiresAt),
		...(typeof callbackPort === "number" ? { callbackPort } : {}),
		waitingForPid,
		browser: browserChoice(identity.config.spec?.browser),
	};
}
