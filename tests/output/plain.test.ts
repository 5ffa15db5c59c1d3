import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/auth/errors.ts";
import type { AuthorizationPrompt } from "../../src/auth/interaction.ts";
import type { LoginSnapshot } from "../../src/flows/snapshot.ts";
import { annotations } from "../../src/output/annotations.ts";
import { lineInput } from "../../src/output/ask-line.ts";
import { eventsBetween } from "../../src/output/events.ts";
import { runJson } from "../../src/output/json.ts";
import { plainLines, runPlain } from "../../src/output/plain.ts";
import { printerTo } from "../../src/output/printer.ts";
import { createStyle, plainStyle } from "../../src/output/style.ts";
import { annotationCommand } from "../../src/output/workflow-commands.ts";
import { fakeLogin } from "../components/support/fake-login.ts";
import { asked, waysTo } from "../components/support/snapshots.ts";
import { awsCredentials, NOW, ssoSession, world } from "../flows/fakes.ts";
import { start } from "../flows/run.ts";
import { fakeClock } from "../helpers/context.ts";
import { base, failed, signIn } from "./snapshots.ts";

const prompt = {
	type: "device-code",
	provider: "company-sso",
	userCode: "WDDD-HRQV",
	verificationUri: "https://device.sso.us-east-1.amazonaws.com/",
	verificationUriComplete: "https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV",
	portal: "acme.awsapps.com",
	startedAt: NOW,
	expiresAt: NOW + 600_000,
} as const;

describe("plain lines", () => {
	test("tell a login with a prefix for each thing", () => {
		const lines = signIn.flatMap((snapshot, index) =>
			eventsBetween(signIn[index - 1], snapshot, NOW).flatMap((event) => plainLines(event, NOW, plainStyle)),
		);
		expect(`\n${lines.join("\n")}\n`).toBe(`
project: acme-infra (profile developer)
login: company-sso → dev-admin
approve: sign in to company-sso (acme.awsapps.com): open this page in a browser
https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV
approve: code WDDD-HRQV (a device code, not an MFA code): approve only if the page shows exactly this
approve: expires 2026-11-23 12:10:00 UTC (10m)
provider: company-sso: signed in (8h0m left)
identity: dev-admin: AdministratorAccess in development (59m left)
integration: dev/ecr: started
integration: dev/eks: started
integration: prod/eks: started
integration: dev/ecr: ready (11h59m left)
integration: dev/eks: still valid
integration: prod/eks: failed: not authorized to perform eks:DescribeCluster
`);
	});

	test("are ASCII where nothing else can be shown", async () => {
		const written = await plainRun(createStyle({ colour: false, unicode: false }));
		// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for
		expect(written).toMatch(/^[\x00-\x7f]*$/);
		expect(written).toContain("login: company-sso -> dev-admin");
	});

	test("have no colours and rewrite nothing, unless the terminal takes it", async () => {
		const written = await plainRun(plainStyle);
		expect(written.includes("\u001b") || written.includes("\r")).toBe(false);
		expect(await plainRun(createStyle({ colour: true, unicode: true }))).toContain("\u001b[1mWDDD-HRQV\u001b[22m");
	});

	test("say what is waited for, after ten seconds without anything new and then every half minute", async () => {
		const it = world();
		const { login, clock } = start(it, { reach: "link" });
		let written = "";
		const run = runPlain({
			login,
			clock,
			printer: printerTo(plainStyle, (text) => {
				written += text;
			}),
		});
		const { interaction } = (await it.signIn.call()).given;
		const said = (): string[] => written.split("\n").filter((line) => line.startsWith("waiting:"));
		interaction.status("registering the client");
		expect(await clock.asleep(30_000)).toBe(10_000);
		clock.advance(9_999);
		// Something new: the time begins anew.
		interaction.status("requesting a code");
		expect(await clock.asleep(30_000)).toBe(10_000);
		clock.advance(9_999);
		expect(said()).toEqual([]);
		clock.advance(1);
		expect(await clock.asleep(30_000)).toBe(30_000);
		expect(said()).toEqual(["waiting: company-sso: requesting a code, 10s so far"]);
		clock.advance(30_000);
		expect(await clock.asleep(30_000)).toBe(30_000);
		expect(said().at(-1)).toBe("waiting: company-sso: requesting a code, 40s so far");
		expect(said()).toHaveLength(2);
		login.send({ type: "CANCEL" });
		await run;
		expect(clock.sleepers).toBe(0);
	});

	test("say every half minute that a code still waits", async () => {
		const it = world();
		const { login, clock } = start(it, { reach: "link" });
		let written = "";
		const run = runPlain({
			login,
			clock,
			printer: printerTo(plainStyle, (text) => {
				written += text;
			}),
		});
		(await it.signIn.call()).given.interaction.show(prompt);
		const reminders = (): number => written.split("still waiting").length - 1;
		expect(await clock.asleep(30_000)).toBe(30_000);
		clock.advance(29_999);
		expect(reminders()).toBe(0);
		clock.advance(1);
		expect(await clock.asleep(30_000)).toBe(30_000);
		expect(reminders()).toBe(1);
		expect(written).toContain("approve: still waiting, 9m left\n");
		clock.advance(30_000);
		await clock.asleep(30_000);
		expect(reminders()).toBe(2);
		login.send({ type: "CANCEL" });
		expect((await run).phase).toBe("cancelled");
		expect(clock.sleepers).toBe(0);
		expect(written).toMatch(/^cancelled\n$/m);
	});
});

