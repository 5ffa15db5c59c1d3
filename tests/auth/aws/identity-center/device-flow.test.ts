import { describe, expect, test } from "vitest";
import { loadSsoSession } from "../../../../src/auth/aws/identity-center/session-file.ts";
import type { AuthError } from "../../../../src/auth/errors.ts";
import type { Behaviour } from "../../../cloud/script.ts";
import { smallWorld } from "../../../cloud/world.ts";
import { failure, nobody, type Scene, scene } from "./sign-in.ts";

const TOKEN = "sso-oidc:CreateToken";
const START = "sso-oidc:StartDeviceAuthorization";

const oidcError = (name: string, status = 400): Behaviour => ({ type: "error", status, name });
const stored = ({ ctx, provider }: Scene) => loadSsoSession(ctx, provider.config.start_url, provider.config.region);

/** Begins a sign-in and returns when the code is shown and the first poll is waited for. */
async function begun(set: Scene, signal = new AbortController().signal) {
	const done = set.signIn({ signal });
	done.catch(() => {});
	const prompt = await set.onlooker.shown();
	await set.clock.asleep();
	return { done, prompt };
}

describe("a first sign-in", () => {
	test("shows the code, waits for the approval and keeps the session", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		expect(prompt).toMatchObject({ provider: "company-sso", portal: "acme.awsapps.com", startedAt: set.clock.now() });
		expect(prompt.userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
		expect(prompt.verificationUri).toBe(`${set.cloud.url}/device`);
		expect(prompt.verificationUriComplete).toBe(`${set.cloud.url}/device?user_code=${prompt.userCode}`);
		expect(prompt.expiresAt - prompt.startedAt).toBe(600_000);
		set.cloud.approve(prompt.userCode);
		const session = await set.pass(done);
		expect(session).toMatchObject({
			origin: "device",
			region: "us-east-1",
			startUrl: "https://acme.awsapps.com/start",
		});
		expect(session.expiresAt - set.clock.now()).toBe(8 * 3600_000);
		expect(set.onlooker.prompts.at(-1)).toBeUndefined();
		expect(set.onlooker.statuses).toEqual([
			"registering the client",
			"requesting a code",
			"waiting for your approval in the browser",
		]);
		const kept = await stored(set);
		expect(kept?.accessToken.reveal()).toBe(session.accessToken.reveal());
		expect(kept?.refreshToken).toBeDefined();
		expect(kept?.clientId).toBeDefined();
	});

	test("the first poll comes one interval after the code, and the approval is noticed at the next", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		expect(set.cloud.count(TOKEN)).toBe(0);
		expect(await set.clock.asleep()).toBe(1000);
		set.clock.advance(1000);
		await set.cloud.waitFor(({ operation }) => operation === TOKEN);
		set.cloud.approve(prompt.userCode);
		await set.clock.asleep();
		set.clock.advance(1000);
		await done;
		expect(set.cloud.count(TOKEN)).toBe(2);
	});

	test("a session that is still good needs no request at all", async () => {
		const set = await scene();
		const first = await set.approved();
		const before = set.cloud.requests.length;
		const second = await set.signIn();
		expect(second.origin).toBe("cache");
		expect(second.accessToken.reveal()).toBe(first.accessToken.reveal());
		expect(set.cloud.requests.length).toBe(before);
	});

	test("the fragment of a copied address is not sent", async () => {
		const set = await scene({ config: { start_url: "https://acme.awsapps.com/start#/?tab=accounts" } });
		expect((await set.approved()).origin).toBe("device");
	});
});

