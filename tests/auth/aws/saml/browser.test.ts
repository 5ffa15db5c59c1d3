import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kind } from "../../../../src/auth/aws/saml/kind.ts";
import { AuthError } from "../../../../src/auth/errors.ts";
import { CHROMIUM } from "../../../cloud/browser.ts";
import { failure } from "../identity-center/sign-in.ts";
import { ADA, EVE, roleArn, scene } from "./scene.ts";
import { browserPid, enterPassword, person, press } from "./window.ts";

/** Whether a process is gone, or only nobody has looked after it yet. */
function isGone(pid: number): boolean {
	try {
		return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
	} catch {
		return true;
	}
}

const gone = (pid: number): Promise<void> =>
	expect.poll(() => isGone(pid), { timeout: 10_000, interval: 20 }).toBe(true) as Promise<void>;

describe.skipIf(CHROMIUM === undefined)("a sign-in in a browser window", () => {
	test("gives the assertion that AWS was to have", async () => {
		const { idp, ctx, signIn, profile, program, onlooker, left } = await scene();
		const [assertion] = await Promise.all([signIn(), enterPassword(idp, profile, ADA)]);
		expect(assertion.roles.map((role) => role.roleArn)).toEqual([roleArn("Deployer"), roleArn("ReadOnly")]);
		expect(assertion).toMatchObject({ type: "saml", person: "ada@acme.example", region: "us-east-1" });
		expect(idp.responses).toEqual([assertion.assertion.reveal()]);
		expect((assertion.expiresAt ?? 0) - ctx.clock.now()).toBeGreaterThan(4 * 60_000);
		expect(onlooker.prompts[0]).toMatchObject({ type: "authorization", opensItself: true, url: idp.url });
		expect(onlooker.prompts.at(-1)).toBeUndefined();
		expect(kind.describe(assertion).text).toBe("signed in as ada@acme.example, with 2 roles: Deployer, ReadOnly");
		await gone(browserPid(program));
		// It was not spent: STS would not take it a second time.
		expect(left).toEqual([]);
		// A window that people see, with a sandbox where there can be one, that nothing calls automated.
		const given = readFileSync(`${program}.arguments`, "utf8").split("\n");
		expect(given).not.toContain("--headless");
		expect(given).not.toContain("--enable-automation");
		expect(given.includes("--no-sandbox")).toBe(process.geteuid?.() === 0);
	});

	test("needs no password the second time, until the profile is forgotten", async () => {
		const { idp, ctx, signIn, profile, provider, run } = await scene();
		const [first] = await Promise.all([signIn(), enterPassword(idp, profile, ADA)]);
		const second = await signIn();
		expect(idp.passwords).toBe(1);
		expect(second.assertion.reveal()).not.toBe(first.assertion.reveal());
		expect(statSync(profile).mode & 0o777).toBe(0o700);
		expect(await kind.revoke?.(provider, run())).toEqual([
			`browser profile of corp-saml in ${profile.replace(ctx.home, "~")}`,
		]);
		expect(existsSync(profile)).toBe(false);
		expect(await kind.revoke?.(provider, run())).toEqual([]);
		await Promise.all([signIn(), enterPassword(idp, profile, ADA)]);
		expect(idp.passwords).toBe(2);
	});

	test("leaves the assertion in no file, log, prompt or status", async () => {
		const { idp, ctx, signIn, profile, onlooker } = await scene();
		const [assertion] = await Promise.all([signIn(), enterPassword(idp, profile, ADA)]);
		expect(existsSync(join(profile, "Default", "Cookies"))).toBe(true);
		expect(existsSync(join(profile, "Default", "Sessions"))).toBe(false);
		const secret = assertion.assertion.reveal();
		const pieces = [secret.slice(100, 180), Buffer.from(secret, "base64").toString().slice(300, 360)];
		const said = JSON.stringify([ctx.logged, onlooker.prompts, onlooker.statuses, assertion]);
		for (const piece of pieces) expect(said.includes(piece)).toBe(false);
		for (const entry of readdirSync(ctx.home, { recursive: true, withFileTypes: true })) {
			if (!entry.isFile()) continue;
			const path = join(entry.parentPath, entry.name);
			const content = readFileSync(path, "latin1");
			for (const piece of pieces) expect(content.includes(piece), path).toBe(false);
		}
	});

	test("takes a response that comes in a new window, and one that is long", async () => {
		const { idp, signIn, profile, left } = await scene();
		idp.inNewWindow = true;
		idp.padding = 50_000;
		const done = signIn();
		await enterPassword(idp, profile, ADA);
		await press(await person(profile), "Continue");
		const assertion = await done;
		expect(assertion.assertion.reveal().length).toBeGreaterThan(60_000);
		expect(left).toEqual([]);
		expect(idp.responses).toEqual([assertion.assertion.reveal()]);
	});

	test("says what the identity provider said instead", async () => {
		const { idp, signIn, profile } = await scene();
		idp.users.push({ ...ADA, name: "mallory", refusal: "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed" });
		const refused = failure<AuthError>(signIn());
		await enterPassword(idp, profile, { ...ADA, name: "mallory" });
		expect(await refused).toMatchObject({
			code: "denied",
			message: 'the identity provider of "corp-saml" did not sign you in: AuthnFailed',
		});
	});

	test("takes nothing that goes to another host", async () => {
		const { idp, signIn, profile, program, left } = await scene();
		idp.destination = "https://signin.aws.amazon.com.evil.example/saml";
		const over = new AbortController();
		const ended = failure(signIn({ signal: over.signal }));
		const responded = idp.responded();
		await enterPassword(idp, profile, ADA);
		await responded;
		await expect.poll(() => left).toContain("POST https://signin.aws.amazon.com.evil.example/saml");
		over.abort(new Error("enough"));
		expect((await ended).message).toBe("enough");
		await gone(browserPid(program));
	});

	test("ends when the window is closed", async () => {
		const { idp, signIn, profile, program } = await scene();
		const refused = failure<AuthError>(signIn());
		await idp.formShown();
		await (await person(profile)).close();
		expect(await refused).toMatchObject({
			code: "denied",
			message: 'the browser was closed before "corp-saml" had signed you in',
		});
		await gone(browserPid(program));
	});

	test("ends when the browser dies", async () => {
		const { idp, signIn, program } = await scene();
		const refused = failure<AuthError>(signIn());
		await idp.formShown();
		process.kill(browserPid(program), "SIGKILL");
		expect(await refused).toMatchObject({ code: "denied", message: expect.stringContaining("was closed") });
	});

	test("is cancelled at once, and leaves no browser behind", async () => {
		const { idp, signIn, program } = await scene();
		const over = new AbortController();
		const ended = failure(signIn({ signal: over.signal }));
		await idp.formShown();
		over.abort(new Error("the user went away"));
		expect((await ended).message).toBe("the user went away");
		await gone(browserPid(program));
	});

	test("is cancelled while the browser starts", async () => {
		const { signIn, program, onlooker } = await scene();
		const over = new AbortController();
		const ended = failure(signIn({ signal: over.signal }));
		await onlooker.said(/waiting for the sign-in/);
		over.abort(new Error("the user went away"));
		expect((await ended).message).toBe("the user went away");
		// It may have been started just before that.
		await expect.poll(() => existsSync(`${program}.pid`), { timeout: 5_000 }).toBe(true);
		await gone(browserPid(program));
	});

	test("says which address the browser cannot open", async () => {
		const { signIn } = await scene({ url: "https://idp.nowhere.example/aws" });
		expect(await failure(signIn())).toMatchObject({
			code: "network",
			message: "the browser cannot open idp.nowhere.example",
			reason: "it says ERR_NAME_NOT_RESOLVED",
		});
	});

	test("gives way to a response that is pasted", async () => {
		const { idp, signIn, profile, onlooker, program } = await scene();
		const [known] = await Promise.all([signIn(), enterPassword(idp, profile, ADA)]);
		idp.forget();
		onlooker.reach = "keyboard";
		onlooker.respond = (shown) =>
			shown.type === "authorization" && shown.paste !== undefined
				? { type: "text", value: known.assertion.reveal() }
				: { type: "way", flow: "paste" };
		expect((await signIn()).assertion.reveal()).toBe(known.assertion.reveal());
		await gone(browserPid(program));
	});

	test("asks whether it may be somebody else than the one who was meant", async () => {
		const { idp, signIn, profile, onlooker } = await scene({ spec: { user: "ADA@acme.example" } });
		onlooker.reach = "keyboard";
		onlooker.answer = () => "again";
		const done = signIn();
		await enterPassword(idp, profile, EVE);
		await enterPassword(idp, profile, ADA);
		expect((await done).person).toBe("ada@acme.example");
		expect(onlooker.questions).toMatchObject([
			{ type: "choice", question: expect.stringContaining("as eve@acme.example, and not as ADA@acme.example") },
		]);
		expect(idp.passwords).toBe(2);
	});

	test("is refused where it is somebody else and nobody can be asked", async () => {
		const { idp, signIn, profile } = await scene({ spec: { user: "ada@acme.example" } });
		const refused = failure<AuthError>(signIn());
		await enterPassword(idp, profile, EVE);
		expect(await refused).toMatchObject({
			code: "denied",
			message: '"corp-saml" was signed in to as eve@acme.example, and not as ada@acme.example',
		});
		expect(existsSync(profile)).toBe(false);
	});

	test("keeps nothing in a private window", async () => {
		const { idp, signIn, profile, program } = await scene({ spec: { browser: { private: true } } });
		const done = signIn();
		await idp.formShown();
		const folder = /^--user-data-dir=(.*)$/m.exec(readFileSync(`${program}.arguments`, "utf8"))?.[1] ?? "";
		const page = await person(folder);
		await page.getByLabel("User").fill(ADA.name);
		await page.getByLabel("Password").fill(ADA.password);
		await press(page, "Sign in");
		expect((await done).person).toBe("ada@acme.example");
		await expect.poll(() => existsSync(folder)).toBe(false);
		expect(existsSync(profile)).toBe(false);
	});
});

test.skipIf(process.platform !== "linux")("without a display, the error says how to sign in", async () => {
	const { signIn, ctx } = await scene();
	const env = { ...ctx.env, DISPLAY: undefined };
	const refused = await failure(signIn({ ctx: { ...ctx, env } }));
	expect(refused).toBeInstanceOf(AuthError);
	expect(refused).toMatchObject({ code: "usage", remedy: { say: expect.stringContaining("--flow paste") } });
});
