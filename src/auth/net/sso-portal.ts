/**
 * The three calls of the access portal, with their answers checked.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/
 */
import {
	GetRoleCredentialsCommand,
	ListAccountRolesCommand,
	ListAccountsCommand,
	SSOClient,
} from "@aws-sdk/client-sso";
import type { AuthContext } from "../context.ts";
import { type AwsCredentials, Secret, type SsoSession } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import { SessionRejectedError } from "../providers/session-rejected.ts";
import { sanitize } from "../sanitize.ts";
import { badAnswer, secretText } from "./answers.ts";
import { awsClientConfig } from "./aws-clients.ts";
import { type AwsCall, callAws } from "./call-aws.ts";

export interface Account {
	/** Twelve digits. */
	readonly id: string;
	/** Sanitized; the id where the account has no name. */
	readonly name: string;
}

export interface Page<Item> {
	readonly items: readonly Item[];
	readonly next?: string | undefined;
}

type Limits = Pick<AwsCall, "attempts" | "before" | "onRetry">;

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
}

/** The largest page that the service gives. */
const PAGE = 100;

/** More pages than any organization has: a server that repeats its tokens for ever ends here. */
const MAX_PAGES = 1000;

export async function createSsoPortal(
	ctx: AuthContext,
	session: SsoSession,
	endpoint: string | undefined,
): Promise<SsoPortal> {
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
				throw new SessionRejectedError(session, error.service, error.cause);
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
			return checkedCredentials(operation, answer.roleCredentials, ctx.clock.now());
		},

		async accounts(next, signal, limits) {
			const operation = "sso:ListAccounts";
			const answer = await call(operation, signal, limits, (abortSignal) =>
				client.send(new ListAccountsCommand({ accessToken, maxResults: PAGE, nextToken: next }), { abortSignal }),
			);
			const items = listOf(operation, "accountList", answer.accountList).flatMap((entry) => {
				const id = textOf(entry.accountId);
				if (!/^\d{12}$/.test(id)) return [];
				return [{ id, name: textOf(entry.accountName) || id }];
			});
			return { items, next: nextOf(operation, answer.nextToken, next) };
		},

		async roles(accountId, next, signal, limits) {
			const operation = "sso:ListAccountRoles";
			const answer = await call(operation, signal, limits, (abortSignal) =>
				client.send(new ListAccountRolesCommand({ accessToken, accountId, maxResults: PAGE, nextToken: next }), {
					abortSignal,
				}),
			);
			const items = listOf(operation, "roleList", answer.roleList)
				.map((entry) => textOf(entry.roleName))
				.filter((name) => name !== "");
			return { items, next: nextOf(operation, answer.nextToken, next) };
		},
	};
}

/** All items of a paged call, page by page as they arrive. */
export async function* pages<Item>(
	load: (next: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<readonly Item[]> {
	let next: string | undefined;
	for (let count = 0; count < MAX_PAGES; count++) {
		const page = await load(next);
		yield page.items;
		next = page.next;
		if (next === undefined) return;
	}
}

/** All items of a paged call. */
export async function allPages<Item>(
	load: (next: string | undefined) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
	const all: Item[] = [];
	for await (const items of pages(load)) all.push(...items);
	return all;
}

/** Longest lifetime that role credentials can have, with room for a clock that is off. */
const MAX_LIFETIME_MS = 13 * 3600_000;

function checkedCredentials(operation: string, value: unknown, now: number): AwsCredentials {
	if (typeof value !== "object" || value === null) throw badAnswer(operation, "roleCredentials", "are missing");
	const given = value as Readonly<Record<string, unknown>>;
	const accessKeyId = secretText(operation, "accessKeyId", given.accessKeyId);
	const expiresAt = given.expiration;
	if (typeof expiresAt !== "number" || !Number.isFinite(expiresAt) || expiresAt <= 0) {
		throw badAnswer(operation, "expiration", "is missing");
	}
	// The unit is milliseconds; a value in seconds lies in January 1970 when read as such.
	if (expiresAt < 1e11) throw badAnswer(operation, "expiration", "is not in milliseconds");
	if (expiresAt <= now)
		throw badAnswer(operation, "expiration", "lies in the past, or the clock of this machine is fast");
	return {
		type: "aws",
		accessKeyId,
		secretAccessKey: new Secret(secretText(operation, "secretAccessKey", given.secretAccessKey)),
		sessionToken: new Secret(secretText(operation, "sessionToken", given.sessionToken)),
		expiresAt: Math.min(expiresAt, now + MAX_LIFETIME_MS),
		issuedAt: now,
	};
}

type Entry = Readonly<Record<string, unknown>>;

function listOf(operation: string, field: string, value: unknown): readonly Entry[] {
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value)) throw badAnswer(operation, field, "is not a list");
	return value.filter((entry): entry is Entry => typeof entry === "object" && entry !== null);
}

function nextOf(operation: string, value: unknown, previous: string | undefined): string | undefined {
	if (typeof value !== "string" || value === "") return undefined;
	if (value === previous) throw badAnswer(operation, "nextToken", "leads back to the same page");
	return value;
}

function textOf(value: unknown): string {
	return typeof value === "string" ? sanitize(value.slice(0, 256)) : "";
}
