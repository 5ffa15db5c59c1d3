/** IAM Identity Center's portal: role credentials and the listing of accounts and roles. https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/ */
import { type Exchange, json, ServiceError } from "./exchange.ts";
import type { KeyStore } from "./keys.ts";
import { permissionSetSession } from "./principals.ts";
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
		const { portal } = this.#session(exchange);
		const accountId = this.#accountId(exchange);
		const role = this.#parameter(exchange, "role_name");
		exchange.facts.account = accountId;
		exchange.facts.role = role;
		const assignment = portal.assignments.find((item) => item.accountId === accountId && item.role === role);
		if (!assignment) throw new ServiceError(403, "ForbiddenException", "No access");
		const expiresAt = this.#now() + assignment.sessionSeconds * 1000;
		const keys = this.#keys.issue(() => permissionSetSession(assignment, portal), expiresAt);
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
		const accountId = this.#accountId(exchange);
		exchange.facts.account = accountId;
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

	#accountId(exchange: Exchange): string {
		const id = this.#parameter(exchange, "account_id");
		if (!/^\d{12}$/.test(id)) throw new ServiceError(400, "InvalidRequestException", "Account id is not valid");
		return id;
	}

	/** One page. The token names the listing that it continues, so that no other takes it. */
	#page<Item>(exchange: Exchange, items: readonly Item[]): { page: readonly Item[]; nextToken?: string } {
		const listing = `${exchange.url.pathname}?${exchange.url.searchParams.get("account_id") ?? ""}`;
		const token = exchange.url.searchParams.get("next_token");
		const [start = "0", of = listing] = token === null ? [] : Buffer.from(token, "base64url").toString().split(" ");
		if (!/^\d+$/.test(start) || of !== listing) {
			throw new ServiceError(400, "InvalidRequestException", "Invalid pagination token");
		}
		const wanted = exchange.url.searchParams.get("max_result") ?? String(this.#world.pageSize);
		if (!/^\d+$/.test(wanted) || Number(wanted) < 1 || Number(wanted) > 100) {
			throw new ServiceError(400, "InvalidRequestException", "max_result has to be between 1 and 100");
		}
		const end = Number(start) + Math.min(Number(wanted), this.#world.pageSize);
		const page = items.slice(Number(start), end);
		return end < items.length ? { page, nextToken: Buffer.from(`${end} ${listing}`).toString("base64url") } : { page };
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
