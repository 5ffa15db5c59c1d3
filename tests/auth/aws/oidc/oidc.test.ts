import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Cloud } from "../../../cloud/cloud.ts";
import { oidcProviderArn } from "../../../cloud/iam.ts";
import type { JobToken } from "../../../cloud/issuers.ts";
import { smallWorld, type World } from "../../../cloud/world.ts";
import { role, scene } from "../chains.ts";

const ROLE = "arn:aws:iam::123456789012:role/GithubDeployer";
const ISSUER = "https://issuer.acme.example";

const text = (provider: string, principal = `assume_role: "${ROLE}"`): string =>
	`auth:\n  realm: test\n  providers:\n    ci: {${provider}}\n  identities:\n${role("it", "provider: ci", principal)}`;

const GITHUB = text("kind: github/oidc");
const github = (token?: JobToken) => (cloud: Cloud) => cloud.githubJob(token);
const gitlabJob = (token: JobToken) => (cloud: Cloud) => ({
	GITLAB_CI: "true",
	GITLAB_OIDC_TOKEN: cloud.jobToken(token),
});

/** A world in which another issuer is known, too. */
function world(issuer: string, clientIds = ["sts.amazonaws.com"]): Partial<World> {
	const { roles = [], oidcProviders = [] } = smallWorld();
	const provider = { accountId: "123456789012", issuer, clientIds };
	const trust = { principals: [], federated: [{ provider: oidcProviderArn(provider) }] };
	return {
		oidcProviders: [...oidcProviders, provider],
		roles: roles.map((each) => (each.name === "GithubDeployer" ? { ...each, trust } : each)),
	};
}

