import { describe, expect, test } from "vitest";
import { checkVerificationLink, type LinkOwner } from "../../../../src/auth/aws/identity-center/verification-link.ts";
import { AuthError } from "../../../../src/auth/errors.ts";

const owner = (startUrl: string, region = "us-east-1"): LinkOwner => ({ startUrl, region });
const ACME = owner("https://acme.awsapps.com/start");
const OWN = owner("https://login.acme.example/start");
const DUAL = owner("https://ssoins-7223.portal.us-east-2.app.aws", "us-east-2");
const GOV = owner("https://start.us-gov-home.awsapps.com/directory/d-9867188aeb", "us-gov-west-1");

/** Of every partition: the addresses that AWS gives out for a portal, and the pages that its portals share. */
const LEGITIMATE: readonly (readonly [link: string, owner: LinkOwner])[] = [
	["https://acme.awsapps.com/start/#/device?user_code=WDDD-HRQV", ACME],
	["https://ACME.awsapps.com./start/#/device", ACME],
	["https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV", ACME],
	["https://oidc.us-east-1.amazonaws.com/device_verification?user_code=WDDD-HRQV", ACME],
	["https://us-east-1.signin.aws/platform/authorize?request_uri=urn:1", ACME],
	["https://signin.aws/platform/login", ACME],
	["https://signin.aws.amazon.com/platform/login", ACME],
	["https://us-east-1.signin.aws.amazon.com/platform/login", ACME],
	["https://d-1234567890.awsapps.com/start/#/device", owner("https://d-1234567890.awsapps.com/start/")],
	["https://login.acme.example/device", OWN],
	["https://LOGIN.acme.example./device", OWN],
	["https://device.sso.us-east-1.amazonaws.com/", OWN],
	// The service answers with its older address for a portal that is configured by its newer one.
	["https://ssoins-7223.us-east-2.portal.amazonaws.com/#/device?user_code=WDDD-HRQV", DUAL],
	["https://ssoins-7223.portal.us-east-2.app.aws/#/device", DUAL],
	["https://identitycenter.amazonaws.com/ssoins-7223", DUAL],
	["https://oidc.us-east-2.api.aws/device_verification", DUAL],
	[
		"https://ssoins-7223.portal.us-east-2.app.aws/",
		owner("https://identitycenter.amazonaws.com/ssoins-7223", "us-east-2"),
	],
	["https://start.us-gov-home.awsapps.com/directory/d-9867188aeb#/device", GOV],
	["https://start.us-gov-east-1.us-gov-home.awsapps.com/directory/d-9867188aeb#/device", GOV],
	["https://device.sso.us-gov-west-1.amazonaws.com/", GOV],
	["https://us-gov-west-1.signin.amazonaws-us-gov.com/platform/login", GOV],
	["https://signin.amazonaws-us-gov.com/", GOV],
	[
		"https://identitycenter.us-gov.amazonaws.com/ssoins-82",
		owner("https://identitycenter.us-gov.amazonaws.com/ssoins-82", "us-gov-west-1"),
	],
	["https://acme.awsapps.cn/start/#/device", owner("https://acme.awsapps.cn/start", "cn-north-1")],
	["https://device.sso.cn-north-1.amazonaws.com.cn/", owner("https://acme.awsapps.cn/start", "cn-north-1")],
	["https://cn-north-1.signin.amazonaws.cn/", owner("https://acme.awsapps.cn/start", "cn-north-1")],
	[
		"https://identitycenter.amazonaws.com.cn/ssoins-1",
		owner("https://ssoins-1.cn-north-1.portal.amazonaws.com.cn", "cn-north-1"),
	],
	[
		"https://ssoins-1.cn-north-1.portal.amazonaws.com.cn/",
		owner("https://ssoins-1.portal.cn-north-1.app.amazonwebservices.com.cn", "cn-north-1"),
	],
	[
		"https://ssoins-1.portal.eusc-de-east-1.api.amazonwebservices.eu/",
		owner("https://ssoins-1.eusc-de-east-1.portal.amazonaws.eu", "eusc-de-east-1"),
	],
	[
		"https://identitycenter.amazonaws.eu/ssoins-1",
		owner("https://ssoins-1.eusc-de-east-1.portal.amazonaws.eu", "eusc-de-east-1"),
	],
	[
		"https://device.sso.eusc-de-east-1.amazonaws.eu/",
		owner("https://ssoins-1.eusc-de-east-1.portal.amazonaws.eu", "eusc-de-east-1"),
	],
];

