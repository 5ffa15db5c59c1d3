import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sessionEndpoints } from "../../../../src/auth/aws/identity-center/session-endpoints.ts";
import { signInPath, ssoSessionFile } from "../../../../src/auth/aws/identity-center/session-file.ts";
import { BY_BROWSER, begun, freePort, isOpen } from "./by-browser.ts";
import { failure, Onlooker, type Scene, scene } from "./sign-in.ts";

const TOKEN = "sso-oidc:CreateToken";
const REGISTER = "sso-oidc:RegisterClient";
const START = "sso-oidc:StartDeviceAuthorization";

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
