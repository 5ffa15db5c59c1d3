import { describe, expect, test } from "vitest";
import { SessionRejectedError } from "../../src/auth/aws/identity-center/session-rejected.ts";
import { AuthError } from "../../src/auth/errors.ts";
import type { DeviceCodePrompt } from "../../src/auth/interaction.ts";
import { artifact, awsCredentials, NOW, ssoSession, type World, world } from "./fakes.ts";
import { phase, start, until } from "./run.ts";

const denied = new AuthError({ code: "denied", message: "the role was refused", remedy: "ask for it" });

const code = (provider: string): DeviceCodePrompt => ({
	type: "device-code",
	provider,
	userCode: `CODE-${provider}`,
	verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
	portal: `${provider}.awsapps.com`,
	startedAt: NOW,
	expiresAt: NOW + 600_000,
});

/** Two identities of one portal, and one of another. */
const three = (): World =>
	world({
		providers: ["acme", "globex"],
		identities: [
			{ name: "a", via: { provider: "acme" } },
			{ name: "b", via: { provider: "acme" } },
			{ name: "c", via: { provider: "globex" } },
		],
		integrations: ["ecr"],
	});

const flags = { positional: ["a", "b", "c"] };

describe("a login with several targets", () => {
	test("signs in once to each portal, at the same time, and walks shared links once", async () => {
		const it = three();
		const { login } = start(it, { flags });
		const [acme, globex] = [await it.signIn.call(0), await it.signIn.call(1)];
		expect([acme.name, globex.name]).toEqual(["acme", "globex"]);
		acme.given.interaction.show(code("acme"));
		globex.given.interaction.show(code("globex"));
		expect(login.snapshot()).toMatchObject({
			phase: "approving",
			prompts: [
				{ step: "provider:acme", prompt: { userCode: "CODE-acme" } },
				{ step: "provider:globex", prompt: { userCode: "CODE-globex" } },
			],
		});
		acme.resolve(ssoSession());
		expect((await it.assume.call(1)).name).toBe("b");
		// What one portal gave is not held up by the other.
		expect(login.snapshot()).toMatchObject({ phase: "approving", prompts: [{ step: "provider:globex" }] });
		globex.resolve(ssoSession());
		expect((await it.assume.call(2)).name).toBe("c");
		for (const call of it.assume.calls) call.resolve(awsCredentials());
		(await it.integrate.call()).resolve(artifact());
		const last = await login.finished;
		expect(it.signIn.calls).toHaveLength(2);
		expect(last).toMatchObject({ phase: "done", error: undefined });
		expect(last.targets.map(({ name, state }) => `${name} ${state}`)).toEqual(["a done", "b done", "c done"]);
		expect(last.chain.map((row) => [row.id, row.for])).toEqual([
			["provider:acme", ["identity:a", "identity:b"]],
			["identity:a", ["identity:a"]],
			["identity:b", ["identity:b"]],
			["provider:globex", ["identity:c"]],
			["identity:c", ["identity:c"]],
		]);
		expect(it.saved.toSorted()).toEqual(["a", "b", "c"]);
		expect(it.remembered.map(({ identity }) => identity).toSorted()).toEqual(["a", "b", "c"]);
	});

	test("does not wait for the others with what hangs on one of them", async () => {
		const it = three();
		const { login } = start(it, { flags });
		(await it.signIn.call(0)).resolve(ssoSession());
		(await it.assume.call(0)).resolve(awsCredentials());
		expect((await it.integrate.call()).name).toBe("ecr");
		login.send({ type: "CANCEL" });
		expect((await login.finished).phase).toBe("cancelled");
		expect(it.signIn.calls[1]?.signal.aborted).toBe(true);
	});

	test("goes on with the others where one fails, and fails in the end", async () => {
		const it = three();
		const { login } = start(it, { flags });
		(await it.signIn.call(0)).resolve(ssoSession());
		(await it.signIn.call(1)).resolve(ssoSession());
		(await it.assume.call(0)).reject(denied);
		(await it.assume.call(1)).resolve(awsCredentials());
		(await it.assume.call(2)).resolve(awsCredentials());
		const last = await login.finished;
		expect(last.phase).toBe("failed");
		expect(last.targets).toMatchObject([
			{ name: "a", state: "failed", error: { code: "denied" } },
			{ name: "b", state: "done", result: { identity: "b" } },
			{ name: "c", state: "done", result: { identity: "c" } },
		]);
		// Its integration has nothing to be made with.
		expect(last.integrations).toMatchObject([{ name: "ecr", state: "waiting" }]);
		expect(it.integrate.calls).toHaveLength(0);
	});

	test("fails at once where none can still be signed in to", async () => {
		const it = world({ providers: ["acme"], identities: [{ name: "a" }, { name: "b" }], autoProvision: true });
		const { login } = start(it, { flags: { positional: ["a", "b"] } });
		(await it.signIn.call()).resolve(ssoSession());
		const discovery = await it.provision.call();
		(await it.assume.call(0)).reject(denied);
		(await it.assume.call(1)).reject(denied);
		expect((await login.finished).phase).toBe("failed");
		expect(discovery.signal.aborted).toBe(true);
	});

	test("tries again on the dashboard only what failed, even where all are renewed", async () => {
		const it = three();
		const { login } = start(it, { flags, interactive: true, force: true });
		(await it.signIn.call(0)).resolve(ssoSession());
		(await it.signIn.call(1)).resolve(ssoSession());
		(await it.assume.call(0)).resolve(awsCredentials());
		(await it.assume.call(1)).reject(denied);
		(await it.assume.call(2)).resolve(awsCredentials());
		(await it.integrate.call()).resolve(artifact());
		await phase(login, "attention");
		for (const key of ["a", "c"]) it.held.set(key, awsCredentials());
		login.send({ type: "RETRY" });
		const again = await it.signIn.call(2);
		expect(again.name).toBe("acme");
		again.resolve(ssoSession());
		const assume = await it.assume.call(3);
		expect(assume.name).toBe("b");
		assume.resolve(awsCredentials());
		(await it.integrate.call(1)).resolve(artifact());
		expect(await login.finished).toMatchObject({ phase: "done", attempt: 2 });
		expect(it.assume.calls).toHaveLength(4);
	});

	test("renews a session once that two roles are turned away with", async () => {
		const it = three();
		const { login } = start(it, { flags: { positional: ["a", "b"] } });
		const session = ssoSession({ origin: "cache" });
		(await it.signIn.call(0)).resolve(session);
		const [first, second] = [await it.assume.call(0), await it.assume.call(1)];
		first.reject(new SessionRejectedError(session, { status: 401 }));
		const again = await it.signIn.call(1);
		expect(again.given.rejected).toBe(session);
		second.reject(new SessionRejectedError(session, { status: 401 }));
		again.resolve(ssoSession());
		for (const index of [2, 3]) (await it.assume.call(index)).resolve(awsCredentials());
		(await it.integrate.call()).resolve(artifact());
		expect((await login.finished).phase).toBe("done");
		expect(it.signIn.calls).toHaveLength(2);
	});

	test("keeps what is still good, and signs in for the rest", async () => {
		const it = three();
		it.held.set("a", awsCredentials());
		const { login } = start(it, { flags });
		(await it.signIn.call(0)).resolve(ssoSession());
		(await it.signIn.call(1)).resolve(ssoSession());
		for (const index of [0, 1]) (await it.assume.call(index)).resolve(awsCredentials());
		(await it.integrate.call()).resolve(artifact());
		const last = await login.finished;
		expect(last.targets.map(({ result }) => result?.stillValid)).toEqual([true, false, false]);
		expect(it.assume.calls.map(({ name }) => name)).toEqual(["b", "c"]);
	});

	test("is over at once where all of it is good", async () => {
		const it = three();
		for (const key of ["a", "b", "c"]) it.held.set(key, awsCredentials());
		it.dependencies.integrationKind = async () => undefined;
		const { login, phases } = start(world({ identities: [{ name: "a" }] }), { flags: { positional: ["a"] } });
		login.send({ type: "CANCEL" });
		await login.finished;
		const quiet = start(it, { flags: { positional: ["b", "c"] } });
		const last = await quiet.login.finished;
		expect(last.targets.map(({ state }) => state)).toEqual(["done", "done"]);
		expect(quiet.phases).toEqual(["starting", "done"]);
		expect(phases.at(-1)).toBe("cancelled");
	});

	test("has one that is broken in itself fail alone", async () => {
		const it = three();
		const { identity } = it.config;
		Object.assign(it.config, {
			identity: async (name: string) => {
				if (name === "b") throw new AuthError({ code: "config", message: "atmos.yaml:7: b is wrong" });
				return identity(name);
			},
		});
		const { login } = start(it, { flags: { positional: ["b", "c"] } });
		const signIn = await it.signIn.call();
		expect(signIn.name).toBe("globex");
		signIn.resolve(ssoSession());
		(await it.assume.call()).resolve(awsCredentials());
		const last = await login.finished;
		expect(last).toMatchObject({
			phase: "failed",
			targets: [
				{ name: "b", state: "failed", error: { message: "atmos.yaml:7: b is wrong" } },
				{ name: "c", state: "done" },
			],
		});
	});

	test("has an identity that is asked for and on the way to another once", async () => {
		const it = world({ identities: [{ name: "base" }, { name: "top", via: { identity: "base" } }] });
		const { login } = start(it, { flags: { positional: ["top", "base"] } });
		(await it.signIn.call()).resolve(ssoSession());
		(await it.assume.call(0)).resolve(awsCredentials());
		(await it.assume.call(1)).resolve(awsCredentials());
		const last = await login.finished;
		expect(last.phase).toBe("done");
		expect(it.assume.calls.map(({ name }) => name)).toEqual(["base", "top"]);
		expect(it.saved).toEqual(["base", "top"]);
	});

	test("needs no provider where the chain begins with an identity", async () => {
		const it = world({
			providers: [],
			identities: [
				{ name: "keys", kind: "aws/user", via: {} },
				{ name: "role", via: { identity: "keys" } },
			],
		});
		const { login } = start(it, { flags: { identity: "role" } });
		const keys = await it.assume.call(0);
		expect(keys.name).toBe("keys");
		keys.resolve(awsCredentials());
		(await it.assume.call(1)).resolve(awsCredentials());
		const last = await until(login, ({ phase: now }) => now === "done");
		expect(last.targets[0]?.result).toMatchObject({ identity: "role", provider: undefined });
		expect(last.chain.map(({ id }) => id)).toEqual(["identity:keys", "identity:role"]);
		expect(it.saved).toEqual(["role"]);
		expect(it.remembered).toMatchObject([{ provider: "standing-alone", identity: "role" }]);
	});
});
