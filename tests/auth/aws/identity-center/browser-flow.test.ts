import { once } from "node:events";
import { createServer } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { loadSsoSession } from "../../../../src/auth/aws/identity-center/session-file.ts";
import type { AuthError } from "../../../../src/auth/errors.ts";
import type { Run } from "../../../../src/auth/kinds.ts";
import { CHROMIUM, startChromium } from "../../../cloud/browser.ts";
import type { Behaviour } from "../../../cloud/script.ts";
import { remedyOf } from "../../../helpers/remedy.ts";
import { BY_BROWSER, begun, freePort, isOpen } from "./by-browser.ts";
import { failure, nobody, type Scene, scene } from "./sign-in.ts";

const TOKEN = "sso-oidc:CreateToken";

const stored = ({ ctx, provider }: Scene) => loadSsoSession(ctx, provider.config.start_url, provider.config.region);
const grants = ({ cloud }: Scene) =>
	cloud.requests.filter(({ operation }) => operation === TOKEN).map(({ grant }) => grant);

/** What the browser is sent back with. */
async function sendBack(url: string, parameters: Record<string, string>): Promise<void> {
	const query = new URL(url).searchParams;
	const state = query.get("state") ?? "";
	await fetch(`${query.get("redirect_uri")}?${new URLSearchParams({ state, ...parameters })}`);
}

describe("a sign-in by browser", () => {
	test("shows the page, waits until it returns, and keeps the session", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		expect(prompt).toMatchObject({
			provider: "company-sso",
			portal: "acme.awsapps.com",
			startedAt: set.clock.now(),
			expiresAt: set.clock.now() + 600_000,
			callbackPort: expect.any(Number),
			ways: { taken: { flow: "browser" }, why: "--flow is browser", others: [{ flow: "device-code" }] },
		});
		expect(prompt.url.startsWith(`${set.cloud.url}/authorize?response_type=code&client_id=`)).toBe(true);
		expect(await isOpen(prompt.callbackPort ?? 0)).toBe(true);
		expect((await set.cloud.visit(prompt.url)).text).toContain("Back to the terminal");
		const session = await done;
		expect(session).toMatchObject({
			origin: "browser",
			region: "us-east-1",
			startUrl: "https://acme.awsapps.com/start",
		});
		expect(session.expiresAt - set.clock.now()).toBe(8 * 3600_000);
		expect(set.onlooker.prompts.at(-1)).toBeUndefined();
		expect(await isOpen(prompt.callbackPort ?? 0)).toBe(false);
		expect(set.onlooker.statuses).toEqual([
			"registering the client",
			"waiting for your approval in the browser",
			"redeeming the approval",
		]);
		const kept = await stored(set);
		expect(kept?.accessToken.reveal()).toBe(session.accessToken.reveal());
		expect(kept).toMatchObject({ flow: "browser", clientId: expect.any(String), refreshToken: expect.anything() });
		expect(grants(set)).toEqual(["authorization_code"]);
	});

	test("is renewed without asking, like any other, and is still known to be one by browser", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		await set.cloud.visit(prompt.url);
		await done;
		for (const _ of [1, 2]) {
			set.clock.advance(8 * 3600_000 - 60_000);
			expect((await set.pass(set.signIn({ interaction: nobody() }))).origin).toBe("refresh");
			expect((await stored(set))?.flow).toBe("browser");
		}
		expect(grants(set)).toEqual(["authorization_code", "refresh_token", "refresh_token"]);
	});

	test("leaves nothing secret in the log or on the screen", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		await set.cloud.visit(prompt.url);
		await done;
		const told = JSON.stringify([set.ctx.logged, set.onlooker.prompts, set.onlooker.statuses]);
		for (const secret of set.cloud.secrets()) expect(told).not.toContain(secret);
		expect(set.cloud.secrets().length).toBeGreaterThan(3);
	});

	test("the fragment of a copied address is not sent", async () => {
		const set = await scene({ config: { start_url: "https://acme.awsapps.com/start#/?tab=accounts" } });
		const { done, prompt } = await begun(set);
		await set.cloud.visit(prompt.url);
		expect((await done).origin).toBe("browser");
	});

	test("fails at once where nobody is there, without a request", async () => {
		const set = await scene();
		expect(await failure(set.signIn({ ...BY_BROWSER, interaction: nobody() }))).toMatchObject({ code: "usage" });
		expect(set.cloud.requests).toEqual([]);
	});
});

