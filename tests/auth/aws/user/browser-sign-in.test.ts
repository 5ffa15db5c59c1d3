import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, test } from "vitest";
import { isFresh } from "../../../../src/auth/freshness.ts";
import type { AuthorizationPrompt } from "../../../../src/auth/interaction.ts";
import { HOSTILE_TEXT } from "../../../cloud/script.ts";
import { smallWorld } from "../../../cloud/world.ts";
import { realClock } from "../../../helpers/context.ts";
import { ARN, allow, deny, scene, userOf } from "./sign-in.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TOKEN = "signin:CreateOAuth2Token";

describe("a user who signs in in a browser", () => {
	test("gets keys for fifteen minutes, which STS knows", async () => {
		const { cloud, clock, signIn, person } = await scene();
		const keys = await signIn();
		expect(keys).toMatchObject({ accountId: "123456789012", person: ARN, region: "us-east-1" });
		expect(keys.expiresAt).toBe(clock.now() + 15 * MINUTE);
		const credentials = {
			accessKeyId: keys.accessKeyId,
			secretAccessKey: keys.secretAccessKey.reveal(),
			sessionToken: keys.sessionToken?.reveal() ?? "",
		};
		const config = {
			region: "us-east-1",
			endpoint: cloud.url,
			credentials,
			systemClockOffset: clock.now() - Date.now(),
		};
		expect(await new STSClient(config).send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: ARN });
		expect(person.pages).toEqual([
			expect.objectContaining({
				type: "authorization",
				provider: "ada",
				portal: new URL(cloud.url).host,
				expiresAt: clock.now() + 10 * MINUTE,
				callbackPort: expect.any(Number),
				ways: expect.objectContaining({ why: "--flow is browser" }),
			}),
		]);
		expect(person.open).toBeUndefined();
	});

	test("is what the Go program could renew: the file is its own, and nobody else's to read", async () => {
		const { file, clock, signIn, stored, cloud } = await scene();
		await signIn();
		expect(Object.keys(stored())).toEqual(["refreshToken", "region", "expiresAt", "dpopKey", "atmosAuth"]);
		expect(stored()).toMatchObject({ region: "us-east-1", expiresAt: "2026-11-24T00:00:00Z" });
		expect(Date.parse(String(stored().expiresAt))).toBe(clock.now() + 12 * HOUR);
		expect(String(stored().dpopKey)).toMatch(/^MIG[\w+/]+=*$/);
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
		expect(cloud.requests.find(({ operation }) => operation === TOKEN)?.facts).toMatchObject({
			client: "same-device",
			style: "json",
		});
	});

	test("is asked for nothing while more than five minutes are left, and then renewed without a person", async () => {
		const { clock, signIn, person, grants } = await scene();
		const first = await signIn();
		clock.advance(9 * MINUTE);
		expect(isFresh(first.expiresAt, first.issuedAt, clock.now())).toBe(true);
		expect((await signIn()).accessKeyId).toBe(first.accessKeyId);
		expect(grants()).toEqual(["authorization_code"]);
		clock.advance(2 * MINUTE);
		const second = await signIn();
		expect(second.accessKeyId).not.toBe(first.accessKeyId);
		expect(second).toMatchObject({ accountId: "123456789012", person: ARN });
		expect(grants()).toEqual(["authorization_code", "refresh_token"]);
		expect(person.pages).toHaveLength(1);
	});

	test("is renewed for twelve hours, whoever is there, and then asked again", async () => {
		const { clock, signIn, person, stored, refused } = await scene();
		await signIn();
		const end = stored().expiresAt;
		for (let hour = 0; hour < 11; hour++) {
			clock.advance(HOUR);
			await signIn();
		}
		expect(stored().expiresAt).toBe(end);
		expect(person.pages).toHaveLength(1);
		clock.advance(HOUR);
		person.reach = "nobody";
		expect(await refused()).toMatchObject({
			name: "PersonNeededError",
			message: '"ada" has to be signed in to in a browser, and this session is not interactive',
			remedy: { say: "sign in once from a terminal", run: ["atmos-auth", "login"] },
		});
		person.reach = "keyboard";
		await signIn();
		expect(person.pages).toHaveLength(2);
	});

	test("with --force is renewed, with --webflow signed in to anew", async () => {
		const { clock, signIn, person, grants, stored } = await scene();
		const first = await signIn();
		const second = await signIn({ force: true });
		expect(second.accessKeyId).not.toBe(first.accessKeyId);
		clock.advance(1000);
		const before = stored().expiresAt;
		await signIn({ signIn: { flow: "browser", webflow: "flag" } });
		expect(grants()).toEqual(["authorization_code", "refresh_token", "authorization_code"]);
		expect(person.pages).toHaveLength(2);
		expect(stored().expiresAt).not.toBe(before);
	});

	test("gets others for keys that were turned down", async () => {
		const { signIn, grants } = await scene();
		const first = await signIn();
		const second = await signIn({ rejected: first });
		expect(second.accessKeyId).not.toBe(first.accessKeyId);
		expect(grants()).toEqual(["authorization_code", "refresh_token"]);
	});

	test("with access keys is signed in to by them, unless --webflow says otherwise", async () => {
		const world = smallWorld();
		const [ada] = world.users ?? [];
		const keys = { access_key_id: ada?.accessKeyId, secret_access_key: ada?.secretAccessKey };
		const { signIn, cloud, person } = await scene({
			world,
			config: { credentials: keys },
			now: realClock.now,
			context: { clock: realClock },
		});
		await signIn();
		expect(person.pages).toHaveLength(0);
		await signIn({ signIn: { flow: "browser", webflow: "flag" } });
		expect(person.pages).toHaveLength(1);
		expect([cloud.count("sts:GetSessionToken"), cloud.count(TOKEN)]).toEqual([1, 1]);
	});

	test("is not signed in to in a browser where the configuration forbids it, but where --webflow asks for it", async () => {
		const { signIn, refused, person } = await scene({ config: { credentials: { webflow_enabled: false } } });
		expect(await refused()).toMatchObject({
			code: "config",
			remedy: { run: ["atmos-auth", "user", "configure", "ada"] },
		});
		await signIn({ signIn: { flow: "browser", webflow: "flag" } });
		expect(person.pages).toHaveLength(1);
	});

	test("has its page on the port that was asked for, and in the configured browser", async () => {
		const { signIn, person } = await scene({ config: { spec: { browser: { name: "firefox", profile: "Work" } } } });
		const taken = await freePort();
		await signIn({ signIn: { flow: "browser", callbackPort: taken } });
		expect(person.pages[0]).toMatchObject({ callbackPort: taken, browser: { name: "firefox", profile: "Work" } });
	});

	test("may have a name with slashes, and none that leads out of the folder", async () => {
		const { ctx, signIn } = await scene({ name: "Team/Dev/Ada" });
		await signIn();
		expect(existsSync(join(ctx.home, ".cache/atmos/aws-webflow/team/dev/ada-test/refresh.json"))).toBe(true);
		const out = await scene({ name: "../../ada" });
		expect(await out.refused()).toMatchObject({
			code: "config",
			message: 'the name "../../ada-test" of the identity cannot be used for a folder',
		});
		expect(out.person.pages).toHaveLength(0);
	});

	test("is signed in to all the same where nothing can be kept, with a warning", async () => {
		const { ctx, signIn } = await scene();
		mkdirSync(join(ctx.home, ".cache/atmos"), { recursive: true });
		writeFileSync(join(ctx.home, ".cache/atmos/aws-webflow"), "in the way");
		expect((await signIn()).accountId).toBe("123456789012");
		expect(ctx.logged.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
			expect.stringContaining("the sign-in could not be saved: cannot lock"),
		]);
	});
});

