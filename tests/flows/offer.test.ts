/** What a step offers, and what a person can do about it: paste, take another way, or leave it. */
import { describe, expect, test } from "vitest";
import type { AuthorizationPrompt, DeviceCodePrompt, Response, SecretPrompt } from "../../src/auth/interaction.ts";
import type { Ways } from "../../src/auth/sign-in-ways.ts";
import { fakeClock, testContext } from "../helpers/context.ts";
import { NOW, ssoSession, world } from "./fakes.ts";
import { type Started, start, until } from "./run.ts";

const STEP = "provider:company-sso";

const ways: Ways = {
	taken: { flow: "browser", label: "in a browser", needs: "link", isLocal: true },
	why: "the browser of this machine can be used",
	others: [{ flow: "device-code", label: "with a code", needs: "link", isLocal: false }],
};

const page: AuthorizationPrompt = {
	type: "authorization",
	provider: "company-sso",
	url: "https://oidc.us-east-1.amazonaws.com/authorize?state=abc",
	portal: "acme.awsapps.com",
	startedAt: NOW,
	expiresAt: NOW + 600_000,
	ways,
};
const pasted: AuthorizationPrompt = { ...page, paste: { label: "the code" } };

const code: DeviceCodePrompt = {
	type: "device-code",
	provider: "company-sso",
	userCode: "WDDD-HRQV",
	verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
	portal: "acme.awsapps.com",
	startedAt: NOW,
	expiresAt: NOW + 600_000,
	ways: {
		...ways,
		taken: { flow: "device-code", label: "with a code", needs: "link", isLocal: false },
		others: [ways.taken],
	},
};

/** A login whose sign-in has begun, and what that says to a person. */
async function begun(options: Parameters<typeof start>[1] = { interactive: true }) {
	const it = world();
	const started = start(it, options);
	const call = await it.signIn.call();
	return { ...started, it, call, interaction: call.given.interaction };
}

const shown = ({ login }: Pick<Started, "login">, prompt: { readonly type: string }) =>
	until(login, ({ prompts: [asked] }) => asked?.prompt.type === prompt.type);

const never = new AbortController().signal;

