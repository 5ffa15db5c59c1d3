import { describe, expect, test } from "vitest";
import { SessionRejectedError } from "../../src/auth/aws/identity-center/session-rejected.ts";
import { AuthError } from "../../src/auth/errors.ts";
import type { DeviceCodePrompt } from "../../src/auth/interaction.ts";
import { LIMITS } from "../../src/auth/net/limits.ts";
import { soleResult } from "../../src/flows/snapshot.ts";
import { artifact, awsCredentials, HOUR, NOW, ssoSession, world } from "./fakes.ts";
import { phase, start, until } from "./run.ts";

const codePrompt: DeviceCodePrompt = {
	type: "device-code",
	provider: "company-sso",
	userCode: "WDDD-HRQV",
	verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
	portal: "acme.awsapps.com",
	startedAt: NOW,
	expiresAt: NOW + 600_000,
};
const denied = new AuthError({ code: "denied", message: "the request was denied", remedy: "ask for access" });

describe("a login", () => {
	test("walks the chain, then the integrations, and says what it got", async () => {
		const it = world({ integrations: ["dev/ecr"] });
		const { login, phases } = start(it);
		const signIn = await it.signIn.call();
		signIn.given.interaction.show(codePrompt);
		expect(login.snapshot()).toMatchObject({ phase: "approving", prompts: [{ prompt: { userCode: "WDDD-HRQV" } }] });
		signIn.given.interaction.show(undefined);
		expect(login.snapshot()).toMatchObject({ phase: "signing-in", prompts: [] });
		signIn.resolve(ssoSession());
		(await it.assume.call()).resolve(awsCredentials());
		const integrate = await it.integrate.call();
		integrate.given.status("asking for a token");
		expect(login.snapshot().integrations[0]).toMatchObject({ state: "running", text: "asking for a token" });
		integrate.resolve(artifact());
		const last = await login.finished;
		expect(phases).toEqual(["starting", "signing-in", "approving", "signing-in", "assuming", "integrating", "done"]);
		expect(soleResult(last)).toEqual({
			identity: "dev-admin",
			provider: "company-sso",
			account: { id: "123456789012", name: "development" },
			role: "AdministratorAccess",
			region: "us-east-2",
			realm: "0123abcd",
			expiresAt: NOW + HOUR,
			stillValid: false,
			env: { AWS_PROFILE: "dev-admin" },
		});
		expect(last.chain).toMatchObject([
			{ name: "company-sso", state: "ok", text: "signed in" },
			{ name: "dev-admin", state: "ok", text: "AdministratorAccess in development" },
		]);
		expect(last.integrations).toMatchObject([{ name: "dev/ecr", state: "ok", label: "ECR login" }]);
		expect(it.saved).toEqual(["dev-admin"]);
		expect(it.remembered).toMatchObject([{ realm: "0123abcd", identity: "dev-admin", at: NOW }]);
		expect(it.signIn.calls).toHaveLength(1);
	});

	test("with credentials that are still good signs in to nothing but makes integrations good", async () => {
		const it = world({ integrations: ["dev/ecr"] });
		it.held.set("dev-admin", awsCredentials());
		const { login, phases } = start(it);
		(await it.integrate.call()).resolve(artifact({ changed: false }));
		const last = await login.finished;
		expect(soleResult(last)).toMatchObject({ identity: "dev-admin", stillValid: true });
		expect(last.chain.map((row) => row.state)).toEqual(["reused", "reused"]);
		expect(last.integrations[0]?.state).toBe("reused");
		expect(it.signIn.calls).toHaveLength(0);
		expect(phases).not.toContain("approving");
	});

	test("with credentials for ten more minutes signs in anew", async () => {
		const it = world();
		it.held.set("dev-admin", awsCredentials({ issuedAt: NOW - 50 * 60_000, expiresAt: NOW + 10 * 60_000 }));
		const { login } = start(it);
		(await it.signIn.call()).resolve(ssoSession({ origin: "cache" }));
		(await it.assume.call()).resolve(awsCredentials());
		expect(soleResult(await login.finished)?.stillValid).toBe(false);
	});

	test("that is forced renews what was asked for, and only that", async () => {
		const it = world({ identities: [{ name: "base" }, { name: "top", via: { identity: "base" }, isDefault: true }] });
		it.held.set("base", awsCredentials());
		it.held.set("top", awsCredentials());
		const { login } = start(it, { force: true });
		const assume = await it.assume.call();
		expect(assume.name).toBe("top");
		expect(assume.given.force).toBe(true);
		assume.resolve(awsCredentials());
		const last = await login.finished;
		expect(last.chain.map((row) => row.state)).toEqual(["reused", "reused", "ok"]);
		expect(soleResult(last)?.stillValid).toBe(false);
	});

	test("saves the target's credentials alone", async () => {
		const it = world({ identities: [{ name: "base" }, { name: "top", via: { identity: "base" }, isDefault: true }] });
		const { login } = start(it);
		(await it.signIn.call()).resolve(ssoSession());
		(await it.assume.call(0)).resolve(awsCredentials());
		(await it.assume.call(1)).resolve(awsCredentials({ accountName: "production" }));
		const last = await login.finished;
		expect(it.assume.calls.map((call) => call.name)).toEqual(["base", "top"]);
		expect(it.saved).toEqual(["top"]);
		expect(soleResult(last)).toMatchObject({ identity: "top", account: { name: "production" } });
	});

	test("of a provider runs no integrations", async () => {
		const it = world({ integrations: ["dev/ecr"] });
		const { login } = start(it, { flags: { provider: "company-sso" } });
		(await it.signIn.call()).resolve(ssoSession());
		const last = await login.finished;
		expect(soleResult(last)).toEqual({
			provider: "company-sso",
			account: undefined,
			region: "us-east-1",
			realm: "0123abcd",
			expiresAt: NOW + 8 * HOUR,
			stillValid: false,
			env: {},
		});
		expect(last.integrations).toEqual([]);
	});

	test("asks for a choice where a step has several, and takes only what was offered", async () => {
		const it = world();
		const { login } = start(it, { interactive: true });
		(await it.signIn.call()).resolve(ssoSession());
		const assume = await it.assume.call();
		const answer = assume.given.interaction.ask(
			{ type: "choice", question: "Which account?", options: [{ value: "1", label: "one" }] },
			assume.signal,
		);
		expect(login.snapshot()).toMatchObject({
			phase: "approving",
			prompts: [{ prompt: { question: "Which account?" } }],
		});
		login.send({ type: "ANSWER", step: "identity:dev-admin", value: "2" });
		expect(login.snapshot().phase).toBe("approving");
		login.send({ type: "ANSWER", step: "identity:dev-admin", value: "1" });
		expect(await answer).toBe("1");
		expect(login.snapshot()).toMatchObject({ phase: "assuming", prompts: [] });
		assume.resolve(awsCredentials());
		expect((await login.finished).phase).toBe("done");
	});

	test("takes an answer at the very moment at which it is asked", async () => {
		const it = world({ identities: [{ name: "keys", kind: "aws/user", via: {}, isDefault: true }] });
		const kind = await it.dependencies.identityKind("aws/user");
		if (kind === undefined) throw new Error("there is no such kind");
		const asks = async (...[, , , run]: Parameters<typeof kind.authenticate>) => {
			const role = await run.interaction.ask(
				{ type: "code", question: "Code", source: "device", digits: 6 },
				run.signal,
			);
			return awsCredentials({ role });
		};
		it.dependencies.identityKind = async () => ({ ...kind, authenticate: asks });
		const { login } = start(it, { interactive: true });
		login.subscribe(({ prompts: [asked] }) => {
			if (asked !== undefined) login.send({ type: "ANSWER", step: asked.step, value: "123456" });
		});
		expect(soleResult(await login.finished)?.role).toBe("123456");
	});

	test("shows no control characters of names and codes", async () => {
		const it = world();
		const { login } = start(it);
		const signIn = await it.signIn.call();
		signIn.given.interaction.show({ ...codePrompt, provider: "sso\u001b[2J", userCode: "WD\u202eDD" });
		signIn.given.interaction.status("doing\u0007 it\nnow");
		expect(login.snapshot()).toMatchObject({
			prompts: [{ prompt: { provider: "sso", userCode: "WDDD" } }],
			chain: [{ text: "doing it now" }, {}],
		});
		login.send({ type: "CANCEL" });
		await login.finished;
	});

	test("shows what steps warn of, once", async () => {
		const it = world();
		const { login } = start(it);
		const signIn = await it.signIn.call();
		signIn.given.ctx.log.warn("the file was readable by others", { file: "~/x" });
		signIn.given.ctx.log.warn("the file was readable by others", { file: "~/x" });
		expect(login.snapshot().warnings).toEqual(["the file was readable by others (file: ~/x)"]);
		login.send({ type: "CANCEL" });
		await login.finished;
	});
});