describe("the file of a sign-in", () => {
	test("of another region, address or person is not used", async () => {
		const it = await scene();
		await it.signIn();
		const { kind } = await import("../../../../src/auth/aws/user/kind.ts");
		const nobody = Object.assign(it.person, { reach: "nobody" });
		for (const config of [{ credentials: { region: "eu-west-1" } }, { spec: { user: "ada" } }]) {
			const changed = userOf("ada", config);
			const refused = kind.authenticate(changed, undefined, { key: "aws-user" }, it.run({ interaction: nobody }));
			await expect(refused, JSON.stringify(config)).rejects.toMatchObject({ name: "PersonNeededError" });
		}
		const env = { AWS_ENDPOINT_URL: it.cloud.url, AWS_ENDPOINT_URL_SIGNIN: `${it.cloud.url}/other` };
		await expect(it.signIn({ ctx: { ...it.ctx, env } })).rejects.toMatchObject({ name: "PersonNeededError" });
		expect(it.grants()).toEqual(["authorization_code"]);
		expect((await it.signIn()).accountId).toBe("123456789012");
	});

	test.each([
		["without the key that it is bound to", { dpopKey: undefined }],
		["with another key in it", { dpopKey: "AAAA" }],
		["without a refresh token", { refreshToken: "" }],
		["of somebody else's key", { dpopKey: createDpopKeyOf("P-384") }],
		["with a time that is none", { expiresAt: "soon" }],
	])("%s is none", async (_, changes) => {
		const { file, signIn, stored, person, grants } = await scene();
		await signIn();
		writeFileSync(file, JSON.stringify({ ...stored(), ...changes }));
		await signIn();
		expect(person.pages).toHaveLength(2);
		expect(grants()).toEqual(["authorization_code", "authorization_code"]);
	});

	test("that is damaged is kept beside", async () => {
		const { file, signIn, person } = await scene();
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, '{"refreshToken": "cut of');
		await signIn();
		expect(person.pages).toHaveLength(1);
		expect(readFileSync(`${file}.bad`, "utf8")).toBe('{"refreshToken": "cut of');
	});

	test("has the next refresh token before the keys are used", async () => {
		const it = await scene();
		await it.signIn();
		it.clock.advance(11 * MINUTE);
		const before = it.stored().refreshToken;
		// The keys are not taken by anybody: the process ends as soon as they are there.
		await it.signIn();
		expect(it.stored().refreshToken).not.toBe(before);
		expect(it.cloud.signIn.secrets()).toContain(it.stored().refreshToken);
		it.clock.advance(11 * MINUTE);
		await it.signIn();
		expect(it.grants()).toEqual(["authorization_code", "refresh_token", "refresh_token"]);
	});
});

