import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SessionRejectedError } from "../../src/auth/aws/identity-center/session-rejected.ts";
import { AuthError } from "../../src/auth/errors.ts";
import type { DeviceCodePrompt } from "../../src/auth/interaction.ts";
import {
	isSignedIn,
	type LoginAction,
	type LoginHandle,
	type LoginSnapshot,
	type Phase,
} from "../../src/flows/snapshot.ts";
import { artifact, awsCredentials, live, NOW, ssoSession, type World, world } from "./fakes.ts";
import { phase, type Started, start } from "./run.ts";

const FINAL: readonly Phase[] = ["done", "failed", "cancelled"];
const denied = (): AuthError => new AuthError({ code: "denied", message: "the request was denied" });
const prompt: DeviceCodePrompt = {
	type: "device-code",
	provider: "company-sso",
	userCode: "WDDD-HRQV",
	verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
	portal: "acme.awsapps.com",
	startedAt: NOW,
	expiresAt: NOW + 600_000,
};

const two = (): World =>
	world({
		identities: [{ name: "a" }, { name: "b", via: { identity: "a" } }],
		integrations: ["x", "y"],
		autoProvision: true,
	});

async function reach(wanted: Exclude<Phase, "done" | "failed" | "cancelled">): Promise<Started & { it: World }> {
	const it = two();
	const started = start(it, { interactive: true });
	const { login } = started;
	if (wanted === "starting") return { it, ...started };
	await phase(login, "choosing");
	if (wanted === "choosing") return { it, ...started };
	login.send({ type: "SELECT", key: "a" });
	const signIn = await it.signIn.call();
	if (wanted === "signing-in") return { it, ...started };
	if (wanted === "approving") {
		signIn.given.interaction.show(prompt);
		return { it, ...started };
	}
	signIn.resolve(ssoSession());
	const assume = await it.assume.call();
	const provision = await it.provision.call();
	if (wanted === "assuming") return { it, ...started };
	assume.resolve(awsCredentials());
	await it.integrate.call(1);
	if (wanted === "integrating") return { it, ...started };
	provision.resolve();
	it.integrate.calls[0]?.reject(denied());
	it.integrate.calls[1]?.resolve(artifact());
	await phase(login, "attention");
	return { it, ...started };
}

const OPEN = ["starting", "choosing", "signing-in", "approving", "assuming", "integrating", "attention"] as const;

describe("every phase", () => {
	test.each(OPEN)("%s is reached, and cancelled from", async (wanted) => {
		const { login, it } = await reach(wanted);
		expect(login.snapshot().phase).toBe(wanted);
		login.send({ type: "CANCEL" });
		expect(login.snapshot().phase).toBe("cancelled");
		expect(live(it)).toHaveLength(0);
		expect((await login.finished).phase).toBe("cancelled");
	});

	test.each(OPEN)("%s is gone back from", async (wanted) => {
		const { login, it } = await reach(wanted);
		login.send({ type: "BACK" });
		const leaves = wanted === "starting" || wanted === "choosing";
		expect(login.snapshot().phase).toBe(leaves ? "cancelled" : "choosing");
		expect(live(it)).toHaveLength(0);
		login.send({ type: "CANCEL" });
		await login.finished;
	});

	test("a step that does not heed its signal is not waited for", async () => {
		const it = world();
		it.dependencies.providerKind = async () => ({
			kind: "deaf",
			gives: "sso",
			schema: undefined as never,
			peek: async () => ({ state: "none" }),
			purpose: () => ({}),
			describe: () => ({ reused: false, shared: false, text: "signed in" }),
			authenticate: () => new Promise(() => undefined),
		});
		const { login, clock } = start(it);
		await phase(login, "signing-in");
		await turn();
		login.send({ type: "CANCEL" });
		expect(await clock.asleep()).toBe(500);
		clock.advance(500);
		expect((await login.finished).phase).toBe("cancelled");
	});

	test("what is sent after the end is ignored", async () => {
		const { login } = await reach("choosing");
		login.send({ type: "CANCEL" });
		await login.finished;
		login.send({ type: "SELECT", key: "a" });
		login.send({ type: "RETRY" });
		expect(login.snapshot().phase).toBe("cancelled");
	});
});

