/**
 * The calls of the access portal, with their answers checked.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/
 */
import {
	GetRoleCredentialsCommand,
	ListAccountRolesCommand,
	ListAccountsCommand,
	LogoutCommand,
	SSOClient,
} from "@aws-sdk/client-sso";
import type { AuthContext } from "../../context.ts";
import { AuthError } from "../../errors.ts";
import { LIMITS } from "../../net/limits.ts";
import { signInCommand } from "../../sign-in-command.ts";
import { ACCOUNTS, badAnswer, checkAnswer, ROLE_CREDENTIALS, ROLES } from "../answers.ts";
import { type AwsCall, callAws } from "../call.ts";
import { awsClientConfig } from "../clients.ts";
import type { AwsCredentials, SsoSession } from "../credentials.ts";
import { issuedKeys, ROLE_HOURS } from "../issued-keys.ts";
import { checkReceiver } from "./session-endpoints.ts";
import { SessionRejectedError } from "./session-rejected.ts";

export interface Account {
	/** Twelve digits. */
	readonly id: string;
	/** Sanitized; the id where the account has no name. */
	readonly name: string;
}

export interface Page<Item> {
	/** What gave it, such as `sso:ListAccounts`. */
	readonly operation: string;
	readonly items: readonly Item[];
	/** Absent on the last page. */
	readonly next?: string | undefined;
}

type Limits = Pick<AwsCall, "attempts" | "before" | "onRetry" | "limitMs">;

export interface SsoPortal {
	/**
	 * @returns credentials without region, account name and the like, which the caller knows
	 * @throws SessionRejectedError; AuthError with the service's status 403 or 404 when there is no such assignment
	 */
	roleCredentials(accountId: string, roleName: string, signal: AbortSignal): Promise<AwsCredentials>;
	/** One page of the accounts that the session may use. */
	accounts(next: string | undefined, signal: AbortSignal, limits?: Limits): Promise<Page<Account>>;
	/** One page of the names of the roles in an account. */
	roles(accountId: string, next: string | undefined, signal: AbortSignal, limits?: Limits): Promise<Page<string>>;
	/** Ends the session. @throws SessionRejectedError for one that is over */
	logout(signal: AbortSignal): Promise<void>;
}

/** Signing out goes on without the portal, so nobody is kept waiting for one that does not answer. */
const LOGOUT_LIMITS: Limits = { attempts: 2, limitMs: 10_000 };

/** The largest page that the service gives. */
const PAGE = 100;

/** @throws AuthError `config` where the session was not issued for that endpoint: nothing is sent then */
export async function createSsoPortal(
	ctx: AuthContext,
	session: SsoSession,
	endpoint: string | undefined,
): Promise<SsoPortal> {
	checkReceiver(ctx.env, session, endpoint);
	const client = new SSOClient(await awsClientConfig(ctx, "sso", { region: session.region, endpoint, maxAttempts: 1 }));
	const accessToken = session.accessToken.reveal();

	async function call<T>(
		operation: string,
		signal: AbortSignal,
		limits: Limits | undefined,
		send: (abortSignal: AbortSignal) => Promise<T>,
	): Promise<T> {
		try {
			return await callAws({ ctx, operation, signal, ...limits }, send);
		} catch (error) {
			if (error instanceof AuthError && error.service?.status === 401) {
				const signIn = signInCommand(ctx, { force: true });
				throw new SessionRejectedError(session, error.service, { signIn, cause: error.cause });
			}
			throw error;
		}
	}

	return {
		async roleCredentials(accountId, roleName, signal) {
			const operation = "sso:GetRoleCredentials";
			const answer = await call(operation, signal, undefined, (abortSignal) =>
				client.send(new GetRoleCredentialsCommand({ accessToken, accountId, roleName }), { abortSignal }),
			);
			return credentialsOf(ctx, operation, answer);
		},

		async accounts(next, signal, limits) {
			const operation = "sso:ListAccounts";
			const answer = await call(operation, signal, limits, (abortSignal) =>
				client.send(new ListAccountsCommand({ accessToken, maxResults: PAGE, nextToken: next }), { abortSignal }),
			);
			const { accountList, nextToken } = checkAnswer(operation, ACCOUNTS, answer);
			return { operation, items: accountList, next: nextToken };
		},

		async roles(accountId, next, signal, limits) {
			const operation = "sso:ListAccountRoles";
			const answer = await call(operation, signal, limits, (abortSignal) =>
				client.send(new ListAccountRolesCommand({ accessToken, accountId, maxResults: PAGE, nextToken: next }), {
					abortSignal,
				}),
			);
			const { roleList, nextToken } = checkAnswer(operation, ROLES, answer);
			return { operation, items: roleList, next: nextToken };
		},

		async logout(signal) {
			await call("sso:Logout", signal, LOGOUT_LIMITS, (abortSignal) =>
				client.send(new LogoutCommand({ accessToken }), { abortSignal }),
			);
		},
	};
}

/**
 * All items of a paged call, page by page as they arrive. A listing that leads in a circle, goes on without anything new or
 * never ends is an error, since nobody knows then what is in it.
 *
 * @throws AuthError see `badAnswer`, or whatever `load` throws
 */
export async function* pages<Item extends Account | string>(
	load: (next: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<readonly Item[]> {
	const tokens = new Set<string>();
	const seen = new Set<string>();
	let barren = 0;
	for (let next: string | undefined; ; ) {
		const page = await load(next);
		const known = seen.size;
		for (const item of page.items) seen.add(typeof item === "string" ? item : item.id);
		barren = seen.size > known ? 0 : barren + 1;
		yield page.items;
		next = page.next;
		if (next === undefined) return;
		if (tokens.has(next)) throw badAnswer(page.operation, "nextToken", "leads back to an earlier page");
		tokens.add(next);
		if (barren >= LIMITS.barrenPages) {
			throw badAnswer(page.operation, "listing", `continues after ${barren} pages without anything new`);
		}
		if (tokens.size >= LIMITS.pages) {
			throw badAnswer(page.operation, "listing", `continues after ${LIMITS.pages} pages`);
		}
	}
}

/** All items of a paged call. */
export async function allPages<Item extends Account | string>(
	load: (next: string | undefined) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
	const all: Item[] = [];
	for await (const items of pages(load)) all.push(...items);
	return all;
}

function credentialsOf(ctx: AuthContext, operation: string, answer: unknown): AwsCredentials {
	return issuedKeys(ctx, operation, checkAnswer(operation, ROLE_CREDENTIALS, answer).roleCredentials, ROLE_HOURS);
}
