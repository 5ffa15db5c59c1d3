import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { stateFile } from "../../../src/auth/storage/paths.ts";
import {
	noteArtifact,
	noteConfig,
	noteSession,
	noteUse,
	readState,
	updateState,
} from "../../../src/auth/storage/state.ts";
import { fakeClock, type TestContext, testContext } from "../../helpers/context.ts";

const DAY = 24 * 3_600_000;

function given(ctx: TestContext, text: string): string {
	const path = stateFile(ctx);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
	return path;
}

describe("the state", () => {
	test("remembers uses, sessions and artifacts", async () => {
		const ctx = testContext();
		const facts = {
			expiresAt: ctx.clock.now() + 1_000,
			issuedAt: 5,
			accountId: "012345678901",
			accountName: "dev",
			role: "AdministratorAccess",
			keys: "digest",
			purpose: "this",
			config: { env: { ATMOS_PROFILE: "dev" }, paths: { "/project/atmos.yaml": "1 2 3" } },
		};
		await updateState(ctx, (state) => noteUse(state, "realm", "dev", ctx.clock.now()));
		await updateState(ctx, (state) => noteSession(state, "realm", "sso", "dev", facts));
		await updateState(ctx, (state) => noteArtifact(state, "/file", "host", { identity: "dev", mark: "x" }));
		const state = await readState(ctx);
		expect(state.lastUsed.realm?.dev).toBeTypeOf("number");
		expect(state.sessions.realm?.sso?.dev).toEqual(facts);
		expect(state.artifacts["/file"]?.host).toMatchObject({ identity: "dev", mark: "x" });
		expect(statSync(stateFile(ctx)).mode & 0o777).toBe(0o600);

		await updateState(ctx, (draft) => noteArtifact(draft, "/file", "host", undefined));
		expect((await readState(ctx)).artifacts["/file"]).toBeUndefined();
	});

	test("remembers an entry of a kubeconfig as a whole or not at all", async () => {
		const ctx = testContext();
		const entry = { context: "my dev", exec: "1", file: "2" };
		const targets = { whole: { entry }, part: { entry: { context: "dev", exec: "1" } }, packed: { mark: "dev 1 2" } };
		given(ctx, JSON.stringify({ version: 1, artifacts: { "/file": { ...targets, wrong: { entry: "dev 1 2" } } } }));
		const found = (await readState(ctx)).artifacts["/file"] ?? {};
		expect(Object.entries(found).map(([name, facts]) => [name, facts.entry])).toEqual([
			["whole", entry],
			["part", undefined],
			["packed", undefined],
			["wrong", undefined],
		]);
	});

	test("remembers a configuration only for the credentials that are there", async () => {
		const ctx = testContext();
		const config = { env: {}, paths: { "/a": "-" } };
		await updateState(ctx, (state) => {
			noteSession(state, "realm", "sso", "dev", { purpose: "this" });
			noteConfig(state, "realm", "sso", "dev", "another", config);
		});
		expect((await readState(ctx)).sessions.realm?.sso?.dev?.config).toBeUndefined();
		await updateState(ctx, (state) => noteConfig(state, "realm", "sso", "dev", "this", config));
		expect((await readState(ctx)).sessions.realm?.sso?.dev).toMatchObject({ purpose: "this", config });
	});

	test("takes any name, those of JavaScript's own included", async () => {
		const ctx = testContext();
		for (const name of ["__proto__", "constructor", "toString"]) {
			await updateState(ctx, (state) => noteUse(state, name, name, 7 + ctx.clock.now()));
			expect((await readState(ctx)).lastUsed[name]?.[name]).toBeTypeOf("number");
		}
		expect((await readState(ctx)).lastUsed.hasOwnProperty).toBeUndefined();
		expect(({} as Record<string, unknown>).polluted).toBeUndefined();
	});

	test("loses nothing when many change it at once", async () => {
		const ctx = testContext();
		const names = Array.from({ length: 20 }, (_, index) => `identity-${index}`);
		await Promise.all(names.map((name) => updateState(ctx, (state) => noteUse(state, "realm", name, ctx.clock.now()))));
		expect(Object.keys((await readState(ctx)).lastUsed.realm ?? {}).sort()).toEqual(names.sort());
	});

	test("forgets what is long over", async () => {
		const clock = fakeClock();
		const ctx = testContext({ clock });
		const now = clock.now();
		await updateState(ctx, (state) => {
			noteSession(state, "realm", "sso", "old", { expiresAt: now });
			noteSession(state, "realm", "sso", "static", {});
			noteUse(state, "realm", "old", now);
		});
		clock.advance(31 * DAY);
		await updateState(ctx, () => {});
		expect(Object.keys((await readState(ctx)).sessions.realm?.sso ?? {})).toEqual(["static"]);
		clock.advance(400 * DAY);
		await updateState(ctx, () => {});
		expect((await readState(ctx)).lastUsed).toEqual({});
	});
});

describe("a state that is no use", () => {
	test.each([
		"",
		"{",
		"[]",
		"null",
		'{"version":1,"lastUsed":[],"sessions":{"a":{"b":3}},"artifacts":{"f":{"t":null}}}',
	])("counts as an empty one: %j", async (text) => {
		const ctx = testContext();
		given(ctx, text);
		const state = await readState(ctx);
		expect(Object.keys(state.lastUsed)).toEqual([]);
		await updateState(ctx, (draft) => noteUse(draft, "realm", "dev", ctx.clock.now()));
		expect((await readState(ctx)).lastUsed.realm?.dev).toBeTypeOf("number");
	});

	test("because it is of a later version is left as it is", async () => {
		const ctx = testContext();
		const path = given(ctx, '{"version":2,"new":true}');
		await updateState(ctx, (state) => noteUse(state, "realm", "dev", 1));
		expect(readFileSync(path, "utf8")).toBe('{"version":2,"new":true}');
	});

	test("because it cannot be written is told, and fails nothing", async () => {
		const ctx = testContext();
		// A file where the folder should be stops root too.
		mkdirSync(dirname(dirname(stateFile(ctx))), { recursive: true });
		writeFileSync(dirname(stateFile(ctx)), "");
		chmodSync(dirname(stateFile(ctx)), 0o600);
		await updateState(ctx, (state) => noteUse(state, "realm", "dev", 1));
		expect((await readState(ctx)).lastUsed).toEqual({});
		expect(ctx.logged.filter(({ level }) => level === "warn")).toHaveLength(1);
	});
});