describe("polling", () => {
	test("slow_down adds five seconds each time, for good", async () => {
		const set = await scene();
		set.cloud.script.next(TOKEN, oidcError("SlowDownException"), oidcError("SlowDownException"));
		const { done, prompt } = await begun(set);
		const waits: number[] = [];
		for (let poll = 0; poll < 4; poll++) {
			const wait = await set.clock.asleep();
			waits.push(wait);
			if (poll === 3) set.cloud.approve(prompt.userCode);
			const seen = set.cloud.requests.length;
			set.clock.advance(wait);
			await set.cloud.waitFor(({ operation }) => operation === TOKEN, seen);
		}
		await done;
		expect(waits).toEqual([1000, 6000, 11_000, 11_000]);
	});

	test.each<[string, Behaviour]>([
		["a cut connection", { type: "drop" }],
		["an error of the server", oidcError("InternalServerException", 500)],
		["throttling", { type: "error", status: 429, name: "TooManyRequestsException" }],
		["the page of a captive portal", { type: "raw", contentType: "text/html", body: "<h1>Welcome to the café</h1>" }],
	])("%s is not the end, and it is said", async (_, behaviour) => {
		const set = await scene();
		set.cloud.script.next(TOKEN, behaviour, behaviour);
		const { done, prompt } = await begun(set);
		set.clock.advance(await set.clock.asleep());
		await set.onlooker.said(/^waiting for your approval in the browser \(.+; retrying\)$/);
		set.cloud.approve(prompt.userCode);
		expect((await set.pass(done)).origin).toBe("device");
		expect(set.cloud.count(TOKEN)).toBe(3);
	});

	test("the pause grows while the network is down, up to half a minute, and shrinks again", async () => {
		const set = await scene();
		set.cloud.script.next(TOKEN, ...Array.from({ length: 7 }, (): Behaviour => ({ type: "drop" })));
		const { done, prompt } = await begun(set);
		const waits: number[] = [];
		for (let poll = 0; poll < 10; poll++) {
			const wait = await set.clock.asleep();
			waits.push(wait / 1000);
			if (poll === 9) set.cloud.approve(prompt.userCode);
			const seen = set.cloud.requests.length;
			set.clock.advance(wait);
			await set.cloud.waitFor(({ operation }) => operation === TOKEN, seen);
		}
		await done;
		expect(waits).toEqual([1, 1, 2, 4, 8, 16, 30, 30, 1, 1]);
		expect(set.onlooker.statuses.at(-1)).toBe("waiting for your approval in the browser");
	});

	test("a Retry-After of an hour does not outlast the code", async () => {
		const set = await scene();
		const headers = { "retry-after": "3600" };
		set.cloud.script.next(TOKEN, { type: "error", status: 429, name: "TooManyRequestsException", headers });
		const { done, prompt } = await begun(set);
		set.clock.advance(1000);
		await set.onlooker.said(/retrying/);
		expect(await set.clock.asleep()).toBe(30_000);
		set.cloud.approve(prompt.userCode);
		await set.pass(done);
	});

	test("Retry-After is kept while polling", async () => {
		const set = await scene();
		const headers = { "retry-after": "17" };
		set.cloud.script.next(TOKEN, { type: "error", status: 429, name: "TooManyRequestsException", headers });
		const { done, prompt } = await begun(set);
		set.clock.advance(1000);
		await set.onlooker.said(/retrying/);
		expect(await set.clock.asleep()).toBe(17_000);
		set.cloud.approve(prompt.userCode);
		await set.pass(done);
	});
});

