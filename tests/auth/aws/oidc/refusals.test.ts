import { describe, expect, test } from "vitest";
import { scene } from "../chains.ts";
import { GITHUB, github, ROLE, text } from "./jobs.ts";

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
