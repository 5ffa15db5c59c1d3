/** A login with several targets on the faces without a screen. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/auth/errors.ts";
import type { LoginHandle, LoginSnapshot } from "../../src/flows/snapshot.ts";
import { annotations } from "../../src/output/annotations.ts";
import { endingLines } from "../../src/output/ending.ts";
import { eventsBetween, type LoginEvent } from "../../src/output/events.ts";
import { loginExitCode } from "../../src/output/exit-code.ts";
import { runJson } from "../../src/output/json.ts";
import { plainLines, runPlain } from "../../src/output/plain.ts";
import { printerTo } from "../../src/output/printer.ts";
import { plainStyle } from "../../src/output/style.ts";
import { summaryLines } from "../../src/output/summary.ts";
import { awsCredentials, NOW, ssoSession, type World, world } from "../flows/fakes.ts";
import { start, until } from "../flows/run.ts";
import { base, link, signedIn, signIn, target } from "./snapshots.ts";

const schema = JSON.parse(readFileSync(new URL("../../schema/events.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({
	allErrors: true,
	formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, uri: true },
}).compile(schema);

const endedBy = { strict: false, endedBy: () => undefined };

/** Two identities of one portal, the first with an integration, and one of another. */
const three = (): World =>
	world({
		providers: ["company-sso", "partner-sso"],
		identities: [{ name: "dev-admin" }, { name: "prod-admin" }, { name: "ops", via: { provider: "partner-sso" } }],
		integrations: ["dev/ecr"],
	});

const NAMES = ["dev-admin", "prod-admin", "ops"];

const code = (provider: string, userCode: string) =>
	({
		type: "device-code",
		provider,
		userCode,
		verificationUri: `https://${provider}.example/`,
		portal: `${provider}.example`,
		startedAt: NOW,
		expiresAt: NOW + 600_000,
	}) as const;

/** Lets a login with three targets run: both portals ask, and one of the identities is refused. */
async function play(it: World, login: LoginHandle): Promise<void> {
	const [first, second] = [await it.signIn.call(0), await it.signIn.call(1)];
	first.given.interaction.show(code("company-sso", "AAAA-BBBB"));
	second.given.interaction.show(code("partner-sso", "CCCC-DDDD"));
	await until(login, ({ prompts }) => prompts.length === 2);
	first.resolve(ssoSession());
	(await it.assume.call(0)).resolve(awsCredentials());
	await it.integrate.call(0);
	(await it.assume.call(1)).reject(new AuthError({ code: "denied", message: "the role is not assigned to you" }));
	(await it.integrate.call(0)).reject(new AuthError({ code: "service", message: "no such registry" }));
	await until(login, ({ chain, integrations }) =>
		["prod-admin", "dev/ecr"].every((name) =>
			[...chain, ...integrations].some((row) => row.name === name && row.state === "failed"),
		),
	);
	second.resolve(ssoSession());
	(await it.assume.call(2)).resolve(awsCredentials({ accountName: "partners" }));
}

