import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { awsKeys } from "../../../src/auth/aws/aws-keys.ts";
import type { AwsCredentials } from "../../../src/auth/aws/credentials.ts";
import { eksToken, execCredential } from "../../../src/auth/aws/eks/token.ts";
import type { IntegrationRun } from "../../../src/auth/kinds.ts";
import { integrationKind } from "../../../src/auth/registry.ts";
import { ensureCredentials } from "../../../src/flows/ensure-credentials.ts";
import { type Cloud, startCloud } from "../../cloud/cloud.ts";
import { smallWorld } from "../../cloud/world.ts";
import { project } from "../config/project.ts";

const YAML = `auth:
  providers:
    sso: {kind: aws/iam-identity-center, start_url: https://acme.awsapps.com/start, region: us-east-1}
  identities:
    dev: {kind: aws/permission-set, via: {provider: sso}, principal: {name: AdministratorAccess, account: {id: 123456789012}}}
    prod: {kind: aws/permission-set, via: {provider: sso}, principal: {name: ReadOnlyAccess, account: {id: 999999999999}}}
  integrations:
    dev/ecr: {kind: aws/ecr, via: {identity: dev}, spec: {registry: {account_id: 123456789012, region: us-east-2}}}
    dev/eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: dev-cluster, region: us-east-2, alias: dev-eks}}}
    two/eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: dev-cluster, region: us-east-2, alias: second}}}
    gone/eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: nothing, region: us-east-2}}}
    moded/eks: {kind: aws/eks, via: {identity: dev}, spec: {cluster: {name: dev-cluster, region: us-east-2, alias: moded, kubeconfig: {mode: "0600"}}}}
    prod/eks: {kind: aws/eks, via: {identity: prod}, spec: {cluster: {name: prod-cluster, region: us-east-2}}}
`;

async function scene(changes: { readonly platform?: NodeJS.Platform } = {}) {
	const cloud = await startCloud({ world: smallWorld({ pollSeconds: 0 }) });
	onTestFinished(() => cloud.close());
	cloud.approveAlways(0);
	const p = project({ "atmos.yaml": YAML });
	const ctx = { ...p.ctx, ...changes, env: { ...p.ctx.env, AWS_ENDPOINT_URL: cloud.url } };
	const config = await p.load({}, { env: ctx.env });
	const claims = new Map<string, number>();
	const signIn = (identity: string) =>
		ensureCredentials({
			ctx,
			config,
			identity,
			signal: new AbortController().signal,
			mayPrompt: true,
			interaction: {
				canChoose: false,
				prompt: () => {},
				status: () => {},
				discovery: () => {},
				choose: () => Promise.reject(new Error()),
			},
		});
	const execute = async (name: string, changes: Partial<IntegrationRun> = {}) => {
		const integration = await config.integration(name);
		const { identity, credentials } = await signIn(integration.via.identity ?? "");
		const kind = await integrationKind(integration.kind);
		if (!kind) throw new Error("no such kind");
		return kind.execute(integration, identity, credentials, {
			ctx,
			config,
			signal: new AbortController().signal,
			realm: config.realm,
			force: false,
			explicit: false,
			status: () => {},
			order: config.integrations().findIndex(({ key }) => key === name),
			claims,
			...changes,
		});
	};
	const kubeconfig = join(ctx.home, ".config/atmos/kube/config");
	return { cloud, ctx, config, execute, signIn, kubeconfig, docker: join(ctx.home, ".docker/config.json") };
}

