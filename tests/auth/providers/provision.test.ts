import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { kind } from "../../../src/auth/providers/aws-iam-identity-center.ts";
import { provisionedFile } from "../../../src/auth/storage/paths.ts";
import { largeWorld } from "../../cloud/world.ts";
import { type Scene, scene } from "./sign-in.ts";

const config = { auto_provision_identities: true };

async function discovered(set: Scene) {
	const session = await set.approved();
	const start = set.clock.now();
	await set.pass(kind.provision?.(set.provider, session, set.run()) ?? Promise.resolve());
	const file = parse(readFileSync(provisionedFile(set.ctx, "company-sso"), "utf8"));
	return { seconds: (set.clock.now() - start) / 1000, auth: file.auth, last: set.onlooker.progress.at(-1) };
}

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

	test("keeps to twenty requests a second, uses them up, and loses nobody", async () => {
		const set = await scene({ world: largeWorld(400, 5, { listingLimit: 20 }), config });
		const { auth, seconds, last } = await discovered(set);
		expect(Object.keys(auth.identities)).toHaveLength(2000);
		expect(last).toMatchObject({ accountsTotal: 400, accountsDone: 400, failedAccounts: [] });
		// Four pages of accounts and a request for each account, at twenty a second.
		expect(seconds).toBeLessThan((404 / 20) * 1.1);
	}, 60_000);

	test("shows accounts as they arrive", async () => {
		const set = await scene({ world: largeWorld(30, 1), config });
		await discovered(set);
		const counts = set.onlooker.progress.map(({ identities }) => identities.length);
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
