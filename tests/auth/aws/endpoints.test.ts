import { describe, expect, test } from "vitest";
import { endpointFor } from "../../../src/auth/aws/endpoints.ts";
import { AuthError } from "../../../src/auth/errors.ts";
import { remedyOf } from "../../helpers/remedy.ts";

describe("which endpoint", () => {
	const env = { AWS_ENDPOINT_URL: "https://all.example", AWS_ENDPOINT_URL_SSO_OIDC: "https://oidc.example" };

	test("the configured one, else the service's variable, else the general one, else the region's", () => {
		expect(endpointFor(env, "sso-oidc", "https://spec.example")).toBe("https://spec.example");
		expect(endpointFor(env, "sso-oidc")).toBe("https://oidc.example");
		expect(endpointFor(env, "sso")).toBe("https://all.example");
		expect(endpointFor({}, "sso")).toBeUndefined();
	});

	test("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS silences the variables, not the configuration", () => {
		const ignoring = { ...env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
		expect(endpointFor(ignoring, "sso")).toBeUndefined();
		expect(endpointFor(ignoring, "sso", "https://spec.example")).toBe("https://spec.example");
	});

	test.each([
		"http://127.0.0.1:4566",
		"http://localhost:4566/prefix",
		"http://[::1]:1",
		"https://gateway.example:8443",
	])("%s is accepted as it is", (url) => {
		expect(endpointFor({ AWS_ENDPOINT_URL: url }, "eks")).toBe(url);
	});

	test.each([
		"http://gateway.example",
		"http://127.0.0.1.evil.example",
		"http://localhost.evil.example",
		"ftp://127.0.0.1",
		"file:///etc/passwd",
		"gateway.example",
		"localhost:4566",
		"https://user:hunter2@gateway.example",
		"https://hunter2@gateway.example",
		"https://:hunter2@gateway.example",
		"user:hunter2@gateway.example",
		"https//user:hunter2@gateway.example",
	])("%s is refused, and the variable named", (url) => {
		let thrown: unknown;
		try {
			endpointFor({ AWS_ENDPOINT_URL_ECR: url }, "ecr");
		} catch (error) {
			thrown = error;
		}
		expect(thrown).toBeInstanceOf(AuthError);
		expect((thrown as AuthError).message).toContain("AWS_ENDPOINT_URL_ECR");
		expect((thrown as AuthError).message).not.toContain("hunter2");
		expect(remedyOf(thrown as AuthError)).toBeTruthy();
		expect(remedyOf(thrown as AuthError)).not.toContain("hunter2");
	});

	test.each([
		["localhost:4566", "http://localhost:4566"],
		["127.0.0.1:4566/base", "http://127.0.0.1:4566/base"],
		["[::1]:4566", "http://[::1]:4566"],
		["gateway.example", "https://gateway.example"],
		["gateway.example:8443", "https://gateway.example:8443"],
		["user:hunter2@gateway.example", "https://gateway.example"],
	])("%s has no scheme, and it is said how to write it", (value, written) => {
		for (const [given, name] of [
			[() => endpointFor({ AWS_ENDPOINT_URL: value }, "sso"), "AWS_ENDPOINT_URL"],
			[() => endpointFor({}, "sso", value), "spec.endpoint_url"],
		] as const) {
			expect(given).toThrow(
				expect.objectContaining({
					code: "config",
					message: expect.stringMatching(new RegExp(`^${name} has no scheme: `)),
					remedy: { say: `write it as ${written}` },
				}),
			);
		}
	});

	test.each(["https://user@gateway.example", "https://:password@gateway.example"])(
		"%s: user name and password each",
		(url) => {
			expect(() => endpointFor({ AWS_ENDPOINT_URL: url }, "sso")).toThrow(
				expect.objectContaining({ reason: "an endpoint must not contain a user name or password" }),
			);
		},
	);
});