describe("aws/ecr", () => {
	test("Docker gets a login that the registry takes, and it is left alone while it is good", async () => {
		const { cloud, execute, docker, ctx } = await scene();
		const made = await execute("dev/ecr");
		expect(made).toMatchObject({ target: "123456789012.dkr.ecr.us-east-2.amazonaws.com", changed: true });
		expect((made.expiresAt ?? 0) - ctx.clock.now()).toBeGreaterThan(11 * 3_600_000);
		const { auth } = JSON.parse(readFileSync(docker, "utf8")).auths[made.target];
		expect(cloud.ecr.accepts(Buffer.from(auth, "base64").toString().slice("AWS:".length))).toBe(true);

		expect(await execute("dev/ecr")).toMatchObject({ changed: false, expiresAt: made.expiresAt });
		expect(cloud.count("ecr:GetAuthorizationToken")).toBe(1);
		expect(await execute("dev/ecr", { force: true })).toMatchObject({ changed: true });
	});

	test("a login that somebody took out of the file is made good", async () => {
		const { cloud, execute, docker } = await scene();
		await execute("dev/ecr");
		writeFileSync(docker, '{"auths":{}}');
		expect(await execute("dev/ecr")).toMatchObject({ changed: true });
		expect(cloud.count("ecr:GetAuthorizationToken")).toBe(2);
	});

	test("an answer without a token is an error, and no file is written", async () => {
		const { cloud, execute, docker } = await scene();
		cloud.script.next("ecr:GetAuthorizationToken", {
			type: "raw",
			contentType: "application/x-amz-json-1.1",
			body: '{"authorizationData":[]}',
		});
		await expect(execute("dev/ecr")).rejects.toThrow("returned an unusable response");
		expect(() => readFileSync(docker)).toThrow();
	});
});

describe("aws/eks", () => {
	test("the entry is written, and neither asked for nor written again while it is settled", async () => {
		const { cloud, execute, kubeconfig } = await scene();
		expect(await execute("dev/eks")).toMatchObject({ target: "dev-eks → ~/.config/atmos/kube/config", changed: true });
		const config = parse(readFileSync(kubeconfig, "utf8"));
		expect(config["current-context"]).toBe("dev-eks");
		expect(config.users[0].user.exec.args).toContain("--identity=dev");
		expect(await execute("dev/eks")).toMatchObject({ changed: false });
		expect(cloud.count("eks:DescribeCluster")).toBe(1);
	});

	test("of several, the first in configuration order has the context, whoever is done first", async () => {
		const { execute, kubeconfig } = await scene();
		await execute("two/eks");
		expect(parse(readFileSync(kubeconfig, "utf8"))["current-context"]).toBe("second");
		await execute("dev/eks");
		expect(parse(readFileSync(kubeconfig, "utf8"))["current-context"]).toBe("dev-eks");
		await execute("two/eks", { force: true });
		expect(parse(readFileSync(kubeconfig, "utf8"))["current-context"]).toBe("dev-eks");
	});

	test("one that is added later takes no context that an earlier one has, though that had nothing to do", async () => {
		const { execute, kubeconfig } = await scene();
		await execute("dev/eks");
		// Another login, with what it has taken being told by those that are left alone, too.
		const claims = new Map<string, number>();
		expect(await execute("dev/eks", { claims })).toMatchObject({ changed: false });
		expect(await execute("two/eks", { claims })).toMatchObject({ changed: true });
		expect(parse(readFileSync(kubeconfig, "utf8"))["current-context"]).toBe("dev-eks");
	});

	test("a configured mode is no reason to write on a system without modes", async () => {
		const { cloud, ctx, execute } = await scene({ platform: "win32" });
		// Paths of Windows are relative ones elsewhere.
		const before = process.cwd();
		process.chdir(ctx.cwd);
		onTestFinished(() => process.chdir(before));
		expect(await execute("moded/eks")).toMatchObject({ changed: true });
		expect(await execute("moded/eks")).toMatchObject({ changed: false });
		expect(cloud.count("eks:DescribeCluster")).toBe(1);
	});

	test("an entry that names another program of ours is corrected", async () => {
		const { execute, kubeconfig, ctx } = await scene();
		await execute("dev/eks");
		Object.assign(ctx.self, { command: "/opt/node/bin/node" });
		expect(await execute("dev/eks")).toMatchObject({ changed: true });
		expect(parse(readFileSync(kubeconfig, "utf8")).users[0].user.exec.command).toBe("/opt/node/bin/node");
		expect(await execute("dev/eks")).toMatchObject({ changed: false });
	});

	test("an entry that somebody changed is corrected", async () => {
		const { execute, kubeconfig } = await scene();
		await execute("dev/eks");
		writeFileSync(kubeconfig, readFileSync(kubeconfig, "utf8").replace("--identity=dev", "--identity=other"));
		expect(await execute("dev/eks")).toMatchObject({ changed: true });
		expect(readFileSync(kubeconfig, "utf8")).toContain("--identity=dev");
	});

	test("a missing permission names action and resource", async () => {
		const { execute } = await scene();
		await expect(execute("prod/eks")).rejects.toMatchObject({
			code: "denied",
			message: "not authorized to perform eks:DescribeCluster",
			remedy: expect.stringContaining("arn:aws:eks:us-east-2:999999999999:cluster/prod-cluster"),
			service: { name: "AccessDeniedException", requestId: expect.any(String) },
		});
	});

	test("a cluster that is not there, or not ready", async () => {
		const { execute, cloud } = await scene();
		await expect(execute("gone/eks")).rejects.toThrow("there is no cluster nothing in us-east-2");
		cloud.world.clusters[0] = {
			accountId: "123456789012",
			region: "us-east-2",
			name: "dev-cluster",
			status: "CREATING",
		};
		await expect(execute("dev/eks")).rejects.toThrow("its status is CREATING");
	});

	test.each([
		["an address without TLS", { endpoint: "http://evil.example" }, "its endpoint does not use https"],
		["no certificate", { certificateAuthority: "nothing" }, /not a certificate/],
	])("a description with %s is refused", async (_, lie, reason) => {
		const { execute, cloud } = await scene();
		cloud.world.clusters[0] = {
			accountId: "123456789012",
			region: "us-east-2",
			name: "dev-cluster",
			status: "ACTIVE",
			...lie,
		};
		await expect(execute("dev/eks")).rejects.toMatchObject({ reason: expect.stringMatching(reason) });
	});

	test("a kubeconfig that is broken stays as it is", async () => {
		const { execute, kubeconfig } = await scene();
		mkdirSync(join(kubeconfig, ".."), { recursive: true });
		writeFileSync(kubeconfig, "clusters: [\n");
		await expect(execute("dev/eks")).rejects.toThrow(/kube\/config:\d+ is not a kubeconfig/);
		expect(readFileSync(kubeconfig, "utf8")).toBe("clusters: [\n");
	});
});

