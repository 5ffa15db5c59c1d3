import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { AuthorizationPrompt, DeviceCodePrompt } from "../../src/auth/interaction.ts";
import type { Asked, IntegrationRow, LoginSnapshot } from "../../src/flows/snapshot.ts";
import { eventsBetween, type LoginEvent, waitingEvent } from "../../src/output/events.ts";
import { plainLines } from "../../src/output/plain.ts";
import { plainStyle } from "../../src/output/style.ts";
import { asked, waysTo } from "../components/support/snapshots.ts";
import { NOW } from "../flows/fakes.ts";
import { base, failed, link, providerLogin, signIn } from "./snapshots.ts";

const schema = JSON.parse(readFileSync(new URL("../../schema/events.schema.json", import.meta.url), "utf8"));
const ajv = new Ajv2020({
	allErrors: true,
	formats: { "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, uri: true },
});
const validate = ajv.compile(schema);

function play(snapshots: readonly LoginSnapshot[]): LoginEvent[] {
	return snapshots.flatMap((snapshot, index) => eventsBetween(snapshots[index - 1], snapshot, NOW));
}

function expectValid(events: readonly LoginEvent[]): void {
	for (const event of events) expect(validate(event), JSON.stringify({ event, errors: validate.errors })).toBe(true);
}

describe("events of a login", () => {
	test("tell each thing once, in order", () => {
		const events = play(signIn);
		expect(events.map((event) => event.type)).toEqual([
			"login.started",
			"identity.selected",
			"approval.required",
			"provider.signed-in",
			"identity.assumed",
			"integration.started",
			"integration.started",
			"integration.started",
			"integration.ready",
			"integration.ready",
			"integration.failed",
			"login.succeeded",
		]);
		expectValid(events);
		expect(events[2]).toEqual({
			v: 1,
			type: "approval.required",
			time: "2026-11-23T12:00:00.000Z",
			id: "provider:company-sso",
			targets: ["dev-admin"],
			provider: "company-sso",
			portal: "acme.awsapps.com",
			code: "WDDD-HRQV",
			url: "https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV",
			plainUrl: "https://device.sso.us-east-1.amazonaws.com/",
			expiresAt: "2026-11-23T12:10:00.000Z",
		});
		expect(events.at(-1)).toEqual({
			v: 1,
			type: "login.succeeded",
			time: "2026-11-23T12:00:00.000Z",
			identity: "dev-admin",
			provider: "company-sso",
			account: { id: "123456789012", name: "development" },
			region: "us-east-2",
			realm: "0123abcd",
			expiresAt: "2026-11-23T12:59:59.999Z",
			stillValid: false,
			env: { AWS_PROFILE: "dev-admin" },
			targets: [
				{
					target: "dev-admin",
					signedIn: true,
					provider: "company-sso",
					account: { id: "123456789012", name: "development" },
					region: "us-east-2",
					expiresAt: "2026-11-23T12:59:59.999Z",
					stillValid: false,
					env: { AWS_PROFILE: "dev-admin" },
				},
			],
			integrations: { ready: 2, failed: 1 },
			exitCode: 0,
		});
	});

	test("are none where nothing changed", () => {
		for (const snapshot of signIn) expect(eventsBetween(snapshot, snapshot, NOW)).toEqual([]);
	});

	test("are the same when snapshots are skipped, as far as they still are to be seen", () => {
		const [first, , , , , last] = signIn;
		const types = play([first as LoginSnapshot, last as LoginSnapshot]).map((event) => event.type);
		expect(types).toContain("provider.signed-in");
		expect(types).toContain("identity.assumed");
		expect(types.filter((type) => type === "integration.started")).toHaveLength(3);
		expect(types.at(-1)).toBe("login.succeeded");
	});

	test("of a failure carry all that the service said", () => {
		const events = play([...signIn.slice(0, 2), failed]);
		expectValid(events);
		expect(events.at(-1)).toMatchObject({
			type: "login.failed",
			error: {
				code: "denied",
				reason: "somebody pressed Deny",
				details: ["a further line"],
				service: { name: "AccessDeniedException", requestId: "1f2e-3d", status: 400 },
			},
		});
	});

	test("of a cancelled login and of warnings", () => {
		const warned = { ...base, phase: "signing-in", project: "p", warnings: ["one"] } as const;
		const events = play([base, warned, { ...warned, phase: "cancelled", warnings: ["one", "two"] }]);
		expect(events.map((event) => event.type)).toEqual(["login.started", "warning", "warning", "login.cancelled"]);
		expectValid(events);
	});

	test("of a second approval repeat the first", () => {
		const [, , approving] = signIn as readonly [LoginSnapshot, LoginSnapshot, LoginSnapshot];
		const [first] = approving.prompts as [Asked];
		const prompts = [{ ...first, prompt: { ...first.prompt, startedAt: NOW + 60_000 } as DeviceCodePrompt }];
		const second = { ...approving, attempt: 2, prompts };
		expect(play([approving, second]).filter((event) => event.type === "approval.required")).toHaveLength(2);
	});

	test("of a page have no code, but the way, the other ways, and where it returns to", () => {
		const page: AuthorizationPrompt = {
			type: "authorization",
			provider: "company-sso",
			url: "https://oidc.us-east-1.amazonaws.com/authorize?state=abc",
			portal: "acme.awsapps.com",
			startedAt: NOW,
			expiresAt: NOW + 600_000,
			ways: waysTo("browser"),
		};
		const before = { ...(signIn[2] as LoginSnapshot), prompts: [] };
		const of = (prompt: AuthorizationPrompt) => play([before, { ...before, prompts: asked(prompt) }]).at(-1);
		const events = [
			of({ ...page, callbackPort: 53682 }),
			of({ ...page, paste: { label: "the code" } }),
			of({ ...page, opensItself: true, waitingForPid: 42, ways: undefined }),
		] as LoginEvent[];
		expectValid(events);
		const common = {
			v: 1,
			type: "approval.required",
			time: "2026-11-23T12:00:00.000Z",
			id: "provider:company-sso",
			targets: ["dev-admin"],
			provider: "company-sso",
			portal: "acme.awsapps.com",
			url: page.url,
			expiresAt: "2026-11-23T12:10:00.000Z",
		};
		const ways = {
			flow: "browser",
			why: "the browser of this machine can be used",
			flows: [
				{ flow: "device-code", label: "with a code, in any browser" },
				{ flow: "paste", label: "with a page in any browser" },
			],
		};
		expect(events).toEqual([
			{ ...common, ...ways, callbackPort: 53682 },
			{ ...common, ...ways, paste: "the code" },
			{ ...common, opensItself: true, waitingForPid: 42 },
		]);
		// The same page, for another try, is told already.
		expect(of({ ...page, paste: { label: "the code", problem: "it was refused" } })?.type).not.toBe(
			"approval.required",
		);
		const waiting = waitingEvent({ ...before, prompts: asked(page) }, NOW, NOW) as LoginEvent;
		expect(waiting).toMatchObject({ type: "approval.waiting", provider: "company-sso" });
		expectValid([waiting]);
	});

	test("of discovery tell what is new", () => {
		const progress = (identities: readonly string[]): LoginSnapshot => ({
			...providerLogin,
			phase: "integrating",
			discovery: { accountsDone: identities.length, identities, failedAccounts: [] },
		});
		const events = play([progress(["a/x"]), progress(["a/x", "b/y"]), providerLogin]);
		const found = events.filter((event) => event.type === "provision.progress");
		expect(found.map((event) => event.identities)).toEqual([["a/x"], ["b/y"], []]);
		expect(found.at(-1)?.failedAccounts).toHaveLength(1);
		expectValid(events);
	});

	test("of a retried integration tell that it began again", () => {
		const last = signIn.at(-1) as LoginSnapshot;
		const attention = { ...last, phase: "attention" } as const;
		const rerun = {
			...attention,
			phase: "integrating",
			integrations: attention.integrations.map((row) =>
				row.state === "failed" ? { ...row, state: "running", error: undefined, startedAt: NOW + 5 } : row,
			),
		} as LoginSnapshot;
		const events = play([attention, rerun, last]).slice(-3);
		expect(events.map((event) => event.type)).toEqual(["integration.started", "integration.failed", "login.succeeded"]);
	});

	test("say what is waited for: a code, a step, an integration, discovery; never a person alone", () => {
		const approving = signIn[2] as LoginSnapshot;
		const event = waitingEvent(approving, NOW, NOW) as LoginEvent;
		expect(event).toMatchObject({ type: "approval.waiting", code: "WDDD-HRQV" });
		expectValid([event]);
		const of = (snapshot: Partial<LoginSnapshot>) => {
			const said = waitingEvent({ ...base, ...snapshot }, NOW + 12_345, NOW);
			if (said !== undefined) expectValid([said]);
			return said;
		};
		const running = link("provider:company-sso", { state: "running", text: "requesting a code" });
		const [ecr, eks] = (signIn[4] as LoginSnapshot).integrations as [IntegrationRow, IntegrationRow];
		expect(of({ phase: "starting" })).toMatchObject({ waitingFor: "reading the configuration", seconds: 12 });
		expect(of({ phase: "signing-in", chain: [running] })).toMatchObject({
			waitingFor: "company-sso: requesting a code",
		});
		expect(of({ phase: "integrating", integrations: [ecr, eks] })).toMatchObject({
			waitingFor: "dev/ecr: running (and 1 more)",
		});
		const provision = { accountsDone: 3, accountsTotal: 9, identities: [], failedAccounts: [] };
		expect(of({ phase: "integrating", discovery: provision })).toMatchObject({
			waitingFor: "discovery: 3 of 9 accounts",
		});
		for (const phase of ["choosing", "attention", "done", "failed", "cancelled"] as const) {
			expect(of({ phase, chain: [running] })).toBeUndefined();
		}
	});

	test("say which identities went away", () => {
		const provision = { accountsDone: 1, accountsTotal: 1, identities: ["a/x"], failedAccounts: [] };
		const gone = { total: 7, names: ["b/x", "c/x"] };
		const events = play([
			{ ...base, phase: "integrating", discovery: provision },
			{ ...base, phase: "integrating", discovery: { ...provision, gone } },
		]);
		expect(events.at(-1)).toMatchObject({ type: "provision.progress", identities: [], gone });
		expectValid(events);
		expect(plainLines(events.at(-1) as LoginEvent, NOW, plainStyle)).toContain(
			"discover: 7 identities are no longer available: b/x, c/x, and 5 more",
		);
	});
});
