import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { profileFolder } from "../../../../src/auth/aws/saml/profile.ts";
import { CHROMIUM } from "../../../cloud/browser.ts";
import { type SamlIdp, startSamlIdp } from "../../../cloud/saml-idp.ts";
import { smallWorld } from "../../../cloud/world.ts";
import { BUILT, program } from "../../../flows/program.ts";
import { ADA, IDP, roleArn } from "./scene.ts";
import { browserProgram, enterPassword } from "./window.ts";

const yaml = (idp: SamlIdp, browser: string): string => `auth:
  providers:
    corp-saml:
      kind: aws/saml
      url: ${idp.url}
      region: us-east-1
      driver: Okta
      browser_executable_path: ${browser}
      session: {duration: 30m}
  identities:
    deployer:
      kind: aws/assume-role
      via: {provider: corp-saml}
      principal: {assume_role: "${roleArn("Deployer")}"}
    auditor:
      kind: aws/assume-role
      via: {provider: corp-saml}
      principal: {assume_role: "${roleArn("Auditor")}"}
    breaker:
      kind: aws/assume-role
      via: {identity: deployer}
      principal: {assume_role: "${roleArn("Further")}"}
`;

/** The program in processes of its own, the cloud that knows the identity provider, and Chromium. */
async function scene() {
	const idp = await startSamlIdp(IDP, [ADA]);
	onTestFinished(() => idp.close());
	const federated = [{ provider: IDP }];
	const world = smallWorld({
		samlProviders: [idp.provider],
		roles: [
			{ accountId: "123456789012", name: "Deployer", trust: { principals: [], federated } },
			{ accountId: "123456789012", name: "ReadOnly", trust: { principals: [], federated } },
			{ accountId: "123456789012", name: "Further", trust: { principals: ["arn:aws:iam::123456789012:root"] } },
		],
	});
	const p = await program({ world, entry: BUILT });
	const folder = join(p.home, "programs");
	mkdirSync(folder);
	const browser = browserProgram(folder);
	writeFileSync(join(p.folder, "atmos.yaml"), yaml(idp, browser));
	const config = { url: idp.url, region: "us-east-1" };
	const context = { env: {}, home: p.home, cwd: p.folder, platform: process.platform };
	const provider = { name: "corp-saml", key: "corp-saml", kind: "aws/saml", file: "", config };
	return {
		...p,
		idp,
		profile: profileFolder(context, provider),
		login: (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
			p.run(["login", ...args], { DISPLAY: ":99", ATMOS_AUTH_TRUST: "1", ...env }),
		credentials: (): string => {
			const files = readdirSync(join(p.home, ".config"), { recursive: true, encoding: "utf8" });
			const found = files.find((name) => name.endsWith("corp-saml/credentials"));
			return found === undefined ? "" : readFileSync(join(p.home, ".config", found), "utf8");
		},
		facts: (operation: string) =>
			p.cloud.requests.filter((request) => request.operation === operation).map(({ facts }) => facts),
	};
}

describe.skipIf(CHROMIUM === undefined)("a login through an identity provider", () => {
	test("ends with the keys of the role, and a second one needs nobody", async () => {
		const { idp, login, profile, facts, credentials, cloud } = await scene();
		const first = login(["deployer", "--plain"]);
		await enterPassword(idp, profile, ADA);
		const ended = await first.ended;
		expect(ended.stderr).toContain("Successfully authenticated as deployer");
		expect(ended).toMatchObject({ code: 0, stdout: "" });
		expect(credentials()).toContain("[deployer]");
		expect(facts("sts:AssumeRoleWithSAML")).toEqual([
			expect.objectContaining({ role: roleArn("Deployer"), provider: IDP, duration: "1800" }),
		]);
		expect((await login(["deployer", "--plain"]).ended).code).toBe(0);
		expect(cloud.count("sts:AssumeRoleWithSAML")).toBe(1);
		expect((await login(["deployer", "--plain", "--force"]).ended).code).toBe(0);
		expect(cloud.count("sts:AssumeRoleWithSAML")).toBe(2);
		expect(idp.passwords).toBe(1);
	});

	test("goes on to another role", async () => {
		const { idp, login, profile, facts } = await scene();
		const running = login(["breaker", "--plain"]);
		await enterPassword(idp, profile, ADA);
		expect(await running.ended).toMatchObject({ code: 0 });
		expect(facts("sts:AssumeRole")).toEqual([expect.objectContaining({ role: roleArn("Further") })]);
	});

	test("says which roles there are where the one that is wanted is not among them", async () => {
		const { idp, login, profile } = await scene();
		const running = login(["auditor", "--plain"]);
		await enterPassword(idp, profile, ADA);
		const { code, stderr } = await running.ended;
		expect(code).toBe(1);
		expect(stderr).toContain(`the sign-in does not offer ${roleArn("Auditor")}`);
		expect(stderr).toContain(roleArn("ReadOnly"));
	});

	test("of the provider alone says which roles it has", async () => {
		const { idp, login, profile, cloud } = await scene();
		const running = login(["-p", "corp-saml", "--plain"]);
		await enterPassword(idp, profile, ADA);
		const { code, stderr } = await running.ended;
		expect(code).toBe(0);
		expect(stderr).toContain("signed in as ada@acme.example, with 2 roles: Deployer, ReadOnly");
		expect(cloud.requests).toEqual([]);
	});

	test("of two at once asks for one password", async () => {
		const { idp, login, profile, cloud } = await scene();
		const first = login(["deployer", "--plain"]);
		await idp.formShown();
		const second = login(["deployer", "--plain", "--force", "--log-level", "debug"]);
		await second.saw(/another process is signing in/);
		// It was shown already.
		const shown = { formShown: async () => undefined } as unknown as SamlIdp;
		await enterPassword(shown, profile, ADA);
		const ended = await Promise.all([first.ended, second.ended]);
		expect(ended.map(({ code }) => code)).toEqual([0, 0]);
		expect(idp.passwords).toBe(1);
		expect(cloud.count("sts:AssumeRoleWithSAML")).toBe(2);
		expect(new Set(idp.responses).size).toBe(2);
	});

	test.each(["SIGINT", "SIGTERM"] as const)("ends with %s, and takes its browser along", async (signal) => {
		const { idp, login, home } = await scene();
		const running = login(["deployer", "--plain"]);
		await idp.formShown();
		running.process.kill(signal);
		expect((await running.ended).code).toBe(signal === "SIGINT" ? 130 : 143);
		const pid = readFileSync(join(home, "programs", "browser.pid"), "utf8").trim();
		const state = (): string => {
			try {
				return /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
			} catch {
				return "gone";
			}
		};
		await expect.poll(state, { timeout: 10_000 }).toMatch(/gone|Z|X/);
	});

	test("says nothing of the response, however much is said", async () => {
		const { idp, login, profile } = await scene();
		const running = login(["deployer", "--json", "--log-level", "trace"], { DEBUG: "*" });
		await enterPassword(idp, profile, ADA);
		const { code, stdout, stderr } = await running.ended;
		expect(code).toBe(0);
		const [response = ""] = idp.responses;
		expect(response.length).toBeGreaterThan(1000);
		for (const piece of [response.slice(0, 60), response.slice(500, 560), encodeURIComponent(response).slice(-60)]) {
			expect(`${stdout}${stderr}`.includes(piece)).toBe(false);
		}
		expect(stderr.includes(" pw:")).toBe(false);
	});

	test("takes a response from the environment, without a browser", async () => {
		const { idp, login, profile } = await scene();
		const first = login(["deployer", "--plain"]);
		await enterPassword(idp, profile, ADA);
		await first.ended;
		const [response = ""] = idp.responses;
		const given = { ATMOS_SAML_RESPONSE: response, DISPLAY: "" };
		const { code, stderr } = await login(["deployer", "--plain", "--force", "--interactive=false"], given).ended;
		expect(stderr).toContain("Successfully authenticated");
		expect(code).toBe(0);
		expect(idp.responses).toHaveLength(1);
	});
});
