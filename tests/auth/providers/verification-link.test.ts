import { describe, expect, test } from "vitest";
import { AuthError } from "../../../src/auth/errors.ts";
import { checkVerificationLink } from "../../../src/auth/providers/verification-link.ts";

const OWNER = { startUrl: "https://login.acme.example/start" };

describe("links of the sign-in service", () => {
	test.each([
		"https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV",
		"https://device.sso.cn-north-1.amazonaws.com.cn/",
		"https://d-1234567890.awsapps.com/start/#/device?user_code=WDDD-HRQV",
		"https://start.us-gov-home.awsapps.com/directory/d-1#/device",
		"https://us-east-1.signin.aws/platform/authorize?request_uri=urn:1",
		"https://ssoins-1.portal.us-east-2.app.aws/",
		"https://ssoins-1.us-east-2.portal.amazonaws.com/",
		"https://identitycenter.amazonaws.com/ssoins-1",
		"https://login.acme.example/device",
		"https://LOGIN.acme.example./device",
	])("%s may be opened", (link) => {
		expect(checkVerificationLink(link, OWNER)).toBe(new URL(link).href);
	});

	test.each([
		"http://device.sso.us-east-1.amazonaws.com/",
		"https://evil.example/",
		"https://awsapps.com.evil.example/",
		"https://evilawsapps.com/",
		"https://bucket.s3.amazonaws.com/",
		"https://sso.s3.us-east-1.amazonaws.com/",
		"https://x.execute-api.us-east-1.amazonaws.com/",
		"https://amazonaws.com/",
		"https://user@device.sso.us-east-1.amazonaws.com/",
		"https://device.sso.us-east-1.amazonaws.com@evil.example/",
		"javascript:alert(1)",
		"file:///etc/passwd",
		"ssh://-oProxyCommand=x",
		"--help",
		"",
		"http://127.0.0.1/device",
		"https://127.0.0.1/device",
		`https://d-1.awsapps.com/${"a".repeat(5000)}`,
	])("%s may not", (link) => {
		expect(() => checkVerificationLink(link, OWNER)).toThrow(AuthError);
	});

	test("this machine is allowed where the endpoint is on it", () => {
		const owner = { ...OWNER, endpoint: "http://127.0.0.1:4566" };
		expect(checkVerificationLink("http://127.0.0.1:4566/device", owner)).toBe("http://127.0.0.1:4566/device");
		expect(() => checkVerificationLink("http://10.0.0.1/device", owner)).toThrow(AuthError);
		expect(() =>
			checkVerificationLink("http://127.0.0.1/device", { ...OWNER, endpoint: "https://gw.example" }),
		).toThrow();
	});

	test("the host of an endpoint that was configured belongs to the provider", () => {
		const owner = { ...OWNER, endpoint: "https://gw.acme.example:8443/sso" };
		expect(checkVerificationLink("https://gw.acme.example/device", owner)).toBe("https://gw.acme.example/device");
	});

	test("what is returned has no character that a terminal or a shell would obey", () => {
		const link = checkVerificationLink('https://d-1.awsapps.com/start?x=\u001b]8;;\u0007"$(id)`\u202e', OWNER);
		expect(link).toMatch(/^[\x21-\x7e]+$/);
		expect(link).not.toContain('"');
	});

	test("a refusal says which host, sanitized", () => {
		expect(() => checkVerificationLink("https://evil.example/\u001b[2J", OWNER)).toThrow(
			expect.objectContaining({ reason: "its host is evil.example" }),
		);
	});
});
