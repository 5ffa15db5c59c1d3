import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { soleResult } from "../../src/flows/snapshot.ts";
import { project } from "./project.ts";
import { until } from "./run.ts";

describe("a login against the cloud", () => {
	test("goes from atmos.yaml to credentials on disk", async () => {
		const { cloud, ctx, login } = await project();
		const started = login();
		const { prompts } = await until(started, (snapshot) => snapshot.phase === "approving");
		expect(prompts).toMatchObject([
			{ prompt: { type: "device-code", provider: "company-sso", portal: "acme.awsapps.com" } },
		]);
		cloud.approve();
		const last = await started.finished;
		expect(last.error).toBeUndefined();
		expect(last.phase).toBe("done");
		expect(soleResult(last)).toMatchObject({
			identity: "dev-admin",
			provider: "company-sso",
			account: { id: "123456789012", name: "development" },
			region: "us-east-2",
			realm: "test",
			stillValid: false,
		});
		const credentials = readFileSync(join(ctx.home, ".config/atmos/test/aws/company-sso/credentials"), "utf8");
		expect(credentials).toMatch(/\[dev-admin\]/);
	});
});
