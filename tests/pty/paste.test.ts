/** Pastes into the built program, in a terminal that marks them and in one that does not. */
import { afterEach, describe, expect, test } from "vitest";
import { smallWorld } from "../cloud/world.ts";
import { scene } from "./scene.ts";
import { killAll } from "./terminal.ts";

afterEach(killAll);

/** Two names that differ in front of the `/`, which used to be what opened the filter. */
const YAML = `auth:
  providers:
    company-sso:
      kind: aws/iam-identity-center
      start_url: https://acme.awsapps.com/start
      region: us-east-1
  identities:
    edge/prod-support: &identity
      kind: aws/permission-set
      via: {provider: company-sso}
      principal: {name: AdministratorAccess, account: {name: development}, region: us-east-2}
    payments/prod-support: *identity
    dev-admin: *identity
  integrations:
    dev/eks:
      kind: aws/eks
      via: {identity: payments/prod-support}
      spec: {cluster: {name: dev-cluster, region: us-east-2, alias: dev-eks}}
`;
const NAME = "payments/prod-support";

describe.each([
	["that marks pastes", (text: string) => `\u001b[200~${text}\u001b[201~`],
	["that does not mark pastes", (text: string) => text],
])("in a terminal %s", (_, pasted) => {
	test.each(["\n", "\r", "\r\n"])("a name and %j, into the list, filter it and sign in to nothing", async (end) => {
		const { start, cloud } = await scene({ yaml: YAML });
		const program = start(["login"], {});
		await program.waitFor("q quit");
		program.press(pasted(NAME + end));
		await program.waitFor(`/ ${NAME}▏`);
		await program.waitFor("1 of 3");
		expect(program.raw()).toContain("\u001b[?2004h");
		program.press("escape");
		await program.waitFor("Choose an identity");
		program.press("q");
		expect((await program.exited).code).toBe(130);
		expect(cloud.count("sso-oidc:StartDeviceAuthorization")).toBe(0);
		const raw = program.raw();
		expect(raw.lastIndexOf("\u001b[?2004l")).toBeGreaterThan(raw.lastIndexOf("\u001b[?2004h"));
	});

	test("on the screens after it, nothing happens", async () => {
		const { start, cloud } = await scene({ yaml: YAML, world: smallWorld({ pollSeconds: 1 }) });
		cloud.script.next("eks:DescribeCluster", { type: "error", status: 403, name: "AccessDeniedException" });
		cloud.script.always("sso:GetRoleCredentials", { type: "answer", delayMs: 500 });
		const program = start(["login"], {});
		await program.waitFor("q quit");
		program.press(pasted(`${NAME}\n`));
		await program.waitFor(`/ ${NAME}▏`);
		program.press("enter");
		const code = await cloud.nextCode();
		await program.waitFor("code expires");
		for (const text of ["q\r", "quit\n", "co\r", "??"]) program.press(pasted(text));
		cloud.approve(code);
		await program.waitFor(/INTEGRATIONS|assuming|getting credentials|AdministratorAccess/);
		program.press(pasted("qq\r"));
		await program.waitFor("r retry");
		program.press(pasted("rd\r"));
		// The arrow parts the paste from the key.
		program.press("down", "d");
		await program.waitFor("AccessDeniedException");
		expect(cloud.count("eks:DescribeCluster")).toBe(1);
		program.press("enter");
		expect((await program.exited).code).toBe(0);
		expect(cloud.count("eks:DescribeCluster")).toBe(1);
	});
});

test("for a screen reader, a paste filters the list and signs in to nothing", async () => {
	const { start, cloud } = await scene({ yaml: YAML });
	const program = start(["login"], { env: { ACCESSIBLE: "1" } });
	await program.waitFor("1 of 3");
	program.press(`\u001b[200~${NAME}\n\u001b[201~`);
	await program.waitFor(`Filter ${NAME}: 1 of 1: ${NAME}`);
	program.press("ctrl-c");
	expect((await program.exited).code).toBe(130);
	expect(cloud.count("sso-oidc:StartDeviceAuthorization")).toBe(0);
});