/** Whether a promise has been settled, after everything that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
	let settled = false;
	const done = (): void => {
		settled = true;
	};
	promise.then(done, done);
	await new Promise((resolve) => setImmediate(resolve));
	return settled;
}

describe("what is offered", () => {
	test.each([
		["a page", page, "device-code"],
		["a device code", code, "browser"],
	] as const)("as %s is answered with another way, and is taken away then", async (_, prompt, flow) => {
		const { login, interaction } = await begun();
		const offer = interaction.offer(prompt, never);
		expect(await shown({ login }, prompt)).toMatchObject({ phase: "approving", prompts: [{ step: STEP, prompt }] });
		login.send({ type: "CHANGE_WAY", step: STEP, flow });
		expect(await offer).toEqual({ type: "way", flow } satisfies Response);
		expect(login.snapshot().prompts).toEqual([]);
	});

	test("is not answered with a way that it does not have, nor by one for another step", async () => {
		const { login, interaction } = await begun();
		const offer = interaction.offer(page, never);
		await shown({ login }, page);
		login.send({ type: "CHANGE_WAY", step: STEP, flow: "paste" });
		login.send({ type: "CHANGE_WAY", step: STEP, flow: "browser" });
		login.send({ type: "CHANGE_WAY", step: "provider:other", flow: "device-code" });
		expect(await isSettled(offer)).toBe(false);
		expect(login.snapshot().prompts).toHaveLength(1);
	});

	test("is answered with what was pasted, where something is to be pasted", async () => {
		const { login, interaction } = await begun();
		const offer = interaction.offer(pasted, never);
		await shown({ login }, pasted);
		login.send({ type: "ANSWER", step: STEP, value: "canary-code" });
		expect(await offer).toEqual({ type: "text", value: "canary-code" });
		expect(login.snapshot().prompts).toEqual([]);
	});

	test.each([
		["a page that returns by itself", page],
		["a device code", code],
	] as const)("as %s takes no text", async (_, prompt) => {
		const { login, interaction } = await begun();
		const offer = interaction.offer(prompt, never);
		await shown({ login }, prompt);
		login.send({ type: "ANSWER", step: STEP, value: "canary" });
		expect(await isSettled(offer)).toBe(false);
	});

	test("is offered again with what was wrong, and answered once each time", async () => {
		const { login, interaction } = await begun();
		const first = interaction.offer(pasted, never);
		await shown({ login }, pasted);
		login.send({ type: "ANSWER", step: STEP, value: "wrong" });
		login.send({ type: "ANSWER", step: STEP, value: "too late" });
		expect(await first).toEqual({ type: "text", value: "wrong" });
		const second = interaction.offer({ ...pasted, paste: { label: "the code", problem: "it was refused" } }, never);
		await shown({ login }, pasted);
		expect(await isSettled(second)).toBe(false);
		login.send({ type: "ANSWER", step: STEP, value: "right" });
		expect(await second).toEqual({ type: "text", value: "right" });
	});

	test("ends with the step's own wish, such as when the page has returned", async () => {
		const { login, interaction, call } = await begun();
		const returned = new AbortController();
		const offer = interaction.offer(page, returned.signal);
		await shown({ login }, page);
		returned.abort(new Error("the page has returned"));
		await expect(offer).rejects.toThrow("the page has returned");
		expect(login.snapshot().prompts).toEqual([]);
		// Nothing that comes later finds anybody.
		login.send({ type: "CHANGE_WAY", step: STEP, flow: "device-code" });
		call.resolve(ssoSession());
		await until(login, ({ phase }) => phase === "assuming");
	});

	test("is not shown at all where it was over before", async () => {
		const { login, interaction } = await begun();
		await expect(interaction.offer(page, AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
		expect(login.snapshot().prompts).toEqual([]);
	});

	test.each([["CANCEL"], ["BACK"]] as const)("is given up with %s, at once", async (type) => {
		const { login, interaction, call } = await begun();
		const offer = interaction.offer(pasted, never);
		offer.catch(() => undefined);
		await shown({ login }, pasted);
		login.send({ type });
		await expect(offer).rejects.toBe(call.signal.reason);
		expect((await login.finished).phase).toBe("cancelled");
		expect(login.snapshot().prompts).toEqual([]);
	});

	test("fails where nobody is there to see it", async () => {
		const { interaction, login } = await begun({ reach: "nobody" });
		await expect(interaction.offer(page, never)).rejects.toThrow("nobody to show it to");
		expect(login.snapshot().prompts).toEqual([]);
	});

	test("leaves what was typed out of every snapshot", async () => {
		const { login, interaction, call } = await begun();
		const seen: string[] = [];
		login.subscribe((snapshot) => void seen.push(JSON.stringify(snapshot)));
		const offer = interaction.offer(pasted, never);
		await shown({ login }, pasted);
		login.send({ type: "ANSWER", step: STEP, value: "canary-code" });
		await offer;
		const secret: SecretPrompt = { type: "secret", question: "Passphrase", source: "ada.pem" };
		const answer = interaction.ask(secret, never);
		await shown({ login }, secret);
		login.send({ type: "ANSWER", step: STEP, value: "canary-passphrase" });
		expect(await answer).toBe("canary-passphrase");
		call.resolve(ssoSession());
		await until(login, ({ phase }) => phase === "assuming");
		expect(seen.join("\n")).not.toContain("canary");
	});
});

describe("the limit of silence", () => {
	test("does not run while an offer is open, and does again after it", async () => {
		const { clock, call, interaction, login } = await begun({});
		const offer = interaction.offer(page, never);
		await shown({ login }, page);
		for (let minute = 0; minute < 9; minute++) {
			clock.advance(60_000);
			await clock.asleep();
		}
		expect(call.signal.aborted).toBe(false);
		login.send({ type: "CHANGE_WAY", step: STEP, flow: "device-code" });
		await offer;
		let abortedAt = Number.NaN;
		call.signal.addEventListener("abort", () => {
			abortedAt = clock.now() - NOW;
		});
		while (!Number.isFinite(abortedAt))
			await Promise.race([login.finished, clock.asleep().then((ms) => clock.advance(ms))]);
		expect(abortedAt).toBe(9 * 60_000 + 180_000);
		expect((await login.finished).error?.message).toContain("made no progress for 3 min");
	});
});

test.each([
	["shown", code],
	["offered", page],
] as const)("what is %s opens in the browser that a person has set for its portal", async (how, prompt) => {
	const ctx = testContext({ clock: fakeClock(NOW), env: { ATMOS_AUTH_BROWSER: "acme.awsapps.com=firefox:Work" } });
	const { login, interaction } = await begun({ interactive: true, ctx });
	if (how === "shown") interaction.show({ ...prompt, browser: { name: "edge" } });
	else void interaction.offer({ ...prompt, browser: { name: "edge" } }, never).catch(() => undefined);
	expect((await shown({ login }, prompt)).prompts[0]?.prompt).toMatchObject({
		browser: { name: "firefox", profile: "Work" },
	});
	login.send({ type: "CANCEL" });
	await login.finished;
});
