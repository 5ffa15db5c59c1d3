import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { sessionEndpoints } from "../../../../src/auth/aws/identity-center/session-endpoints.ts";
import { loadSsoSession, signInPath, ssoSessionFile } from "../../../../src/auth/aws/identity-center/session-file.ts";
import type { AuthError } from "../../../../src/auth/errors.ts";
import type { Run } from "../../../../src/auth/kinds.ts";
import { CHROMIUM, startChromium } from "../../../cloud/browser.ts";
import type { Behaviour } from "../../../cloud/script.ts";
import { remedyOf } from "../../../helpers/remedy.ts";
import { failure, nobody, Onlooker, type Scene, scene } from "./sign-in.ts";

const TOKEN = "sso-oidc:CreateToken";
const REGISTER = "sso-oidc:RegisterClient";
const START = "sso-oidc:StartDeviceAuthorization";
const BY_BROWSER = { signIn: { flow: "browser" } } as const;

const stored = ({ ctx, provider }: Scene) => loadSsoSession(ctx, provider.config.start_url, provider.config.region);
const grants = ({ cloud }: Scene) =>
	cloud.requests.filter(({ operation }) => operation === TOKEN).map(({ grant }) => grant);

/** Begins a sign-in by browser, and returns when the page is shown. */
async function begun(set: Scene, overrides: Partial<Run> = {}) {
	const done = set.signIn({ ...BY_BROWSER, ...overrides });
	done.catch(() => {});
	const prompt = await Promise.race([set.onlooker.authorization(), done.then(() => set.onlooker.authorization())]);
	return { done, prompt };
}

/** What the browser is sent back with. */
async function sendBack(url: string, parameters: Record<string, string>): Promise<void> {
	const query = new URL(url).searchParams;
	const state = query.get("state") ?? "";
	await fetch(`${query.get("redirect_uri")}?${new URLSearchParams({ state, ...parameters })}`);
}

/** @returns a port that nobody listens on */
async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	server.close();
	return port;
}

