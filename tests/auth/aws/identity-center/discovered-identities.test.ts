import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type Discovered, writeDiscovered } from "../../../../src/auth/aws/identity-center/discovered-identities.ts";
import { discoveredFile } from "../../../../src/auth/storage/paths.ts";
import { fakeClock, type TestContext, testContext } from "../../../helpers/context.ts";

const provider = { key: "company-sso", config: { start_url: "https://acme.awsapps.com/start", region: "us-east-1" } };
const development = { id: "012345678901", name: "development" };
const role = (id: string, name: string, roleName: string): Discovered["roles"][number] => ({
	account: { id, name },
	role: roleName,
});
const context = (): TestContext => testContext({ clock: fakeClock() });
const read = (ctx: TestContext): string => readFileSync(discoveredFile(ctx, provider.key), "utf8");

describe("provisioned identities", () => {
	test("are in the file and the layout of the Go program", async () => {
		const ctx = context();
		const found = { accounts: 1, roles: [{ account: development, role: "AdministratorAccess" }] };
		expect(await writeDiscovered(ctx, provider, found)).toEqual({
			names: ["development/AdministratorAccess"],
			gone: [],
		});
		const path = join(ctx.home, ".cache", "atmos", "auth", "company-sso", "provisioned-identities.yaml");
		expect(parse(readFileSync(path, "utf8"))).toEqual({
			auth: {
				_metadata: {
					counts: { accounts: 1, identities: 1, roles: 1 },
					extra: { region: "us-east-1", start_url: "https://acme.awsapps.com/start" },
					provider: "company-sso",
					provisioned_at: "2026-11-23T12:00:00Z",
					source: "aws-sso",
				},
				identities: {
					"development/AdministratorAccess": {
						kind: "aws/permission-set",
						provider: "company-sso",
						via: { provider: "company-sso" },
						principal: { name: "AdministratorAccess", account: { name: "development", id: "012345678901" } },
					},
				},
			},
		});
		expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700]);
	});

	test("of two accounts with one name are told apart by the accounts' ids", async () => {
		const { names } = await writeDiscovered(context(), provider, {
			accounts: 4,
			roles: [
				role("111111111111", "Sandbox", "Admin"),
				role("222222222222", "sandbox", "Admin"),
				role("333333333333", "Sandbox (111111111111)", "Admin"),
				role("444444444444", "", "Admin"),
			],
		});
		expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(4);
		expect(names).toContain("sandbox (222222222222)/Admin");
		expect(names).toContain("444444444444/Admin");
	});

	test.each(["yes", "0o17", "1:20", "null", "!exec rm", "a: b", "- x", "#x", "'", '"', "a\nb", "{{ .x }}", "*a", "&a"])(
		"keep an account's name as text: %j",
		async (name) => {
			const ctx = context();
			await writeDiscovered(ctx, provider, { accounts: 1, roles: [role("012345678901", name, name)] });
			for (const version of ["1.1", "1.2"] as const) {
				const identities = Object.values(parse(read(ctx), { version }).auth.identities);
				expect(identities).toMatchObject([{ principal: { name, account: { name, id: "012345678901" } } }]);
			}
			expect(read(ctx)).not.toContain("\n- ");
		},
	);

	test("that are no longer there go, the last one too", async () => {
		const ctx = context();
		await writeDiscovered(ctx, provider, { accounts: 1, roles: [role("1", "a", "b")] });
		const { names, gone } = await writeDiscovered(ctx, provider, { accounts: 0, roles: [] });
		expect([names, gone]).toEqual([[], ["a/b"]]);
		expect(parse(read(ctx)).auth.identities).toEqual({});
	});

	test("of an account that could not be asked stay as they were", async () => {
		const ctx = context();
		const roles = [role("012345678901", "kept", "Admin"), role("222222222222", "gone", "Admin")];
		await writeDiscovered(ctx, provider, { accounts: 2, roles });
		const { names, gone } = await writeDiscovered(ctx, provider, {
			accounts: 2,
			roles: [role("333333333333", "new", "Admin")],
			failed: [{ account: { id: "012345678901", name: "kept" } }],
		});
		expect(names).toEqual(["kept/Admin", "new/Admin"]);
		expect(gone).toEqual(["gone/Admin"]);
	});

	test("replace a file that is broken", async () => {
		const ctx = context();
		const path = discoveredFile(ctx, provider.key);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, "auth: [");
		const failed = [{ account: development }];
		await writeDiscovered(ctx, provider, { accounts: 1, roles: [role("1", "a", "b")], failed });
		expect(Object.keys(parse(read(ctx)).auth.identities)).toEqual(["a/b"]);
	});
});