describe("plain lines of several targets", () => {
	test("tell each chain, each approval once, and end with a table", async () => {
		const it = three();
		const { login, clock } = start(it, { flags: { positional: NAMES } });
		let written = "";
		const printer = printerTo(plainStyle, (text) => {
			written += text;
		});
		const run = runPlain({ login, clock, printer });
		await play(it, login);
		const last = await run;
		printer.print(endingLines(last, clock.now(), plainStyle, { next: true }));
		expect(loginExitCode(last, endedBy)).toBe(1);
		expect(`\n${written}`).toBe(`
project: acme-infra
login: company-sso → dev-admin
login: company-sso → prod-admin
login: partner-sso → ops
approve: sign in to company-sso (company-sso.example): open this page in a browser
https://company-sso.example/
approve: code AAAA-BBBB (a device code, not an MFA code): approve only if the page shows exactly this
approve: expires 2026-11-23 12:10:00 UTC (10m)
approve: sign in to partner-sso (partner-sso.example): open this page in a browser
https://partner-sso.example/
approve: code CCCC-DDDD (a device code, not an MFA code): approve only if the page shows exactly this
approve: expires 2026-11-23 12:10:00 UTC (10m)
provider: company-sso: signed in (8h0m left)
identity: dev-admin: AdministratorAccess in development (1h0m left)
integration: dev/ecr: started
identity: prod-admin: failed: the role is not assigned to you
integration: dev/ecr: failed: no such registry
provider: partner-sso: signed in (8h0m left)
identity: ops: AdministratorAccess in partners (1h0m left)
Successfully authenticated as 2 of 3 identities

✓ dev-admin   AdministratorAccess in development (1h0m left)
! prod-admin  the role is not assigned to you
✓ ops         AdministratorAccess in partners (1h0m left)

! ECR login: dev/ecr.example failed: no such registry
  retry: atmos-auth aws ecr login dev/ecr
`);
	});

	test("name a target that is broken in itself", () => {
		const error = { code: "config", message: "its provider does not exist", details: [] } as const;
		const broken = target("old-admin", { state: "failed", error });
		const said = (snapshot: LoginSnapshot) =>
			eventsBetween({ ...base, phase: "signing-in", project: "p" }, snapshot, NOW).flatMap((event) =>
				plainLines(event, NOW, plainStyle),
			);
		const chain = [link("identity:dev-admin", { state: "running" })];
		const working: LoginSnapshot = {
			...base,
			phase: "assuming",
			project: "p",
			targets: [target("dev-admin"), broken],
			chain,
		};
		expect(said(working)).toEqual(["login: dev-admin", "login: old-admin"]);
		// Also where all of them are, so that there is no chain at all.
		expect(said({ ...working, phase: "failed", targets: [broken, broken], chain: [] })).toEqual([
			"login: old-admin",
			"login: old-admin",
		]);
	});
});

describe("JSON lines of several targets", () => {
	async function events(settle: (it: World, login: LoginHandle) => Promise<void>): Promise<LoginEvent[]> {
		const it = three();
		const { login, clock } = start(it, { flags: { positional: NAMES } });
		const lines: LoginEvent[] = [];
		const run = runJson({ login, clock, ending: endedBy, write: (text) => void lines.push(JSON.parse(text)) });
		await settle(it, login);
		await run;
		for (const event of lines) expect(validate(event), JSON.stringify({ event, errors: validate.errors })).toBe(true);
		return lines;
	}

	test("say whom each step is for, and what failed at the end", async () => {
		const told = await events(play);
		const forWhom = told.flatMap((event) =>
			"targets" in event && "id" in event ? [[event.type, event.id, event.targets]] : [],
		);
		expect(forWhom).toEqual([
			["approval.required", "provider:company-sso", ["dev-admin", "prod-admin"]],
			["approval.required", "provider:partner-sso", ["ops"]],
			["provider.signed-in", "provider:company-sso", ["dev-admin", "prod-admin"]],
			["identity.assumed", "identity:dev-admin", ["dev-admin"]],
			["integration.started", "integration:dev/ecr", ["dev-admin"]],
			["link.failed", "identity:prod-admin", ["prod-admin"]],
			["integration.failed", "integration:dev/ecr", ["dev-admin"]],
			["provider.signed-in", "provider:partner-sso", ["ops"]],
			["identity.assumed", "identity:ops", ["ops"]],
		]);
		const error = { code: "denied", message: "the role is not assigned to you" };
		expect(told.at(-1)).toMatchObject({
			type: "login.failed",
			error,
			targets: [
				{ target: "dev-admin", signedIn: true, provider: "company-sso", env: { AWS_PROFILE: "dev-admin" } },
				{ target: "prod-admin", signedIn: false, error },
				{ target: "ops", signedIn: true, provider: "partner-sso", account: { name: "partners" } },
			],
			exitCode: 1,
		});
	});

	test("of a login that signed in to all of them say it of each, and of none alone", async () => {
		const told = await events(async (it) => {
			(await it.signIn.call(0)).resolve(ssoSession());
			(await it.signIn.call(1)).resolve(ssoSession());
			for (const index of [0, 1, 2]) (await it.assume.call(index)).resolve(awsCredentials());
			(await it.integrate.call(0)).reject(new AuthError({ code: "service", message: "no" }));
		});
		const last = told.at(-1);
		expect(last).toMatchObject({
			type: "login.succeeded",
			realm: "0123abcd",
			stillValid: false,
			targets: NAMES.map((name) => ({ target: name, signedIn: true, stillValid: false })),
			integrations: { ready: 0, failed: 1 },
			exitCode: 0,
		});
		for (const key of ["identity", "provider", "account", "env", "expiresAt"]) expect(last).not.toHaveProperty(key);
	});

	test("tell an approval once, though another step is tried again meanwhile", () => {
		const approving = signIn[2] as LoginSnapshot;
		const again = { ...approving, attempt: approving.attempt + 1 };
		expect(eventsBetween(approving, again, NOW)).toEqual([]);
	});
});