async function isOpen(port: number): Promise<boolean> {
	const socket = connect(port, "127.0.0.1");
	return Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(
		() => false,
	);
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

describe("a client that was registered for one way is not used for the other", () => {
	async function byBrowser(set: Scene): Promise<void> {
		const { done, prompt } = await begun(set, { force: true });
		await set.cloud.visit(prompt.url);
		expect((await done).origin).toBe("browser");
	}
	const endSession = (set: Scene): void => {
		set.cloud.revokeSessions();
		set.clock.advance(8 * 3600_000 + 1);
	};

	test("first a code, then a browser", async () => {
		const set = await scene();
		await set.approved();
		endSession(set);
		await byBrowser(set);
		expect(set.cloud.count(REGISTER)).toBe(2);
	});

	test("first a browser, then a code", async () => {
		const set = await scene();
		await byBrowser(set);
		endSession(set);
		expect((await set.approved()).origin).toBe("device");
		expect(set.cloud.count(REGISTER)).toBe(2);
		expect(set.cloud.requests.filter(({ error }) => error === "UnauthorizedClientException")).toEqual([]);
		// And the next code needs none.
		endSession(set);
		expect((await set.approved()).origin).toBe("device");
		expect(set.cloud.count(REGISTER)).toBe(2);
	});

	test("and one for a browser not even for the next browser, to which the service would not say that it is over", async () => {
		const set = await scene();
		await byBrowser(set);
		set.cloud.expireRegistrations();
		endSession(set);
		await byBrowser(set);
		expect(set.cloud.count(REGISTER)).toBe(2);
	});

	test("not even where the Go program has written the file since, which does not say for which it was", async () => {
		const set = await scene();
		await byBrowser(set);
		const file = ssoSessionFile(set.ctx, set.provider.config.start_url, set.provider.config.region);
		const { atmosAuthFlow, ...others } = JSON.parse(readFileSync(file, "utf8"));
		expect(atmosAuthFlow).toBe("browser");
		writeFileSync(file, JSON.stringify(others));
		endSession(set);
		expect((await set.approved()).origin).toBe("device");
		expect(set.cloud.count(REGISTER)).toBe(2);
	});
});

describe("another way is chosen meanwhile", () => {
	/** Somebody at a keyboard who takes another way than the shown one so many times. */
	function changing(set: Scene, times: number): void {
		let left = times;
		set.onlooker.reach = "keyboard";
		set.onlooker.respond = ({ ways }) => {
			const [other] = ways?.others ?? [];
			return other === undefined || left-- <= 0 ? undefined : { type: "way", flow: other.flow };
		};
	}

	test("a browser instead of a code", async () => {
		const set = await scene();
		changing(set, 1);
		const done = set.signIn();
		const prompt = await set.onlooker.authorization();
		expect(prompt.ways).toMatchObject({ why: "you chose it", others: [{ flow: "device-code" }] });
		await set.cloud.visit(prompt.url);
		expect((await done).origin).toBe("browser");
		expect(set.cloud.count(START)).toBe(1);
	});

	test("a code instead of a browser, which nothing listens for any more", async () => {
		const set = await scene();
		changing(set, 1);
		const done = set.signIn(BY_BROWSER);
		const userCode = await set.cloud.nextCode();
		const [first] = set.onlooker.prompts;
		expect(first?.type === "authorization" && (await isOpen(first.callbackPort ?? 0))).toBe(false);
		set.cloud.approve(userCode);
		expect((await set.pass(done)).origin).toBe("device");
	});

	test("to and fro: each is registered once, and the same port is there again", async () => {
		const set = await scene();
		const callbackPort = await freePort();
		changing(set, 4);
		const done = set.signIn({ signIn: { flow: "browser", callbackPort } });
		await expect.poll(() => set.onlooker.prompts.filter(Boolean).length).toBe(5);
		const prompt = await set.onlooker.authorization();
		expect(prompt.callbackPort).toBe(callbackPort);
		await set.cloud.visit(prompt.url);
		expect((await done).origin).toBe("browser");
		expect(set.cloud.count(REGISTER)).toBe(2);
		expect(set.cloud.count(START)).toBe(2);
	});
});

describe("two that start at once", () => {
	/** As a second process of the same user, with somebody else who looks on. */
	function second(set: Scene) {
		const onlooker = new Onlooker();
		const signedIn = set.signIn({ interaction: onlooker });
		signedIn.catch(() => {});
		return { onlooker, signedIn };
	}

	test("share the one question, and its answer", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		// It would have asked for a code.
		const other = second(set);
		const shown = await other.onlooker.authorization();
		expect(shown).toMatchObject({ url: prompt.url, callbackPort: prompt.callbackPort, waitingForPid: set.ctx.pid });
		expect(shown.expiresAt).toBe(prompt.expiresAt);
		expect(shown.ways).toBeUndefined();
		await set.cloud.visit(shown.url);
		expect((await done).origin).toBe("browser");
		expect((await other.signedIn).origin).toBe("shared");
		expect(set.cloud.count(REGISTER)).toBe(1);
		expect(set.cloud.count(TOKEN)).toBe(1);
		expect(other.onlooker.prompts.at(-1)).toBeUndefined();
	});

	test("show no page that does not belong to the portal, whoever has left it", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		const { start_url: startUrl, region, spec } = set.provider.config;
		const endpoints = sessionEndpoints(set.ctx.env, region, spec?.endpoint_url);
		const file = `${signInPath(ssoSessionFile(set.ctx, startUrl, region), endpoints)}.info`;
		const text = readFileSync(file, "utf8");
		expect(text).toContain(`${set.cloud.url}/authorize`);
		writeFileSync(file, text.replace(set.cloud.url, "https://evil.example"));
		const other = second(set);
		await other.onlooker.said(/^waiting for process/);
		await expect
			.poll(() => set.ctx.logged.map(({ message }) => message))
			.toContain("what another process asks for is not shown");
		await set.cloud.visit(prompt.url);
		await Promise.all([done, other.signedIn]);
		expect(other.onlooker.prompts.filter(Boolean)).toEqual([]);
	});

	test("share its denial", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		const other = second(set);
		await other.onlooker.authorization();
		await set.cloud.visit(prompt.url, "deny");
		for (const each of [done, other.signedIn]) expect(await failure(each)).toMatchObject({ code: "denied" });
	});

	test("both see the other way when it is taken", async () => {
		const set = await scene();
		set.onlooker.reach = "keyboard";
		let choose: (() => void) | undefined;
		const { offer } = set.onlooker;
		set.onlooker.offer = (shown, signal) =>
			shown.type === "device-code"
				? offer.call(set.onlooker, shown, signal)
				: Promise.race([
						offer.call(set.onlooker, shown, signal),
						new Promise<{ type: "way"; flow: "device-code" }>((resolve) => {
							choose = () => resolve({ type: "way", flow: "device-code" });
						}),
					]);
		const { done } = await begun(set);
		const other = second(set);
		await other.onlooker.authorization();
		choose?.();
		const userCode = await set.cloud.nextCode();
		await expect.poll(() => other.onlooker.prompts.at(-1)).toMatchObject({ type: "device-code", userCode });
		set.cloud.approve(userCode);
		expect((await set.pass(done)).origin).toBe("device");
		expect((await other.signedIn).origin).toBe("shared");
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