async function plainRun(style: typeof plainStyle): Promise<string> {
	const it = world();
	const { login, clock } = start(it, { reach: "link" });
	let written = "";
	const run = runPlain({
		login,
		clock,
		printer: printerTo(style, (text) => {
			written += text;
		}),
	});
	const signInCall = await it.signIn.call();
	signInCall.given.interaction.show(prompt);
	signInCall.given.ctx.log.warn("foreign ##[add-mask]text");
	signInCall.resolve(ssoSession());
	(await it.assume.call()).resolve(awsCredentials());
	await run;
	expect(written).not.toContain("##[");
	return written;
}

describe("JSON lines", () => {
	test("are the events, one object a line", async () => {
		const it = world();
		const { login, clock } = start(it, { reach: "link" });
		let written = "";
		const run = runJson({
			login,
			clock,
			write: (text) => {
				written += text;
			},
		});
		(await it.signIn.call()).reject(new AuthError({ code: "denied", message: "::error::no ##[x]" }));
		await run;
		const lines = written.trimEnd().split("\n");
		expect(written).not.toContain("##[");
		expect(lines.map((line) => JSON.parse(line).type)).toEqual(["login.started", "identity.selected", "login.failed"]);
		expect(JSON.parse(lines.at(-1) as string).error.message).toBe("::error::no ##[x]");
	});
});

describe("annotations of a CI run", () => {
	test("name the failed login and what fixes it", () => {
		expect(annotations(failed, "/work").map(annotationCommand)).toEqual([
			"::error title=atmos-auth login::the request was denied in the browser%0Asomebody pressed Deny%0ATry: atmos-auth login dev-admin",
		]);
	});

	test("point into the configuration, relative to the workspace", () => {
		const snapshot: LoginSnapshot = {
			...failed,
			error: {
				code: "config",
				message: "the configuration has 2 problems",
				details: ["/srv/repo/atmos.yaml:12:7: auth.x: bad, worse", "/etc/atmos/atmos.yaml:1:1: y"],
			},
		};
		expect(annotations(snapshot, "/srv/repo").map(annotationCommand)).toEqual([
			"::error file=atmos.yaml,line=12,col=7,title=atmos-auth login::auth.x: bad, worse",
			"::error file=/etc/atmos/atmos.yaml,line=1,col=1,title=atmos-auth login::y",
		]);
	});

	test("warn of integrations that failed", () => {
		expect(annotations(signIn.at(-1) as LoginSnapshot, undefined).map(annotationCommand)).toEqual([
			"::warning title=EKS kubeconfig failed::prod/eks: not authorized to perform eks:DescribeCluster%0Aretry: atmos-auth aws eks update-kubeconfig --integration prod/eks",
		]);
	});
});

describe("the lines of a page", () => {
	const page: AuthorizationPrompt = {
		type: "authorization",
		provider: "company-sso",
		url: "https://oidc.us-east-1.amazonaws.com/authorize?state=abc",
		portal: "acme.awsapps.com",
		startedAt: NOW,
		expiresAt: NOW + 600_000,
		callbackPort: 53682,
		ways: waysTo("browser"),
	};
	const lines = (prompt: AuthorizationPrompt, forward = false): string[] =>
		eventsBetween(undefined, { ...base, phase: "approving", prompts: asked(prompt) }, NOW).flatMap((event) =>
			plainLines(event, NOW, plainStyle, (port) =>
				forward ? { why: "On your machine, first run:", command: `ssh -L ${port}` } : undefined,
			),
		);

	test("say where it returns to, why this way, and how another is taken", () => {
		expect(lines(page)).toEqual([
			"approve: sign in to company-sso (acme.awsapps.com): open this page in a browser",
			"https://oidc.us-east-1.amazonaws.com/authorize?state=abc",
			"approve: the page returns to this machine by itself (port 53682)",
			"approve: --flow browser was taken: the browser of this machine can be used",
			"approve: or --flow device-code: with a code, in any browser",
			"approve: or --flow paste: with a page in any browser",
			"approve: expires 2026-11-23 12:10:00 UTC (10m)",
		]);
	});

	test("have the command that forwards its port, alone on its line", () => {
		expect(lines(page, true).slice(2, 4)).toEqual(["approve: On your machine, first run:", "ssh -L 53682"]);
	});

	test("have no link to a window that is open already", () => {
		const opened = lines({ ...page, callbackPort: undefined, ways: undefined, opensItself: true });
		expect(opened).toEqual([
			"approve: sign in to company-sso (acme.awsapps.com) in the window that has opened",
			"approve: expires 2026-11-23 12:10:00 UTC (10m)",
		]);
	});

	test("come before the question for what it shows, and what came of opening it after that", async () => {
		const login = fakeLogin({ phase: "approving", prompts: asked({ ...page, paste: { label: "the code" } }) });
		let written = "";
		let tell: (url: string, outcome: string) => void = () => undefined;
		const over = runPlain({
			login,
			clock: fakeClock(NOW),
			printer: printerTo(plainStyle, (text) => {
				written += text;
			}),
			input: lineInput(new PassThrough(), { platform: "linux", write: () => undefined }),
			pages: {
				outcome: () => undefined,
				subscribe(listener) {
					tell = listener;
					return () => undefined;
				},
			},
		});
		tell(page.url, "opened in Firefox");
		expect(written).toMatch(
			/^project: .*\napprove: sign in.*\npaste: paste the code, then Enter; .*\napprove: opened in Firefox\n$/s,
		);
		login.show({ phase: "cancelled", prompts: [] });
		await over;
	});
});