describe("a job of GitHub Actions", () => {
	test("assumes a role with the token of its runner, without a signature", async () => {
		const { signIn, facts, cloud } = await scene(GITHUB, {}, github());
		const { credentials, environment, isNew } = await signIn("it", { reach: "nobody" });
		expect(isNew).toBe(true);
		expect(credentials).toMatchObject({ roleArn: ROLE, accountId: "123456789012", region: "us-east-1" });
		expect(facts("github:IdToken")).toEqual([{ audience: "sts.amazonaws.com" }]);
		expect(facts("sts:AssumeRoleWithWebIdentity")).toEqual([
			{
				role: ROLE,
				session: expect.stringMatching(/^atmos-it-\d+$/),
				issuer: "https://token.actions.githubusercontent.com",
				subject: "repo:acme/infra:ref:refs/heads/main",
				audience: "sts.amazonaws.com",
			},
		]);
		expect(environment.set).toMatchObject({ AWS_PROFILE: "it", AWS_REGION: "us-east-1" });
		// A later step of the same job.
		expect((await signIn("it")).isNew).toBe(false);
		expect(cloud.count("github:IdToken")).toBe(1);
	});

	test("does not use what another job left on the machine", async () => {
		const jobs: Record<string, string>[] = [];
		const { signIn, cloud, env } = await scene(GITHUB, {}, (started) => {
			jobs.push(started.githubJob(), started.githubJob());
			return jobs[0] ?? {};
		});
		const first = await signIn("it");
		Object.assign(env, jobs[1]);
		const second = await signIn("it");
		expect(second.isNew).toBe(true);
		expect(second.credentials.accessKeyId).not.toBe(first.credentials.accessKeyId);
		expect(cloud.count("github:IdToken")).toBe(2);
	});

	test("in the region and for the duration and session that are configured", async () => {
		const { signIn, facts, cloud } = await scene(
			text("kind: github/oidc, region: eu-west-1", `assume_role: "${ROLE}", duration: 30m, session_name: build`),
			{},
			github(),
		);
		expect((await signIn("it")).credentials.region).toBe("eu-west-1");
		expect(facts("sts:AssumeRoleWithWebIdentity")).toMatchObject([{ session: "build", duration: "1800" }]);
		expect(cloud.requests.filter(({ facts: { signed } }) => signed !== undefined)).toEqual([]);
	});

	test("is the base of another role", async () => {
		const deployer = "arn:aws:iam::123456789012:role/Deployer";
		const { signIn, facts } = await scene(
			GITHUB + role("deep", "identity: it", `assume_role: "${deployer}"`),
			{},
			github(),
		);
		expect((await signIn("deep")).credentials.roleArn).toBe(deployer);
		expect(facts("sts:AssumeRole")).toMatchObject([
			{ principal: expect.stringContaining(":assumed-role/GithubDeployer/atmos-it-") },
		]);
	});

	test("that may not ask for a token is told what its workflow needs", async () => {
		const { refused, cloud } = await scene(GITHUB, {}, () => ({ GITHUB_ACTIONS: "true" }));
		const error = await refused("it");
		expect(error).toMatchObject({
			code: "config",
			message: "this job may not ask GitHub for a token",
			reason: "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set",
			remedy: { say: "add `id-token: write` to the `permissions` of the job" },
		});
		expect(error.details.join("\n")).toMatch(/permissions:\n\s+id-token: write[\s\S]*forks/);
		expect(cloud.requests).toEqual([]);
	});

	test("is needed: elsewhere there is no token", async () => {
		const { refused } = await scene(GITHUB);
		expect(await refused("it")).toMatchObject({ code: "usage", message: "this is no job of GitHub Actions" });
	});

	test.each(["http://example.com/token", "ftp://127.0.0.1/", "nonsense", "https://user@example.com/"])(
		"sends its secret to no such address: %s",
		async (address) => {
			const { refused, cloud } = await scene(GITHUB, {}, (started) => ({
				...started.githubJob(),
				ACTIONS_ID_TOKEN_REQUEST_URL: address,
			}));
			expect((await refused("it")).message).toBe("ACTIONS_ID_TOKEN_REQUEST_URL is not an address with https");
			expect(cloud.requests).toEqual([]);
		},
	);

	test("is not led elsewhere", async () => {
		const { refused, cloud } = await scene(GITHUB, {}, (started) => {
			started.script.always("github:IdToken", {
				type: "error",
				status: 302,
				name: "Found",
				headers: { location: `${started.url}/issuer/token` },
			});
			return started.githubJob();
		});
		expect(await refused("it")).toMatchObject({
			code: "service",
			reason: expect.stringContaining("another address"),
			service: { status: 302 },
		});
		expect(cloud.count("oidc:Token")).toBe(0);
	});

	test("asks again where GitHub stumbled", async () => {
		const { signIn, cloud } = await scene(GITHUB, {}, github());
		cloud.script.next("github:IdToken", { type: "error", status: 503, name: "Unavailable" }, { type: "drop" });
		await signIn("it");
		expect(cloud.count("github:IdToken")).toBe(3);
	});

	test("that is over already is told so", async () => {
		const { refused } = await scene(GITHUB, {}, (started) => ({
			...started.githubJob(),
			ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of-another-job",
		}));
		expect(await refused("it")).toMatchObject({
			code: "denied",
			service: { status: 401, operation: "github:IdToken" },
		});
	});

	test("with ACTIONS_ID_TOKEN takes that one", async () => {
		const { signIn, cloud } = await scene(GITHUB, {}, (started) => ({
			...started.githubJob(),
			ACTIONS_ID_TOKEN: started.jobToken(),
		}));
		await signIn("it");
		expect(cloud.count("github:IdToken")).toBe(0);
	});

	test("ends at once when it is cancelled", async () => {
		const { signIn, cloud } = await scene(GITHUB, {}, github());
		cloud.script.always("github:IdToken", { type: "hang" });
		const stop = new AbortController();
		const reason = new Error("enough");
		const signedIn = signIn("it", { signal: stop.signal });
		await cloud.waitFor(({ operation }) => operation === "github:IdToken");
		stop.abort(reason);
		await expect(signedIn).rejects.toBe(reason);
		await cloud.waitForAbort("github:IdToken");
	});
});