type Move =
	| { readonly kind: "action"; readonly action: LoginAction }
	| { readonly kind: "settle"; readonly which: number; readonly how: "well" | "badly" | "rejected" }
	| { readonly kind: "prompt"; readonly which: number; readonly show: boolean }
	| { readonly kind: "pass"; readonly ms: number };

const moves: fc.Arbitrary<Move> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			kind: fc.constant("settle" as const),
			which: fc.nat(5),
			how: fc.oneof(
				{ weight: 6, arbitrary: fc.constant("well" as const) },
				{ weight: 1, arbitrary: fc.constantFrom("badly" as const, "rejected" as const) },
			),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			kind: fc.constant("action" as const),
			action: fc.constantFrom<LoginAction>(
				{ type: "SELECT", key: "a" },
				{ type: "SELECT", key: "b" },
				{ type: "SELECT", key: "nobody" },
				{ type: "ANSWER", step: "identity:a", value: "1" },
				{ type: "RETRY" },
				{ type: "RETRY", step: "integration:x" },
				{ type: "BACK" },
				{ type: "DONE" },
			),
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({ kind: fc.constant("prompt" as const), which: fc.nat(3), show: fc.boolean() }),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1000, 31_000) }) },
);

function check(snapshot: LoginSnapshot, it: World): void {
	const resting: readonly Phase[] = ["starting", "choosing", "attention", ...FINAL];
	if (resting.includes(snapshot.phase)) expect(live(it)).toHaveLength(0);
	expect(snapshot.prompts.length > 0).toBe(snapshot.phase === "approving");
	if (snapshot.phase === "done") expect(isSignedIn(snapshot)).toBe(true);
	if (snapshot.phase === "failed") expect(snapshot.error).toBeDefined();
	if (snapshot.phase === "attention") expect(isSignedIn(snapshot)).toBe(snapshot.error === undefined);
	if (snapshot.phase === "choosing") expect(snapshot.chain).toEqual([]);
	expect(JSON.stringify(snapshot)).not.toContain("canary");
}

async function play(login: LoginHandle, it: World, clock: Started["clock"], move: Move): Promise<void> {
	switch (move.kind) {
		case "action":
			login.send(move.action);
			break;
		case "pass":
			clock.advance(move.ms);
			break;
		case "prompt": {
			const calls = [...it.signIn.calls, ...it.assume.calls];
			calls[move.which]?.given.interaction.show(move.show ? prompt : undefined);
			break;
		}
		case "settle": {
			// Late answers of steps that were stopped count too: they must change nothing.
			const call = move.which < 3 ? live(it)[move.which] : it.signIn.calls[move.which - 3];
			if (call === undefined) break;
			if (move.how === "badly") call.reject(denied());
			else if (move.how === "rejected") call.reject(new SessionRejectedError(ssoSession(), { status: 401 }));
			else if (it.signIn.calls.includes(call as never)) (call.resolve as (value: unknown) => void)(ssoSession());
			else if (it.assume.calls.includes(call as never)) (call.resolve as (value: unknown) => void)(awsCredentials());
			else (call.resolve as (value: unknown) => void)(artifact());
			break;
		}
	}
	await turn();
}

test("whatever happens in whatever order, the login keeps its rules", async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(moves, { maxLength: 40 }), fc.boolean(), async (sequence, interactive) => {
			const it = interactive
				? two()
				: world({
						identities: [{ name: "a" }, { name: "b", via: { identity: "a" }, isDefault: true }],
						autoProvision: true,
					});
			const { login, clock } = start(it, { interactive });
			await turn();
			for (const move of sequence) {
				await play(login, it, clock, move);
				check(login.snapshot(), it);
			}
			login.send({ type: "CANCEL" });
			expect(FINAL).toContain((await login.finished).phase);
			expect(live(it)).toHaveLength(0);
		}),
		{ numRuns: 300 },
	);
});
