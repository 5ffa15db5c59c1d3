import { SigninClient } from "@aws-sdk/nested-clients/signin";
import { describe, expect, test } from "vitest";
import { authorizeUrl, signInService } from "../../../../src/auth/aws/user/sign-in-service.ts";
import { isVendorHost } from "../../../../src/auth/aws/vendor.ts";
import { userOf } from "./sign-in.ts";

const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-5", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"];

describe("the address", () => {
	test.each([...REGIONS, "us-iso-east-1", "us-isob-east-1"])("of %s is that of the AWS SDKs", (region) => {
		const { base } = signInService(userOf("it", { credentials: { region } }), { env: {} });
		const { endpointProvider } = new SigninClient({ region }).config;
		const parameters = { Region: region, IsControlPlane: false } as Parameters<typeof endpointProvider>[0];
		expect(base).toBe(endpointProvider(parameters).url.origin);
	});

	test.each(REGIONS)("of %s is AWS's own: nobody is asked to trust it", (region) => {
		const { base } = signInService(userOf("it", { credentials: { region } }), { env: {} });
		expect(isVendorHost(new URL(base).host)).toBe(true);
	});

	test.each([
		"signin.aws.amazon.com.evil.example",
		"evil.signin.aws.amazon.com",
		"us-east-1.signin.evil.com",
		"us-east-1.signin.amazonaws.com",
	])("%s is nobody's that we know", (host) => {
		expect(isVendorHost(host)).toBe(false);
	});

	test("is the configured one, else that of AWS_ENDPOINT_URL_SIGNIN, and a path stays before ours", () => {
		const env = { AWS_ENDPOINT_URL_SIGNIN: "https://gateway.example/aws/" };
		expect(signInService(userOf("it"), { env }).base).toBe("https://gateway.example/aws");
		const spec = { endpoint_url: "https://other.example" };
		const service = signInService(userOf("it", { spec }), { env });
		expect(service.base).toBe("https://other.example");
	});
});

test("the page is asked for as the AWS CLI asks for it", () => {
	const service = signInService(userOf("it"), { env: {} });
	const redirectUri = "http://127.0.0.1:50000/oauth/callback";
	const url = new URL(authorizeUrl(service, { client: "same-device", redirectUri, state: "s", challenge: "c" }));
	expect(url.origin + url.pathname).toBe("https://us-east-1.signin.aws.amazon.com/v1/authorize");
	expect(Object.fromEntries(url.searchParams)).toEqual({
		response_type: "code",
		client_id: "arn:aws:signin:::devtools/same-device",
		redirect_uri: redirectUri,
		state: "s",
		code_challenge: "c",
		code_challenge_method: "SHA-256",
		scope: "openid",
	});
});