describe("a token that AWS refuses", () => {
	test("by the role's conditions is shown beside the statement that it needs", async () => {
		const { refused } = await scene(GITHUB, {}, github({ subject: "repo:acme/other:pull_request" }));
		const error = await refused("it");
		expect(error).toMatchObject({
			code: "denied",
			message: `repo:acme/other:pull_request may not assume ${ROLE}`,
			service: { name: "AccessDenied", operation: "sts:AssumeRoleWithWebIdentity", requestId: expect.any(String) },
			remedy: { say: expect.stringContaining("account 123456789012") },
		});
		expect(error.details).toEqual(
			expect.arrayContaining([
				"  iss  https://token.actions.githubusercontent.com",
				"  sub  repo:acme/other:pull_request",
				"  aud  sts.amazonaws.com",
			]),
		);
		expect(JSON.parse(error.details.find((line) => line.trim().startsWith("{")) ?? "")).toEqual({
			Effect: "Allow",
			Action: "sts:AssumeRoleWithWebIdentity",
			Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
			Condition: {
				StringEquals: {
					"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
					"token.actions.githubusercontent.com:sub": "repo:acme/other:pull_request",
				},
			},
		});
	});

	test("for its audience is told with the provider that does not know it", async () => {
		const { refused } = await scene(text("kind: github/oidc, spec: {audience: acme}"), {}, github());
		expect(await refused("it")).toMatchObject({
			code: "denied",
			message: "the OpenID Connect provider in IAM does not know the audience acme",
			reason: "Incorrect token audience",
			remedy: { say: expect.stringContaining("oidc-provider/token.actions.githubusercontent.com") },
		});
	});

	test("of an issuer that the account does not know says how to make it known", async () => {
		const { refused } = await scene(GITHUB, { oidcProviders: [] }, github());
		expect(await refused("it")).toMatchObject({
			message: "account 123456789012 has no OpenID Connect provider for https://token.actions.githubusercontent.com",
			remedy: {
				run: expect.arrayContaining(["create-open-id-connect-provider", "https://token.actions.githubusercontent.com"]),
			},
		});
	});

	test("for its signature is told what to check", async () => {
		const { refused } = await scene(GITHUB, {}, github({ forged: true }));
		expect(await refused("it")).toMatchObject({
			message: "AWS does not accept the token of repo:acme/infra:ref:refs/heads/main",
			details: expect.arrayContaining([expect.stringContaining("openid-configuration")]),
		});
	});

	test("as over is asked for once more", async () => {
		const { signIn, cloud } = await scene(GITHUB, {}, github());
		const over = { type: "error", status: 400, name: "ExpiredTokenException", message: "Token expired" } as const;
		cloud.script.next("sts:AssumeRoleWithWebIdentity", over);
		await signIn("it");
		expect(cloud.count("github:IdToken")).toBe(2);
	});

	test("as over twice is told", async () => {
		const { refused, cloud } = await scene(GITHUB, {}, github());
		cloud.script.always("sts:AssumeRoleWithWebIdentity", {
			type: "error",
			status: 400,
			name: "ExpiredTokenException",
			message: "Token expired",
		});
		expect(await refused("it")).toMatchObject({ code: "expired", message: 'AWS found the token of "ci" to be over' });
		expect(cloud.count("sts:AssumeRoleWithWebIdentity")).toBe(2);
	});

	test.each([
		["IDPCommunicationError", 400, "service", 3],
		["IDPRejectedClaim", 403, "denied", 1],
	])("with %s", async (name, status, code, tries) => {
		const { refused, cloud } = await scene(GITHUB, {}, github());
		cloud.script.always("sts:AssumeRoleWithWebIdentity", { type: "error", status, name, message: "no" });
		const error = await refused("it");
		expect(error).toMatchObject({ code, reason: "no" });
		expect(error.details.length).toBeGreaterThanOrEqual(3);
		expect(cloud.count("sts:AssumeRoleWithWebIdentity")).toBe(tries);
	});

	test("for a session that is too long", async () => {
		const { refused } = await scene(text("kind: github/oidc", `assume_role: "${ROLE}", duration: 2h`), {}, github());
		expect(await refused("it")).toMatchObject({
			code: "config",
			message: "GithubDeployer in account 123456789012 does not have sessions of 2h",
		});
	});

	test("gets into no error and no log", async () => {
		const { refused, ctx, cloud } = await scene(GITHUB, {}, github({ subject: "repo:acme/other:x" }));
		const error = await refused("it");
		const told = JSON.stringify([ctx.logged, { ...error, message: error.message }]);
		expect(cloud.secrets().filter((secret) => told.includes(secret))).toEqual([]);
	});
});