describe("the end of it", () => {
	test("a denial", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		set.cloud.deny(prompt.userCode);
		expect(await failure(set.pass(done))).toMatchObject({
			code: "denied",
			message: "the request was denied in the browser",
			remedy: { run: ["atmos-auth", "login", "dev-admin"] },
			service: { name: "AccessDeniedException", requestId: expect.any(String) },
		});
		expect(set.onlooker.prompts.at(-1)).toBeUndefined();
		expect(await stored(set)).toBeUndefined();
	});

	test("a code that nobody approved, by its own time", async () => {
		const set = await scene();
		const { done, prompt } = await begun(set);
		expect(await failure(set.pass(done))).toMatchObject({
			code: "expired",
			reason: `it was valid until ${new Date(prompt.expiresAt).toISOString().slice(11, 19)} UTC`,
		});
		expect(set.clock.now()).toBe(prompt.expiresAt);
		expect(set.onlooker.prompts.at(-1)).toBeUndefined();
	});

	test("a code that the service has let run out", async () => {
		const set = await scene();
		const { done } = await begun(set);
		set.cloud.expireCodes();
		expect(await failure(set.pass(done))).toMatchObject({
			code: "expired",
			service: { name: "ExpiredTokenException" },
		});
	});

	test("a laptop that slept wakes up to an expired code, without another poll", async () => {
		const set = await scene();
		const { done } = await begun(set);
		set.clock.advance(3 * 3600_000);
		expect(await failure(done)).toMatchObject({ code: "expired" });
		expect(set.cloud.count(TOKEN)).toBe(0);
	});

	test("a network that stays away until the code is gone is named", async () => {
		const set = await scene();
		set.cloud.script.always(TOKEN, { type: "drop" });
		const { done } = await begun(set);
		const error = await failure<AuthError>(set.pass(done));
		expect(error).toMatchObject({ code: "expired", reason: expect.stringContaining("was lost") });
	});

	test.each(["waiting for a poll", "in the middle of a poll"])("a cancelled sign-in ends at once: %s", async (when) => {
		const set = await scene();
		const controller = new AbortController();
		const { done } = await begun(set, controller.signal);
		if (when === "in the middle of a poll") {
			set.cloud.script.next(TOKEN, { type: "hang" });
			set.clock.advance(1000);
			await set.cloud.waitFor(({ operation }) => operation === TOKEN);
		}
		const requestIsGone = when === "in the middle of a poll" ? set.cloud.waitForAbort(TOKEN) : undefined;
		const reason = new Error("the user pressed Ctrl-C");
		const started = performance.now();
		controller.abort(reason);
		expect(await failure(done)).toBe(reason);
		expect(performance.now() - started).toBeLessThan(1000);
		await requestIsGone;
		// The lock is gone too: the next sign-in leads again.
		set.cloud.approveAlways();
		const again = set.signIn();
		expect((await set.pass(again)).origin).toBe("device");
	});
});

describe("what is configured wrong", () => {
	test("a start URL that the service does not know", async () => {
		const set = await scene({ config: { start_url: "https://wrong.awsapps.com/start" } });
		expect(await failure(set.signIn())).toMatchObject({
			code: "config",
			message: "the sign-in service does not accept the start URL https://wrong.awsapps.com/start in us-east-1",
			remedy: { say: expect.stringContaining("start_url") },
			service: { name: "InvalidRequestException", message: "Invalid start url provided" },
		});
	});

	test("a region that is not the Identity Center's", async () => {
		const set = await scene();
		set.cloud.script.always(TOKEN, oidcError("InvalidGrantException"));
		const { done } = await begun(set);
		expect(await failure(set.pass(done))).toMatchObject({
			code: "denied",
			reason: expect.stringContaining('`region` of "company-sso" is us-east-1'),
			service: { name: "InvalidGrantException" },
		});
	});

	test("nobody to ask: it fails at once and says what to do", async () => {
		const set = await scene();
		expect(await failure(set.signIn({ interaction: nobody() }))).toMatchObject({
			code: "usage",
			remedy: { say: "sign in once from a terminal", run: ["atmos-auth", "login", "dev-admin"] },
			details: expect.arrayContaining([expect.stringContaining("OpenID Connect")]),
		});
		expect(set.cloud.requests).toEqual([]);
	});
});

