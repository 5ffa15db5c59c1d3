import { expect, test } from "vitest";
import { ecrHost, parseEcrHost } from "../../../../src/auth/aws/ecr/hosts.ts";
import { shellWord } from "../../../../src/auth/system/shell-word.ts";

test.each([
	["us-east-2", {}, "123456789012.dkr.ecr.us-east-2.amazonaws.com"],
	["us-gov-west-1", {}, "123456789012.dkr.ecr.us-gov-west-1.amazonaws.com"],
	["us-gov-west-1", { fips: true }, "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com"],
	["cn-north-1", {}, "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"],
	["us-iso-east-1", {}, "123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov"],
	["us-isob-east-1", {}, "123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov"],
	["eusc-de-east-1", {}, "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu"],
	["us-east-2", { dualStack: true }, "123456789012.dkr-ecr.us-east-2.on.aws"],
	["us-east-2", { dualStack: true, fips: true }, "123456789012.dkr-ecr-fips.us-east-2.on.aws"],
])("the registry in %s %j", (region, options, host) => {
	expect(ecrHost("123456789012", region, options)).toBe(host);
	expect(parseEcrHost(`https://${host}/`)).toEqual({ host, accountId: "123456789012", region });
});

test.each([
	"public.ecr.aws",
	"1234.dkr.ecr.us-east-2.amazonaws.com",
	"123456789012.dkr.ecr.us-east-2.amazonaws.com.evil.example",
])("%s is no private registry", (text) => {
	expect(parseEcrHost(text)).toBeUndefined();
});

test("names are quoted for a shell only where that is needed", () => {
	expect(shellWord("dev/eks")).toBe("dev/eks");
	expect(shellWord("it's $HOME")).toBe(`'it'\\''s $HOME'`);
});
