import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { awsKeys } from "../../../src/auth/aws/aws-keys.ts";
import type { AwsCredentials } from "../../../src/auth/aws/credentials.ts";
import { eksToken } from "../../../src/auth/aws/eks/token.ts";
import type { IntegrationRun, UndoRun } from "../../../src/auth/kinds.ts";
import { execCredential } from "../../../src/auth/kubernetes/exec-credential.ts";
import { integrationKind } from "../../../src/auth/registry.ts";
import { noteArtifact, readState, updateState } from "../../../src/auth/storage/state.ts";
import { obtain } from "../../../src/flows/obtain.ts";
import { type Cloud, startCloud } from "../../cloud/cloud.ts";
import { smallWorld } from "../../cloud/world.ts";
import { project } from "../config/project.ts";

const HOST = "123456789012.dkr.ecr.us-east-2.amazonaws.com";

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
		obtain({
			ctx,
			config,
			identity,
			signal: new AbortController().signal,
			reach: "link",
		});
	/** An integration with all that its kind is given. */
	const given = async (name: string, changes: Partial<IntegrationRun> = {}) => {
		const integration = await config.integration(name);
		const kind = await integrationKind(integration.kind);
		if (!kind) throw new Error("no such kind");
		const run: IntegrationRun = {
			ctx,
			config,
			signal: new AbortController().signal,
			realm: config.realm,
			explicit: false,
			status: () => {},
			order: config.integrations().findIndex(({ key }) => key === name),
			claims,
			...changes,
		};
		return { kind, integration, run, ...(await signIn(integration.via.identity ?? "")) };
	};
	const current = async (name: string, changes: { readonly purpose?: string } = {}) => {
		const { kind, integration, identity, credentials, run } = await given(name);
		return kind.current(integration, identity, { ...credentials, ...changes }, run);
	};
	/** As a login does it: what is good stays, unless it is forced. */
	const execute = async (name: string, { force, ...changes }: Partial<IntegrationRun> & { force?: boolean } = {}) => {
		const { kind, integration, identity, credentials, run } = await given(name, changes);
		const good = force ? undefined : await kind.current(integration, identity, credentials, run);
		return good ?? kind.execute(integration, identity, credentials, run);
	};
	const undo = async (name: string, changes: Partial<UndoRun> = {}) => {
		const { kind, integration, run } = await given(name);
		return kind.undo(integration, { ...run, ...changes });
	};
	const kubeconfig = join(ctx.home, ".config/atmos/kube/config");
	return {
		cloud,
		ctx,
		given,
		current,
		execute,
		undo,
		signIn,
		kubeconfig,
		docker: join(ctx.home, ".docker/config.json"),
	};
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

describe("what an integration is about", () => {
	const file = "~/.config/atmos/kube/config";

	test.each([
		["dev/ecr", "ECR login", HOST, { registry: HOST }],
		["dev/eks", "EKS kubeconfig", `dev-eks → ${file}`, { cluster: "dev-cluster", context: "dev-eks" }],
		// Only EKS knows the ARN that the context would be called by.
		["gone/eks", "EKS kubeconfig", `nothing → ${file}`, { cluster: "nothing" }],
	])("is known of %s without looking at any file", async (name, label, target, parts) => {
		const { given, ctx, kubeconfig } = await scene();
		const { kind, integration } = await given(name);
		const nowhere = { ...ctx, env: { ...ctx.env, PATH: "", DOCKER_CONFIG: "/dev/null/docker" } };
		const kube = label === "ECR login" ? {} : { kubeconfig };
		expect(kind.subject(integration, nowhere)).toStrictEqual({ label, target, parts: { ...parts, ...kube } });
	});
});

describe("what is there already", () => {
	test.each(["dev/ecr", "dev/eks"])("%s is good for the credentials that made it, and for no others", async (name) => {
		const { cloud, current, execute } = await scene();
		expect(await current(name)).toBeUndefined();
		const made = await execute(name);
		const asked = cloud.requests.length;
		expect(await current(name)).toEqual({ ...made, changed: false });
		expect(await current(name, { purpose: "another" })).toBeUndefined();
		expect(cloud.requests.length).toBe(asked);
	});
});

