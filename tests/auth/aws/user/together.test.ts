import { describe, expect, test } from "vitest";
import type { AuthorizationPrompt } from "../../../../src/auth/interaction.ts";
import { allow, deny, scene } from "./sign-in.ts";

const TOKEN = "signin:CreateOAuth2Token";
const MINUTE = 60_000;

describe("two sign-ins to one user at once", () => {
	test("ask one person, show both the page, and share the keys", async () => {
		const it = await scene();
		const other = await it.companion();
		let page: AuthorizationPrompt | undefined;
		it.person.meet = (found) => {
			page = found;
			return undefined;
		};
		const first = it.signIn();
		await it.saw(() => true);
		const second = other.signIn();
		const shared = await other.saw((found) => found.waitingForPid !== undefined);
		expect(shared).toMatchObject({ url: page?.url, provider: "ada", callbackPort: page?.callbackPort });
		expect(shared.paste).toBeUndefined();
		if (page !== undefined) await allow(page);
		const [one, two] = await Promise.all([first, second]);
		expect(two.accessKeyId).toBe(one.accessKeyId);
		expect(two).toMatchObject({ accountId: "123456789012" });
		expect(it.cloud.count(TOKEN)).toBe(1);
		expect(other.person.pages).toEqual([shared]);
		expect(other.person.open).toBeUndefined();
	});

	test("share a denial", async () => {
		const it = await scene();
		const other = await it.companion();
		let page: AuthorizationPrompt | undefined;
		it.person.meet = (found) => {
			page = found;
			return undefined;
		};
		const first = it.refused();
		await it.saw(() => true);
		const second = other.refused();
		await other.saw((found) => found.waitingForPid !== undefined);
		if (page !== undefined) await deny(page);
		for (const error of await Promise.all([first, second]))
			expect(error.message).toBe("the request was denied in the browser");
	});

	test("renew once", async () => {
		const it = await scene();
		await it.signIn();
		it.clock.advance(11 * MINUTE);
		const others = await Promise.all([it.companion(), it.companion(), it.companion()]);
		const keys = await Promise.all([it, ...others].map(({ signIn }) => signIn()));
		expect(new Set(keys.map(({ accessKeyId }) => accessKeyId)).size).toBe(1);
		expect(it.grants()).toEqual(["authorization_code", "refresh_token"]);
	});

	test("do not keep somebody waiting who cannot be shown the page", async () => {
		const it = await scene();
		const other = await it.companion();
		other.person.reach = "nobody";
		it.person.meet = () => undefined;
		const stop = new AbortController();
		const first = it.signIn({ signal: stop.signal });
		await it.saw(() => true);
		expect(await other.refused()).toMatchObject({
			code: "usage",
			message: `process ${process.pid} is already signing in to "ada", and this session is not interactive`,
		});
		stop.abort(new Error("over"));
		await expect(first).rejects.toThrow("over");
	});

	test("let the second ask when the first is cancelled", async () => {
		const it = await scene();
		const other = await it.companion();
		it.person.meet = () => undefined;
		const stop = new AbortController();
		const first = it.signIn({ signal: stop.signal });
		await it.saw(() => true);
		const second = other.signIn();
		await other.saw((found) => found.waitingForPid !== undefined);
		stop.abort(new Error("over"));
		await expect(first).rejects.toThrow("over");
		expect((await second).accountId).toBe("123456789012");
		expect(other.person.pages.map(({ waitingForPid }) => waitingForPid)).toEqual([process.pid, undefined]);
	});
});
