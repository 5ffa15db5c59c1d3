import { describe, expect, test } from "vitest";
import { parseFlags } from "../../src/commands/flags.ts";
import { login } from "../../src/commands/login.ts";
import { signInOptions } from "../../src/commands/sign-in-options.ts";

const of = (line: string, env: Record<string, string> = {}) =>
	signInOptions(parseFlags(login, line.split(" ").filter(Boolean)).flags, env);

describe("how to sign in", () => {
	test.each([
		["", {}, {}],
		["--flow browser", {}, { flow: "browser" }],
		["--flow=Device-Code", {}, { flow: "device-code" }],
		["--flow paste --callback-port 53682", {}, { flow: "paste", callbackPort: 53682 }],
		["--callback-port 1", {}, { callbackPort: 1 }],
		["--callback-port=65535", {}, { callbackPort: 65535 }],
		["--webflow", {}, { webflow: "flag" }],
		["", { ATMOS_WEBFLOW: "true" }, { webflow: "variable" }],
		["--no-webflow", { ATMOS_WEBFLOW: "1" }, {}],
		// The variable may be there for other logins.
		["--provider company-sso", { ATMOS_WEBFLOW: "1" }, { webflow: "variable" }],
	] as const)("%s with %j", (line, env, expected) => {
		expect(of(line, env)).toEqual(expected);
	});

	test.each([
		["--flow web", "--flow"],
		["--callback-port 0", '--callback-port is "0", which is not a port: a number from 1 to 65535'],
		["--callback-port 65536", "not a port"],
		["--callback-port 8o", "not a port"],
		["--callback-port=-1", "not a port"],
		["--callback-port 1e3", "not a port"],
		["--webflow --provider company-sso", "it cannot be used with --provider"],
	])("%s is refused", (line, message) => {
		expect(() => of(line)).toThrow(message);
	});

	test("a variable that is neither true nor false is refused", () => {
		expect(() => of("", { ATMOS_WEBFLOW: "maybe" })).toThrow("ATMOS_WEBFLOW");
	});
});