describe("a renewal that is refused", () => {
	test.each([
		["after twelve hours", "endSessions"],
		["after a change of the password", "changePasswords"],
	] as const)("%s removes what is over, and asks the person", async (_, end) => {
		const it = await scene();
		await it.signIn();
		it.cloud.signIn[end]();
		const nobody = Object.assign(it.person, { reach: "nobody" });
		const error = await it.refused({ force: true, interaction: nobody });
		expect(error.name).toBe("PersonNeededError");
		expect(error.reason).toMatch(end === "endSessions" ? /has ended$/ : /password of the user of "ada" was changed/);
		expect(existsSync(it.file)).toBe(false);
		it.person.reach = "keyboard";
		await it.signIn();
		expect(it.person.pages).toHaveLength(2);
	});

	test("for want of a permission says which, asks nobody and removes nothing", async () => {
		const world = smallWorld();
		const it = await scene({ world });
		await it.signIn();
		world.users = (world.users ?? []).map((user) => ({ ...user, denied: ["signin:CreateOAuth2Token"] }));
		expect(await it.refused({ force: true })).toMatchObject({
			code: "denied",
			message: 'the user of "ada" may not sign in for programs',
			details: [expect.stringContaining("signin:CreateOAuth2Token"), expect.stringContaining("root user")],
			remedy: { say: expect.stringContaining("SignInLocalDevelopmentAccess") },
			service: { name: "INSUFFICIENT_PERMISSIONS", requestId: expect.any(String) },
		});
		expect(it.person.pages).toHaveLength(1);
		expect(existsSync(it.file)).toBe(true);
	});

	test("by a server in trouble leaves everything as it is, and what is left of the keys is used", async () => {
		const it = await scene();
		const first = await it.signIn();
		it.cloud.script.always(TOKEN, { type: "error", status: 400, name: "server_error" });
		expect(await it.refused({ force: true })).toMatchObject({ code: "service" });
		it.clock.advance(12 * MINUTE);
		expect((await it.signIn()).accessKeyId).toBe(first.accessKeyId);
		it.clock.advance(3 * MINUTE);
		expect(await it.refused()).toMatchObject({ code: "service", message: "AWS Sign-In returned an error (HTTP 400)" });
		expect(it.person.pages).toHaveLength(1);
		it.cloud.script.clear();
		await it.signIn();
		expect(it.person.pages).toHaveLength(1);
	});

	test("without a network does not ask for what would fail as well", async () => {
		const it = await scene();
		await it.signIn();
		it.cloud.script.always(TOKEN, { type: "drop" });
		const sleepless = { ...it.ctx, clock: { ...it.clock, now: () => it.clock.now(), sleep: async () => undefined } };
		// The limit of ten minutes is not reached: no page is shown.
		expect(await it.refused({ force: true, ctx: sleepless })).toMatchObject({ code: "network" });
		expect(it.person.pages).toHaveLength(1);
	});
});

