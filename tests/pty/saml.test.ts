/** A sign-in by SAML on the built program: a response that is pasted, and a browser's window where there is a browser. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { profileFolder } from "../../src/auth/aws/saml/profile.ts";
import { ADA, IDP, roleArn } from "../auth/aws/saml/scene.ts";
import { browserProgram, enterPassword, person } from "../auth/aws/saml/window.ts";
import { CHROMIUM } from "../cloud/browser.ts";
import { type SamlIdp, startSamlIdp } from "../cloud/saml-idp.ts";
import { samlIssuer } from "../cloud/saml-issuer.ts";
import { smallWorld } from "../cloud/world.ts";
import { SSH } from "./pages.ts";
import { type Scene, scene } from "./scene.ts";
import { killAll, type PtyProgram } from "./terminal.ts";

afterEach(killAll);

const ROLES = ["Deployer", "ReadOnly"].map((name) => `${roleArn(name)},${IDP}`);
// Making keys is slow.
const issuer = samlIssuer(IDP);

const yaml = (url: string, more = ""): string => `auth:
  realm: test
  providers:
    corp-saml: {kind: aws/saml, url: "${url}", region: us-east-1${more}}
  identities:
    deployer: {kind: aws/assume-role, via: {provider: corp-saml}, principal: {assume_role: "${roleArn("Deployer")}"}}
    auditor: {kind: aws/assume-role, via: {provider: corp-saml}, principal: {assume_role: "${roleArn("Auditor")}"}}
    any: {kind: aws/assume-role, via: {provider: corp-saml}}
`;

const world = (provider: SamlIdp["provider"]) =>
	smallWorld({
		samlProviders: [provider],
		roles: ["Deployer", "ReadOnly"].map((name) => ({
			accountId: "123456789012",
			name,
			trust: { principals: [], federated: [{ provider: IDP }] },
		})),
	});

const pasted = (text: string): string => `\u001b[200~${text}\u001b[201~`;

async function paste(p: PtyProgram, text: string): Promise<void> {
	p.press(pasted(text));
	await p.waitFor(new RegExp(`${String(text.length).replace(/\B(?=(\d{3})+$)/g, ".?")} characters`));
	p.press("enter");
}

describe("a response that is pasted", () => {
	const start = async () => {
		const s = await scene({ yaml: yaml("https://idp.acme.example/aws"), world: world(issuer.provider) });
		const respond = (options = {}): string => issuer.respond({ now: Date.now(), roles: ROLES, ...options });
		return { ...s, respond };
	};

	test("may have 100 kB, and is asked for again where it is none", async () => {
		const s = await start();
		const p = s.start(["login", "deployer"], { env: SSH });
		await p.waitFor("SAMLResponse");
		await paste(p, "hello");
		await p.waitFor("that is no SAMLResponse");
		const text = `SAMLResponse=${encodeURIComponent(s.respond())}&RelayState=${"x".repeat(100_000)}`;
		await paste(p, text);
		expect((await p.exited).code).toBe(0);
		expect((await p.everything()).join("\n")).toContain("Successfully authenticated as deployer");
		expect(s.leaks([s.respond().slice(100, 180), text.slice(100, 180)])).toEqual([]);
	});

	test("offers its roles to choose from, and says which it has instead of a wrong one", async () => {
		const s = await start();
		const p = s.start(["login", "any"], { env: SSH });
		await p.waitFor("SAMLResponse");
		await paste(p, s.respond());
		await p.waitFor('Which role for "any"?');
		await p.waitFor(/1 {2}Deployer in 123456789012\s+2 {2}ReadOnly in 123456789012/);
		p.press("2");
		expect((await p.exited).code).toBe(0);
		expect(s.cloud.requests.at(-1)?.facts.role).toBe(roleArn("ReadOnly"));
		const wrong = s.start(["login", "auditor"], { env: SSH, rows: 40 });
		await wrong.waitFor("SAMLResponse");
		await paste(wrong, s.respond());
		await wrong.waitFor("the sign-in does not offer");
		await wrong.waitFor(roleArn("ReadOnly"));
		wrong.press("q");
		expect((await wrong.exited).code).toBe(1);
	});

	test("as plain lines: not shown, and of several roles nobody can choose", async () => {
		const s = await start();
		const p = s.start(["login", "deployer", "--plain"], { env: SSH });
		await p.waitFor("it is not shown");
		const text = s.respond();
		p.press(pasted(text), "enter");
		expect((await p.exited).code).toBe(0);
		const several = s.start(["login", "any", "--plain"], { env: SSH, columns: 200 });
		await several.waitFor("it is not shown");
		several.press(pasted(s.respond()), "enter");
		expect((await several.exited).code).toBe(2);
		expect((await several.everything()).join("\n")).toContain('offers 2 roles for "any", and nobody can choose here');
		expect(s.leaks([text.slice(100, 180)])).toEqual([]);
	});

	test("Ctrl-C ends it; where nobody is, it says what to do", async () => {
		const s = await start();
		const p = s.start(["login", "deployer"], { env: SSH });
		await p.waitFor("SAMLResponse");
		p.press("ctrl-c");
		expect((await p.exited).code).toBe(130);
		const nobody = s.start(["login", "deployer", "--interactive=false"], { columns: 200 });
		expect((await nobody.exited).code).toBe(2);
		expect((await nobody.everything()).join("\n")).toMatch(/needs somebody to sign in[\s\S]*ATMOS_SAML_RESPONSE/);
		expect(s.cloud.requests).toEqual([]);
	});
});

test("a browser that has no display to open a window on says so in its own words", async ({ skip }) => {
	if (CHROMIUM === undefined) skip("there is no Chromium");
	const s = await scene({
		yaml: yaml("https://idp.acme.example/aws", `, browser_executable_path: "${CHROMIUM}"`),
		world: world(issuer.provider),
	});
	const env = { DISPLAY: ":97", ATMOS_AUTH_TRUST: "1" };
	const p = s.start(["login", "deployer", "--plain", "--flow", "browser"], { columns: 200, env });
	expect((await p.exited).code).toBe(2);
	const text = (await p.everything()).join("\n");
	expect(text).toMatch(/does not start: .*\n +it says: (?!Failed to connect to the bus)\w/);
	expect(text).toContain("--flow paste");
});

describe("a window of a browser", () => {
	const start = async (): Promise<Scene & { readonly idp: SamlIdp; readonly profile: string }> => {
		const idp = await startSamlIdp(IDP, [ADA]);
		onTestFinished(() => idp.close());
		const s = await scene({ yaml: "auth: {}", world: world(idp.provider) });
		const programs = join(s.home, "programs");
		mkdirSync(programs);
		const browser = browserProgram(programs);
		writeFileSync(join(s.folder, "atmos.yaml"), yaml(idp.url, `, browser_executable_path: "${browser}"`));
		const provider = { name: "corp-saml", key: "corp-saml", kind: "aws/saml", file: "" };
		const context = { env: {}, home: s.home, cwd: s.folder, platform: process.platform };
		const profile = profileFolder(context, { ...provider, config: { url: idp.url, region: "us-east-1" } });
		const env = { DISPLAY: ":99", ATMOS_AUTH_TRUST: "1" };
		return {
			...s,
			idp,
			profile,
			start: (args, options) =>
				s.start([...args, "--flow", "browser"], { ...options, env: { ...env, ...options.env } }),
		};
	};

	test("signs in, is closed, is left, and remembers", async ({ skip }) => {
		if (CHROMIUM === undefined) skip("there is no Chromium");
		const s = await start();
		const left = s.start(["login", "deployer"], {});
		await left.waitFor("Sign in in the window that has opened.");
		await s.idp.formShown();
		await (await person(s.profile)).close();
		await left.waitFor("the browser was closed before");
		left.press("q");
		expect((await left.exited).code).toBe(1);
		const gone = s.start(["login", "deployer"], {});
		await gone.waitFor("Sign in in the window that has opened.");
		await s.idp.formShown();
		gone.press("escape");
		expect((await gone.exited).code).toBe(130);
		const p = s.start(["login", "deployer"], {});
		await p.waitFor("Sign in in the window that has opened.");
		await enterPassword(s.idp, s.profile, ADA);
		expect((await p.exited).code).toBe(0);
		const plain = s.start(["login", "deployer", "--plain", "--force"], {});
		expect((await plain.exited).code).toBe(0);
		expect((await plain.everything()).join("\n")).toContain("in the window that has opened");
		expect(s.idp.passwords).toBe(1);
		expect(s.leaks(s.idp.responses.map((text) => text.slice(100, 180)))).toEqual([]);
	});
});
