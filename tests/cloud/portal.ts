/** IAM Identity Center's portal: role credentials and the listing of accounts and roles. https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/ */
import { type Exchange, json, ServiceError } from "./exchange.ts";
import type { KeyStore } from "./keys.ts";
import type { Session, SsoOidc } from "./sso-oidc.ts";
import type { World } from "./world.ts";

export class SsoPortal {
	readonly #world: World;
	readonly #oidc: SsoOidc;
	readonly #keys: KeyStore;
	readonly #now: () => number;
	#bucket = { tokens: 0, at: 0 };

	constructor(world: World, oidc: SsoOidc, keys: KeyStore, now: () => number) {
		this.#world = world;
		this.#oidc = oidc;
		this.#keys = keys;
		this.#now = now;
	}

	getRoleCredentials(exchange: Exchange) {
		const session = this.#session(exchange);
		const accountId = this.#parameter(exchange, "account_id");
		const role = this.#parameter(exchange, "role_name");
		const assignment = session.portal.assignments.find((item) => item.accountId === accountId && item.role === role);
		if (!assignment) throw new ServiceError(403, "ForbiddenException", "No access");
		const keys = this.#keys.issue(assignment, session.portal.user, this.#now() + assignment.sessionSeconds * 1000);
		return json({
			roleCredentials: {
				accessKeyId: keys.accessKeyId,
				secretAccessKey: keys.secretAccessKey,
				sessionToken: keys.sessionToken,
				expiration: keys.expiresAt,
			},
		});
	}

	listAccounts(exchange: Exchange) {
		const { portal } = this.#session(exchange);
		this.#throttle();
		const visible = portal.accounts.filter(({ id }) => portal.assignments.some(({ accountId }) => accountId === id));
		const { page, nextToken } = this.#page(exchange, visible);
		return json({
			accountList: page.map(({ id, name, email }) => ({ accountId: id, accountName: name, emailAddress: email })),
			...(nextToken ? { nextToken } : {}),
		});
	}

	listAccountRoles(exchange: Exchange) {
		const { portal } = this.#session(exchange);
		this.#throttle();
		const accountId = this.#parameter(exchange, "account_id");
		const roles = portal.assignments.filter((assignment) => assignment.accountId === accountId);
		if (roles.length === 0) throw new ServiceError(403, "ForbiddenException", "No access");
		const { page, nextToken } = this.#page(exchange, roles);
		return json({
			roleList: page.map(({ role }) => ({ roleName: role, accountId })),
			...(nextToken ? { nextToken } : {}),
		});
	}

	logout(exchange: Exchange) {
		this.#session(exchange).revoked = true;
		return json({});
	}

	#session(exchange: Exchange): Session {
		const session = this.#oidc.sessionOf(exchange.headers["x-amz-sso_bearer_token"]);
		if (!session) throw new ServiceError(401, "UnauthorizedException", "Session token not found or invalid");
		return session;
	}

	#parameter(exchange: Exchange, name: string): string {
		const value = exchange.url.searchParams.get(name);
		if (!value) throw new ServiceError(400, "InvalidRequestException", `${name} is required`);
		return value;
	}

	#page<Item>(exchange: Exchange, items: readonly Item[]): { page: readonly Item[]; nextToken?: string } {
		const start = Number(Buffer.from(exchange.url.searchParams.get("next_token") ?? "", "base64url").toString() || 0);
		const wanted = Number(exchange.url.searchParams.get("max_result") ?? this.#world.pageSize);
		const size = Math.min(wanted, this.#world.pageSize);
		const end = start + size;
		const page = items.slice(start, end);
		return end < items.length ? { page, nextToken: Buffer.from(String(end)).toString("base64url") } : { page };
	}

	/** A token bucket of one second's worth, as the real listing's twenty a second. */
	#throttle(): void {
		const limit = this.#world.listingLimit;
		if (limit === undefined) return;
		const now = this.#now();
		this.#bucket.tokens = Math.min(limit, this.#bucket.tokens + ((now - this.#bucket.at) / 1000) * limit);
		this.#bucket.at = now;
		if (this.#bucket.tokens < 1) throw new ServiceError(429, "TooManyRequestsException", "HTTP 429 Unknown Code");
		this.#bucket.tokens -= 1;
	}
}
