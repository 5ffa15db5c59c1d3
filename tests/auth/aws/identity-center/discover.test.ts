import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { SsoSession } from "../../../../src/auth/aws/credentials.ts";
import { kind } from "../../../../src/auth/aws/identity-center/kind.ts";
import { allPages } from "../../../../src/auth/aws/identity-center/sso-portal.ts";
import type { AuthError } from "../../../../src/auth/errors.ts";
import { discoveredFile } from "../../../../src/auth/storage/paths.ts";
import type { Behaviour, Operation } from "../../../cloud/script.ts";
import { largeWorld } from "../../../cloud/world.ts";
import { failure, type Scene, scene } from "./sign-in.ts";

const config = { auto_provision_identities: true };

async function discovered(set: Scene) {
	const session = await set.approved();
	await set.pass(kind.discovery?.run(set.provider, session, set.run()) ?? Promise.resolve());
	const file = parse(readFileSync(discoveredFile(set.ctx, "company-sso"), "utf8"));
	return { auth: file.auth, last: set.onlooker.discoveries.at(-1) };
}

const raw = (value: unknown): Behaviour => ({ type: "raw", body: JSON.stringify(value) });
const account = (accountId: unknown, accountName: unknown = "a") => ({ accountId, accountName });
const stored = (set: Scene): string => readFileSync(discoveredFile(set.ctx, "company-sso"), "utf8");

/** A discovery that went well, and a session for the next. */
async function known(set: Scene): Promise<SsoSession> {
	const session = await set.approved();
	await set.pass(kind.discovery?.run(set.provider, session, set.run()) ?? Promise.resolve());
	return session;
}

function again(set: Scene, session: SsoSession): Promise<void> {
	return kind.discovery?.run(set.provider, session, set.run()) ?? Promise.resolve();
}

describe("an answer that is none", () => {
	test.each<[string, Operation, unknown, string]>([
		["no list", "sso:ListAccounts", {}, "its accountList is missing"],
		["null", "sso:ListAccounts", { accountList: null }, "its accountList is missing"],
		["a text", "sso:ListAccounts", { accountList: "none" }, ""],
		[
			"an account without an id",
			"sso:ListAccounts",
			{ accountList: [{ accountName: "a" }] },
			"its accountList[0].accountId is missing",
		],
		["a number as id", "sso:ListAccounts", { accountList: [account(123456789012)] }, ""],
		[
			"eleven digits",
			"sso:ListAccounts",
			{ accountList: [account("12345678901")] },
			"its accountList[0].accountId is not a 12-digit account ID",
		],
		["a token that is a list", "sso:ListAccounts", { accountList: [], nextToken: [] }, ""],
	])("to the list of accounts changes nothing: %s", async (_, operation, value, reason) => {
		const set = await scene({ world: largeWorld(3, 2), config });
		const session = await known(set);
		const before = stored(set);
		set.cloud.script.always(operation, raw(value));
		const error = await failure<AuthError>(set.pass(again(set, session)));
		expect(error).toMatchObject({ name: "AuthError", code: "service" });
		expect(error.message).toMatch(/^sso:ListAccounts returned an unusable response$|sent an unreadable response$/);
		if (reason !== "") expect(error.reason).toBe(reason);
		expect(stored(set)).toBe(before);
		expect(set.onlooker.discoveries.some(({ gone }) => gone !== undefined)).toBe(false);
	});

	test.each<[string, unknown]>([
		["no list", {}],
		["null", { roleList: null }],
		["a text", { roleList: "none" }],
		["a role without a name", { roleList: [{ accountId: "100000000000" }] }],
		["a role with a name of control characters", { roleList: [{ roleName: "Admin\u001b[2J" }] }],
		["a role without letters", { roleList: [{ roleName: "" }] }],
	])("to the roles of an account leaves what was known of it: %s", async (_, value) => {
		const set = await scene({ world: largeWorld(3, 2), config });
		const session = await known(set);
		set.cloud.script.next("sso:ListAccountRoles", raw(value));
		await set.pass(again(set, session));
		expect(Object.keys(parse(stored(set)).auth.identities)).toHaveLength(6);
		expect(set.onlooker.discoveries.at(-1)?.failedAccounts).toHaveLength(1);
		expect(set.onlooker.discoveries.at(-1)?.gone).toBeUndefined();
	});
});

describe("what went away", () => {
	test("is told by name, the first few", async () => {
		const set = await scene({ world: largeWorld(4, 2), config });
		const session = await known(set);
		const [portal] = set.cloud.world.portals;
		Object.assign(portal ?? {}, { assignments: portal?.assignments.slice(0, 1) });
		await set.pass(again(set, session));
		expect(set.onlooker.discoveries.at(-1)?.gone).toEqual({
			total: 7,
			names: [
				"workload-001/Role2Access",
				"workload-002/Role1Access",
				"workload-002/Role2Access",
				"workload-003/Role1Access",
				"workload-003/Role2Access",
			],
		});
		expect(Object.keys(parse(stored(set)).auth.identities)).toEqual(["workload-001/Role1Access"]);
	});

	test("is everything, where the portal really lists nothing: written, and said loudly", async () => {
		const set = await scene({ world: largeWorld(2, 1), config });
		const session = await known(set);
		set.cloud.script.always("sso:ListAccounts", raw({ accountList: [] }));
		await set.pass(again(set, session));
		expect(parse(stored(set)).auth.identities).toEqual({});
		expect(set.onlooker.discoveries.at(-1)?.gone?.total).toBe(2);
		expect(set.ctx.logged).toContainEqual({
			level: "warn",
			message: 'the access portal lists no account for you: all 2 stored identities of "company-sso" were removed',
			fields: { remedy: "ask an administrator of IAM Identity Center for access" },
		});
	});
});