describe("undo", () => {
	test("Docker is logged out, once", async () => {
		const { ctx, current, execute, undo, docker } = await scene();
		await execute("dev/ecr");
		expect(await undo("dev/ecr")).toEqual([`Docker login for ${HOST}`]);
		expect(JSON.parse(readFileSync(docker, "utf8"))).toEqual({ auths: {} });
		expect((await readState(ctx)).artifacts[docker]).toBeUndefined();
		expect(await current("dev/ecr")).toBeUndefined();
		expect(await undo("dev/ecr")).toEqual([]);
	});

	test("a Docker login that a person has put there stays", async () => {
		const { execute, undo, docker } = await scene();
		await execute("dev/ecr");
		const theirs = JSON.stringify({ auths: { [HOST]: { auth: "QVdTOnRoZWlycw==" } } });
		writeFileSync(docker, theirs);
		expect(await undo("dev/ecr")).toEqual([]);
		expect(readFileSync(docker, "utf8")).toBe(theirs);
	});

	test("the kubeconfig is what it was before, once", async () => {
		const { ctx, current, execute, undo, kubeconfig } = await scene();
		mkdirSync(join(kubeconfig, ".."), { recursive: true });
		const before = `# mine
apiVersion: v1
kind: Config
clusters:
- {name: home, cluster: {server: "https://10.0.0.1"}}   # behind the VPN
contexts:
- name: home
  context: {cluster: home,  user: me}
users:
- name: me
  user: {token: abc}
`;
		writeFileSync(kubeconfig, before);
		await execute("dev/eks");
		expect(parse(readFileSync(kubeconfig, "utf8"))["current-context"]).toBe("dev-eks");
		const where = "in ~/.config/atmos/kube/config";
		expect(await undo("dev/eks")).toEqual([
			`context dev-eks ${where}`,
			`cluster arn:aws:eks:us-east-2:123456789012:cluster/dev-cluster ${where}`,
			`user atmos-eks-dev-cluster-us-east-2-123456789012-dev ${where}`,
		]);
		expect(readFileSync(kubeconfig, "utf8")).toBe(before);
		expect((await readState(ctx)).artifacts[kubeconfig]).toBeUndefined();
		expect(await current("dev/eks")).toBeUndefined();
		expect(await undo("dev/eks")).toEqual([]);
	});

	test("of two contexts of one cluster, the other one keeps what it needs", async () => {
		const { execute, undo, kubeconfig } = await scene();
		await execute("dev/eks");
		await execute("two/eks");
		expect(await undo("two/eks")).toEqual(["context second in ~/.config/atmos/kube/config"]);
		const config = parse(readFileSync(kubeconfig, "utf8"));
		expect(config).toMatchObject({ "current-context": "dev-eks", contexts: [{ name: "dev-eks" }] });
		expect([config.clusters, config.users].map(({ length }) => length)).toEqual([1, 1]);
	});

	test("a context that a person has taken over stays", async () => {
		const { execute, undo, kubeconfig } = await scene();
		await execute("dev/eks");
		const theirs = readFileSync(kubeconfig, "utf8").replace("- aws\n", "- their\n");
		writeFileSync(kubeconfig, theirs);
		expect(await undo("dev/eks")).toEqual([]);
		expect(readFileSync(kubeconfig, "utf8")).toBe(theirs);
	});

	test.each(["dev/ecr", "dev/eks"])("%s of another identity or another project stays", async (name) => {
		const { execute, undo, current } = await scene();
		await execute(name);
		expect(await undo(name, { identity: "prod" })).toEqual([]);
		expect(await undo(name, { realm: { value: "elsewhere", source: "path" } as never })).toEqual([]);
		expect(await current(name)).toBeDefined();
		expect((await undo(name, { identity: "dev" })).length).toBeGreaterThan(0);
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

	test("two clusters of one identity in one file are both known at the next login, whoever is looked at first", async () => {
		const { cloud, execute, kubeconfig } = await scene();
		const names = ["two/eks", "dev/eks"];
		for (const name of names) await execute(name);
		const written = readFileSync(kubeconfig, "utf8");
		expect(parse(written)["current-context"]).toBe("dev-eks");
		for (const order of [names, names.toReversed()]) {
			const claims = new Map<string, number>();
			for (const name of order) expect(await execute(name, { claims })).toMatchObject({ changed: false });
		}
		expect(cloud.count("eks:DescribeCluster")).toBe(2);
		expect(readFileSync(kubeconfig, "utf8")).toBe(written);
	});

	test("two clusters that are written in parallel are both known at the next login", async () => {
		const { cloud, execute, kubeconfig } = await scene();
		await Promise.all([execute("dev/eks"), execute("two/eks")]);
		const claims = new Map<string, number>();
		const again = await Promise.all([execute("two/eks", { claims }), execute("dev/eks", { claims })]);
		expect(again.map(({ changed }) => changed)).toEqual([false, false]);
		expect(cloud.count("eks:DescribeCluster")).toBe(2);
		expect(parse(readFileSync(kubeconfig, "utf8"))["current-context"]).toBe("dev-eks");
	});

	test("a context may have any name", async () => {
		const { cloud, given } = await scene();
		const { kind, integration, identity, credentials, run } = await given("dev/eks");
		// The configuration takes no blank, and Atmos does.
		const spec = { cluster: { name: "dev-cluster", region: "us-east-2", alias: "my dev" } };
		const blank = { ...integration, config: { spec } };
		const made = await kind.execute(blank, identity, credentials, run);
		expect(made).toMatchObject({ parts: { context: "my dev" }, changed: true });
		expect(await kind.current(blank, identity, credentials, run)).toEqual({ ...made, changed: false });
		expect(cloud.count("eks:DescribeCluster")).toBe(1);
	});

	test("what is remembered in another form is made anew", async () => {
		const { cloud, ctx, execute, current, kubeconfig } = await scene();
		await execute("dev/eks");
		const { entry, ...facts } = (await readState(ctx)).artifacts[kubeconfig]?.["us-east-2/dev-cluster/dev-eks"] ?? {};
		const mark = `${entry?.context} ${entry?.exec} ${entry?.file}`;
		await updateState(ctx, (state) =>
			noteArtifact(state, kubeconfig, "us-east-2/dev-cluster/dev-eks", { ...facts, mark }),
		);
		expect(await current("dev/eks")).toBeUndefined();
		expect(await execute("dev/eks")).toMatchObject({ changed: false });
		expect(cloud.count("eks:DescribeCluster")).toBe(2);
		expect(await current("dev/eks")).toMatchObject({ changed: false });
	});

	test("a context that names nothing is taken from one that was of this login", async () => {
		const { execute, kubeconfig } = await scene();
		await execute("dev/eks");
		await execute("two/eks");
		// As `kubectl config delete-context` leaves it.
		const text = readFileSync(kubeconfig, "utf8");
		writeFileSync(kubeconfig, text.replace("  name: dev-eks\n", "  name: other\n"));
		expect(await execute("two/eks", { claims: new Map() })).toMatchObject({ changed: true });
		expect(parse(readFileSync(kubeconfig, "utf8"))["current-context"]).toBe("second");
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
			remedy: { say: expect.stringContaining("arn:aws:eks:us-east-2:999999999999:cluster/prod-cluster") },
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
