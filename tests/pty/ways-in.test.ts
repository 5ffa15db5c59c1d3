/** Users, roles and several targets at once, on the built program and every face: to the end that they are for, a command. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { userArn } from "../cloud/iam.ts";
import { smallWorld } from "../cloud/world.ts";
import { type Scene, scene } from "./scene.ts";
import { killAll } from "./terminal.ts";

afterEach(killAll);

const SERIAL = "arn:aws:iam::123456789012:mfa/ada";

const PROJECT = `auth:
  realm: test
  providers:
    company-sso: { kind: aws/iam-identity-center, start_url: "https://acme.awsapps.com/start", region: us-east-1 }
  identities:
    dev-admin:
      kind: aws/permission-set
      tags: [team]
      via: { provider: company-sso }
      principal: { name: AdministratorAccess, account: { id: "123456789012", name: development }, region: us-east-2 }
    staging:
      kind: aws/permission-set
      tags: [team]
      via: { provider: company-sso }
      principal: { name: AdministratorAccess, account: { name: staging }, region: us-east-2 }
    ada:
      kind: aws/user
      credentials:
        access_key_id: !env ADA_ID
        secret_access_key: !env ADA_SECRET
        mfa_arn: ${SERIAL}
    break-glass:
      kind: aws/assume-role
      via: { identity: ada }
      principal: { assume_role: "arn:aws:iam::123456789012:role/BreakGlass", region: us-east-2 }
    deployer:
      kind: aws/assume-role
      tags: [team]
      via: { identity: dev-admin }
      principal: { assume_role: "arn:aws:iam::123456789012:role/Deployer", duration: 30m }
    refused:
      kind: aws/assume-role
      via: { identity: dev-admin }
      principal: { assume_role: "arn:aws:iam::999999999999:role/teams/platform/ProductionDeployer" }
`;

async function team(): Promise<Scene> {
	const s = await scene({ world: smallWorld({ pollSeconds: 0 }), yaml: PROJECT });
	const [ada] = s.cloud.world.users ?? [];
	if (ada === undefined) throw new Error("there is no user");
	const keys = { ADA_ID: ada.accessKeyId, ADA_SECRET: ada.secretAccessKey };
	return { ...s, start: (args, options = {}) => s.start(args, { ...options, env: { ...keys, ...options.env } }) };
}

/** Types a code as a person does, key by key; its last digit sends it. */
async function type(p: ReturnType<Scene["start"]>, text: string): Promise<void> {
	for (const [index, key] of [...text].entries()) {
		p.press(key);
		if (index < 5) await p.waitFor(`Code  ${[...text.slice(0, index + 1).padEnd(6, "_")].join(" ")}`);
	}
}

/** Whose keys a program sees that is run with an identity's. */
async function caller(s: Scene, identity: string): Promise<string> {
	const print =
		'const { env } = process; console.log("profile", env.AWS_PROFILE, "in", env.AWS_SHARED_CREDENTIALS_FILE)';
	const p = s.start(["exec", "-i", identity, "--", process.execPath, "-e", print], {
		columns: 300,
		env: { AWS_ACCESS_KEY_ID: "AKIAFOREIGN" },
	});
	expect((await p.exited).code).toBe(0);
	return (await p.everything()).join("\n");
}

describe("a role over a user with MFA", () => {
	test("on the dashboard: a wrong code is asked for again, the right one signs in, and a command runs with it", async () => {
		const s = await team();
		const p = s.start(["login", "break-glass"], {});
		await p.waitFor(SERIAL);
		await type(p, "000000");
		await p.waitFor("refused the code");
		await type(p, s.cloud.mfaCode(SERIAL));
		expect((await p.exited).code).toBe(0);
		const end = (await p.everything()).join("\n");
		expect(end).toContain("Successfully authenticated as break-glass");
		expect(end).toContain("atmos-auth exec -i break-glass -- ");
		const file = join(s.home, ".config/atmos/test/aws/aws-user/credentials");
		expect(await caller(s, "break-glass")).toContain(`profile break-glass in ${file}`);
		expect(readFileSync(file, "utf8")).not.toContain(s.cloud.world.users?.[0]?.accessKeyId);
		expect(s.cloud.requests.findLast(({ operation }) => operation === "sts:AssumeRole")?.facts).toMatchObject({
			principal: userArn({ accountId: "123456789012", name: "ada" }),
		});
	});

	test("as plain lines in a terminal: the code is typed on a line", async () => {
		const s = await team();
		const p = s.start(["login", "break-glass", "--plain"], {});
		await p.waitFor("type the 6 digits, then Enter");
		p.press("12\r");
		await p.waitFor("that is not 6 digits");
		p.press(`${s.cloud.mfaCode(SERIAL)}\r`);
		expect((await p.exited).code).toBe(0);
		expect((await p.everything()).join("\n")).toContain("Successfully authenticated as break-glass");
	});

	test.each([["--json"], ["--plain", "--interactive=false"]])(
		"%s: nobody is asked, and it says what to do",
		async (...flags) => {
			const s = await team();
			const p = s.start(["login", "break-glass", ...flags], { columns: 200 });
			expect((await p.exited).code).toBe(2);
			expect((await p.everything()).join("\n")).toMatch(/needs an MFA code[\s\S]*atmos-auth login break-glass/);
		},
	);

	test("Ctrl-C at the question ends it", async () => {
		const s = await team();
		for (const flags of [[], ["--plain"]]) {
			const p = s.start(["login", "ada", ...flags], {});
			await p.waitFor(flags.length === 0 ? "Code  _" : "type the 6 digits");
			p.press("ctrl-c");
			expect((await p.exited).code).toBe(130);
		}
	});
});

describe("several at once", () => {
	test("on the dashboard: one approval, and one refusal that stops nobody else", async () => {
		const s = await team();
		const p = s.start(["login", "dev-admin", "staging", "deployer", "refused"], { rows: 40, columns: 120 });
		await p.waitFor("for dev-admin and 3 more");
		s.cloud.approve(await s.cloud.nextCode());
		const screen = (await p.waitFor("3 of 4 identities signed in")).join("\n");
		expect(screen).toContain("may not assume");
		p.press("q");
		expect((await p.exited).code).toBe(1);
		const end = (await p.everything()).join("\n");
		expect(end).toContain("Successfully authenticated as 3 of 4 identities");
		expect(s.cloud.count("sso-oidc:StartDeviceAuthorization")).toBe(1);
		expect(s.cloud.count("sso:GetRoleCredentials")).toBe(2);
	});

	test("by a tag, as plain lines; and again without anything to do", async () => {
		const s = await team();
		s.cloud.approveAlways(0);
		const login = ["login", "--tags", "team", "--all", "--plain"];
		const p = s.start(login, { columns: 120 });
		expect((await p.exited).code).toBe(0);
		expect((await p.everything()).join("\n")).toContain("Successfully authenticated as 3 identities");
		const before = s.cloud.requests.length;
		const again = s.start(login, { columns: 120 });
		expect((await again.exited).code).toBe(0);
		expect((await again.everything()).join("\n")).toMatch(/deployer +Deployer in development \(still valid/);
		expect(s.cloud.requests).toHaveLength(before);
	});
});
