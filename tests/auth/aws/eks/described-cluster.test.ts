import { expect, test } from "vitest";
import { unusable } from "../../../../src/auth/aws/eks/described-cluster.ts";
import { CERTIFICATE } from "../../../cloud/eks.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const pem = (content: string): string => `-----BEGIN CERTIFICATE-----\n${content}\n-----END CERTIFICATE-----\n`;

const GOOD = {
	arn: "arn:aws-us-gov:eks:us-gov-west-1:123456789012:cluster/dev_1",
	endpoint: "https://0123456789ABCDEF.gr7.us-gov-west-1.eks.amazonaws.com",
	certificateAuthority: base64(CERTIFICATE),
};
const judge = (changes: Partial<typeof GOOD>, local = false) =>
	unusable({ ...GOOD, ...changes }, { name: "dev_1", region: "us-gov-west-1" }, local);

test.each([
	["the form that EKS gives it", {}],
	["a port and a final slash", { endpoint: "https://a.example:8443/" }],
	["an IPv6 address", { endpoint: "https://[2001:db8::1]:443" }],
	["several certificates", { certificateAuthority: base64(CERTIFICATE + CERTIFICATE) }],
])("%s is fine", (_, changes) => {
	expect(judge(changes)).toBeUndefined();
});

test.each([
	["no ARN", { arn: "" }, "it has no cluster ARN"],
	["another resource", { arn: GOOD.arn.replace("cluster/", "nodegroup/") }, "it has no cluster ARN"],
	["lines behind the ARN", { arn: `${GOOD.arn}\n` }, "it has no cluster ARN"],
	["another cluster", { arn: GOOD.arn.replace("dev_1", "dev_2") }, "it describes another cluster"],
	["another region", { arn: GOOD.arn.replace("west-1", "east-1") }, "it describes another cluster"],
	["no address", { endpoint: "" }, "it has no endpoint"],
	["an address that is none", { endpoint: "https://" }, "its endpoint is not a URL"],
	["an endless address", { endpoint: `https://${"a.".repeat(150)}example` }, /longer than 300/],
	["no TLS", { endpoint: "http://a.example" }, "its endpoint does not use https"],
	["no TLS on loopback", { endpoint: "http://127.0.0.1:1" }, "its endpoint does not use https"],
	["another scheme", { endpoint: "file:///etc/passwd" }, "its endpoint does not use https"],
	["a user", { endpoint: "https://me:pw@a.example" }, /more than a host and port/],
	["a path", { endpoint: "https://a.example/x" }, /more than a host and port/],
	["a query", { endpoint: "https://a.example?x" }, /more than a host and port/],
	["a line end", { endpoint: "https://a.example\n" }, /more than a host and port/],
	["blanks", { endpoint: " https://a.example" }, /more than a host and port/],
	["no certificate", { certificateAuthority: "" }, "it has no certificate authority"],
	["something else", { certificateAuthority: base64("nothing") }, /not a certificate/],
	["PEM that is not in base64", { certificateAuthority: CERTIFICATE }, /not a certificate/],
	["base64 with lines", { certificateAuthority: `${GOOD.certificateAuthority}\n` }, /not a certificate/],
	["a certificate that is none", { certificateAuthority: base64(pem("bm9uc2Vuc2U=")) }, /not a certificate/],
	["one of two that is none", { certificateAuthority: base64(CERTIFICATE + pem("bm9u")) }, /not a certificate/],
	["a key beside it", { certificateAuthority: base64(`${CERTIFICATE}key: x\n`) }, /not a certificate/],
	["an endless certificate", { certificateAuthority: base64(CERTIFICATE.repeat(200)) }, /too long/],
])("a description with %s cannot be used", (_, changes, reason) => {
	expect(judge(changes)).toMatch(reason);
});

test("where the service itself is on loopback, the cluster may be, without TLS, and nothing else may", () => {
	expect(judge({ endpoint: "http://127.0.0.1:6443" }, true)).toBeUndefined();
	expect(judge({ endpoint: "http://localhost:6443" }, true)).toBeUndefined();
	expect(judge({ endpoint: "http://127.0.0.1.evil.example" }, true)).toBe("its endpoint does not use https");
});
