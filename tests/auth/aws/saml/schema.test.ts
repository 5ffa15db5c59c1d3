import { describe, expect, test } from "vitest";
import { describeProblem } from "../../../../src/auth/config/problems.ts";
import { project } from "../../config/project.ts";

const yaml = (...keys: string[]): string => `auth:
  providers:
    corp:
      kind: aws/saml
${["url: https://idp.acme.example/aws", "region: us-east-1", ...keys].map((key) => `      ${key}\n`).join("")}  identities:
    dev: {kind: aws/assume-role, via: {provider: corp}, principal: {assume_role: "arn:aws:iam::123456789012:role/Dev"}}
`;

async function problems(text: string): Promise<string[]> {
	const p = project({ "atmos.yaml": text });
	const found = await (await p.load()).check();
	return found.map((problem) => describeProblem(problem, { from: p.ctx.cwd }));
}

describe("a provider of SAML", () => {
	test("has all keys that Atmos has", async () => {
		const text = yaml(
			"driver: GoogleApps",
			"provider_type: Browser",
			"browser_type: msedge-beta",
			"browser_executable_path: ~/opt/chrome",
			"download_browser_driver: true",
			"username: ada",
			"password: ''",
			"session: {duration: 3600}",
			"console: {session_duration: 12h}",
			"default: true",
			"tags: [a]",
			"spec: {flow: paste, user: ada, browser: {name: edge, private: true}, files: {base_path: ~/aws}}",
		);
		expect(await problems(text)).toEqual([]);
	});

	test.each([
		["url: ftp://idp", "atmos.yaml:5:7: auth.providers.corp.url: expected the address at which"],
		["url: https://ada:secret@idp.example/", "atmos.yaml:5:7: auth.providers.corp.url: expected the address"],
		["url: idp.example/aws", "the scheme is missing, write https://idp.example/aws"],
		[
			"driver: Octa",
			'auth.providers.corp.driver: expected one of Browser, GoogleApps, Okta, ADFS, did you mean "Okta"?',
		],
		["browser_type: netscape", "auth.providers.corp.browser_type: expected one of chromium, chrome,"],
		["browser_executable_path: ./tools/chrome", "expected the absolute path of a browser's program"],
		["browser_executable_path: chrome", "expected the absolute path of a browser's program"],
		["session: {duration: 10m}", "expected a duration between 15m and 12h"],
		["session: {duration: 13h}", "expected a duration between 15m and 12h"],
		["spec: {flow: device-code}", "auth.providers.corp.spec.flow: expected one of browser, paste"],
		["spec: {endpoint_url: http://sts.example}", "auth.providers.corp.spec.endpoint_url: expected"],
	])("says what is wrong with %s", async (key, message) => {
		const text = key.startsWith("url") ? yaml().replace(/url: .*/, key) : yaml(key);
		const found = await problems(text);
		expect(found).toEqual([expect.stringContaining(message)]);
		expect(found.join().includes("secret")).toBe(false);
	});
});
