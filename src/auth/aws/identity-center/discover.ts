/**
 * Finds every account and role that a session may use. The access portal lists accounts in pages and roles account by
 * account, and allows about twenty requests a second, so this is a race against a rate limit and not against the network.
 */
import type { AuthContext } from "../../context.ts";
import { AuthError } from "../../errors.ts";
import type { DiscoveryProgress } from "../../interaction.ts";
import { limitsOf } from "../../net/limits.ts";
import { createRateLimit } from "../../net/rate-limit.ts";
import { RetryLaterError } from "../../net/tries.ts";
import { wantedPauseMs } from "../errors.ts";
import { SessionRejectedError } from "./session-rejected.ts";
import { type Account, allPages, pages, type SsoPortal } from "./sso-portal.ts";

export interface FoundRole {
	readonly account: Account;
	readonly role: string;
}

export interface Discovery {
	readonly accounts: number;
	/** In the order of the accounts' names and the roles' names, whatever the order of the answers. */
	readonly roles: readonly FoundRole[];
	readonly failed: readonly { readonly account: Account; readonly message: string }[];
}

/** Requests a second that the portal takes before it answers 429. */
const REQUESTS_PER_SECOND = 20;
/** Enough to keep the budget used while answers take a second and a half. */
const MOST_AT_ONCE = 32;
const ATTEMPTS = 10;
/** After so many 429 in a row the limit is used by somebody else too: everything waits. */
const STREAK = 4;

/**
 * @param onProgress told at every account that is done, and at every page of accounts
 * @throws SessionRejectedError, the signal's reason, a RetryLaterError of any request, or the AuthError of a page of accounts
 *   that failed after all retries; an account whose roles cannot be listed does not throw but is in `failed`
 */
export async function discover(
	ctx: AuthContext,
	portal: SsoPortal,
	signal: AbortSignal,
	onProgress: (progress: DiscoveryProgress) => void,
): Promise<Discovery> {
	// Ends the rest as soon as one part fails for good.
	const stop = new AbortController();
	const all = AbortSignal.any([signal, stop.signal]);
	const limit = createRateLimit(ctx.clock, REQUESTS_PER_SECOND);
	let refused = 0;
	const limits = {
		attempts: ATTEMPTS,
		limitMs: limitsOf(ctx).discoveryMs,
		async before(waiting: AbortSignal) {
			await limit.take(waiting);
		},
		onRetry(error: unknown, delayMs: number) {
			const throttled = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 429;
			refused = throttled ? refused + 1 : 0;
			if (refused >= STREAK) limit.pause(Math.max(delayMs, wantedPauseMs(error, ctx.clock.now()) ?? 0));
		},
	};

	const accounts = new Set<string>();
	const roles: FoundRole[] = [];
	const failed: { account: Account; message: string }[] = [];
	const identities: string[] = [];
	let total: number | undefined;
	let done = 0;
	const report = () => {
		onProgress({
			accountsTotal: total,
			accountsDone: done,
			identities: [...identities],
			failedAccounts: failed.map(({ account, message }) => ({ account: account.name, message })),
		});
	};

	async function list(account: Account): Promise<void> {
		try {
			const names = await allPages((next) => portal.roles(account.id, next, all, limits));
			refused = 0;
			for (const role of new Set(names)) {
				roles.push({ account, role });
				identities.push(`${account.name}/${role}`);
			}
		} catch (error) {
			all.throwIfAborted();
			// What the session or the whole portal says is not about this account.
			if (error instanceof SessionRejectedError || error instanceof RetryLaterError) throw error;
			if (!(error instanceof AuthError)) throw error;
			failed.push({ account, message: error.message });
		}
		done++;
		report();
	}

	const queue = createQueue(MOST_AT_ONCE);
	try {
		// Roles are asked for while further pages of accounts arrive.
		for await (const page of pages((next) => portal.accounts(next, all, limits))) {
			for (const account of page) {
				if (accounts.has(account.id)) continue;
				accounts.add(account.id);
				queue.add(() => list(account));
			}
			queue.throwIfFailed();
			report();
		}
		total = accounts.size;
		report();
		await queue.drained();
	} catch (error) {
		stop.abort();
		await queue.settled();
		signal.throwIfAborted();
		throw error;
	}
	roles.sort(
		(a, b) => compare(a.account.name, b.account.name) || compare(a.account.id, b.account.id) || compare(a.role, b.role),
	);
	return { accounts: accounts.size, roles, failed };
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** Runs tasks in the order of arrival, so many at a time; the first failure is kept for whoever waits. */
function createQueue(most: number) {
	const waiting: (() => Promise<void>)[] = [];
	const running = new Set<Promise<void>>();
	let failure: { readonly error: unknown } | undefined;
	const next = () => {
		while (running.size < most && failure === undefined) {
			const task = waiting.shift();
			if (task === undefined) return;
			const run = task()
				.catch((error: unknown) => {
					failure ??= { error };
				})
				.finally(() => {
					running.delete(run);
					next();
				});
			running.add(run);
		}
	};
	const throwIfFailed = () => {
		if (failure !== undefined) throw failure.error;
	};
	return {
		add(task: () => Promise<void>) {
			waiting.push(task);
			next();
		},
		throwIfFailed,
		async drained() {
			while (running.size > 0 && failure === undefined) await Promise.race(running);
			throwIfFailed();
		},
		async settled() {
			waiting.length = 0;
			await Promise.all(running);
		},
	};
}