describe("the summary of several targets", () => {
	const result = (name: string) => ({ identity: name, realm: "", stillValid: false, role: "Admin", env: {} });
	const done = (name: string) => target(name, { state: "done", result: result(name) });

	test("lines up, whatever characters a name is made of", () => {
		const targets = [done("漢字"), { ...done("dev"), result: { ...result("dev"), stillValid: true } }, done("prod-é")];
		expect(summaryLines({ ...base, phase: "done", targets }, NOW)).toEqual([
			"Successfully authenticated as 3 identities",
			"",
			"✓ 漢字    Admin",
			"✓ dev     Admin (still valid)",
			"✓ prod-é  Admin",
		]);
	});

	test("says of a login that was cancelled in the middle what was not reached, and blames nobody", () => {
		const targets = [done("dev"), target("prod")];
		expect(endingLines({ ...base, phase: "cancelled", targets }, NOW, plainStyle)).toEqual([
			"Successfully authenticated as 1 of 2 identities",
			"",
			"✓ dev   Admin",
			"! prod  not signed in",
		]);
		expect(endingLines({ ...base, phase: "cancelled", targets: [target("a"), target("b")] }, NOW, plainStyle)).toEqual(
			[],
		);
	});

	test("with none of them signed in to says so, with all that is known of each", () => {
		const error = {
			code: "denied",
			message: "no",
			reason: "not yours",
			remedy: { say: "ask for it" },
			details: [],
		} as const;
		const targets = ["a", "bc"].map((name) => target(name, { state: "failed", error }));
		expect(endingLines({ ...base, phase: "failed", targets }, NOW, plainStyle)).toEqual([
			"Could not authenticate",
			"",
			"! a   no",
			"    not yours",
			"    Try: ask for it",
			"! bc  no",
			"    not yours",
			"    Try: ask for it",
		]);
		expect(annotations({ ...base, phase: "failed", targets }, undefined).map(({ level }) => level)).toEqual([
			"error",
			"error",
		]);
	});
});

describe("how to use it", () => {
	const result = { identity: "dev admin", realm: "", stillValid: false, env: { AWS_PROFILE: "x" } };
	const used = (snapshot: LoginSnapshot, next = true): string[] =>
		endingLines(snapshot, NOW, plainStyle, { next }).filter(
			(line) => line.includes("atmos-auth exec") || line.includes("eval"),
		);

	test("is said at the end, with the profiles that it was signed in with", () => {
		expect(used(signedIn(result))).toEqual([
			"Use it:  atmos-auth exec -i 'dev admin' -- terraform plan",
			`         eval "$(atmos-auth env -i 'dev admin')"`,
		]);
		const profiles = ["dev", "a b"];
		expect(used({ ...signedIn(result), profiles })[0]).toBe(
			"Use it:  atmos-auth exec -i 'dev admin' --profile dev --profile 'a b' -- terraform plan",
		);
	});

	test("is said of the first of several", () => {
		const targets = ["one", "two"].map((identity) =>
			target(identity, { state: "done", result: { ...result, identity } }),
		);
		expect(used({ ...base, phase: "done", targets })[0]).toContain("exec -i one --");
	});

	test.each<[string, LoginSnapshot, boolean]>([
		["where nobody looks on", signedIn(result), false],
		["where other programs find nothing", signedIn({ ...result, env: {} }), true],
		["of a provider", signedIn({ ...result, identity: undefined, provider: "company-sso" }), true],
		["of a login that was left before its end", { ...signedIn(result), phase: "cancelled" }, true],
	])("is not said %s", (_, snapshot, next) => {
		expect(used(snapshot, next)).toEqual([]);
	});
});
