/** A project that wants something, on the built program: the question on the dashboard, and the command. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { smallWorld } from "../cloud/world.ts";
import { type Scene, scene } from "./scene.ts";
import { killAll } from "./terminal.ts";

afterEach(killAll);

const project = (command: string): string => `auth:
  providers:
    company-sso:
      kind: aws/iam-identity-center
      start_url: https://acme.awsapps.com/start
      region: us-east-1
  identities:
    dev-admin:
      kind: aws/permission-set
      default: true
      via: {provider: company-sso}
      principal: {name: AdministratorAccess, account: {name: !exec ${JSON.stringify(command)}}, region: us-east-2}
`;

async function wants(command: string): Promise<Scene> {
	const s = await scene({ world: smallWorld({ pollSeconds: 0 }), yaml: project(command) });
	mkdirSync(join(s.folder, ".git"));
	s.cloud.approveAlways(0);
	return s;
}

const ran = (s: Scene): boolean => existsSync(join(s.folder, "ran"));
const COMMAND = "echo x >> ran; echo development";

describe("the question on the dashboard", () => {
	test("yes: the command runs, the sign-in goes on, and it is not asked again", async () => {
		const s = await wants(COMMAND);
		const first = s.start(["login"], {});
		const screen = (await first.waitFor("Do you trust this project?")).join("\n");
		expect(screen).toContain(`run: ${COMMAND}`);
		expect(screen).toContain("for auth.identities.dev-admin.principal.account.name (atmos.yaml:");
		expect(ran(s)).toBe(false);
		await expect
			.poll(async () => {
				first.press("y");
				return (await first.screen()).join("\n");
			})
			.not.toContain("Do you trust this project?");
		expect((await first.exited).code).toBe(0);
		expect(readFileSync(join(s.folder, "ran"), "utf8")).toBe("x\n");
		const second = s.start(["login"], {});
		expect((await second.exited).code).toBe(0);
		expect((await second.everything()).join("\n")).not.toContain("Do you trust this project?");
	});

	test.each(["enter", "n"] as const)("%s is no: nothing runs, and it says what to do", async (key) => {
		const s = await wants(COMMAND);
		const p = s.start(["login"], {});
		await p.waitFor("Do you trust this project?");
		// The menu listens a moment after it is drawn.
		await expect
			.poll(async () => {
				p.press(key);
				return (await p.screen()).join("\n");
			})
			.not.toContain("Do you trust this project?");
		await Promise.race([p.exited, p.waitFor("try again").then(() => p.press("q"))]);
		expect((await p.exited).code).toBe(2);
		expect((await p.everything()).join("\n")).toMatch(/you did not agree[\s\S]*Try: atmos-auth trust/);
		expect(ran(s)).toBe(false);
	});

	test("escape codes in a command are shown, not obeyed", async () => {
		const s = await wants("echo \u001b[2J\u001b[Hharmless\u202e; touch ran");
		const p = s.start(["login"], { columns: 100 });
		const screen = (await p.waitFor("Do you trust this project?")).join("\n");
		expect(screen).toContain("\\u{1b}[2J\\u{1b}[Hharmless\\u{202e}; touch ran");
		expect(ran(s)).toBe(false);
	});

	test("a window that cannot show all of it has no yes", async () => {
		const s = await wants(`echo ${"x".repeat(3000)}; touch ran`);
		const p = s.start(["login"], {});
		const screen = (await p.waitFor("too small to show everything")).join("\n");
		expect(screen).not.toContain("Yes");
		p.press("y");
		p.resize(160, 60);
		await p.waitFor("Yes, and remember it");
		expect(ran(s)).toBe(false);
		expect(ran(s)).toBe(false);
	});

	test("the list and its details ask nothing and run nothing", async () => {
		const s = await scene({
			yaml: `${project("touch ran").replace("default: true", "default: false")}  integrations:
    dev/eks:
      kind: aws/eks
      via: {identity: dev-admin}
      spec: {cluster: {name: !exec touch ran, region: us-east-2}}
`,
		});
		mkdirSync(join(s.folder, ".git"));
		const p = s.start(["login"], { columns: 120, rows: 40 });
		await p.waitFor("set when you sign in");
		p.press("q");
		await p.exited;
		expect(ran(s)).toBe(false);
	});
});

describe("atmos-auth trust", () => {
	test("shows, asks, remembers, lists and forgets", async () => {
		const s = await wants(COMMAND);
		const no = s.start(["trust"], {});
		await no.waitFor("[y/N]");
		no.press("enter");
		expect((await no.exited).code).toBe(2);
		const yes = s.start(["trust"], {});
		await yes.waitFor("[y/N]");
		yes.press("y", "enter");
		expect((await yes.exited).code).toBe(0);
		expect((await yes.everything()).join("\n")).toContain(`run: ${COMMAND}`);
		const list = s.start(["trust", "--list"], {});
		await list.exited;
		expect((await list.everything()).join("\n")).toMatch(/You have agreed to:\n {2}run: echo x >> ran/);
		const login = s.start(["login", "--plain"], {});
		expect((await login.exited).code).toBe(0);
		expect(ran(s)).toBe(true);
		writeFileSync(join(s.folder, "atmos.yaml"), project("touch other; echo development"));
		const changed = s.start(["login", "--plain"], {});
		expect((await changed.exited).code).toBe(2);
		expect(existsSync(join(s.folder, "other"))).toBe(false);
		const forget = s.start(["trust", "--remove"], {});
		expect((await forget.exited).code).toBe(0);
		expect((await forget.everything()).join("\n")).toContain("Forgot 1 item");
	});
});