describe("a job of GitLab CI/CD", () => {
	const GITLAB = text("kind: gitlab/oidc, spec: {audience: https://gitlab.acme.example}");
	const issuer = "https://gitlab.acme.example";

	test("assumes a role with the token that it names, signed as ES256 too", async () => {
		const { signIn, facts } = await scene(
			GITLAB,
			world(issuer, [issuer]),
			gitlabJob({ issuer, audience: issuer, subject: "project_path:acme/infra", algorithm: "ES256" }),
		);
		await signIn("it", { reach: "nobody" });
		expect(facts("sts:AssumeRoleWithWebIdentity")).toMatchObject([{ issuer, subject: "project_path:acme/infra" }]);
	});

	test("without the token is shown what to write", async () => {
		const { refused } = await scene(GITLAB, {}, () => ({ GITLAB_CI: "true" }));
		const error = await refused("it");
		expect(error).toMatchObject({ code: "config", message: "this job has no token: GITLAB_OIDC_TOKEN is not set" });
		expect(error.details.join("\n")).toContain(
			"  id_tokens:\n    GITLAB_OIDC_TOKEN:\n      aud: https://gitlab.acme.example",
		);
	});

	test("is needed: elsewhere there is no token", async () => {
		const { refused } = await scene(GITLAB, {}, () => ({ GITLAB_OIDC_TOKEN: "x" }));
		expect(await refused("it")).toMatchObject({ code: "usage", message: "this is no job of GitLab CI/CD" });
	});

	test.each([
		[
			"for somebody else",
			{ audience: "https://other" },
			"config",
			"for another audience than https://gitlab.acme.example",
		],
		["that is over", { audience: issuer, goodForSeconds: -120 }, "expired", "has expired"],
		["that is not good yet", { audience: issuer, notBeforeSeconds: 900 }, "expired", "is not good yet"],
	])("with a token %s asks AWS nothing", async (_, token, code, message) => {
		const { refused, cloud } = await scene(GITLAB, {}, gitlabJob({ issuer, ...token }));
		const error = await refused("it");
		expect(error.code).toBe(code);
		expect(error.message).toContain(message);
		expect(cloud.requests).toEqual([]);
	});
});

