import { describe, expect, test } from "vitest";
import { adHocIntegration } from "../../src/auth/ad-hoc-integration.ts";
import { AuthError } from "../../src/auth/errors.ts";

const refusal = (path: string, message: string): AuthError =>
	new AuthError({ code: "usage", message: `${path}: ${message}` });
const cluster = (values: object) =>
	adHocIntegration({
		kind: "aws/eks",
		name: "dev",
		config: { spec: { cluster: { name: "dev", region: "us-east-2", ...values } } },
		refusal,
	});

describe("an integration that no configuration has", () => {
	test.each([
		[{ alias: "a b" }, /^spec\.cluster\.alias: expected a name for the context/],
		[{ name: "--flag" }, /^spec\.cluster\.name: expected a cluster name/],
		[{ region: "nowhere/else" }, /^spec\.cluster\.region: /],
		[{ kubeconfig: { path: ".git/hooks/post-checkout" } }, /^spec\.cluster\.kubeconfig\.path: .*outside the \.git/],
	])("is held to the rules of one: %j", async (values, message) => {
		await expect(cluster(values)).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(message) });
	});

	test("needs no value that one may leave out", async () => {
		expect(await cluster({ alias: undefined, kubeconfig: { path: undefined } })).toBeTypeOf("function");
	});

	test("is of a kind that there is", async () => {
		await expect(adHocIntegration({ kind: "aws/none", name: "x", config: {}, refusal })).rejects.toMatchObject({
			code: "bug",
		});
	});
});
