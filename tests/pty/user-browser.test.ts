/** A user who signs in in a browser, on the built program: on the dashboard, as plain lines, as events, and where nobody is. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { iamUser } from "../cloud/iam.ts";
import { codeOn, visit } from "../cloud/visit.ts";
import { smallWorld } from "../cloud/world.ts";
import { BY_BROWSER, eventsIn, expectGivenBack, IN_CONTAINER, isOpen, linkIn, portIn, SSH } from "./pages.ts";
import { type Scene, scene } from "./scene.ts";
import { killAll, type PtyProgram } from "./terminal.ts";

afterEach(killAll);

const TOKEN = "signin:CreateOAuth2Token";
const ADA = iamUser({ accountId: "123456789012", name: "ada" });
const EVE = iamUser({ accountId: "123456789012", name: "eve" });
const PAGE = "waiting for you to sign in";
const WIDE = { columns: 120, rows: 40 };

const PROJECT = `auth:
  realm: test
  identities:
    ada: {kind: aws/user}
    keyed:
      kind: aws/user
      credentials: {access_key_id: !env ADA_ID, secret_access_key: !env ADA_SECRET}
    eve: {kind: aws/user, spec: {user: eve}}
`;

const user = (): Promise<Scene> => scene({ yaml: PROJECT, world: smallWorld({ users: [ADA, EVE] }) });

describe("on the dashboard", () => {
	test("a page that returns signs in; at any size its link is whole; and again nobody is asked", async () => {
		const s = await user();
		const p = s.start(["login", "ada", ...BY_BROWSER], {});
		await p.waitFor(PAGE);
		const link = linkIn(p);
		for (const [columns, rows] of [
			[50, 15],
			[120, 40],
		] as const) {
			p.resize(columns, rows);
			// The keys stand on the last row of the new size.
			await p.waitFor(new RegExp(`^ Sign in to ada.*\n(?:.*\n){${rows - 2}}.*esc cancel$`));
			expect(linkIn(p)).toBe(link);
		}
		await visit(link, "allow");
		expect((await p.exited).code).toBe(0);
		expect((await p.everything()).join("\n")).toContain("Successfully authenticated as ada");
		await expectGivenBack(p);
		expect(await isOpen(portIn(link))).toBe(false);
		const again = s.start(["login", "ada"], {});
		expect((await again.exited).code).toBe(0);
		expect((await again.everything()).join("\n")).toContain("still valid");
		expect(s.cloud.count(TOKEN)).toBe(1);
		expect(s.leaks()).toEqual([]);
	});

	test("a desktop is signed in to by a page that returns", async ({ skip }) => {
		if (IN_CONTAINER) skip("a container has no desktop");
		const s = await user();
		const p = s.start(["login", "ada"], { env: { DISPLAY: ":9" } });
		const screen = (await p.waitFor(PAGE)).join("\n");
		expect(screen).toContain("because a browser on this machine can be used");
		expect(screen).toContain("m paste");
	});

	test("over SSH the page's code is pasted: to the other way and back, a wrong one, then the right one", async () => {
		const s = await user();
		const p = s.start(["login", "ada"], { ...WIDE, env: { ...SSH, DISPLAY: ":9" } });
		await p.waitFor("because this is an SSH session");
		p.press("\t");
		await p.waitFor("m paste");
		const port = portIn(linkIn(p));
		expect((await p.screen()).join("\n")).toContain(`ssh -L ${port}:127.0.0.1:${port}`);
		p.press("m");
		await p.waitFor("because you chose it");
		await p.waitFor("Then paste the code");
		expect(await isOpen(port)).toBe(false);
		const code = codeOn(await visit(linkIn(p), "allow"));
		p.press("\u001b[200~https://example.com/\u001b[201~");
		await p.waitFor("20 characters");
		p.press("enter");
		await p.waitFor("copy the code that the page shows");
		p.press(`\u001b[200~${code}\u001b[201~`);
		await p.waitFor(`${code.length} characters`);
		p.press("enter");
		expect((await p.exited).code).toBe(0);
		expect(s.leaks([code])).toEqual([]);
		expect(s.cloud.requests.findLast(({ operation }) => operation === TOKEN)?.facts.client).toBe("cross-device");
	});

	test("a denial is told, and another try signs in", async () => {
		const s = await user();
		const p = s.start(["login", "ada", ...BY_BROWSER], {});
		await p.waitFor(PAGE);
		const first = linkIn(p);
		await visit(first, "deny");
		await p.waitFor("the request was denied in the browser");
		p.press("r");
		await p.waitFor(PAGE);
		expect(linkIn(p)).not.toBe(first);
		await visit(linkIn(p), "allow");
		expect((await p.exited).code).toBe(0);
	});

	test("a code that is over is told", async () => {
		const s = await user();
		const p = s.start(["login", "ada"], { env: SSH });
		await p.waitFor("Then paste the code");
		const code = codeOn(await visit(linkIn(p), "allow"));
		s.cloud.signIn.expireCodes();
		p.press(`\u001b[200~${code}\u001b[201~`);
		await p.waitFor(`${code.length} characters`);
		p.press("enter");
		await p.waitFor("the code of the sign-in has expired");
		p.press("q");
		expect((await p.exited).code).toBe(1);
		expect(s.leaks([code])).toEqual([]);
	});

	test.each(["escape", "ctrl-c"])("%s ends it: the terminal is given back and the port closed", async (key) => {
		const s = await user();
		const p = s.start(["login", "ada", ...BY_BROWSER], {});
		await p.waitFor(PAGE);
		const port = portIn(linkIn(p));
		p.press(key);
		expect((await p.exited).code).toBe(130);
		await expectGivenBack(p);
		expect(await isOpen(port)).toBe(false);
		expect(s.cloud.requests.filter(({ operation }) => operation !== "page")).toEqual([]);
	});

	test("a second process shows the page of the first, and has what comes of it", async () => {
		const s = await user();
		const first = s.start(["login", "ada", ...BY_BROWSER], {});
		await first.waitFor(PAGE);
		const second = s.start(["login", "ada"], { env: SSH });
		await second.waitFor(`Process ${first.pid} is already signing in there`);
		expect(linkIn(second)).toBe(linkIn(first));
		await visit(linkIn(second), "allow");
		for (const { exited } of [first, second]) expect((await exited).code).toBe(0);
		expect(s.cloud.count(TOKEN)).toBe(1);
	});

	test.each([
		["left", (first: PtyProgram) => first.press("escape")],
		["killed", (first: PtyProgram) => first.kill("SIGKILL")],
	])("a second process takes over when the first is %s", async (_, end) => {
		const s = await user();
		const first = s.start(["login", "ada", ...BY_BROWSER], {});
		await first.waitFor(PAGE);
		const second = s.start(["login", "ada", ...BY_BROWSER], {});
		await second.waitFor(`Process ${first.pid} is already`);
		end(first);
		await first.exited;
		await second.waitFor(PAGE);
		await visit(linkIn(second), "allow");
		expect((await second.exited).code).toBe(0);
	});

	test("--webflow signs in whoever has keys", async () => {
		const s = await user();
		const env = { ADA_ID: ADA.accessKeyId, ADA_SECRET: ADA.secretAccessKey };
		const p = s.start(["login", "keyed", "--webflow", ...BY_BROWSER], { env });
		await p.waitFor(PAGE);
		await visit(linkIn(p), "allow");
		expect((await p.exited).code).toBe(0);
		expect(s.cloud.count("sts:GetSessionToken")).toBe(0);
		expect(s.leaks()).toEqual([]);
	});

	test("somebody else than was meant is asked about: again, go on, or neither", async () => {
		const s = await user();
		const p = s.start(["login", "eve", ...BY_BROWSER], {});
		await p.waitFor(PAGE);
		await visit(linkIn(p), "allow");
		const screen = (await p.waitFor('`spec.user` of "eve" is eve')).join("\n");
		expect(screen).toMatch(/Sign in again, as eve\s+g {2}Go on as arn:aws:iam::123456789012:user\/ada\s+c {2}Cancel/);
		// A question of two lines is not torn apart.
		expect(screen).toMatch(/and not as\n? +eve\. Whose|and not as eve\.\n? +Whose/);
		p.press("a");
		await p.waitFor(PAGE);
		s.cloud.signIn.person = "eve";
		await visit(linkIn(p), "allow");
		expect((await p.exited).code).toBe(0);
		expect(s.cloud.requests.findLast(({ operation }) => operation === TOKEN)?.facts.principal).toContain("user/eve");
		s.cloud.signIn.person = "ada";
		const other = s.start(["login", "eve", "--webflow", ...BY_BROWSER], {});
		await other.waitFor(PAGE);
		await visit(linkIn(other), "allow");
		await other.waitFor("Whose sign-in");
		other.press("c");
		expect((await other.exited).code).toBe(130);
		const plain = s.start(["login", "eve", "--webflow", "--plain", ...BY_BROWSER], { columns: 300 });
		await plain.waitFor("approve: expires");
		await visit(linkIn(plain), "allow");
		expect((await plain.exited).code).toBe(1);
		expect((await plain.everything()).join("\n")).toMatch(/signed in to as .*user\/ada, and not as eve/);
		expect(s.leaks()).toEqual([]);
	});
});

describe("without the dashboard", () => {
	test("as plain lines: what is pasted is not shown, and a wrong one is asked for again", async () => {
		const s = await user();
		const p = s.start(["login", "ada", "--plain"], { columns: 200, env: SSH });
		await p.waitFor("paste the code that the page shows, then Enter");
		const code = codeOn(await visit(linkIn(p), "allow"));
		p.press("not base64!", "enter");
		await p.waitFor("copy the whole code from the page");
		p.press(code, "enter");
		expect((await p.exited).code).toBe(0);
		expect((await p.everything()).join("\n")).toContain("Successfully authenticated as ada");
		expect(p.raw().split("open this page in a browser")).toHaveLength(2);
		expect(p.raw()).not.toContain("not base64!");
		expect(s.leaks([code])).toEqual([]);
	});

	test("as plain lines: Ctrl-C ends it", async () => {
		const s = await user();
		const p = s.start(["login", "ada", "--plain", ...BY_BROWSER], {});
		await p.waitFor("approve: expires");
		const port = portIn(linkIn(p));
		p.press("ctrl-c");
		expect((await p.exited).code).toBe(130);
		expect(await isOpen(port)).toBe(false);
	});

	test("as events: the page, then what came of it", async () => {
		const s = await user();
		const p = s.start(["login", "ada", "--json", ...BY_BROWSER], { columns: 2000 });
		await p.waitFor("approval.required");
		await visit(linkIn(p), "allow");
		expect((await p.exited).code).toBe(0);
		const events = eventsIn(p);
		expect(events.map(({ type }) => type)).toEqual([
			"login.started",
			"identity.selected",
			"approval.required",
			"identity.assumed",
			"login.succeeded",
		]);
		expect(events[2]).toMatchObject({ flow: "browser", callbackPort: portIn(linkIn(p)) });
		expect(events[2]).not.toHaveProperty("code");
		expect(s.leaks()).toEqual([]);
	});

	test("a refusal as an event has the remedy as words", async () => {
		const s = await user();
		const p = s.start(["login", "ada", "--json", ...BY_BROWSER], { columns: 2000 });
		await p.waitFor("approval.required");
		await visit(linkIn(p), "deny");
		expect((await p.exited).code).toBe(1);
		expect(eventsIn(p).at(-1)).toMatchObject({ type: "login.failed", exitCode: 1, error: { code: "denied" } });
	});

	test.each([
		["--interactive=false", ["--interactive=false"], {}],
		["a job", [], { CI: "true" }],
		["events of a job", ["--json"], { CI: "true" }],
	])("%s: says at once which command signs in, and is no failure of AWS", async (_, flags, env) => {
		const s = await user();
		const p = s.start(["login", "ada", ...flags], { columns: 300, env });
		expect((await p.exited).code).toBe(2);
		const text = (await p.everything()).join("\n");
		expect(text).toContain("has to be signed in to in a browser");
		expect(text).toMatch(/atmos-auth[ ",]+login[ ",]+ada/);
		if (flags.includes("--json")) expect(eventsIn(p).at(-1)).toMatchObject({ type: "login.failed", exitCode: 2 });
		expect(s.cloud.requests).toEqual([]);
		expect(existsSync(join(s.home, ".cache/atmos/aws-webflow/ada-test/refresh.json"))).toBe(false);
	});

	test("a session that is over is asked for again, where somebody is", async () => {
		const s = await user();
		const p = s.start(["login", "ada", "--plain", ...BY_BROWSER], { columns: 300 });
		await p.waitFor("approve: expires");
		await visit(linkIn(p), "allow");
		expect((await p.exited).code).toBe(0);
		s.cloud.signIn.endSessions();
		const nobody = s.start(["login", "ada", "--force", "--interactive=false"], { columns: 300 });
		expect((await nobody.exited).code).toBe(2);
		expect((await nobody.everything()).join("\n")).toContain('the browser sign-in of "ada" has ended');
		const again = s.start(["login", "ada", "--force", ...BY_BROWSER], {});
		await again.waitFor(PAGE);
		await visit(linkIn(again), "allow");
		expect((await again.exited).code).toBe(0);
		expect(s.leaks()).toEqual([]);
	});
});
