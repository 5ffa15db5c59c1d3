import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Cloud, startCloud } from "../cloud/cloud.ts";
import { smallWorld } from "../cloud/world.ts";
import { program } from "./program.ts";
import { PROJECT } from "./project.ts";
import { startRecorder } from "./recorder.ts";

const REGION = "region: us-east-1\n";
const IDENTITY = "      default: true\n";

/** The project as somebody else would have it: same portal, another endpoint. */
const withProviderEndpoint = (url: string): string =>
	PROJECT.replace(REGION, `${REGION}      spec: { endpoint_url: "${url}" }\n`);
const withIdentityEndpoint = (url: string): string =>
	PROJECT.replace(IDENTITY, `${IDENTITY}      spec: { endpoint_url: "${url}" }\n`);
const withOlderSpelling = (url: string): string =>
	PROJECT.replace(IDENTITY, `${IDENTITY}      credentials: { aws: { resolver: { url: "${url}" } } }\n`);

const KUBECTL = [
	"aws",
	"eks",
	"token",
	"--cluster-name",
	"dev-cluster",
	"--region",
	"us-east-2",
	"--identity=dev-admin",
];

/** A person's own cloud with a living session, and somebody else's beside it, which sees what it is sent. */
async function twoClouds(options: { readonly sessionSeconds?: number } = {}) {
	const world = smallWorld({ pollSeconds: 1 });
	const [portal] = world.portals;
	if (portal === undefined) throw new Error("no portal");
	const sessionSeconds = options.sessionSeconds ?? portal.sessionSeconds;
	const set = await program({ world: { ...world, portals: [{ ...portal, sessionSeconds }] } });
	set.cloud.approveAlways(0);
	const theirs: Cloud = await startCloud({ world: smallWorld({ pollSeconds: 1 }) });
	onTestFinished(() => theirs.close());
	const recorder = await startRecorder(theirs.url);
	return {
		...set,
		theirs,
		recorder,
		write: (yaml: string) => writeFileSync(join(set.folder, "atmos.yaml"), yaml),
		/** All that the person's own cloud has issued and that reached the other one. */
		leaked: () => recorder.saw(set.cloud.secrets()),
	};
}

const sessionFile = (home: string): string => {
	const folder = join(home, ".cache/atmos/aws-sso/sessions");
	return join(folder, readdirSync(folder).find((name) => name.endsWith(".json")) ?? "");
};

