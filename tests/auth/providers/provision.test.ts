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
	await set.pass(kind.provision?.(set.provider, session, set.run()) ?? Promise.resolve());
	const file = parse(readFileSync(provisionedFile(set.ctx, "company-sso"), "utf8"));
	return { auth: file.auth, last: set.onlooker.progress.at(-1) };
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