describe("a rejected session", () => {
	test("is dropped, and the sign-in is done once more", async () => {
		const it = world();
		const { login } = start(it);
		const session = ssoSession({ origin: "cache" });
		(await it.signIn.call(0)).resolve(session);
		(await it.assume.call(0)).reject(new SessionRejectedError(session, { status: 401 }));
		const second = await it.signIn.call(1);
		expect(second.given.rejected).toBe(session);
		expect(login.snapshot()).toMatchObject({ phase: "signing-in", attempt: 2 });
		second.resolve(ssoSession());
		(await it.assume.call(1)).resolve(awsCredentials());
		expect((await login.finished).phase).toBe("done");
	});

	test("is an error the second time", async () => {
		const it = world();
		const { login } = start(it);
		const session = ssoSession({ origin: "cache" });
		for (const round of [0, 1]) {
			(await it.signIn.call(round)).resolve(session);
			(await it.assume.call(round)).reject(new SessionRejectedError(session, { status: 401 }));
		}
		expect(await login.finished).toMatchObject({ phase: "failed", error: { code: "expired" } });
		expect(it.signIn.calls).toHaveLength(2);
	});

	test("is also noticed by the discovery of a provider login", async () => {
		const it = world({ autoProvision: true, identities: [] });
		const { login } = start(it);
		const session = ssoSession({ origin: "cache" });
		(await it.signIn.call(0)).resolve(session);
		(await it.provision.call(0)).reject(new SessionRejectedError(session, { status: 401 }));
		const second = await it.signIn.call(1);
		expect(second.given.rejected).toBe(session);
		second.resolve(ssoSession());
		(await it.provision.call(1)).resolve();
		expect(await login.finished).toMatchObject({ phase: "done", warnings: [] });
	});
});