describe("a listing without an end", () => {
	test.each<[string, Operation, Behaviour, string]>([
		[
			"in a circle",
			"sso:ListAccounts",
			{ type: "endless", token: "again" },
			"its nextToken leads back to an earlier page",
		],
		[
			"with nothing new",
			"sso:ListAccounts",
			{ type: "endless" },
			"its listing continues after 10 pages without anything new",
		],
	])("of accounts is an error: %s", async (_, operation, behaviour, reason) => {
		const set = await scene({ world: largeWorld(3, 2), config });
		const session = await known(set);
		const before = stored(set);
		set.cloud.script.always(operation, behaviour);
		const asked = set.cloud.count(operation);
		expect(await failure(set.pass(again(set, session)))).toMatchObject({ code: "service", reason });
		expect(set.cloud.count(operation) - asked).toBeLessThanOrEqual(11);
		expect(stored(set)).toBe(before);
	});

	test("of roles leaves what was known of the account", async () => {
		const set = await scene({ world: largeWorld(2, 2), config });
		const session = await known(set);
		set.cloud.script.always("sso:ListAccountRoles", { type: "endless" });
		await set.pass(again(set, session));
		expect(set.onlooker.discoveries.at(-1)?.failedAccounts).toHaveLength(2);
		expect(Object.keys(parse(stored(set)).auth.identities)).toHaveLength(4);
	});

	test("that always has something new ends too", async () => {
		let page = 0;
		const load = async () => ({ operation: "sso:ListAccountRoles", items: [`role-${page}`], next: String(page++) });
		expect(await failure(allPages(load))).toMatchObject({ reason: "its listing continues after 300 pages" });
		expect(page).toBe(300);
	});
});

describe("a portal that is slow", () => {
	test("ends the discovery after 90 seconds without anything new", async () => {
		const set = await scene({ world: largeWorld(3, 1), config });
		const session = await known(set);
		const before = stored(set);
		set.cloud.script.always("sso:ListAccountRoles", { type: "hang" });
		const done = failure(again(set, session));
		await set.cloud.waitFor(({ operation, status }) => operation === "sso:ListAccountRoles" && status === 0);
		set.clock.advance(90_000);
		expect(await done).toMatchObject({
			code: "network",
			message: "discovering identities found nothing new for 90 s",
			reason: "0 of 3 accounts were listed by then; the identities found earlier are kept",
		});
		await set.cloud.waitForAbort("sso:ListAccountRoles");
		expect(stored(set)).toBe(before);
	});

	test("or that wants to be left alone for an hour is left alone at once", async () => {
		const set = await scene({ world: largeWorld(40, 1), config });
		const session = await known(set);
		const headers = { "retry-after": "3600" };
		set.cloud.script.always("sso:ListAccountRoles", {
			type: "error",
			status: 429,
			name: "TooManyRequestsException",
			headers,
		});
		const asked = set.cloud.count("sso:ListAccountRoles");
		expect(await failure(set.pass(again(set, session)))).toMatchObject({
			reason: "it asks to wait 60 min before the next request",
			remedy: { say: "wait 60 min, then run the command again" },
		});
		expect(set.cloud.count("sso:ListAccountRoles") - asked).toBeLessThan(40);
	});
});

describe("discovery", () => {
	test("finds every account and role, in Atmos's file and layout", async () => {
		const set = await scene({ world: largeWorld(3, 2, { pageSize: 2 }), config });
		const { auth } = await discovered(set);
		expect(Object.keys(auth.identities)).toHaveLength(6);
		expect(auth.identities["workload-001/Role1Access"]).toEqual({
			kind: "aws/permission-set",
			provider: "company-sso",
			via: { provider: "company-sso" },
			principal: { name: "Role1Access", account: { name: "workload-001", id: "100000000000" } },
		});
		expect(auth._metadata).toMatchObject({ provider: "company-sso", counts: { accounts: 3, identities: 6 } });
	});

	test("of hundreds of accounts loses nobody to the service's limit", async () => {
		// How long it takes is for the benchmarks: the clock here runs as fast as somebody sleeps.
		const set = await scene({ world: largeWorld(300, 5, { listingLimit: 200 }), config });
		const { auth, last } = await discovered(set);
		expect(last).toMatchObject({ accountsTotal: 300, accountsDone: 300, failedAccounts: [] });
		expect(Object.keys(auth.identities)).toHaveLength(1500);
	}, 60_000);

	test("shows accounts as they arrive", async () => {
		const set = await scene({ world: largeWorld(30, 1), config });
		await discovered(set);
		const counts = set.onlooker.discoveries.map(({ identities }) => identities.length);
		expect(counts).toEqual([...counts].sort((a, b) => a - b));
		expect(new Set(counts).size).toBeGreaterThan(10);
	});

	test("is patient with throttling and cut connections", async () => {
		const set = await scene({ world: largeWorld(10, 2), config });
		const busy = { type: "error", status: 429, name: "TooManyRequestsException" } as const;
		set.cloud.script.next("sso:ListAccountRoles", busy, { type: "drop" }, busy, {
			type: "error",
			status: 503,
			name: "InternalServerException",
		});
		const { auth, last } = await discovered(set);
		expect(Object.keys(auth.identities)).toHaveLength(20);
		expect(last?.failedAccounts).toEqual([]);
	});

	test("names the accounts that it could not look into", async () => {
		const set = await scene({ world: largeWorld(3, 1), config });
		set.cloud.script.next("sso:ListAccountRoles", {
			type: "error",
			status: 403,
			name: "ForbiddenException",
			message: "No access",
		});
		const { auth, last } = await discovered(set);
		expect(Object.keys(auth.identities)).toHaveLength(2);
		expect(last?.failedAccounts).toHaveLength(1);
	});
});
