/** Certificates, MFA and the tokens of jobs on the built program: what is asked, what is refused, and what is shown of it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { ANCHOR, ARNS, DEPLOYER, PROFILE, ROLE } from "../auth/aws/roles-anywhere/scene.ts";
import { smallWorld } from "../cloud/world.ts";
import { authority } from "../helpers/pki.ts";
import { eventsIn, expectGivenBack } from "./pages.ts";
import { scene } from "./scene.ts";
import { killAll } from "./terminal.ts";

afterEach(killAll);

const PASSWORD = "vivid-canary-passphrase";
const WRONG = "quiet-canary";
const DEVICE = "arn:aws:iam::123456789012:mfa/ada";
const ACCOUNT = "arn:aws:iam::123456789012";

const PROJECT = `auth:
  realm: test
  providers:
    ci: {kind: github/oidc}
    builder: {kind: oidc, spec: {token_env: BUILD_TOKEN}}
  identities:
    build: {kind: aws/roles-anywhere, spec: {${ARNS}, certificate: certificate.pem, private_key: key.pem}}
    ada: {kind: aws/user, credentials: {access_key_id: !env ADA_ID, secret_access_key: !env ADA_SECRET}}
    break-glass:
      kind: aws/assume-role
      via: {identity: ada}
      principal: {assume_role: "${ACCOUNT}:role/BreakGlass", mfa_arn: "${DEVICE}"}
    deploy: {kind: aws/assume-role, via: {provider: ci}, principal: {assume_role: "${ACCOUNT}:role/GithubDeployer"}}
    built: {kind: aws/assume-role, via: {provider: builder}, principal: {assume_role: "${ACCOUNT}:role/GithubDeployer"}}
`;

const idOf = (arn: string): string => arn.split("/")[1] ?? "";

async function machine() {
	const root = authority();
	const own = root.issue();
	const base = smallWorld();
	const place = { accountId: "123456789012", region: "eu-central-1" };
	const s = await scene({
		yaml: PROJECT,
		world: {
			...base,
			trustAnchors: [{ ...place, id: idOf(ANCHOR), certificates: root.pem }],
			profiles: [{ ...place, id: idOf(PROFILE), roles: [ROLE] }],
			roles: [...(base.roles ?? []), DEPLOYER],
		},
	});
	const sealed = own.key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSWORD });
	writeFileSync(join(s.folder, "certificate.pem"), own.pem);
	writeFileSync(join(s.folder, "key.pem"), sealed, { mode: 0o600 });
	const [ada] = s.cloud.world.users ?? [];
	const keys = { ADA_ID: ada?.accessKeyId ?? "", ADA_SECRET: ada?.secretAccessKey ?? "" };
	const keyLine = own.keyPem.split("\n")[1] ?? "";
	return { ...s, keys, canaries: [PASSWORD, WRONG, keyLine] };
}

describe("a key with a passphrase", () => {
	test("on the dashboard: a wrong one, then the right one; no character of either is shown", async () => {
		const s = await machine();
		const p = s.start(["login", "build"], {});
		await p.waitFor('Password of the private key of "build"');
		await p.waitFor("❯ ▏");
		p.press(WRONG);
		await p.waitFor(`❯ ${"•".repeat(WRONG.length)}▏`);
		p.press("enter");
		await p.waitFor("that password does not open it");
		p.press(PASSWORD);
		await p.waitFor(`❯ ${"•".repeat(PASSWORD.length)}▏`);
		p.press("enter");
		expect((await p.exited).code).toBe(0);
		await expectGivenBack(p);
		// While it is good nobody is asked.
		const again = s.start(["login", "build"], {});
		expect((await again.exited).code).toBe(0);
		expect(s.leaks(s.canaries)).toEqual([]);
	});

	test("as plain lines: three tries, none of which is echoed", async () => {
		const s = await machine();
		const p = s.start(["login", "build", "--plain"], { columns: 120 });
		await p.waitFor("it is not shown");
		p.press(WRONG, "enter");
		await p.waitFor("that password does not open it");
		p.press(PASSWORD, "enter");
		expect((await p.exited).code).toBe(0);
		const wrong = s.start(["login", "build", "--plain", "--force"], { columns: 120 });
		for (const times of [1, 2, 3]) {
			await wrong.waitFor(new RegExp(`(?:it is not shown[^]*){${times}}`));
			wrong.press(WRONG, "enter");
		}
		expect((await wrong.exited).code).toBe(1);
		expect((await wrong.everything()).join("\n")).toContain("the password does not open");
		expect(s.leaks(s.canaries)).toEqual([]);
	});

	test("Ctrl-C at the question ends it; where nobody is, it says what to set", async () => {
		const s = await machine();
		for (const flags of [[], ["--plain"]]) {
			const p = s.start(["login", "build", ...flags], {});
			await p.waitFor('Password of the private key of "build"');
			p.press(WRONG, "ctrl-c");
			expect((await p.exited).code).toBe(130);
		}
		const nobody = s.start(["login", "build", "--json"], { columns: 2000 });
		expect((await nobody.exited).code).toBe(2);
		expect(eventsIn(nobody).at(-1)).toMatchObject({ type: "login.failed", exitCode: 2 });
		expect(nobody.raw()).toContain("spec.private_key_password");
		expect(s.cloud.requests).toEqual([]);
		expect(s.leaks(s.canaries)).toEqual([]);
	});
});

test("a role that names the device of its user asks for the code", async () => {
	const s = await machine();
	const p = s.start(["login", "break-glass"], { env: s.keys });
	await p.waitFor(DEVICE);
	p.press(...s.cloud.mfaCode(DEVICE));
	expect((await p.exited).code).toBe(0);
	expect(s.cloud.requests.findLast(({ operation }) => operation === "sts:AssumeRole")?.facts.serial).toBe(DEVICE);
	const nobody = s.start(["login", "break-glass", "--force", "--json"], { env: s.keys, columns: 2000 });
	expect((await nobody.exited).code).toBe(2);
	expect(eventsIn(nobody).at(-1)).toMatchObject({ type: "login.failed", exitCode: 2 });
	expect(s.leaks()).toEqual([]);
});

test("a job that is refused is told its own claims, and never the token", async () => {
	const s = await machine();
	const env = { CI: "true", ...s.cloud.githubJob({ subject: "repo:eve/fork:ref:refs/heads/main" }) };
	for (const face of ["--plain", "--json"]) {
		const p = s.start(["login", "deploy", face], { columns: 2000, env });
		expect((await p.exited).code).toBe(1);
		const text = (await p.everything()).join("\n");
		expect(text).toContain("repo:eve/fork:ref:refs/heads/main");
		expect(text).toContain("token.actions.githubusercontent.com:sub");
		if (face === "--json") expect(eventsIn(p).at(-1)).toMatchObject({ type: "login.failed", exitCode: 1 });
	}
	const BUILD_TOKEN = s.cloud.jobToken({ subject: "repo:eve/fork:ref:refs/heads/main" });
	const person = s.start(["login", "built"], { env: { BUILD_TOKEN } });
	await person.waitFor("r try again");
	expect((await person.screen()).join("\n")).toContain("repo:eve/fork:ref:refs/heads/main");
	// However long it is, what to do about it is on the screen, and all of it in the terminal after that.
	await person.waitFor(/and \d+ more lines[\s\S]*Try: ask an administrator/);
	person.resize(120, 40);
	await person.waitFor(/the token says:\n {7}iss [\s\S]*check: the provider .* exists\n +Try:/);
	person.press("q");
	expect((await person.exited).code).toBe(1);
	const own = s.start(["login", "built"], { env: { BUILD_TOKEN: s.cloud.jobToken() } });
	expect((await own.exited).code).toBe(0);
	expect(s.leaks()).toEqual([]);
});
