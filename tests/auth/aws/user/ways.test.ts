import { once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readPasted } from "../../../../src/auth/aws/user/pasted.ts";
import type { AuthorizationPrompt } from "../../../../src/auth/interaction.ts";
import { codeOn, visit } from "../../../cloud/visit.ts";
import { ARN, allow, type Scene, scene } from "./sign-in.ts";

const TOKEN = "signin:CreateOAuth2Token";
const PASTE = { signIn: { flow: "paste" } } as const;
const SSH = { SSH_CONNECTION: "192.0.2.1 50000 192.0.2.2 22" };

const encoded = (fields: Record<string, string>): string =>
	Buffer.from(new URLSearchParams(fields).toString()).toString("base64");

describe("a sign-in on another device", () => {
	test("is what there is over SSH: the page shows a code, which is pasted", async () => {
		const { cloud, signIn, person, stored } = await scene({ env: SSH });
		expect(await signIn({ signIn: {} })).toMatchObject({ accountId: "123456789012", person: ARN });
		const [page] = person.pages;
		expect(page).toMatchObject({ paste: { label: "the code that the page shows", problem: undefined } });
		expect(page?.callbackPort).toBeUndefined();
		expect(page?.ways?.taken.flow).toBe("paste");
		expect(page?.ways?.why).toContain("SSH");
		const asked = new URL(page?.url ?? "").searchParams;
		expect(asked.get("client_id")).toBe("arn:aws:signin:::devtools/cross-device");
		expect(asked.get("redirect_uri")).toBe(`${cloud.url}/v1/sessions/confirmation`);
		expect(stored().atmosAuth).toMatchObject({ client: "cross-device" });
	});

	test("is renewed as the client that it was made by", async () => {
		const it = await scene();
		await it.signIn(PASTE);
		it.clock.advance(11 * 60_000);
		await it.signIn(PASTE);
		const clients = it.cloud.requests.flatMap(({ operation, facts }) => (operation === TOKEN ? [facts.client] : []));
		expect(clients).toEqual(["cross-device", "cross-device"]);
	});

	test("takes the code with the line breaks of a terminal, and in either alphabet", async () => {
		const it = await scene();
		it.person.meet = async ({ url }) => {
			const code = codeOn(await visit(url, "allow"))
				.replaceAll("+", "-")
				.replaceAll("/", "_")
				.replace(/=+$/, "");
			return { type: "text", value: `  ${code.slice(0, 40)}\n${code.slice(40)}\r\n` };
		};
		expect((await it.signIn(PASTE)).accountId).toBe("123456789012");
	});

	test("says what is wrong with what was pasted, and asks again", async () => {
		const it = await scene();
		const good = new Map<string, string>();
		const tries: ((page: AuthorizationPrompt) => string)[] = [
			() => " ",
			({ url }) => url,
			() => "not base64!",
			() => encoded({ state: "of-another-sign-in", code: "x" }),
			({ url }) => (good.get(url) ?? "").slice(0, 16),
			({ url }) => encoded({ state: new URL(url).searchParams.get("state") ?? "" }),
			({ url }) => good.get(url) ?? "",
		];
		it.person.meet = async (page) => {
			const { url } = page;
			if (!good.has(url)) good.set(url, codeOn(await visit(url, "allow")));
			return { type: "text", value: tries.shift()?.(page) ?? "" };
		};
		expect((await it.signIn(PASTE)).accountId).toBe("123456789012");
		expect(it.person.pages.map(({ paste }) => paste?.problem)).toEqual([
			undefined,
			"nothing was entered",
			"that is an address: copy the code that the page shows",
			"that is not all of it: copy the whole code from the page",
			"that code is of another sign-in: use the page of this one",
			"that is not all of it: copy the whole code from the page",
			"that is not all of it: copy the whole code from the page",
		]);
		expect(new Set(it.person.pages.map(({ url }) => url)).size).toBe(1);
		expect(it.cloud.count(TOKEN)).toBe(1);
	});

	test("cannot be had where nothing can be typed", async () => {
		const { person, refused } = await scene({ config: { spec: { flow: "paste" } } });
		person.reach = "link";
		expect(await refused({ signIn: {} })).toMatchObject({ code: "usage" });
		expect(person.pages).toHaveLength(0);
	});

	test("reads nothing into what is no code", () => {
		for (const text of [
			"",
			"====",
			"a",
			"\u0000",
			"%%%",
			"c3RhdGU9cw==",
			encoded({ code: "c" }),
			encoded({ state: "" }),
		])
			expect(readPasted(text, "s"), text).toHaveProperty("problem");
		expect(readPasted(encoded({ state: "s", code: "a+b/c=" }), "s")).toHaveProperty("code");
	});
});