describe("a sign-in that fails", () => {
	test("because it is denied", async () => {
		const { person, refused, ctx } = await scene();
		person.meet = deny;
		expect(await refused()).toMatchObject({
			code: "denied",
			message: "the request was denied in the browser",
			remedy: { say: "sign in again and choose Allow" },
		});
		expect(existsSync(join(ctx.home, ".cache/atmos/aws-webflow/ada-test/refresh.json"))).toBe(false);
	});

	test("because nobody comes for ten minutes", async () => {
		const { person, refused, clock } = await scene();
		let port = 0;
		person.meet = ({ callbackPort = 0 }) => {
			port = callbackPort;
			queueMicrotask(() => clock.advance(10 * MINUTE));
			return undefined;
		};
		expect(await refused()).toMatchObject({ code: "expired", message: "nobody signed in in time" });
		await expect(fetch(`http://127.0.0.1:${port}/oauth/callback`)).rejects.toThrow();
		expect(person.open).toBeUndefined();
	});

	test("because the code has expired, though it is sent once alone", async () => {
		const it = await scene();
		it.person.meet = async (page) => {
			const visited = allow(page);
			it.cloud.signIn.expireCodes();
			return visited;
		};
		it.cloud.script.next(TOKEN, { type: "error", status: 400, name: "AUTHCODE_EXPIRED", message: "too late" });
		expect(await it.refused()).toMatchObject({
			code: "expired",
			message: "the code of the sign-in has expired",
			reason: "too late",
		});
		expect(it.grants()).toHaveLength(1);
	});

	test("because the answer is cut off: the code is not sent twice", async () => {
		const it = await scene();
		it.cloud.script.next(TOKEN, { type: "cut" });
		expect(await it.refused()).toMatchObject({ code: "network" });
		expect(it.cloud.count(TOKEN)).toBe(1);
	});

	test("because the clock is wrong", async () => {
		const it = await scene();
		it.cloud.shiftClock(-20 * MINUTE);
		expect(await it.refused()).toMatchObject({
			code: "denied",
			message: "this machine's clock is 20 minutes fast",
			reason: expect.stringContaining("iat"),
			remedy: { say: "set the clock" },
		});
	});

	test("because it was the root user", async () => {
		const it = await scene();
		it.cloud.signIn.person = "root";
		expect(await it.refused()).toMatchObject({
			code: "denied",
			message: "you signed in as the root user of account 123456789012",
		});
		expect(existsSync(it.file)).toBe(false);
	});

	test("because the user may not", async () => {
		const users = (smallWorld().users ?? []).map((user) => ({ ...user, denied: ["signin:CreateOAuth2Token"] }));
		const { refused } = await scene({ world: smallWorld({ users }) });
		expect(await refused()).toMatchObject({ message: 'the user of "ada" may not sign in for programs' });
	});

	test.each([
		[
			"a page of the network",
			{ type: "raw", contentType: "text/html", body: "<h1>Welcome</h1>" } as const,
			/unreadable/,
		],
		[
			"an error page",
			{ type: "raw", status: 403, contentType: "text/html", body: "<h1>No</h1>" } as const,
			/unreadable/,
		],
		["the wrong JSON", { type: "raw", body: '{"accessToken": {"accessKeyId": 1}}' } as const, /unusable/],
		["nothing", { type: "raw", body: "" } as const, /unreadable/],
	])("because of %s", async (_, behaviour, message) => {
		const it = await scene();
		it.cloud.script.next(TOKEN, behaviour);
		expect(await it.refused()).toMatchObject({ code: "service", message: expect.stringMatching(message) });
	});

	test("of a hostile refusal is told without what a terminal would obey", async () => {
		const it = await scene();
		it.cloud.script.next(TOKEN, { type: "error", status: 400, name: "INVALID_REQUEST", message: HOSTILE_TEXT });
		const error = await it.refused();
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
		expect(JSON.stringify(error.reason)).not.toMatch(/\\u00|[\u0000-\u001f]/);
		expect(error.reason).toContain("::error::injected");
	});

	test("where nobody can be reached, at once and without a page", async () => {
		const { person, refused, cloud, ctx } = await scene();
		person.reach = "nobody";
		expect(await refused()).toMatchObject({ name: "PersonNeededError", code: "usage" });
		expect(await refused({ signIn: { webflow: "flag" } })).toMatchObject({ name: "PersonNeededError" });
		expect(cloud.requests).toHaveLength(0);
		expect(ctx.logged.filter(({ level }) => level === "warn")).toEqual([]);
	});
});

