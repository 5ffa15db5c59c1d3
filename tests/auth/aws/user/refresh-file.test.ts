import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { createDpopKey, serializeDpopKey } from "../../../../src/auth/aws/user/dpop.ts";
import {
	type BrowserSession,
	dropBrowserSession,
	loadBrowserSession,
	refreshFile,
	saveBrowserSession,
} from "../../../../src/auth/aws/user/refresh-file.ts";
import { Secret } from "../../../../src/auth/credentials.ts";
import { testContext } from "../../../helpers/context.ts";

const REALM = { value: "test" };

const session = (changes: Partial<BrowserSession> = {}): BrowserSession => ({
	refreshToken: new Secret("Aai<x>&y"),
	key: createDpopKey(),
	region: "eu-west-1",
	expiresAt: Date.UTC(2026, 10, 24),
	client: "same-device",
	...changes,
});

test("what the Go program wrote is read, and nothing is made up that it does not say", async () => {
	const ctx = testContext();
	const path = refreshFile(ctx, REALM, "ada");
	mkdirSync(dirname(path), { recursive: true });
	// As `encoding/json` writes it: a local time with nanoseconds, and what HTML would trip over escaped.
	const dpopKey = serializeDpopKey(createDpopKey()).reveal();
	const text = `{
  "refreshToken": "Aai\\u003cx\\u003e\\u0026y",
  "region": "us-east-1",
  "expiresAt": "2026-11-23T19:00:00.123456789-05:00",
  "dpopKey": "${dpopKey}"
}`;
	writeFileSync(path, text);
	const found = await loadBrowserSession(ctx, path);
	expect(found).toMatchObject({
		region: "us-east-1",
		expiresAt: Date.UTC(2026, 10, 24, 0, 0, 0, 123),
		client: "same-device",
		endpoint: undefined,
		principal: undefined,
		keys: undefined,
	});
	expect(found?.refreshToken.reveal()).toBe("Aai<x>&y");
	expect(found && serializeDpopKey(found.key).reveal()).toBe(dpopKey);
});

test("it is written as the Go program's encoder writes, with one key of our own", async () => {
	const ctx = testContext();
	const path = refreshFile(ctx, REALM, "ada");
	await saveBrowserSession(ctx, path, session());
	expect(readFileSync(path, "utf8").split("\n").slice(0, 4)).toEqual([
		"{",
		'  "refreshToken": "Aai\\u003cx\\u003e\\u0026y",',
		'  "region": "eu-west-1",',
		'  "expiresAt": "2026-11-24T00:00:00Z",',
	]);
	expect((await loadBrowserSession(ctx, path))?.refreshToken.reveal()).toBe("Aai<x>&y");
});

test("a session that has taken its place is not removed with one that is over", async () => {
	const ctx = testContext();
	const path = refreshFile(ctx, REALM, "ada");
	const old = session();
	await saveBrowserSession(ctx, path, session({ refreshToken: new Secret("Aai-next") }));
	await dropBrowserSession(ctx, path, old);
	expect(existsSync(path)).toBe(true);
	await saveBrowserSession(ctx, path, old);
	await dropBrowserSession(ctx, path, old);
	expect(existsSync(path)).toBe(false);
});

test("its place is the Go program's, for names with slashes and without a realm too", () => {
	const ctx = testContext({ env: { XDG_CACHE_HOME: "/cache" } });
	expect(refreshFile(ctx, REALM, "team/ada")).toBe("/cache/atmos/aws-webflow/team/ada-test/refresh.json");
	expect(refreshFile(ctx, { value: "" }, "ada")).toBe("/cache/atmos/aws-webflow/ada-/refresh.json");
	for (const name of ["../ada", "a/../../ada", "./ada"]) expect(() => refreshFile(ctx, REALM, name), name).toThrow();
});
