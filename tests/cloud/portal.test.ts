import { afterEach, describe, expect, test } from "vitest";
import { type Setup, setUp } from "./client.ts";
import { largeWorld } from "./world.ts";

let set: Setup;
afterEach(() => set.cloud.close());

describe("role credentials", () => {
	const ask = async (query: string, token?: string) =>
		set.portal(`/federation/credentials?${query}`, token ?? (await set.signIn()).accessToken);

	test("end when the permission set says, in milliseconds", async () => {
		set = await setUp();
		const { expiration } = await set.roleCredentials();
		expect(expiration).toBe(set.clock.now() + 3_600_000);
		expect((await set.roleCredentials("012345678901")).expiration).toBe(set.clock.now() + 4 * 3_600_000);
	});

	test.each([
		[
			"an account that is not assigned",
			"account_id=123456789012&role_name=Nothing",
			403,
			"ForbiddenException",
			"No access",
		],
		["no role", "account_id=123456789012", 400, "InvalidRequestException", "role_name is required"],
		[
			"no account id",
			"account_id=dev&role_name=ReadOnlyAccess",
			400,
			"InvalidRequestException",
			"Account id is not valid",
		],
	])("%s is refused", async (_, query, status, error, message) => {
		set = await setUp();
		const answer = await ask(query);
		expect(answer.status).toBe(status);
		expect(answer.headers.get("x-amzn-errortype")).toMatch(new RegExp(`^${error}:http`));
		expect(answer.body.message).toBe(message);
	});

	test.each([
		["no token", ""],
		["a made-up token", "aoaGuessed"],
	])("%s is refused", async (_, token) => {
		set = await setUp();
		const answer = await ask("account_id=123456789012&role_name=AdministratorAccess", token);
		expect(answer.status).toBe(401);
		expect(answer.body.message).toBe("Session token not found or invalid");
	});

	test("a token is over at its time, and after a logout", async () => {
		set = await setUp();
		const { accessToken = "" } = await set.signIn();
		set.clock.advance(8 * 3600 - 1);
		expect((await set.portal("/assignment/accounts", accessToken)).status).toBe(200);
		set.clock.advance(1);
		expect((await set.portal("/assignment/accounts", accessToken)).status).toBe(401);

		const other = (await set.signIn()).accessToken ?? "";
		const logout = await fetch(`${set.cloud.url}/logout`, {
			method: "POST",
			headers: { "x-amz-sso_bearer_token": other },
		});
		expect(logout.status).toBe(200);
		expect((await set.portal("/assignment/accounts", other)).status).toBe(401);
	});
});

describe("listing", () => {
	test("comes in pages, each once", async () => {
		set = await setUp({ world: largeWorld(7, 5, { pageSize: 3 }) });
		const { accessToken } = await set.signIn();
		const ids: string[] = [];
		let token: string | undefined;
		let pages = 0;
		do {
			const query = token ? `?next_token=${token}` : "";
			const { body } = await set.portal(`/assignment/accounts${query}`, accessToken);
			ids.push(...body.accountList.map(({ accountId }: { accountId: string }) => accountId));
			token = body.nextToken;
			pages += 1;
		} while (token);
		expect(pages).toBe(3);
		expect(new Set(ids).size).toBe(7);
		const first = (await set.portal("/assignment/accounts?max_result=2", accessToken)).body;
		expect(first.accountList).toHaveLength(2);
		const roles = (await set.portal("/assignment/roles?account_id=100000000000&max_result=100", accessToken)).body;
		expect(roles.roleList).toHaveLength(3);
	});

	test("takes no token of another listing, nor a made-up one, nor a page of 101", async () => {
		set = await setUp({ world: largeWorld(7, 5, { pageSize: 3 }) });
		const { accessToken } = await set.signIn();
		const { nextToken } = (await set.portal("/assignment/accounts", accessToken)).body;
		for (const path of [
			`/assignment/roles?account_id=100000000000&next_token=${nextToken}`,
			"/assignment/accounts?next_token=bm9uc2Vuc2U",
			"/assignment/accounts?max_result=101",
			"/assignment/accounts?max_result=0",
		]) {
			expect((await set.portal(path, accessToken)).status, path).toBe(400);
		}
	});

	test("refuses what exceeds the limit of a second, and nothing else", async () => {
		set = await setUp({ world: largeWorld(3, 1, { listingLimit: 20 }) });
		const { accessToken } = await set.signIn();
		const burst = async (count: number): Promise<number[]> =>
			(await Promise.all(Array.from({ length: count }, () => set.portal("/assignment/accounts", accessToken)))).map(
				({ status }) => status,
			);
		expect((await burst(25)).filter((status) => status === 429)).toHaveLength(5);
		set.clock.advance(0.5);
		expect((await burst(12)).filter((status) => status === 200)).toHaveLength(10);
		expect(
			(await set.portal("/federation/credentials?account_id=100000000000&role_name=Role1Access", accessToken)).status,
		).toBe(200);
	});
});
