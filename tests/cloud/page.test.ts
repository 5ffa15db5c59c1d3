import { request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Reply, request, type Setup, setUp } from "./client.ts";

let set: Setup;
let device: Record<string, string>;
beforeEach(async () => {
	set = await setUp();
	device = await set.startDevice();
});
afterEach(() => set.cloud.close());

const open = (code = device.userCode): Promise<Reply> => request(`${set.cloud.url}/device?user_code=${code}`);

const fieldsOf = (page: Reply): Record<string, string> =>
	Object.fromEntries(
		[...page.text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)].map(([, k, v]) => [k, v]),
	);

const press = (
	decision: string,
	fields: Record<string, string>,
	headers: Record<string, string> = {},
): Promise<Reply> =>
	request(`${set.cloud.url}/device`, { method: "POST", body: new URLSearchParams({ ...fields, decision }), headers });

describe("the approval page", () => {
	test("shows the code, who asks and for whom", async () => {
		const { status, text } = await open();
		expect(status).toBe(200);
		expect(text).toContain(`>${device.userCode}<`);
		expect(text).toContain("acme.awsapps.com");
		expect(text).toContain("ada@acme.example");
		expect(text).toContain("<strong>test</strong>");
	});

	test("allows or denies by a button", async () => {
		const allowed = await press("allow", fieldsOf(await open()));
		expect(allowed.status).toBe(303);
		expect((await request(set.cloud.url + allowed.headers.get("location"))).text).toContain("Request approved");
		expect((await set.redeem(device)).status).toBe(200);

		device = await set.startDevice();
		expect((await press("deny", fieldsOf(await open()))).status).toBe(303);
		expect((await open()).text).toContain("Request denied");
		expect((await set.redeem(device)).body.error).toBe("access_denied");
	});

	test("takes a code as people type it, and has a form for it", async () => {
		expect((await open("")).text).toContain("Enter the code");
		const typed = device.userCode?.toLowerCase().replace("-", "%20") ?? "";
		expect((await open(typed)).text).toContain(`>${device.userCode}<`);
	});

	test("knows what is not valid: unknown, over, used", async () => {
		expect(await open("ABCD-EFGH")).toMatchObject({
			status: 404,
			text: expect.stringContaining("do not know this code"),
		});
		const fields = fieldsOf(await open());
		set.clock.advance(600);
		expect(await open()).toMatchObject({ status: 404, text: expect.stringContaining("has expired") });
		const late = await press("allow", fields);
		expect((await request(set.cloud.url + late.headers.get("location"))).text).toContain("has expired");
		expect((await set.redeem(device)).body.error).toBe("expired_token");

		const used = await set.signIn();
		expect((await open(used.userCode)).text).toContain("used already");
	});

	test("escapes what a client calls itself", async () => {
		const { clientId, clientSecret } = (await set.register({ clientName: `<script>alert("1")</script>` })).body;
		const reply = await fetch(`${set.cloud.url}/device_authorization`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ clientId, clientSecret, startUrl: "https://acme.awsapps.com/start" }),
		});
		const { userCode } = (await reply.json()) as { userCode: string };
		const { text } = await open(userCode);
		expect(text).not.toContain("<script");
		expect(text).toContain("&#60;script&#62;");
	});

	test("loads nothing, runs nothing, is framed by nobody and kept nowhere", async () => {
		const { text, headers } = await open();
		const policy = headers.get("content-security-policy") ?? "";
		expect(policy).toContain("default-src 'none'");
		expect(policy).not.toContain("unsafe");
		expect(policy).toContain("frame-ancestors 'none'");
		expect(headers.get("cache-control")).toBe("no-store");
		expect(text).not.toMatch(/\b(?:src|href)="?(?!\/device)|@import|url\(/);
	});
});

describe("a decision is not accepted", () => {
	const untouched = async () => expect((await set.redeem(device)).body.error).toBe("authorization_pending");

	test("without the form's token, with that of another code, or twice", async () => {
		const fields = fieldsOf(await open());
		expect((await press("allow", { ...fields, form_token: "" })).status).toBe(403);
		const other = await set.startDevice();
		expect((await press("allow", { ...fields, user_code: other.userCode ?? "" })).status).toBe(403);
		await untouched();
		expect((await press("nonsense", fields)).status).toBe(400);
		expect((await press("deny", fieldsOf(await open()))).status).toBe(303);
		expect((await press("allow", fields)).status).toBe(403);
		set.clock.advance(5);
		expect((await set.redeem(device)).body.error).toBe("access_denied");
	});

	test("from another site", async () => {
		const fields = fieldsOf(await open());
		expect((await press("allow", fields, { origin: "https://evil.example" })).status).toBe(403);
		await untouched();
		expect((await press("allow", fields, { origin: set.cloud.url })).status).toBe(303);
	});

	test("under a name that somebody else's DNS leads here", async () => {
		const { port } = new URL(set.cloud.url);
		const status = await new Promise((resolve, reject) => {
			httpRequest({
				host: "127.0.0.1",
				port,
				path: `/device?user_code=${device.userCode}`,
				headers: { host: "evil.example" },
			})
				.on("response", (response) => {
					response.resume();
					resolve(response.statusCode);
				})
				.on("error", reject)
				.end();
		});
		expect(status).toBe(421);
	});
});