describe("a server that lies", () => {
	const answer = (changes: object) => ({
		deviceCode: "device",
		userCode: "WDDD-HRQV",
		verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
		expiresIn: 600,
		interval: 1,
		...changes,
	});
	const raw = (value: unknown): Behaviour => ({
		type: "raw",
		body: typeof value === "string" ? value : JSON.stringify(value),
	});

	test.each<[string, unknown]>([
		["nothing", {}],
		["a list", []],
		["null", "null"],
		["HTML", "<html>"],
		["half of it", '{"deviceCode":"x'],
		["no device code", answer({ deviceCode: undefined })],
		["a number as code", answer({ userCode: 12345678 })],
		["a code of control characters", answer({ userCode: "\u001b[2J\u0007" })],
		["a code as long as a book", answer({ userCode: "A".repeat(5000) })],
		["a device code with a line break", answer({ deviceCode: "a\r\nX-Evil: 1" })],
		["no link", answer({ verificationUri: undefined })],
		["a foreign link", answer({ verificationUri: "https://evil.example/" })],
		["a foreign complete link", answer({ verificationUriComplete: "https://evil.example/" })],
		["a link that is a program", answer({ verificationUri: "file:///bin/sh" })],
		["a device code of a megabyte", answer({ deviceCode: "x".repeat(1024 * 1024) })],
	])("%s instead of a code", async (_, value) => {
		const set = await scene();
		set.cloud.script.always(START, raw(value));
		const error = await failure<AuthError>(set.signIn());
		expect(error).toMatchObject({ name: "AuthError", code: "service", remedy: { say: expect.any(String) } });
		expect(set.onlooker.prompts.filter(Boolean)).toEqual([]);
	});

	test.each([
		[{ expiresIn: -5 }, 600],
		[{ expiresIn: "600" }, 600],
		[{ expiresIn: null }, 600],
		[{ expiresIn: 1e300 }, 3600],
		[{ expiresIn: 120 }, 120],
	])("a code with %j lives %d seconds", async (changes, seconds) => {
		const set = await scene();
		set.cloud.script.always(START, raw(answer(changes)));
		const { done, prompt } = await begun(set);
		expect(prompt.expiresAt - prompt.startedAt).toBe(seconds * 1000);
		await failure(set.pass(done));
	});

	test.each([
		[{ interval: 0 }, 1],
		[{ interval: -3 }, 1],
		[{ interval: undefined }, 5],
		[{ interval: "2" }, 5],
		[{ interval: 0.01 }, 1],
		[{ interval: 1e9 }, 60],
	])("with %j it is polled every %d seconds", async (changes, seconds) => {
		const set = await scene();
		set.cloud.script.always(START, raw(answer(changes)));
		const { done } = await begun(set);
		expect(await set.clock.asleep()).toBe(seconds * 1000);
		set.clock.advance(3600_000);
		await failure(done);
	});

	test("a code is shown without what a terminal would obey", async () => {
		const set = await scene();
		set.cloud.script.always(START, raw(answer({ userCode: "\u001b]0;x\u0007WD\u202eDD-HRQV" })));
		const { done, prompt } = await begun(set);
		expect(prompt.userCode).toBe("WDDD-HRQV");
		set.clock.advance(3600_000);
		await failure(done);
	});

	test.each<[string, unknown]>([
		["no token", { tokenType: "Bearer" }],
		["a token with control characters", { accessToken: "a\u0000b" }],
		["a token with a line break", { accessToken: "a\r\nX-Evil: 1" }],
		["a token of a megabyte", { accessToken: "x".repeat(1024 * 1024) }],
		["a number", { accessToken: 7 }],
		["a refresh token with a line break", { accessToken: "ok", refreshToken: "a\nb" }],
	])("%s instead of a session", async (_, value) => {
		const set = await scene();
		set.cloud.script.always(TOKEN, raw(value));
		const { done } = await begun(set);
		const error = await failure<AuthError>(set.pass(done));
		expect(error).toMatchObject({
			code: "service",
			message: "sso-oidc:CreateToken returned an unusable response",
		});
		expect(`${error.message}${error.reason}`).not.toMatch(/Evil|xxx/);
		expect(await stored(set)).toBeUndefined();
	});

	test.each([
		[-100, 3600],
		[undefined, 3600],
		[1e300, 90 * 86_400],
		[28_800, 28_800],
	])("a session with expiresIn %s lasts %d seconds", async (expiresIn, seconds) => {
		const set = await scene();
		set.cloud.script.always(TOKEN, raw({ accessToken: "token", expiresIn }));
		const { done } = await begun(set);
		const session = await set.pass(done);
		expect((session.expiresAt - set.clock.now()) / 1000).toBe(seconds);
	});

	test("session.duration is the length of a session that does not say its own", async () => {
		const set = await scene({ config: { session: { duration: "1h30m" } } });
		set.cloud.script.always(TOKEN, raw({ accessToken: "token" }));
		const { done } = await begun(set);
		expect((await set.pass(done)).expiresAt - set.clock.now()).toBe(90 * 60_000);
	});
});

test("an interval of the service's is kept, whatever it is", async () => {
	const set = await scene({ world: smallWorld({ pollSeconds: 7 }) });
	await begun(set);
	expect(await set.clock.asleep()).toBe(7000);
});
