import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createNetwork } from "../../src/auth/net/create-network.ts";
import { silentCredentials } from "../../src/commands/silent-credentials.ts";
import { failure } from "../auth/aws/identity-center/sign-in.ts";
import { project } from "../flows/project.ts";

test("a command that cannot ask does not wait for ever for servers that say nothing", async () => {
	const { cloud, ctx, login } = await project();
	cloud.approveAlways();
	expect((await login().finished).phase).toBe("done");
	rmSync(join(ctx.home, ".config", "atmos"), { recursive: true });
	cloud.script.always("sso:GetRoleCredentials", { type: "hang" });
	const network = createNetwork({ ...ctx, limits: { silentRenewalMs: 300 } });
	onTestFinished(() => network.close());
	const error = await failure(silentCredentials({ ...ctx, network }, { flag: "dev-admin", request: {} }));
	expect(`${error.message} ${(error as { reason?: string }).reason}`).toContain("returned no credentials within");
	await cloud.waitForAbort("sso:GetRoleCredentials");
});