describe("discovery", () => {
	test("runs beside the chain, is shown as it comes, and is waited for", async () => {
		const it = world({ autoProvision: true });
		const { login } = start(it);
		(await it.signIn.call()).resolve(ssoSession());
		const provision = await it.provision.call();
		const assume = await it.assume.call();
		provision.given.interaction.progress({
			accountsTotal: 2,
			accountsDone: 1,
			identities: ["dev/Admin"],
			failedAccounts: [],
		});
		expect(login.snapshot()).toMatchObject({ phase: "assuming", discovery: { identities: ["dev/Admin"] } });
		assume.resolve(awsCredentials());
		await phase(login, "integrating");
		provision.resolve();
		expect((await login.finished).phase).toBe("done");
	});

	test("that fails is a warning", async () => {
		const it = world({ autoProvision: true });
		const { login } = start(it);
		(await it.signIn.call()).resolve(ssoSession());
		(await it.provision.call()).reject(new AuthError({ code: "network", message: "the portal did not answer" }));
		(await it.assume.call()).resolve(awsCredentials());
		expect(await login.finished).toMatchObject({
			phase: "done",
			warnings: ["the identities could not be listed: the portal did not answer"],
		});
	});

	test("is left out for a session that was at hand, but not when the provider was asked for", async () => {
		const it = world({ autoProvision: true });
		const first = start(it);
		(await it.signIn.call(0)).resolve(ssoSession({ origin: "cache" }));
		(await it.assume.call(0)).resolve(awsCredentials());
		await first.login.finished;
		expect(it.provision.calls).toHaveLength(0);
		const second = start(it, { flags: { provider: "company-sso" } });
		(await it.signIn.call(1)).resolve(ssoSession({ origin: "cache" }));
		(await it.provision.call(0)).resolve();
		expect(soleResult(await second.login.finished)?.stillValid).toBe(true);
	});
});

