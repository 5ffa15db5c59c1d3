import { describe, expect, test } from "vitest";
import { scene } from "../chains.ts";

const DEPLOYER = "arn:aws:iam::123456789012:role/Deployer";

describe("a role's base", () => {
	test("a link that gives what no role is assumed with is told by validate, too", async () => {
		const { problems, refused } = await scene(
			`auth:
  providers:
    sso: {kind: aws/iam-identity-center, start_url: https://acme.awsapps.com/start, region: us-east-1}
  identities:
    it:
      kind: aws/assume-role
      via:
        provider: sso
      principal: {assume_role: "${DEPLOYER}"}
`,
		);
		expect(await problems()).toEqual([
			expect.stringMatching(
				/^atmos\.yaml:8:9: auth\.identities\.it\.via\.provider: "it" needs access keys.* gives none of them$/,
			),
		]);
		expect((await refused("it")).message).toBe('"it" needs access keys, or somebody who vouches for you');
	});

	test("a role that is left out is missed at a sign-in, with its place", async () => {
		const { refused, cloud } = await scene(
			`auth:\n  identities:\n    ada: {kind: aws/user, credentials: {access_key_id: AKIAIOSFODNN7EXAMPLE, secret_access_key: x}}\n    it:\n      kind: aws/assume-role\n      via: {identity: ada}\n      principal:\n        region: us-east-1\n`,
		);
		const error = await refused("it");
		expect(error).toMatchObject({ code: "config", remedy: { edit: { line: 7 } } });
		expect(error.message).toMatch(
			/atmos\.yaml:7:7: auth\.identities\.it\.principal\.assume_role: missing; expected the ARN/,
		);
		expect(cloud.requests).toEqual([]);
	});
});