describe("tokens for kubectl", () => {
	const token = async (cloud: Cloud, credentials: AwsCredentials, cluster = "dev-cluster") => {
		const made = await eksToken({
			credentials,
			cluster,
			region: "us-east-2",
			env: { AWS_ENDPOINT_URL: cloud.url },
			now: Date.now(),
		});
		return { made, text: made.token.reveal() };
	};

	test("EKS would know whose it is, and for which cluster", async () => {
		const { cloud, signIn } = await scene();
		const { text } = await token(cloud, awsKeys((await signIn("dev")).credentials));
		expect(cloud.sts.verifyEksToken(text, "dev-cluster").assignment.accountId).toBe("123456789012");
		expect(() => cloud.sts.verifyEksToken(text, "another")).toThrow();
	});

	test("they end after fourteen minutes, or with the credentials", async () => {
		const { cloud, signIn } = await scene();
		const credentials = awsKeys((await signIn("dev")).credentials);
		const left = (await token(cloud, credentials)).made.expiresAt - Date.now();
		expect(Math.round(left / 60_000)).toBe(14);
		const soon = Date.now() + 120_000;
		expect((await token(cloud, { ...credentials, expiresAt: soon })).made.expiresAt).toBe(soon);
	});

	test.each([
		[undefined, "v1beta1"],
		['{"apiVersion":"client.authentication.k8s.io/v1"}', "v1"],
		['{"apiVersion":"client.authentication.k8s.io/v1beta1"}', "v1beta1"],
		["nonsense", "v1beta1"],
	])("for KUBERNETES_EXEC_INFO %s the answer is %s", async (info, version) => {
		const { cloud, signIn } = await scene();
		const { made, text } = await token(cloud, awsKeys((await signIn("dev")).credentials));
		expect(JSON.parse(execCredential(made, info))).toMatchObject({
			kind: "ExecCredential",
			apiVersion: `client.authentication.k8s.io/${version}`,
			status: { token: text, expirationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
		});
	});
});
