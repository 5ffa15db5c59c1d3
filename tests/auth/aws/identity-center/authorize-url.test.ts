import { describe, expect, test } from "vitest";
import { authorizeUrl, checkAuthorizeUrl } from "../../../../src/auth/aws/identity-center/authorize-url.ts";

const REQUEST = {
	clientId: "client+id/=",
	redirectUri: "http://127.0.0.1:8765/oauth/callback",
	state: "the-state",
	challenge: "the-challenge",
};

describe("the page that is opened", () => {
	test("has what the service wants, in its words", () => {
		expect(authorizeUrl({ region: "eu-central-1" }, REQUEST)).toBe(
			"https://oidc.eu-central-1.amazonaws.com/authorize?response_type=code&client_id=client%2Bid%2F%3D" +
				"&redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Foauth%2Fcallback&state=the-state&code_challenge_method=S256" +
				"&scopes=sso%3Aaccount%3Aaccess&code_challenge=the-challenge",
		);
	});

	test.each([
		["cn-north-1", undefined, "https://oidc.cn-north-1.amazonaws.com.cn/authorize"],
		["us-gov-west-1", undefined, "https://oidc.us-gov-west-1.amazonaws.com/authorize"],
		["us-east-1", "http://127.0.0.1:4566", "http://127.0.0.1:4566/authorize"],
		["us-east-1", "https://sso.acme.example/aws/", "https://sso.acme.example/aws/authorize"],
	])("of %s with the endpoint %s is %s", (region, endpoint, expected) => {
		expect(authorizeUrl({ region, endpoint }, REQUEST).split("?")[0]).toBe(expected);
	});
});

describe("a page that another process has left", () => {
	const service = { region: "us-east-1" };
	const link = authorizeUrl(service, REQUEST);

	test("is shown as it is", () => {
		expect(checkAuthorizeUrl(link, 8765, service)).toBe(link);
	});

	test.each<[string, string, number]>([
		["of another host", link.replace("oidc.", "evil."), 8765],
		["of a host that begins like it", link.replace(".com/", ".com.evil.example/"), 8765],
		["of another region", link.replace("us-east-1", "us-east-2"), 8765],
		["in the clear", link.replace("https:", "http:"), 8765],
		["of another path", link.replace("/authorize", "/logout"), 8765],
		["with a user name", link.replace("https://", "https://oidc@"), 8765],
		["that is a program", "file:///bin/sh", 8765],
		["that returns to another port", link, 8766],
		["that returns to another machine", link.replace("127.0.0.1", "evil.example"), 8765],
		["that returns to two places", `${link}&redirect_uri=http://evil.example/`, 8765],
		["that returns to no port", link, Number.NaN],
		["without an end", `${link}&x=${"y".repeat(5000)}`, 8765],
		["that is none", "sign in here", 8765],
	])("%s is not", (_, page, port) => {
		expect(() => checkAuthorizeUrl(page, port, service)).toThrow("does not belong to the sign-in service");
	});
});