describe("which way is taken", () => {
	test.each<[string, object, Run["signIn"], string, string]>([
		["a code, if nothing is said", {}, {}, "device-code", "it works in any browser, on any machine"],
		["a browser, if the configuration says so", { flow: "browser" }, {}, "authorization", "`spec.flow` is browser"],
		[
			"what --flow says, before that",
			{ flow: "browser" },
			{ flow: "device-code" },
			"device-code",
			"--flow is device-code",
		],
		[
			"a code, if --flow is for others",
			{},
			{ flow: "paste" },
			"device-code",
			"it works in any browser, on any machine",
		],
	])("%s", async (_, spec, signIn, type, why) => {
		const set = await scene();
		Object.assign(set.provider.config, { spec: { ...set.provider.config.spec, ...spec } });
		const controller = new AbortController();
		const done = set.signIn({ signIn, signal: controller.signal });
		done.catch(() => {});
		expect(await set.onlooker.page()).toMatchObject({ type, ways: { why } });
		controller.abort();
		await failure(done);
	});

	test("the browser that the configuration names goes with either", async () => {
		for (const flow of ["browser", "device-code"] as const) {
			const set = await scene();
			const browser = { name: "firefox", profile: "Work", private: true } as const;
			Object.assign(set.provider.config, { spec: { ...set.provider.config.spec, browser } });
			const controller = new AbortController();
			const done = set.signIn({ signIn: { flow }, signal: controller.signal });
			done.catch(() => {});
			expect(await set.onlooker.page()).toMatchObject({
				browser: { name: "firefox", profile: "Work", isPrivate: true },
			});
			controller.abort();
			await failure(done);
		}
	});
});

describe("the page returns with", () => {
	test("a denial", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		expect((await set.cloud.visit(prompt.url, "deny")).text).toContain("Not signed in");
		expect(await failure(done)).toMatchObject({
			code: "denied",
			message: "the request was denied in the browser",
			remedy: { run: ["atmos-auth", "login", "dev-admin"] },
			service: { name: "access_denied", message: "The user denied the request" },
		});
		expect(set.onlooker.prompts.at(-1)).toBeUndefined();
		expect(await stored(set)).toBeUndefined();
		expect(await isOpen(prompt.callbackPort ?? 0)).toBe(false);
		expect(grants(set)).toEqual([]);
	});

	test.each([
		["expired_token", "expired", "the sign-in was not finished in the browser in time"],
		["server_error", "service", "the sign-in service had an error while the browser was there"],
		["temporarily_unavailable", "service", "the sign-in service had an error while the browser was there"],
		["invalid_scope", "service", "the sign-in service did not let the browser sign in: invalid_scope"],
	])("%s", async (error, code, message) => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		await sendBack(prompt.url, { error, error_description: "as it said" });
		const thrown = await failure<AuthError>(done);
		expect(thrown).toMatchObject({ code, message, reason: "as it said", service: { name: error } });
		expect(remedyOf(thrown)).toBeTruthy();
	});

	test("texts that no terminal should get", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		const hostile = "\u001b]0;owned\u0007bad\u202e\r\n::error::x";
		await sendBack(prompt.url, { error: hostile, error_description: `${hostile}${"y".repeat(5000)}` });
		const thrown = await failure<AuthError>(done);
		const told = `${thrown.message}${thrown.reason}${JSON.stringify(thrown.service)}`;
		// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
		expect(told).not.toMatch(/[\u0000-\u001f\u007f\u202e]|\\u/);
		expect(told.length).toBeLessThan(2000);
	});

	test("something that is not from the page, which changes nothing", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		await sendBack(prompt.url, { state: "forged", code: "forged" });
		await sendBack(prompt.url, { state: "forged", error: "access_denied" });
		await set.cloud.visit(prompt.url);
		expect((await done).origin).toBe("browser");
	});

	test("a code that is not its own: the service does not take it", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		await sendBack(prompt.url, { code: "guessed" });
		expect(await failure(done)).toMatchObject({
			code: "denied",
			message: "the sign-in service does not recognize the code with which the browser returned",
			reason: expect.stringContaining('`region` of "company-sso" is us-east-1'),
			service: { name: "InvalidGrantException" },
		});
	});
});

describe("the code is redeemed", () => {
	test.each<[string, Behaviour, string]>([
		["denied after all", { type: "error", status: 400, name: "AccessDeniedException" }, "denied"],
		["too late", { type: "error", status: 400, name: "ExpiredTokenException" }, "expired"],
		["over a connection that is cut", { type: "cut" }, "network"],
		["in vain, the server has an error", { type: "error", status: 500, name: "InternalServerException" }, "service"],
	])("once: %s", async (_, behaviour, code) => {
		const set = await scene();
		set.cloud.script.next(TOKEN, behaviour);
		const { done, prompt } = await begun(set);
		await set.cloud.visit(prompt.url);
		expect(await failure(done)).toMatchObject({ code });
		expect(set.cloud.count(TOKEN)).toBe(1);
	});

	test("again where the service did nothing with it", async () => {
		const set = await scene();
		set.cloud.script.next(TOKEN, { type: "error", status: 429, name: "TooManyRequestsException" });
		const { done, prompt } = await begun(set);
		await set.cloud.visit(prompt.url);
		expect((await set.pass(done)).origin).toBe("browser");
		expect(set.cloud.count(TOKEN)).toBe(2);
	});
});