/** Portals of others on hosts of AWS's, and pages of other regions. */
const OTHERS: readonly (readonly [link: string, owner: LinkOwner])[] = [
	["https://evil.awsapps.com/start/#/device?user_code=WDDD-HRQV", ACME],
	["https://d-6666666666.awsapps.com/start/#/device", ACME],
	["https://acme.evil.awsapps.com/start", ACME],
	["https://acme.awsapps.cn/start", ACME],
	["https://ssoins-666.portal.us-east-1.app.aws/", ACME],
	["https://ssoins-666.us-east-1.portal.amazonaws.com/", ACME],
	["https://identitycenter.amazonaws.com/ssoins-666", ACME],
	["https://evil.awsapps.com/start/#/device", OWN],
	["https://ssoins-666.portal.us-east-2.app.aws/", DUAL],
	["https://identitycenter.amazonaws.com/ssoins-666", DUAL],
	["https://identitycenter.amazonaws.com/", DUAL],
	["https://identitycenter.amazonaws.com/ssoins-666", owner("https://identitycenter.amazonaws.com/ssoins-7223")],
	[
		"https://identitycenter.amazonaws.com/ssoins-666/ssoins-7223",
		owner("https://identitycenter.amazonaws.com/ssoins-7223"),
	],
	["https://start.us-gov-home.awsapps.com/directory/d-6666666666", GOV],
	["https://start.us-gov-home.awsapps.com/", GOV],
	["https://acme.awsapps.com/start", owner("https://start.us-gov-home.awsapps.com/directory/acme", "us-gov-west-1")],
	["https://device.sso.us-west-2.amazonaws.com/", ACME],
	["https://device.sso.cn-north-1.amazonaws.com.cn/", ACME],
	["https://us-gov-west-1.signin.amazonaws-us-gov.com/", ACME],
	["https://evil.signin.aws/", ACME],
	["https://evil.signin.aws.amazon.com/", ACME],
];

describe("links of the sign-in service", () => {
	test.each(LEGITIMATE)("%s may be opened", (link, of) => {
		expect(checkVerificationLink(link, of)).toBe(new URL(link).href);
	});

	test.each(OTHERS)("%s is somebody else's", (link, of) => {
		expect(() => checkVerificationLink(link, of)).toThrow(
			expect.objectContaining({ reason: `its host is ${new URL(link).hostname}` }),
		);
	});

	test.each([
		"http://acme.awsapps.com/start",
		"http://device.sso.us-east-1.amazonaws.com/",
		"https://evil.example/",
		"https://awsapps.com.evil.example/",
		"https://acme.awsapps.com.evil.example/",
		"https://evilacme.awsapps.com/",
		"https://bucket.s3.amazonaws.com/",
		"https://sso.s3.us-east-1.amazonaws.com/",
		"https://x.execute-api.us-east-1.amazonaws.com/",
		"https://amazonaws.com/",
		"https://device.sso.us-east-1.amazonaws.com@evil.example/",
		"javascript:alert(1)",
		"file:///etc/passwd",
		"ssh://-oProxyCommand=x",
		"--help",
		"",
		"http://127.0.0.1/device",
		"https://127.0.0.1/device",
		`https://acme.awsapps.com/${"a".repeat(5000)}`,
	])("%s may not", (link) => {
		expect(() => checkVerificationLink(link, ACME)).toThrow(AuthError);
	});

	test.each([
		"https://user@acme.awsapps.com/start",
		"https://:password@acme.awsapps.com/start",
		"https://user:password@acme.awsapps.com/start",
	])("%s has what no link needs", (link) => {
		expect(() => checkVerificationLink(link, ACME)).toThrow(
			expect.objectContaining({ reason: "it has a user name or password in it" }),
		);
	});

	test("this machine is allowed where the endpoint is on it", () => {
		const local = { ...ACME, endpoint: "http://127.0.0.1:4566" };
		expect(checkVerificationLink("http://127.0.0.1:4566/device", local)).toBe("http://127.0.0.1:4566/device");
		expect(() => checkVerificationLink("http://10.0.0.1/device", local)).toThrow(AuthError);
		expect(() =>
			checkVerificationLink("http://127.0.0.1/device", { ...ACME, endpoint: "https://gw.example" }),
		).toThrow();
	});

	test("the host of an endpoint that was configured belongs to the provider", () => {
		const gateway = { ...ACME, endpoint: "https://gw.acme.example:8443/sso" };
		expect(checkVerificationLink("https://gw.acme.example/device", gateway)).toBe("https://gw.acme.example/device");
	});

	test("what is returned has no character that a terminal or a shell would obey", () => {
		const link = checkVerificationLink('https://acme.awsapps.com/start?x=\u001b]8;;\u0007"$(id)`\u202e', ACME);
		expect(link).toMatch(/^[\x21-\x7e]+$/);
		expect(link).not.toContain('"');
	});

	test("a refusal says which host, sanitized", () => {
		expect(() => checkVerificationLink("https://evil.example/\u001b[2J", ACME)).toThrow(
			expect.objectContaining({ reason: "its host is evil.example" }),
		);
	});
});
