/** A login that gets no news from anybody ends by itself. */
import { describe, expect, test } from "vitest";
import type { DeviceCodePrompt } from "../../src/auth/interaction.ts";
import { NOW, ssoSession, world } from "./fakes.ts";
import { type Started, start } from "./run.ts";

const codePrompt: DeviceCodePrompt = {
	type: "device-code",
	provider: "company-sso",
	userCode: "WDDD-HRQV",
	verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
	portal: "acme.awsapps.com",
	startedAt: NOW,
	expiresAt: NOW + 600_000,
};

describe("silence", () => {
	/** Lets the time pass until the login has ended. @returns when the call was aborted, in milliseconds after `NOW` */
	async function pass({ login, clock }: Pick<Started, "login" | "clock">, call: { readonly signal: AbortSignal }) {
		let at = Number.NaN;
		call.signal.addEventListener("abort", () => {
			at = clock.now() - NOW;
		});
		let ended = false;
		void login.finished.then(() => {
			ended = true;
		});
		while (!ended) await Promise.race([login.finished, clock.asleep().then((ms) => clock.advance(ms))]);
		return at;
	}

	test("ends the sign-in after three minutes, whatever the step does, and not before", async () => {
		const it = world();
		const begun = start(it);
		const call = await it.signIn.call();
		begun.clock.advance(100_000);
		call.given.interaction.status("requesting a code");
		expect(await pass(begun, call)).toBe(280_000);
		expect(begun.login.snapshot()).toMatchObject({
			phase: "failed",
			error: { code: "network", message: 'the sign-in to "dev-admin" made no progress for 3 min' },
		});
	});

	test("of a person is nobody's fault: while a code is shown, any time may pass", async () => {
		const it = world();
		const begun = start(it);
		const { clock } = begun;
		const call = await it.signIn.call();
		call.given.interaction.show(codePrompt);
		for (let minute = 0; minute < 9; minute++) {
			clock.advance(60_000);
			await clock.asleep();
		}
		expect(call.signal.aborted).toBe(false);
		call.given.interaction.show(undefined);
		expect(await pass(begun, call)).toBe(9 * 60_000 + 180_000);
	});

	test("ends an identity's step too", async () => {
		const it = world();
		const begun = start(it);
		(await it.signIn.call()).resolve(ssoSession());
		expect(await pass(begun, await it.assume.call())).toBe(180_000);
		expect(begun.login.snapshot().error?.message).toContain("made no progress");
	});
});
