import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { environmentOf } from "../../../../src/flows/environment.ts";
import { obtain } from "../../../../src/flows/obtain.ts";
import type { Cloud } from "../../../cloud/cloud.ts";
import { role, scene } from "../chains.ts";

const DEPLOYER = "arn:aws:iam::123456789012:role/Deployer";
const BASE = `auth:\n  realm: test\n  identities:\n    here: {kind: aws/ambient}\n    there: {kind: aws/ambient, principal: {region: eu-west-1}}\n    nothing: {kind: ambient}\n${role("deployer", "identity: here", `assume_role: "${DEPLOYER}"`)}`;

const OFF = { AWS_EC2_METADATA_DISABLED: "true" };
const ada = (cloud: Cloud): Record<string, string> => {
	const [user] = cloud.world.users ?? [];
	return { ...OFF, AWS_ACCESS_KEY_ID: user?.accessKeyId ?? "", AWS_SECRET_ACCESS_KEY: user?.secretAccessKey ?? "" };
};
const instance = (cloud: Cloud) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: cloud.url });

describe("the machine's own credentials", () => {
	test("are those of the variables, and are written nowhere", async () => {
		const { signIn, user, ctx } = await scene(BASE, {}, (cloud) => ({ ...ada(cloud), AWS_REGION: "us-west-2" }));
		const { credentials, environment } = await signIn("here", { reach: "nobody" });
		expect(credentials).toMatchObject({ accessKeyId: user.accessKeyId, region: "us-west-2" });
		expect(environment).toEqual({ set: {}, unset: [], fixed: [] });
		expect(existsSync(join(ctx.home, ".config/atmos/test"))).toBe(false);
	});

	test("go with a region of the configuration", async () => {
		const { signIn } = await scene(BASE, {}, ada);
		const { credentials, environment } = await signIn("there");
		expect(credentials.region).toBe("eu-west-1");
		expect(environment.set).toEqual({ AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-1" });
	});

	test("are the base of a role, which is kept", async () => {
		const { signIn, facts, cloud, env } = await scene(BASE, {}, ada);
		expect((await signIn("deployer")).credentials.roleArn).toBe(DEPLOYER);
		expect(facts("sts:AssumeRole")).toMatchObject([{ principal: "arn:aws:iam::123456789012:user/ada" }]);
		expect((await signIn("deployer")).isNew).toBe(false);
		// Not with what other keys have left.
		Object.assign(env, { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" });
		await expect(signIn("deployer")).rejects.toThrow();
		expect(cloud.count("sts:AssumeRole")).toBeGreaterThan(1);
	});

	test("are those of a profile", async () => {
		const { signIn, ctx, user } = await scene(BASE, {}, () => ({ ...OFF, AWS_PROFILE: "mine" }));
		mkdirSync(join(ctx.home, ".aws"));
		writeFileSync(
			join(ctx.home, ".aws/credentials"),
			`[default]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = x\n[mine]\naws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n`,
		);
		writeFileSync(join(ctx.home, ".aws/config"), "[profile mine]\nregion = ap-south-1\n");
		expect((await signIn("here")).credentials).toMatchObject({ accessKeyId: user.accessKeyId, region: "ap-south-1" });
	});

	test("are not those of a profile that only the AWS CLI can sign in to", async () => {
		const { refused, ctx } = await scene(BASE, {}, () => OFF);
		mkdirSync(join(ctx.home, ".aws"));
		writeFileSync(join(ctx.home, ".aws/config"), "[default]\nsso_session = acme\n");
		expect(await refused("here")).toMatchObject({
			code: "config",
			message: 'the profile "default" has no keys of its own',
			reason: expect.stringContaining("sso_session"),
		});
	});

	test("are those of a web identity", async () => {
		const { signIn, cloud, ctx, env, facts } = await scene(BASE, {}, () => OFF);
		const path = join(ctx.cwd, "token");
		writeFileSync(path, cloud.jobToken());
		Object.assign(env, {
			AWS_WEB_IDENTITY_TOKEN_FILE: path,
			AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/GithubDeployer",
			AWS_ROLE_SESSION_NAME: "pod",
		});
		expect((await signIn("here")).credentials.role).toBe("GithubDeployer");
		expect(facts("sts:AssumeRoleWithWebIdentity")).toMatchObject([{ session: "pod" }]);
	});

	test("are those of a container", async () => {
		const { signIn } = await scene(BASE, { machineRole: "Deployer" }, (cloud) => ({ ...OFF, ...cloud.container() }));
		const { credentials } = await signIn("here");
		expect(credentials.accessKeyId).toMatch(/^ASIA/);
		expect(credentials.expiresAt).toBeGreaterThan(Date.now());
	});

	test("are not asked of just any address", async () => {
		const { refused, cloud } = await scene(BASE, {}, () => ({
			...OFF,
			AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://example.com/keys",
			AWS_CONTAINER_AUTHORIZATION_TOKEN: "secret",
		}));
		expect((await refused("here")).message).toBe("AWS_CONTAINER_CREDENTIALS_FULL_URI is not a safe address");
		expect(cloud.requests).toEqual([]);
	});

	test("are those of an instance's role, by a session", async () => {
		const { signIn, cloud } = await scene(BASE, { machineRole: "Deployer" }, instance);
		expect((await signIn("here")).credentials).toMatchObject({ role: "Deployer" });
		expect(cloud.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
	});

	test("are missing where nothing has any, which is told place by place", async () => {
		const { refused } = await scene(BASE, {}, () => OFF);
		const error = await refused("here");
		expect(error).toMatchObject({ code: "config", message: "this machine has no AWS credentials of its own" });
		expect(error.details.map((line) => line.split(":")[0])).toEqual([
			"variables",
			"a web identity",
			"a profile",
			"a container",
			"an instance",
		]);
	});

	test.each([
		["has no role", {}, "an instance: it has no role"],
		["does not answer", { hang: true }, "an instance: there is no metadata service"],
	])("are missing where the instance %s, soon", async (_, { hang }: { hang?: boolean }, line) => {
		const { refused, cloud } = await scene(BASE, {}, instance);
		if (hang) cloud.script.always("instance:Metadata", { type: "hang" });
		expect((await refused("here")).details.at(-1)).toBe(line);
	});

	test("that are over are told so", async () => {
		const { refused } = await scene(BASE, {}, (cloud) => ({
			...ada(cloud),
			AWS_CREDENTIAL_EXPIRATION: "2020-01-01T00:00:00Z",
		}));
		expect((await refused("here")).code).toBe("expired");
	});

	test("end at once when it is cancelled", async () => {
		const { signIn, cloud } = await scene(BASE, {}, instance);
		cloud.script.always("instance:Metadata", { type: "hang" });
		const stop = new AbortController();
		const reason = new Error("enough");
		const signedIn = signIn("here", { signal: stop.signal });
		await cloud.waitFor(({ operation }) => operation === "instance:Metadata");
		stop.abort(reason);
		await expect(signedIn).rejects.toBe(reason);
	});

	test("get into no log", async () => {
		const { signIn, ctx, cloud } = await scene(BASE, { machineRole: "Deployer" }, instance);
		await signIn("deployer");
		const logged = JSON.stringify(ctx.logged);
		expect(cloud.secrets().filter((secret) => logged.includes(secret))).toEqual([]);
	});
});

describe("no credentials", () => {
	test("leave a program's environment as it is", async () => {
		const { load, ctx } = await scene(BASE, {}, () => OFF);
		const config = await load();
		const { signal } = new AbortController();
		const { credentials, environment } = await obtain({ ctx, config, identity: "nothing", signal });
		expect(credentials).toEqual({ type: "none", purpose: expect.any(String) });
		expect(environment).toEqual({ set: {}, unset: [], fixed: [] });
		expect(await environmentOf(ctx, config, "nothing")).toMatchObject({ keepsNothing: true });
		expect(await environmentOf(ctx, config, "there")).toMatchObject({
			keepsNothing: true,
			environment: { set: { AWS_REGION: "eu-west-1" } },
		});
	});

	test("are no base of a role, and have no base", async () => {
		const { problems } = await scene(
			`auth:\n  identities:\n    nothing: {kind: ambient}\n${role("it", "identity: nothing", `assume_role: "${DEPLOYER}"`)}    other: {kind: aws/ambient, via: {identity: nothing}}\n`,
		);
		expect(await problems()).toEqual([
			expect.stringContaining('auth.identities.it.via.identity: "it" needs access keys'),
			expect.stringContaining("auth.identities.other.via.identity: this machine's own AWS credentials begins a chain"),
		]);
	});
});
