import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../../src/auth/config/load.ts";
import { isCurrent, stampOf } from "../../../src/auth/config/stamp.ts";
import { realClock, type TestContext, testContext } from "../../helpers/context.ts";

const YAML = `auth:
  realm: test
  providers: { sso: { kind: aws/iam-identity-center, start_url: "https://acme.awsapps.com/start", region: us-east-1 } }
  identities: { dev: { kind: aws/permission-set, via: { provider: sso }, principal: { name: A, account: { name: b } } } }
`;

/** A context whose clock is a second ahead, so that what was just written is old. */
function project(): TestContext {
	const ctx = testContext({ clock: { ...realClock, now: () => Date.now() + 1000 } });
	writeFileSync(join(ctx.cwd, "atmos.yaml"), YAML);
	return ctx;
}

async function stamped(ctx: TestContext) {
	const config = await loadConfig(ctx, {});
	const stamp = stampOf(ctx, config, "dev");
	if (stamp === undefined) throw new Error("there is no stamp");
	return { config, stamp, env: { ...ctx.env, ...config.locator } };
}

test("a stamp is current until something changes that the configuration is made from", async () => {
	const ctx = project();
	const { stamp, env } = await stamped(ctx);
	expect(isCurrent(stamp, env)).toBe(true);
	expect(isCurrent(undefined, env)).toBe(false);
	for (const name of ["ATMOS_PROFILE", "ATMOS_CONFIG", "ATMOS_BASE_PATH", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSO"]) {
		expect(isCurrent(stamp, { ...env, [name]: "other" }), name).toBe(false);
	}
	expect(isCurrent(stamp, ctx.env)).toBe(false);
	writeFileSync(join(ctx.cwd, "atmos.yaml"), `${YAML}# longer\n`);
	expect(isCurrent(stamp, env)).toBe(false);
});

test.each(["atmos.d/more.yaml", ".atmos.yaml", "profiles/dev/atmos.yaml"])("a new %s is a change", async (name) => {
	const ctx = project();
	mkdirSync(join(ctx.cwd, "atmos.d"));
	mkdirSync(join(ctx.cwd, "profiles"));
	const { stamp, env } = await stamped(ctx);
	mkdirSync(join(ctx.cwd, name, ".."), { recursive: true });
	writeFileSync(join(ctx.cwd, name), "");
	expect(isCurrent(stamp, env)).toBe(false);
});

test("what changed after the configuration was read has no stamp", async () => {
	const ctx = project();
	const { config } = await stamped(ctx);
	const later = new Date(Date.now() + 2000);
	utimesSync(join(ctx.cwd, "atmos.yaml"), later, later);
	expect(stampOf(ctx, config, "dev")).toBeUndefined();
});