describe("integrations", () => {
	const names = ["a", "b", "c"];

	async function reach(interactive: boolean) {
		const it = world({ integrations: names });
		it.held.set("dev-admin", awsCredentials());
		const started = start(it, { interactive });
		await it.integrate.call(2);
		return { it, ...started };
	}

	test("all start before the first ends, and keep their order", async () => {
		const { it, login } = await reach(false);
		expect(login.snapshot().integrations.map((row) => row.state)).toEqual(["running", "running", "running"]);
		expect(it.integrate.calls.map((call) => call.given.order)).toEqual([0, 1, 2]);
		expect(new Set(it.integrate.calls.map((call) => call.given.claims)).size).toBe(1);
		for (const call of [...it.integrate.calls].reverse()) call.resolve(artifact({ target: call.name }));
		const last = await login.finished;
		expect(last.integrations.map((row) => row.target)).toEqual(names);
	});

	test("that fail do not fail the login", async () => {
		const { it, login } = await reach(false);
		it.integrate.calls[0]?.resolve(artifact());
		it.integrate.calls[1]?.reject(denied);
		it.integrate.calls[2]?.resolve(artifact());
		const last = await login.finished;
		expect(last.phase).toBe("done");
		expect(last.integrations[1]).toMatchObject({
			state: "failed",
			label: "ECR login",
			target: "b.example",
			retry: ["atmos-auth", "aws", "ecr", "login", "b"],
			error: { message: "the request was denied" },
		});
	});

	test("are made where they are not good any more, and all of them by a forced login", async () => {
		for (const [force, made] of [
			[false, ["b"]],
			[true, ["a", "b", "c"]],
		] as const) {
			const it = world({ integrations: names, good: ["a", "c"] });
			it.held.set("dev-admin", awsCredentials());
			const { login } = start(it, { interactive: false, force });
			if (force) {
				(await it.signIn.call()).resolve(ssoSession());
				(await it.assume.call()).resolve(awsCredentials());
			}
			await it.integrate.call(made.length - 1);
			for (const call of it.integrate.calls) call.resolve(artifact());
			const last = await login.finished;
			expect(it.integrate.calls.map(({ name }) => name).sort()).toEqual(made);
			expect(last.integrations.map(({ name, state }) => state === "ok" && name).filter(Boolean)).toEqual(made);
		}
	});

	test("have a limit of time each", async () => {
		const { it, login, clock } = await reach(false);
		it.integrate.calls[0]?.resolve(artifact());
		it.integrate.calls[2]?.resolve(artifact());
		await until(login, (snapshot) => snapshot.integrations[2]?.state === "ok");
		clock.advance(LIMITS.integrationMs - 1);
		expect(it.integrate.calls[1]?.signal.aborted).toBe(false);
		clock.advance(1);
		const last = await login.finished;
		expect(it.integrate.calls[1]?.signal.aborted).toBe(true);
		expect(last.integrations[1]).toMatchObject({
			state: "failed",
			error: { code: "network", message: "it took longer than 30 s" },
		});
	});

	test("have their kind's limit, where a helper may have to wait for a person; and are told whether one is there", async () => {
		const it = world({ integrations: names, limitMs: 90_000 });
		it.held.set("dev-admin", awsCredentials());
		const { login, clock } = start(it, { interactive: false });
		await it.integrate.call(2);
		expect(it.integrate.calls[1]?.given.attended).toBe(true);
		it.integrate.calls[0]?.resolve(artifact());
		it.integrate.calls[2]?.resolve(artifact());
		await until(login, (snapshot) => snapshot.integrations[2]?.state === "ok");
		clock.advance(90_000 - 1);
		expect(it.integrate.calls[1]?.signal.aborted).toBe(false);
		clock.advance(1);
		const last = await login.finished;
		expect(last.integrations[1]?.error?.message).toBe("it took longer than 90 s");

		const unattended = world({ integrations: names });
		unattended.held.set("dev-admin", awsCredentials());
		start(unattended, { interactive: false, reach: "nobody" });
		await unattended.integrate.call(2);
		expect(unattended.integrate.calls[0]?.given.attended).toBe(false);
	});

	test("that fail on the dashboard wait, and one can be retried alone", async () => {
		const { it, login } = await reach(true);
		it.integrate.calls[0]?.reject(denied);
		it.integrate.calls[1]?.resolve(artifact());
		it.integrate.calls[2]?.reject(denied);
		await phase(login, "attention");
		login.send({ type: "RETRY", step: "integration:b" });
		expect(login.snapshot().phase).toBe("attention");
		login.send({ type: "RETRY", step: "integration:c" });
		const again = await it.integrate.call(3);
		expect(again.name).toBe("c");
		expect(login.snapshot().integrations.map((row) => row.state)).toEqual(["failed", "ok", "running"]);
		again.resolve(artifact());
		await phase(login, "attention");
		login.send({ type: "RETRY" });
		(await it.integrate.call(4)).resolve(artifact());
		expect(await login.finished).toMatchObject({ phase: "done" });
		expect(login.snapshot().integrations.map((row) => row.state)).toEqual(["ok", "ok", "ok"]);
	});

	test("can be retried while others still run", async () => {
		const { it, login } = await reach(true);
		it.integrate.calls[0]?.reject(denied);
		await until(login, (snapshot) => snapshot.integrations[0]?.state === "failed");
		login.send({ type: "RETRY", step: "integration:a" });
		const again = await it.integrate.call(3);
		expect(again.name).toBe("a");
		expect(it.integrate.calls[1]?.signal.aborted).toBe(false);
		for (const call of it.integrate.calls.slice(1)) call.resolve(artifact());
		expect((await login.finished).phase).toBe("done");
	});

	test("can be left as they are", async () => {
		const { it, login } = await reach(true);
		for (const call of it.integrate.calls) call.reject(denied);
		await phase(login, "attention");
		login.send({ type: "DONE" });
		expect(await login.finished).toMatchObject({ phase: "done", targets: [{ result: { identity: "dev-admin" } }] });
	});
});

