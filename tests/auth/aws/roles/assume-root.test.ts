import { describe, expect, test } from "vitest";
import { scene, yaml } from "../chains.ts";

const AUDIT = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials";
const root = (principal: string, via = "identity: admin"): string =>
	yaml(`    it: {kind: aws/assume-root, via: {${via}}, principal: {${principal}}}\n`);
const ONE = `target_principal: 999999999999, task_policy_arn: "${AUDIT}"`;

describe("a root's task", () => {
	test("is done with the keys of the management account", async () => {
		const { signIn, facts, ctx } = await scene(root(ONE));
		const { credentials } = await signIn("it");
		expect(credentials).toMatchObject({
			accountId: "999999999999",
			role: "IAMAuditRootUserCredentials",
			region: "us-east-2",
		});
		expect((credentials.expiresAt ?? 0) - ctx.clock.now()).toBeLessThanOrEqual(900_000);
		expect(facts("sts:AssumeRoot")).toEqual([
			expect.objectContaining({ target: "999999999999", policy: AUDIT, region: "us-east-2" }),
		]);
		expect((await signIn("it")).isNew).toBe(false);
	});

	test("lasts as long, and is asked for where, it is configured", async () => {
		const { signIn, facts } = await scene(root(`${ONE}, duration: 5m, region: eu-west-1`, "identity: ada"));
		await signIn("it");
		expect(facts("sts:AssumeRoot")).toEqual([expect.objectContaining({ duration: "300", region: "eu-west-1" })]);
	});

	test("is refused with who, for what, and what to check", async () => {
		const { refused } = await scene(root(ONE, "identity: ada"), {
			organization: { management: "123456789012", members: [] },
		});
		const error = await refused("it");
		expect(error).toMatchObject({
			code: "denied",
			message:
				"arn:aws:iam::123456789012:user/ada may not become root of account 999999999999 for IAMAuditRootUserCredentials",
			service: { name: "AccessDenied", operation: "sts:AssumeRoot", requestId: expect.any(String) },
		});
		expect(error.details).toHaveLength(3);
		expect(error.details[2]).toContain("sts:AssumeRoot on arn:aws:iam::999999999999:root");
	});

	test("with keys that were revoked has them renewed, once", async () => {
		const { signIn, cloud } = await scene(root(ONE, "identity: ada"));
		await signIn("ada");
		cloud.script.next("sts:AssumeRoot", { type: "error", status: 403, name: "InvalidClientTokenId", message: "no" });
		await signIn("it");
		expect(cloud.count("sts:GetSessionToken")).toBe(2);
	});

	test("ends at once when it is cancelled", async () => {
		const { signIn, cloud } = await scene(root(ONE, "identity: ada"));
		cloud.script.always("sts:AssumeRoot", { type: "hang" });
		const stop = new AbortController();
		const reason = new Error("enough");
		const signedIn = signIn("it", { signal: stop.signal });
		await cloud.waitFor(({ operation }) => operation === "sts:AssumeRoot");
		stop.abort(reason);
		await expect(signedIn).rejects.toBe(reason);
	});

	test.each([
		[`target_principal: 99, task_policy_arn: "${AUDIT}"`, "target_principal: expected a 12-digit AWS account ID"],
		["target_principal: 999999999999", "task_policy_arn: missing"],
		[
			"target_principal: 999999999999, task_policy_arn: arn:aws:iam::aws:policy/AdministratorAccess",
			"task_policy_arn: expected the ARN of a root task's policy, such as arn:aws:iam::aws:policy/root-task/",
		],
		[
			`target_principal: 999999999999, task_policy_arn: "${AUDIT.replace("arn:aws:", "arn:aws-cn:")}"`,
			"task_policy_arn: expected the ARN of a root task's policy",
		],
		[`${ONE}, duration: 16m`, "duration: expected a duration of at most 15m"],
		[`${ONE}, region: cn-north-1`, "region: expected a region of the partition aws"],
	])("%s is told with its place", async (principal, line) => {
		const { problems } = await scene(root(principal));
		const found = await problems();
		expect(found).toHaveLength(1);
		expect(found[0]).toContain(`auth.identities.it.principal.${line}`);
		expect(found[0]).toContain("atmos.yaml:8:");
	});
});
