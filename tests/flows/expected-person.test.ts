import { describe, expect, test } from "vitest";
import { personIs } from "../../src/auth/credentials.ts";
import { notePerson, readState, updateState } from "../../src/auth/storage/state.ts";
import { realDependencies } from "../../src/flows/dependencies.ts";
import { fakeClock, testContext } from "../helpers/context.ts";
import { awsCredentials, NOW, ssoSession, type World, world } from "./fakes.ts";
import { phase, start, until } from "./run.ts";

const ADA = "ada@acme.example";
const BOB = "bob@acme.example";

/** A machine on which Ada was the last one to sign in to the portal. */
async function machineOfAda() {
	const ctx = testContext({ clock: fakeClock(NOW) });
	await updateState(ctx, (state) => notePerson(state, "0123abcd", "company-sso", ADA));
	return ctx;
}

/** Signs in, as a browser does that knows somebody. */
async function signInAs(it: World, person: string, attempt = 0): Promise<void> {
	(await it.signIn.call(attempt)).resolve(ssoSession());
	(await it.assume.call(attempt)).resolve(awsCredentials({ person }));
}

const question = { prompts: [{ prompt: { type: "choice", question: expect.stringContaining(BOB) } }] };

describe("another person than the last one", () => {
	test("is asked about before anything is written, and goes on after a yes", async () => {
		const it = world();
		const { login } = start(it, { interactive: true, ctx: await machineOfAda() });
		await signInAs(it, BOB);
		const asked = await phase(login, "approving");
		expect(asked).toMatchObject(question);
		expect(asked.prompts[0]?.prompt).toMatchObject({ details: [expect.stringContaining(ADA)] });
		expect(it.saved).toEqual([]);
		login.send({ type: "ANSWER", step: "identity:dev-admin", value: "use" });
		expect((await login.finished).phase).toBe("done");
		expect(it.saved).toEqual(["dev-admin"]);
		expect(it.remembered).toMatchObject([{ provider: "company-sso", person: BOB }]);
		expect(it.revoked).toEqual([]);
	});

	test("signs in again: the session is ended, and the portal asked once more", async () => {
		const it = world();
		const { login } = start(it, { interactive: true, ctx: await machineOfAda() });
		await signInAs(it, BOB);
		await phase(login, "approving");
		login.send({ type: "ANSWER", step: "identity:dev-admin", value: "again" });
		const { given } = await it.signIn.call(1);
		expect(it.revoked).toEqual(["company-sso"]);
		expect(given.rejected).toMatchObject({ type: "sso" });
		await signInAs(it, ADA, 1);
		expect((await login.finished).phase).toBe("done");
		expect(it.saved).toEqual(["dev-admin"]);
		expect(it.remembered).toMatchObject([{ person: ADA }]);
	});

	test("leaves nothing behind after a no", async () => {
		const it = world();
		const { login } = start(it, { interactive: true, ctx: await machineOfAda() });
		await signInAs(it, BOB);
		await phase(login, "approving");
		login.send({ type: "ANSWER", step: "identity:dev-admin", value: "cancel" });
		expect((await login.finished).phase).toBe("cancelled");
		expect(it.saved).toEqual([]);
		expect(it.revoked).toEqual(["company-sso"]);
	});

	test("is refused where nobody can be asked, with the command that asks", async () => {
		const it = world();
		const { login } = start(it, { ctx: await machineOfAda() });
		await signInAs(it, BOB);
		const last = await login.finished;
		expect(last.phase).toBe("failed");
		expect(last.error).toMatchObject({
			code: "denied",
			message: `"company-sso" was signed in to as ${BOB}, and not as ${ADA}`,
			remedy: { run: ["atmos-auth", "login", "dev-admin"] },
		});
		expect(it.saved).toEqual([]);
		expect(it.revoked).toEqual(["company-sso"]);
	});

	test("is asked about once for all identities of a session", async () => {
		const it = world({ identities: [{ name: "a" }, { name: "b" }] });
		const flags = { positional: ["a", "b"] };
		const { login } = start(it, { interactive: true, flags, ctx: await machineOfAda() });
		(await it.signIn.call()).resolve(ssoSession());
		for (const index of [0, 1]) (await it.assume.call(index)).resolve(awsCredentials({ person: BOB }));
		const { prompts } = await phase(login, "approving");
		expect(prompts).toHaveLength(1);
		login.send({ type: "ANSWER", step: prompts[0]?.step ?? "identity:a", value: "use" });
		expect((await login.finished).phase).toBe("done");
		expect([...it.saved].sort()).toEqual(["a", "b"]);
	});
});

describe("who is expected", () => {
	test("is the one whom `spec.user` names, whoever it was before", async () => {
		const it = world({ user: BOB });
		const { login } = start(it, { interactive: true, ctx: await machineOfAda() });
		await signInAs(it, ADA);
		const { prompts } = await phase(login, "approving");
		expect(prompts[0]?.prompt).toMatchObject({ details: [expect.stringContaining("spec.user")] });
		login.send({ type: "CANCEL" });
		await login.finished;
	});

	test("is nobody in particular at the first sign-in of a machine", async () => {
		const it = world();
		const { login } = start(it, { interactive: true });
		await signInAs(it, BOB);
		expect((await login.finished).phase).toBe("done");
	});

	test("is not asked where nobody has just signed in", async () => {
		const it = world({ user: ADA });
		const { login } = start(it, { interactive: true, ctx: await machineOfAda() });
		(await it.signIn.call()).resolve(ssoSession({ origin: "cache" }));
		(await it.assume.call()).resolve(awsCredentials());
		expect((await login.finished).phase).toBe("done");
	});

	test("is told by the name alone, in any case, or by the name of an ARN", () => {
		expect(personIs("Ada@Acme.example", ADA)).toBe(true);
		expect(personIs("arn:aws:iam::123456789012:user/team/ada", "ada")).toBe(true);
		expect(personIs("arn:aws:iam::123456789012:user/ada", "arn:aws:iam::123456789012:user/ada")).toBe(true);
		expect(personIs("arn:aws:iam::123456789012:user/nevada", "ada")).toBe(false);
		expect(personIs("team/ada", "ada")).toBe(false);
	});

	test("is remembered with the sign-in, for each portal of a realm", async () => {
		const ctx = testContext({ clock: fakeClock(NOW) });
		const entry = { realm: "r", identity: "dev", purpose: "p", config: undefined, at: NOW };
		await realDependencies.remember(ctx, { ...entry, provider: "one", person: ADA });
		await realDependencies.remember(ctx, { ...entry, provider: "two", person: BOB });
		await realDependencies.remember(ctx, { ...entry, provider: "two", person: undefined });
		expect((await readState(ctx)).people).toEqual({ r: { one: ADA, two: BOB } });
	});
});

test("nothing of it waits for a person who has cancelled", async () => {
	const it = world();
	const { login } = start(it, { interactive: true, ctx: await machineOfAda() });
	await signInAs(it, BOB);
	await until(login, ({ prompts }) => prompts.length > 0);
	login.send({ type: "CANCEL" });
	expect((await login.finished).phase).toBe("cancelled");
	expect(it.saved).toEqual([]);
});