describe("nobody comes back", () => {
	test("within ten minutes", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		const error = await failure(set.pass(done));
		expect(error).toMatchObject({
			code: "expired",
			reason: "the browser was waited for until 12:10:00 UTC",
			remedy: { run: ["atmos-auth", "login", "dev-admin"] },
		});
		expect(set.clock.now()).toBe(prompt.expiresAt);
		expect(set.onlooker.prompts.at(-1)).toBeUndefined();
		expect(await isOpen(prompt.callbackPort ?? 0)).toBe(false);
	});

	test("a laptop that slept wakes up to the end, though its timers stood still", async () => {
		const set = await scene();
		let slept = 0;
		const { ctx } = set.run();
		const clock = { sleep: ctx.clock.sleep, now: () => ctx.clock.now() + slept };
		const { done, prompt } = await begun(set, { ctx: { ...ctx, clock } });
		slept = 3 * 3600_000;
		// The next look at the clock is a few seconds away.
		expect(await set.clock.asleep()).toBeLessThanOrEqual(10_000);
		set.clock.advance(10_000);
		expect(await failure(done)).toMatchObject({ code: "expired" });
		expect(await isOpen(prompt.callbackPort ?? 0)).toBe(false);
	});

	test("or not before the end, even if that is the first thing that a laptop does when it wakes up", async () => {
		const set = await scene();
		let slept = 0;
		const { ctx } = set.run();
		const clock = { sleep: ctx.clock.sleep, now: () => ctx.clock.now() + slept };
		const { done, prompt } = await begun(set, { ctx: { ...ctx, clock } });
		slept = 600_000;
		await set.cloud.visit(prompt.url);
		expect(await failure(done)).toMatchObject({ code: "expired" });
		expect(grants(set)).toEqual([]);
	});
});

describe("a cancelled sign-in", () => {
	test.each(["waiting for the browser", "redeeming the code"])("ends at once: %s", async (when) => {
		const set = await scene();
		const controller = new AbortController();
		if (when === "redeeming the code") set.cloud.script.next(TOKEN, { type: "hang" });
		const { done, prompt } = await begun(set, { signal: controller.signal });
		if (when === "redeeming the code") {
			await set.cloud.visit(prompt.url);
			await set.cloud.waitFor(({ operation }) => operation === TOKEN);
		}
		const reason = new Error("the user pressed Ctrl-C");
		controller.abort(reason);
		expect(await failure(done)).toBe(reason);
		expect(await isOpen(prompt.callbackPort ?? 0)).toBe(false);
		// The lock is gone too: the next sign-in leads again.
		const again = await begun(set);
		await set.cloud.visit(again.prompt.url);
		expect((await again.done).origin).toBe("browser");
	});
});

describe("the port", () => {
	test("is the one that was asked for", async () => {
		const set = await scene();
		const callbackPort = await freePort();
		const { done, prompt } = await begun(set, { signIn: { flow: "browser", callbackPort } });
		expect(prompt.callbackPort).toBe(callbackPort);
		expect(new URL(prompt.url).searchParams.get("redirect_uri")).toBe(
			`http://127.0.0.1:${callbackPort}/oauth/callback`,
		);
		await set.cloud.visit(prompt.url);
		await done;
	});

	test("that is taken is named, and nothing is shown", async () => {
		const set = await scene();
		const other = createServer().listen(0, "127.0.0.1");
		await once(other, "listening");
		onTestFinished(() => void other.close());
		const { port } = other.address() as { port: number };
		const error = await failure<AuthError>(set.signIn({ signIn: { flow: "browser", callbackPort: port } }));
		expect(error).toMatchObject({ code: "usage", message: expect.stringContaining(`--callback-port ${port} `) });
		expect(remedyOf(error)).toContain("--callback-port");
		expect(set.onlooker.prompts.filter(Boolean)).toEqual([]);
	});
});

test("a start URL that the service does not know is a matter of the configuration", async () => {
	const set = await scene({ config: { start_url: "https://wrong.awsapps.com/start" } });
	expect(await failure(set.signIn(BY_BROWSER))).toMatchObject({
		code: "config",
		message: "the sign-in service does not accept the start URL https://wrong.awsapps.com/start in us-east-1",
		service: { name: "InvalidRequestException", message: "Invalid issuer url provided" },
	});
});

describe.skipIf(CHROMIUM === undefined)("in Chromium", () => {
	let browser: Browser;
	beforeAll(async () => {
		browser = await startChromium();
	}, 60_000);
	afterAll(() => browser.close());

	test.each([
		["Allow access", "Back to the terminal"],
		["Deny", "Not signed in"],
	])("%s leads back, and nothing else is loaded", async (name, heading) => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		const page = await browser.newPage();
		onTestFinished(() => page.close());
		const hosts = new Set<string>();
		page.on("request", (request) => hosts.add(new URL(request.url()).host));
		await page.goto(prompt.url);
		await page.getByRole("button", { name }).click();
		await page.getByRole("heading", { name: heading }).waitFor();
		expect([...hosts]).toEqual([new URL(set.cloud.url).host, `127.0.0.1:${prompt.callbackPort}`]);
		if (name === "Deny") expect(await failure(done)).toMatchObject({ code: "denied" });
		else expect((await done).origin).toBe("browser");
	});
});
