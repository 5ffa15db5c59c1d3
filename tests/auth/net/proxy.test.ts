import { describe, expect, test } from "vitest";
import { AuthError } from "../../../src/auth/errors.ts";
import { describeProxy, proxyFor } from "../../../src/auth/net/proxy.ts";
import { remedyOf } from "../../helpers/remedy.ts";

const TARGET = "https://oidc.us-east-1.amazonaws.com/token";

function via(env: Record<string, string>, target = TARGET): string | undefined {
	return proxyFor(new URL(target), env)?.href;
}

describe("which proxy", () => {
	test("none without variables, or with empty ones", () => {
		expect(via({})).toBeUndefined();
		expect(via({ HTTPS_PROXY: "", https_proxy: " " })).toBeUndefined();
	});

	test("the scheme of the target decides, ALL_PROXY is the last resort", () => {
		const env = { HTTPS_PROXY: "http://secure:1", HTTP_PROXY: "http://plain:2", ALL_PROXY: "http://all:3" };
		expect(via(env)).toBe("http://secure:1/");
		expect(via(env, "http://example.com/")).toBe("http://plain:2/");
		expect(via({ ALL_PROXY: "http://all:3" })).toBe("http://all:3/");
		expect(via({ all_proxy: "http://all:3" }, "http://example.com/")).toBe("http://all:3/");
	});

	test("upper case wins over lower case, as in Go", () => {
		expect(via({ HTTPS_PROXY: "http://upper:1", https_proxy: "http://lower:1" })).toBe("http://upper:1/");
		expect(via({ https_proxy: "http://lower:1" })).toBe("http://lower:1/");
	});

	test("a proxy without a scheme is an http one", () => {
		expect(via({ HTTPS_PROXY: "proxy.example.com:8080" })).toBe("http://proxy.example.com:8080/");
	});

	test.each([
		"http://localhost:1/",
		"http://127.0.0.1:1/",
		"http://127.9.9.9/",
		"http://[::1]:1/",
		"https://app.localhost/",
	])("%s is never reached through a proxy", (target) => {
		expect(via({ HTTPS_PROXY: "http://p:1", HTTP_PROXY: "http://p:1" }, target)).toBeUndefined();
	});

	test.each([
		["*", true],
		["amazonaws.com", true],
		[".amazonaws.com", true],
		["*.amazonaws.com", true],
		["oidc.us-east-1.amazonaws.com", true],
		["OIDC.us-east-1.AmazonAWS.com", true],
		["oidc.us-east-1.amazonaws.com:443", true],
		["oidc.us-east-1.amazonaws.com:8443", false],
		["example.com, amazonaws.com", true],
		["example.com amazonaws.com", true],
		["aws.com", false],
		[".oidc.us-east-1.amazonaws.com", false],
		["10.0.0.0/8", false],
		["", false],
	])("NO_PROXY=%s leaves the proxy out: %s", (exceptions, left) => {
		expect(via({ HTTPS_PROXY: "http://p:1", NO_PROXY: exceptions }) === undefined).toBe(left);
	});

	test.each([
		["10.0.0.0/8", "https://10.1.2.3/", true],
		["10.0.0.0/8", "https://11.1.2.3/", false],
		["10.1.2.3", "https://10.1.2.3/", true],
		["10.1.2.3:8443", "https://10.1.2.3/", false],
		["fd00::/8", "https://[fd12::1]/", true],
		["[fd12::1]:443", "https://[fd12::1]/", true],
		["fd12:0::1", "https://[fd12::1]/", true],
	])("NO_PROXY=%s for %s: %s", (exceptions, target, left) => {
		expect(via({ HTTPS_PROXY: "http://p:1", no_proxy: exceptions }, target) === undefined).toBe(left);
	});

	test("a proxy that cannot be used is named without its credentials", () => {
		for (const value of ["socks5://user:hunter2@proxy:1080", "http://", "ht tp://user:hunter2@proxy"]) {
			let thrown: unknown;
			try {
				via({ HTTPS_PROXY: value });
			} catch (error) {
				thrown = error;
			}
			expect(thrown).toBeInstanceOf(AuthError);
			expect(JSON.stringify([(thrown as AuthError).message, remedyOf(thrown as AuthError)])).not.toContain("hunter2");
		}
	});

	test("a proxy is described without its credentials", () => {
		expect(describeProxy(new URL("http://user:hunter2@proxy.example.com:8080"))).toBe("http://proxy.example.com:8080");
	});
});