describe("a token of any issuer", () => {
	const from = (spec: string): string => text(`kind: oidc, spec: {${spec}}`);
	const token = (cloud: Cloud): string => cloud.jobToken({ issuer: ISSUER, subject: "builder" });

	test.each(["token_env: MY_TOKEN", "token_source: {type: environment, environment_variable: MY_TOKEN}"])(
		"is in a variable: %s",
		async (spec) => {
			const { signIn } = await scene(from(spec), world(ISSUER), (cloud) => ({ MY_TOKEN: token(cloud) }));
			expect((await signIn("it")).credentials.roleArn).toBe(ROLE);
		},
	);

	test.each(["token_file: run/token", "token_source: {type: file, file_path: run/token}"])(
		"is in a file, which is read anew each time: %s",
		async (spec) => {
			const { signIn, cloud, ctx, refused } = await scene(from(spec), world(ISSUER));
			mkdirSync(join(ctx.cwd, "run"));
			writeFileSync(join(ctx.cwd, "run/token"), `${cloud.jobToken({ issuer: ISSUER, goodForSeconds: -100 })}\n`);
			expect((await refused("it")).code).toBe("expired");
			writeFileSync(join(ctx.cwd, "run/token"), `${token(cloud)}\n`);
			await signIn("it");
			expect(cloud.count("sts:AssumeRoleWithWebIdentity")).toBe(1);
		},
	);

	test.each([
		["/dev/zero", "it is not a regular file"],
		["/nowhere", "there is no such file"],
		["/", "it is a folder"],
	])("is not read from %s", async (path, reason) => {
		const { refused } = await scene(from(`token_file: ${path}`));
		expect(await refused("it")).toMatchObject({ code: "storage", reason });
	});

	test.each([
		["url", (url: string) => `audience: sts.amazonaws.com, url: "${url}/issuer/token", request_token_env: ACCESS`],
		[
			"token_source",
			(url: string) =>
				`token_source: {type: url, url: "${url}/issuer/token", request_token: !env ACCESS, audience: sts.amazonaws.com}`,
		],
	])("is behind an address: %s", async (_, spec) => {
		const { signIn, write, facts, cloud } = await scene(from("token_env: X"), world(ISSUER), (started) => ({
			ACCESS: started.issuerAccess({ issuer: ISSUER }),
		}));
		write("atmos.yaml", from(spec(cloud.url)));
		await signIn("it");
		expect(facts("oidc:Token")).toEqual([{ audience: "sts.amazonaws.com" }]);
		expect(facts("sts:AssumeRoleWithWebIdentity")).toMatchObject([{ issuer: ISSUER }]);
	});

	test("that is no JWT is passed on", async () => {
		const { refused, ctx, cloud } = await scene(from("token_env: MY_TOKEN"), {}, () => ({ MY_TOKEN: "opaque-token" }));
		expect((await refused("it")).service?.name).toMatch(/^InvalidIdentityToken/);
		expect(cloud.count("sts:AssumeRoleWithWebIdentity")).toBe(1);
		expect(ctx.logged.some(({ message }) => message.includes("not a JWT"))).toBe(true);
	});

	test.each([
		["MY_TOKEN", {}, "the variable MY_TOKEN is not set"],
		["MY_TOKEN", { MY_TOKEN: "two words" }, "MY_TOKEN does not hold a token"],
	])("is expected in %s", async (_, env, message) => {
		const { refused } = await scene(from("token_env: MY_TOKEN"), {}, () => ({ ...env }));
		expect(await refused("it")).toMatchObject({ code: "config", message });
	});

	test("is not asked of an address that a project's configuration names without a person's consent", async () => {
		const { ctx, env, cloud } = await scene(from('url: "https://evil.example/token"'));
		const { loadConfig } = await import("../../../../src/auth/config/load.ts");
		const config = await loadConfig({ ...ctx, env }, {});
		await expect(config.provider("ci")).rejects.toMatchObject({ name: "UntrustedError" });
		expect(cloud.requests).toEqual([]);
	});
});

describe("a configuration", () => {
	test.each([
		["kind: oidc", "auth.providers.ci.spec: missing"],
		["kind: oidc, spec: {}", "expected exactly one of token_env, token_file, url, token_source"],
		["kind: oidc, spec: {token_env: A, url: https://a.example}", "expected exactly one of token_env, token_file, url"],
		[
			"kind: oidc, spec: {token_env: $A}",
			"auth.providers.ci.spec.token_env: expected the name of a variable, without $",
		],
		[
			"kind: oidc, spec: {url: http://a.example}",
			"auth.providers.ci.spec.url: expected the address that issues the token",
		],
		["kind: oidc, spec: {token_source: {type: file}}", "auth.providers.ci.spec.token_source.file_path: missing"],
		["kind: oidc, spec: {token_source: {type: none}}", "expected one of environment, file, url"],
		["kind: oidc, spec: {token_env: A, request_token_env: B}", "it is of use with `url` alone"],
		["kind: github/oidc, region: mars", "auth.providers.ci.region: expected an AWS region"],
	])("%s is told with its place", async (provider, line) => {
		const { problems } = await scene(text(provider));
		const found = await problems();
		expect(found).toHaveLength(1);
		expect(found[0]).toContain("atmos.yaml:4:");
		expect(found[0]).toContain(line);
	});

	test.each(["kind: github/oidc", "kind: gitlab/oidc", "kind: github/oidc, spec: {audience: x}, region: us-east-2"])(
		"%s is enough",
		async (provider) => {
			expect(await (await scene(text(provider))).problems()).toEqual([]);
		},
	);
});
