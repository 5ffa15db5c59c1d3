import { describe, expect, test } from "vitest";
import { browserSetting } from "../../src/auth/browser-setting.ts";

/** What is set for a portal, and what was warned of. */
function set(value: string | undefined, portal: string) {
	const warnings: string[] = [];
	const log = { warn: (message: string) => void warnings.push(message) };
	return { choice: browserSetting({ env: { ATMOS_AUTH_BROWSER: value }, log }, portal), warnings };
}

const SEVERAL =
	"acme.awsapps.com=firefox:Work, corp.okta.com = Chrome:private,Edge.Example=edge:Client A:private,*=brave";

describe("the browser that a person wants for a portal", () => {
	test.each([
		["acme.awsapps.com", { name: "firefox", profile: "Work" }],
		["ACME.awsapps.com", { name: "firefox", profile: "Work" }],
		["corp.okta.com", { name: "chrome", isPrivate: true }],
		["edge.example", { name: "edge", profile: "Client A", isPrivate: true }],
		["any.other.example", { name: "brave" }],
	])("for %s", (portal, choice) => {
		expect(set(SEVERAL, portal)).toEqual({ choice: { profile: undefined, ...choice }, warnings: [] });
	});

	test.each([[undefined], [""], ["  "], ["acme.awsapps.com=firefox"]])("is none in %j", (value) => {
		expect(set(value, "globex.awsapps.com")).toEqual({ choice: undefined, warnings: [] });
	});

	test.each([
		"firefox",
		"acme=netscape",
		"acme=",
		"=firefox",
		"acme=firefox:-headless",
		"acme=firefox:a/b",
		"acme=firefox:a:b",
	])("%j is warned of, and the rest counts", (part) => {
		const { choice, warnings } = set(`${part},*=edge`, "acme");
		expect(choice).toEqual({ name: "edge", profile: undefined });
		expect(warnings).toEqual([expect.stringContaining(`"${part}" is not understood`)]);
	});
});