test("an answer in the spelling of forms is read as well", async () => {
	const it = await scene();
	const claims = Buffer.from(JSON.stringify({ sub: ARN })).toString("base64url");
	const body = JSON.stringify({
		access_token: { access_key_id: "ASIASNAKE", secret_access_key: "secret", session_token: "token" },
		token_type: "aws_sigv4",
		expires_in: 600,
		refresh_token: "Aai",
		id_token: `e30.${claims}.x`,
	});
	it.cloud.script.next(TOKEN, { type: "raw", body });
	expect(await it.signIn()).toMatchObject({
		accessKeyId: "ASIASNAKE",
		accountId: "123456789012",
		expiresAt: it.clock.now() + 10 * MINUTE,
	});
	expect(it.stored().refreshToken).toBe("Aai");
});

describe("a service that wants a nonce", () => {
	test("gets it in another proof, once", async () => {
		const it = await scene();
		it.cloud.signIn.nonce = "eyJ-1";
		expect((await it.signIn()).accountId).toBe("123456789012");
		expect(it.cloud.count(TOKEN)).toBe(2);
		it.cloud.script.always(TOKEN, {
			type: "error",
			status: 400,
			name: "use_dpop_nonce",
			headers: { "dpop-nonce": "another" },
		});
		expect(await it.refused({ force: true })).toMatchObject({ service: { name: "use_dpop_nonce" } });
		// Two for the renewal, and two for the sign-in after it.
		expect(it.cloud.count(TOKEN)).toBe(6);
	});
});

describe("whom it is for", () => {
	test.each(["ada", "ADA", ARN])("%s is who signed in", async (user) => {
		const { signIn, person } = await scene({ config: { spec: { user } } });
		await signIn();
		expect(person.questions).toEqual([]);
	});

	test("anybody else is asked about, and may sign in again", async () => {
		const it = await scene({ config: { spec: { user: "eve" } } });
		it.person.answer = () => (it.person.questions.length === 1 ? "again" : "use");
		await it.signIn();
		expect(it.person.pages).toHaveLength(2);
		expect(it.person.questions[0]).toMatchObject({
			question: `"ada" was signed in to as ${ARN}, and not as eve. Whose sign-in is it to be?`,
		});
		// It has been agreed to.
		it.clock.advance(11 * MINUTE);
		await it.signIn();
		expect(it.person.questions).toHaveLength(2);
	});

	test("anybody else is refused where no question can be asked", async () => {
		const it = await scene({ config: { spec: { user: "eve" } } });
		it.person.reach = "link";
		expect(await it.refused()).toMatchObject({
			code: "denied",
			message: `"ada" was signed in to as ${ARN}, and not as eve`,
		});
		expect(existsSync(it.file)).toBe(false);
	});
});

describe("no secret", () => {
	test("is logged, shown or part of an error", async () => {
		const it = await scene();
		const texts: string[] = [];
		const note = (page: AuthorizationPrompt): void => void texts.push(JSON.stringify(page));
		it.person.meet = (page) => {
			note(page);
			return allow(page);
		};
		await it.signIn();
		await it.signIn({ signIn: { flow: "paste", webflow: "flag" } });
		it.clock.advance(11 * MINUTE);
		await it.signIn();
		const { dpopKey } = it.stored();
		it.cloud.signIn.endSessions();
		const nobody = Object.assign(it.person, { reach: "nobody" });
		const error = await it.refused({ force: true, interaction: nobody });
		texts.push(JSON.stringify({ ...error, message: error.message, stack: error.stack }), JSON.stringify(it.ctx.logged));
		texts.push(JSON.stringify(it.person.statuses));
		const secrets = [...it.cloud.secrets(), String(dpopKey)];
		expect(secrets.length).toBeGreaterThan(10);
		expect(it.ctx.logged.some(({ level }) => level === "trace")).toBe(true);
		for (const secret of secrets) for (const text of texts) expect(text.includes(secret), secret).toBe(false);
	});
});

const createDpopKeyOf = (namedCurve: string): string =>
	generateKeyPairSync("ec", { namedCurve }).privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");

async function freePort(): Promise<number> {
	const { createServer } = await import("node:net");
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}