describe("failures", () => {
	test("end a login without a dashboard", async () => {
		const it = world();
		const { login } = start(it);
		(await it.signIn.call()).reject(denied);
		const last = await login.finished;
		expect(last).toMatchObject({ phase: "failed", error: { code: "denied" }, targets: [{ state: "failed" }] });
		expect(last.chain[0]).toMatchObject({ state: "failed", text: "the request was denied" });
	});

	test("wait on the dashboard for a second try", async () => {
		const it = world();
		const { login } = start(it, { interactive: true });
		(await it.signIn.call()).reject(denied);
		await phase(login, "attention");
		expect(login.snapshot()).toMatchObject({ error: { code: "denied" }, targets: [{ state: "failed" }] });
		login.send({ type: "RETRY" });
		const again = await it.signIn.call(1);
		expect(login.snapshot()).toMatchObject({ phase: "signing-in", attempt: 2, error: undefined });
		again.resolve(ssoSession());
		(await it.assume.call()).resolve(awsCredentials());
		expect((await login.finished).phase).toBe("done");
	});

	test("of the dashboard can be accepted", async () => {
		const it = world();
		const { login } = start(it, { interactive: true });
		(await it.signIn.call()).reject(denied);
		await phase(login, "attention");
		login.send({ type: "DONE" });
		expect((await login.finished).phase).toBe("failed");
	});

	test("of the configuration end even an interactive login, with the error", async () => {
		const it = world({ broken: new AuthError({ code: "config", message: "atmos.yaml: bad" }) });
		const { login } = start(it, { interactive: true });
		expect(await login.finished).toMatchObject({ phase: "failed", error: { code: "config" } });
	});

	test("of the choice end the login", async () => {
		const it = world({ identities: [{ name: "a" }, { name: "b" }] });
		const { login } = start(it);
		expect(await login.finished).toMatchObject({ phase: "failed", error: { code: "usage" } });
	});
});

describe("the menu", () => {
	const two = { identities: [{ name: "a" }, { name: "b" }] };

	test("offers what the rules say and signs in to what is chosen", async () => {
		const it = world(two);
		const { login } = start(it, { interactive: true });
		const shown = await phase(login, "choosing");
		expect(shown.choice).toMatchObject({ of: "identities", reason: "no-default" });
		login.send({ type: "SELECT", key: "nobody" });
		expect(login.snapshot().phase).toBe("choosing");
		login.send({ type: "SELECT", key: "b" });
		(await it.signIn.call()).resolve(ssoSession());
		(await it.assume.call()).resolve(awsCredentials());
		expect(soleResult(await login.finished)?.identity).toBe("b");
	});

	test("is come back to, and what was begun is stopped", async () => {
		const it = world(two);
		const { login } = start(it, { interactive: true });
		await phase(login, "choosing");
		login.send({ type: "SELECT", key: "a" });
		const first = await it.signIn.call(0);
		first.given.interaction.show(codePrompt);
		login.send({ type: "BACK" });
		expect(first.signal.aborted).toBe(true);
		expect(login.snapshot()).toMatchObject({ phase: "choosing", prompts: [], targets: [], chain: [] });
		// What comes late changes nothing.
		first.given.interaction.show(codePrompt);
		first.resolve(ssoSession());
		expect(login.snapshot()).toMatchObject({ phase: "choosing", prompts: [] });
		login.send({ type: "SELECT", key: "b" });
		(await it.signIn.call(1)).resolve(ssoSession());
		(await it.assume.call(0)).resolve(awsCredentials());
		expect(soleResult(await login.finished)?.identity).toBe("b");
	});

	test("offers providers where there are no identities", async () => {
		const it = world({ identities: [], providers: ["one", "two"] });
		const { login } = start(it, { interactive: true });
		const shown = await phase(login, "choosing");
		expect(shown.choice).toMatchObject({ of: "providers", reason: "no-identities" });
		login.send({ type: "SELECT", key: "two" });
		const signIn = await it.signIn.call();
		expect(signIn.name).toBe("two");
		signIn.resolve(ssoSession());
		expect(soleResult(await login.finished)?.provider).toBe("two");
	});

	test("left with back is a cancelled login", async () => {
		const { login } = start(world(two), { interactive: true });
		await phase(login, "choosing");
		login.send({ type: "BACK" });
		expect((await login.finished).phase).toBe("cancelled");
	});
});