describe("a session goes to nobody but its issuer", () => {
	test("whatever command is run in a project that names another endpoint", async () => {
		const it = await twoClouds();
		expect((await it.run(["login"]).ended).code).toBe(0);
		const before = it.cloud.requests.length;
		for (const [changed, args] of [
			[withProviderEndpoint, ["login", "dev-admin"]],
			[withProviderEndpoint, ["login", "dev-admin", "--force"]],
			[withProviderEndpoint, ["login", "-p", "company-sso"]],
			[withProviderEndpoint, KUBECTL],
			[withProviderEndpoint, ["aws", "ecr", "login", "dev/ecr"]],
			[withIdentityEndpoint, ["login", "dev-admin"]],
			[withIdentityEndpoint, ["login", "dev-admin", "--force"]],
			[withIdentityEndpoint, KUBECTL],
			[withOlderSpelling, ["login", "dev-admin"]],
		] as const) {
			it.write(changed(it.recorder.url));
			// In CI: nobody approves anything at the other cloud.
			const { code, stderr } = await it.run(args, { CI: "true" }).ended;
			const label = `${changed.name}: ${args.join(" ")}\n${stderr}`;
			expect(code, label).not.toBe(0);
			expect(stderr, label).not.toContain("still valid");
			expect(it.leaked(), label).toEqual([]);
			expect(it.recorder.received.filter((text) => /sso_bearer_token|refresh_token"/i.test(text))).toEqual([]);
		}
		expect(it.cloud.requests).toHaveLength(before);
	}, 120_000);

	test("nor after a yes: the other one gets a session of its own, and its own client", async () => {
		const it = await twoClouds();
		await it.run(["login"]).ended;
		it.theirs.approveAlways(0);
		it.write(withProviderEndpoint(it.recorder.url));
		const { code, stderr } = await it.run(["login"]).ended;
		expect(code).toBe(0);
		expect(stderr).not.toContain("still valid");
		expect(it.theirs.count("sso:GetRoleCredentials")).toBe(1);
		expect(it.leaked()).toEqual([]);
		// And theirs does not go to the person's own.
		it.write(PROJECT);
		const own = it.cloud.requests.length;
		expect((await it.run(["login"]).ended).code).toBe(0);
		expect(it.cloud.requests.slice(own).map(({ operation }) => operation)).toContain("sso-oidc:CreateToken");
		expect(it.cloud.requests.slice(own).filter(({ status }) => status === 401)).toEqual([]);
	});

	test("nor its refresh token and its client's secret", async () => {
		const it = await twoClouds({ sessionSeconds: 1 });
		await it.run(["login"]).ended;
		it.theirs.approveAlways(0);
		it.write(withProviderEndpoint(it.recorder.url));
		expect((await it.run(["login"]).ended).code).toBe(0);
		expect(it.recorder.received.length).toBeGreaterThan(2);
		expect(it.leaked()).toEqual([]);
	});

	test("nor that of the Go program or the AWS CLI, which say nothing of their issuer", async () => {
		const it = await twoClouds();
		await it.run(["login"]).ended;
		const file = sessionFile(it.home);
		const { atmosAuthEndpoints, ...plain } = JSON.parse(readFileSync(file, "utf8"));
		expect(atmosAuthEndpoints).toEqual({ oidc: it.cloud.url, portal: it.cloud.url });
		// As the Go program writes it: the person's own environment leads to the cloud, so it is used there.
		writeFileSync(file, JSON.stringify(plain));
		expect((await it.run(["login", "--force"]).ended).stderr).toContain("Successfully authenticated");
		it.write(withProviderEndpoint(it.recorder.url));
		expect((await it.run(["login"], { CI: "true" }).ended).code).toBe(2);
		const cache = join(it.home, ".aws/sso/cache");
		mkdirSync(cache, { recursive: true });
		writeFileSync(
			join(cache, "0123.json"),
			JSON.stringify({ ...plain, expiresAt: `${plain.expiresAt.slice(0, 19)}Z` }),
		);
		rmSync(file);
		expect((await it.run(["login"], { CI: "true" }).ended).code).toBe(2);
		expect(it.leaked()).toEqual([]);
		it.write(PROJECT);
		expect((await it.run(["login", "--force"]).ended).stderr).toContain("Successfully authenticated");
	}, 120_000);

	test("wherever its own configuration names the issuer, it is used", async () => {
		const it = await twoClouds();
		it.theirs.approveAlways(0);
		const none = { AWS_ENDPOINT_URL: "" };
		it.write(withProviderEndpoint(it.recorder.url));
		expect((await it.run(["login"], none).ended).code).toBe(0);
		const codes = it.theirs.count("sso-oidc:StartDeviceAuthorization");
		// The same address in another spelling, of the identity as well.
		it.write(
			withProviderEndpoint(`${it.recorder.url}/`).replace(
				IDENTITY,
				`${IDENTITY}      spec: { endpoint_url: "${it.recorder.url}" }\n`,
			),
		);
		const { code, stderr } = await it.run(["login", "--force"], none).ended;
		expect(stderr).toContain("Successfully authenticated");
		expect(code).toBe(0);
		expect(it.theirs.count("sso-oidc:StartDeviceAuthorization")).toBe(codes);
	});
});

test("role credentials are not those of another endpoint either", async () => {
	const it = await twoClouds();
	await it.run(["login"]).ended;
	it.theirs.approveAlways(0);
	const { stderr } = await it.run(["login"], { AWS_ENDPOINT_URL: it.recorder.url }).ended;
	expect(stderr).toMatch(/^Successfully authenticated as dev-admin$/m);
	expect(it.theirs.count("sso:GetRoleCredentials")).toBe(1);
	expect(it.leaked()).toEqual([]);
});
