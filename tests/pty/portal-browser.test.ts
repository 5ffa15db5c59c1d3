/** Identity Center by a page in the browser, on the built program: both ways, a port that is taken, and somebody else. */
import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { smallWorld } from "../cloud/world.ts";
import { BY_BROWSER, eventsIn, expectGivenBack, isOpen, linkIn, portIn } from "./pages.ts";
import { type Scene, scene } from "./scene.ts";
import { killAll } from "./terminal.ts";

afterEach(killAll);

const yaml = (spec = ""): string => `auth:
  realm: test
  providers:
    company-sso: {kind: aws/iam-identity-center, start_url: "https://acme.awsapps.com/start", region: us-east-1${spec}}
  identities:
    dev-admin:
      kind: aws/permission-set
      via: {provider: company-sso}
      principal: {name: AdministratorAccess, account: {id: "123456789012"}, region: us-east-2}
`;

const portal = (spec?: string): Promise<Scene> => scene({ yaml: yaml(spec), world: smallWorld({ pollSeconds: 0 }) });

/** Somebody else is signed in to the portal from now on. */
function become({ cloud }: Scene, user: string): void {
	cloud.world.portals = cloud.world.portals.map((each) => ({ ...each, user }));
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await new Promise((resolve) => server.once("listening", resolve));
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}

describe("on the dashboard", () => {
	test("from the code to a page and back; then the page signs in", async () => {
		const s = await portal();
		const p = s.start(["login", "dev-admin"], {});
		await p.waitFor("code expires");
		p.press("m");
		await p.waitFor("m use a code");
		const first = portIn(linkIn(p));
		p.press("m");
		await p.waitFor("m use browser");
		expect(await isOpen(first)).toBe(false);
		p.press("m");
		await p.waitFor("m use a code");
		await s.cloud.visit(linkIn(p));
		expect((await p.exited).code).toBe(0);
		expect((await p.everything()).join("\n")).toContain("Successfully authenticated as dev-admin");
		await expectGivenBack(p);
		const again = s.start(["login", "dev-admin"], {});
		expect((await again.exited).code).toBe(0);
		expect(s.cloud.count("sso:GetRoleCredentials")).toBe(1);
		expect(s.leaks()).toEqual([]);
	});

	test("--callback-port is where it returns; a port that is taken is said so", async () => {
		const s = await portal();
		const port = await freePort();
		const args = ["login", "dev-admin", ...BY_BROWSER, "--callback-port", String(port)];
		const p = s.start(args, { rows: 40 });
		await p.waitFor("The page comes back");
		expect(portIn(linkIn(p))).toBe(port);
		p.press("escape");
		expect((await p.exited).code).toBe(130);
		const other = createServer().listen(port, "127.0.0.1");
		await new Promise((resolve) => other.once("listening", resolve));
		try {
			const taken = s.start([...args, "--plain"], { columns: 200 });
			expect((await taken.exited).code).toBe(2);
			const text = (await taken.everything()).join("\n");
			expect(text).toContain(`--callback-port ${port} cannot be opened for the browser to return to`);
			expect(text).toContain("another program uses it");
		} finally {
			other.close();
		}
	});

	test("a denial on the page is told; Ctrl-C ends the wait", async () => {
		const s = await portal();
		const denied = s.start(["login", "dev-admin", ...BY_BROWSER], {});
		await denied.waitFor("The page comes back");
		await s.cloud.visit(linkIn(denied), "deny");
		await denied.waitFor("denied");
		denied.press("q");
		expect((await denied.exited).code).toBe(1);
		const left = s.start(["login", "dev-admin", ...BY_BROWSER], {});
		await left.waitFor("The page comes back");
		const port = portIn(linkIn(left));
		left.press("ctrl-c");
		expect((await left.exited).code).toBe(130);
		await expectGivenBack(left);
		expect(await isOpen(port)).toBe(false);
	});

	test("somebody else than before is asked about, and than `spec.user`; on a plain face refused", async () => {
		const s = await portal();
		const first = s.start(["login", "dev-admin", ...BY_BROWSER], {});
		await first.waitFor("The page comes back");
		await s.cloud.visit(linkIn(first));
		expect((await first.exited).code).toBe(0);
		become(s, "eve@acme.example");
		s.cloud.revokeSessions();
		const plain = s.start(["login", "dev-admin", "--force", "--plain", ...BY_BROWSER], { columns: 300 });
		await plain.waitFor("approve: expires");
		await s.cloud.visit(linkIn(plain));
		expect((await plain.exited).code).toBe(1);
		expect((await plain.everything()).join("\n")).toContain(
			'"company-sso" was signed in to as eve@acme.example, and not as ada@acme.example',
		);
		const p = s.start(["login", "dev-admin", "--force", ...BY_BROWSER], {});
		await p.waitFor("The page comes back");
		await s.cloud.visit(linkIn(p));
		await p.waitFor(/g {2}Go on as eve@acme.example/);
		p.press("g");
		expect((await p.exited).code).toBe(0);
		expect(s.leaks()).toEqual([]);
	});

	test("`spec.user` is meant from the first time on", async () => {
		const s = await portal(", spec: {user: eve@acme.example}");
		const p = s.start(["login", "dev-admin", ...BY_BROWSER], {});
		await p.waitFor("The page comes back");
		await s.cloud.visit(linkIn(p));
		await p.waitFor("`spec.user` of");
		become(s, "eve@acme.example");
		p.press("a");
		await p.waitFor("The page comes back");
		await s.cloud.visit(linkIn(p));
		expect((await p.exited).code).toBe(0);
	});
});

test("as events: each way is told as it is taken, and no code where there is none", async () => {
	const s = await portal();
	const p = s.start(["login", "dev-admin", "--json", ...BY_BROWSER], { columns: 2000 });
	await p.waitFor("approval.required");
	await s.cloud.visit(linkIn(p));
	expect((await p.exited).code).toBe(0);
	const events = eventsIn(p);
	const page = events.find(({ type }) => type === "approval.required");
	expect(page).toMatchObject({ flow: "browser", flows: [{ flow: "device-code" }] });
	expect(page).not.toHaveProperty("code");
	expect(events.at(-1)).toMatchObject({ type: "login.succeeded", exitCode: 0 });
	expect(s.leaks()).toEqual([]);
});