describe("the way", () => {
	test("can be fixed by the configuration, and by --flow before it", async () => {
		const { signIn, person } = await scene({ config: { spec: { flow: "paste" } } });
		await signIn({ signIn: { webflow: "flag" } });
		await signIn({ signIn: { webflow: "flag", flow: "browser" } });
		expect(person.pages.map(({ ways }) => [ways?.taken.flow, ways?.why])).toEqual([
			["paste", "`spec.flow` is paste"],
			["browser", "--flow is browser"],
		]);
	});

	test("can be changed to and fro, and what was begun before is over", async () => {
		const it = await scene();
		const ports: number[] = [];
		it.person.meet = async (page) => {
			if (page.callbackPort !== undefined) ports.push(page.callbackPort);
			if (it.person.pages.length === 3) return allow(page);
			return { type: "way", flow: page.paste === undefined ? "paste" : "browser" };
		};
		expect((await it.signIn()).accountId).toBe("123456789012");
		expect(it.person.pages.map(({ ways }) => [ways?.taken.flow, ways?.others.map(({ flow }) => flow)])).toEqual([
			["browser", ["paste"]],
			["paste", ["browser"]],
			["browser", ["paste"]],
		]);
		const states = it.person.pages.map(({ url }) => new URL(url).searchParams.get("state"));
		expect(new Set(states).size).toBe(3);
		await closed(ports[0] ?? 0);
	});

	test("that it has not is not taken", async () => {
		const it = await scene();
		let times = 0;
		it.person.meet = (page) => {
			times++;
			return times === 1 ? { type: "way", flow: "device-code" } : allow(page);
		};
		await it.signIn();
		expect(it.person.pages.map(({ ways }) => ways?.taken.flow)).toEqual(["browser", "browser"]);
	});

	test("of somebody who cannot choose is shown to them", async () => {
		const it = await scene();
		it.person.reach = "link";
		expect((await it.signIn()).accountId).toBe("123456789012");
	});
});

describe("a listener", () => {
	test("pays no attention to whoever does not know the state", async () => {
		const it = await scene();
		it.person.meet = async (page) => {
			const callback = `http://127.0.0.1:${page.callbackPort}/oauth/callback`;
			for (const query of ["code=x&state=guess", "error=access_denied&state=guess", "code=x", ""])
				expect((await fetch(`${callback}?${query}`)).status).toBe(400);
			return allow(page);
		};
		expect((await it.signIn()).accountId).toBe("123456789012");
	});
});

describe("a cancellation", () => {
	const cancelled = async (it: Scene, when: (cancel: () => void) => void, options = {}): Promise<void> => {
		const stop = new AbortController();
		const reason = new Error("cancelled by the test");
		when(() => stop.abort(reason));
		await expect(it.signIn({ signal: stop.signal, ...options })).rejects.toBe(reason);
		expect(it.person.open).toBeUndefined();
	};

	test.each([["browser"], ["paste"]] as const)("ends the wait for a person at once: %s", async (flow) => {
		const it = await scene();
		let port = 0;
		await cancelled(
			it,
			(cancel) => {
				it.person.meet = ({ callbackPort = 0 }) => {
					port = callbackPort;
					queueMicrotask(cancel);
					return undefined;
				};
			},
			{ signIn: { flow } },
		);
		expect(it.cloud.requests).toHaveLength(0);
		expect(existsSync(it.file)).toBe(false);
		if (flow === "browser") await closed(port);
	});

	test("ends the request for keys at once", async () => {
		const it = await scene();
		it.cloud.script.next(TOKEN, { type: "hang" });
		await cancelled(it, (cancel) => void it.cloud.waitFor(({ operation }) => operation === TOKEN).then(cancel));
		await it.cloud.waitForAbort(TOKEN);
	});

	test("ends a renewal at once, and leaves the session as it was", async () => {
		const it = await scene();
		await it.signIn();
		const before = it.stored();
		const from = it.cloud.requests.length;
		it.cloud.script.next(TOKEN, { type: "hang" });
		await cancelled(it, (cancel) => void it.cloud.waitFor(({ operation }) => operation === TOKEN, from).then(cancel), {
			force: true,
		});
		expect(it.stored()).toEqual(before);
	});

	test("ends the wait for another process at once, and not that one's", async () => {
		const it = await scene();
		const shown = new EventTarget();
		let page: AuthorizationPrompt | undefined;
		it.person.meet = (found) => {
			page = found;
			shown.dispatchEvent(new Event("page"));
			return undefined;
		};
		const first = it.signIn();
		await once(shown, "page");
		const other = await it.companion();
		const stop = new AbortController();
		const waiting = other.signIn({ signal: stop.signal });
		await other.saw((found) => found.waitingForPid !== undefined);
		stop.abort(new Error("enough"));
		await expect(waiting).rejects.toThrow("enough");
		expect(other.person.open).toBeUndefined();
		if (page !== undefined) await allow(page);
		expect((await first).accountId).toBe("123456789012");
	});
});

async function closed(port: number): Promise<void> {
	await expect
		.poll(() =>
			fetch(`http://127.0.0.1:${port}/`).then(
				() => "open",
				() => "closed",
			),
		)
		.toBe("closed");
}
