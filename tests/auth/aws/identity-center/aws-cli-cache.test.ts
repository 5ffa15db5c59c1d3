import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findAwsCliSession } from "../../../../src/auth/aws/identity-center/aws-cli-cache.ts";
import { fakeClock, type TestContext, testContext } from "../../../helpers/context.ts";

const startUrl = "https://acme.awsapps.com/start";
const region = "us-east-1";
const token = (name: string, hours: number, changed: object = {}): string =>
	JSON.stringify({
		startUrl,
		region,
		accessToken: name,
		expiresAt: new Date(Date.UTC(2026, 10, 23, 12 + hours)).toISOString().replace(".000Z", "Z"),
		...changed,
	});

function given(files: Readonly<Record<string, string>>): TestContext {
	const ctx = testContext({ clock: fakeClock(Date.UTC(2026, 10, 23, 12)) });
	const folder = join(ctx.home, ".aws", "sso", "cache");
	mkdirSync(folder, { recursive: true });
	for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
	return ctx;
}

const find = async (ctx: TestContext, url = startUrl): Promise<string | undefined> =>
	(await findAwsCliSession(ctx, url, region))?.accessToken.reveal();

describe("the AWS CLI's sessions", () => {
	test("of which the one that lasts longest is used", async () => {
		const ctx = given({ "a.json": token("short", 1), "b.json": token("long", 8), "c.json": token("medium", 4) });
		expect(await find(ctx)).toBe("long");
		expect((await findAwsCliSession(ctx, startUrl, region))?.expiresAt).toBe(Date.UTC(2026, 10, 23, 20));
	});

	test("that do not fit are passed over", async () => {
		const ctx = given({
			"expired.json": token("expired", -1),
			"region.json": token("region", 8, { region: "eu-west-1" }),
			"portal.json": token("portal", 8, { startUrl: "https://other.awsapps.com/start" }),
			"registration.json": JSON.stringify({ clientId: "a", clientSecret: "b", expiresAt: "2030-01-01T00:00:00Z" }),
			"hostile.json": token("a\r\nb", 8),
			"broken.json": "{",
			"list.json": "[]",
			"number.json": token("x", 8, { accessToken: 1 }),
			"time.json": token("x", 8, { expiresAt: "later" }),
			"notes.txt": token("text", 9),
			"good.json": token("good", 1),
		});
		mkdirSync(join(ctx.home, ".aws", "sso", "cache", "folder.json"));
		symlinkSync("nowhere", join(ctx.home, ".aws", "sso", "cache", "dangling.json"));
		expect(await find(ctx)).toBe("good");
	});

	test("with the `UTC` of old versions are understood", async () => {
		expect(await find(given({ "a.json": token("old", 0, { expiresAt: "2026-11-23T13:00:00UTC" }) }))).toBe("old");
	});

	test.each([`${startUrl}/`, `${startUrl}/#/`, `${startUrl}#`, "https://ACME.awsapps.com/start"])(
		"of the same portal spelled %s are used",
		async (url) => {
			expect(await find(given({ "a.json": token("same", 1) }), url)).toBe("same");
			expect(await find(given({ "a.json": token("same", 1, { startUrl: url }) }))).toBe("same");
		},
	);

	test("are never changed", async () => {
		const ctx = given({ "a.json": token("a", 1), "b.json": "{" });
		const folder = join(ctx.home, ".aws", "sso", "cache");
		chmodSync(join(folder, "a.json"), 0o644);
		await find(ctx);
		expect(readdirSync(folder).sort()).toEqual(["a.json", "b.json"]);
		expect(readFileSync(join(folder, "b.json"), "utf8")).toBe("{");
	});

	test("are not there without the AWS CLI", async () => {
		expect(await find(testContext())).toBeUndefined();
	});
});
