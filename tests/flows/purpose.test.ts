import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { smallWorld } from "../cloud/world.ts";
import { type Program, program } from "./program.ts";

/** A project whose parts a test writes anew. */
const yaml = (part: Readonly<Record<string, string>> = {}): string => `
auth:
  providers:
    company-sso:
      kind: aws/iam-identity-center
      start_url: ${part.startUrl ?? "https://acme.awsapps.com/start"}
      region: ${part.portalRegion ?? "us-east-1"}
  identities:
    dev:
      kind: aws/permission-set
      default: true
      via: { provider: company-sso }
      principal:
        name: ${part.role ?? "AdministratorAccess"}
        account: ${part.account ?? '{ id: "123456789012", name: development }'}
        ${part.region === "" ? "" : `region: ${part.region ?? "us-east-2"}`}
  integrations:
    dev/ecr:
      kind: aws/ecr
      via: { identity: dev }
      spec: { auto_provision: ${part.provision ?? "false"}, registry: { account_id: "123456789012", region: us-east-2 } }
    dev/eks:
      kind: aws/eks
      via: { identity: dev }
      spec: { auto_provision: ${part.provision ?? "false"}, cluster: { name: dev-cluster, region: us-east-2, alias: dev } }
`;

const READ_ONLY = { role: "ReadOnlyAccess" };

/** Two portals, so that one can be left for the other. */
const twoPortals = () => {
	const world = smallWorld({ pollSeconds: 1 });
	const [portal] = world.portals;
	if (portal === undefined) throw new Error("no portal");
	return { ...world, portals: [portal, { ...portal, startUrl: "https://other.awsapps.com/start" }] };
};

async function signedIn(part: Readonly<Record<string, string>> = {}) {
	const set = await program({ yaml: yaml(part), world: twoPortals() });
	set.cloud.approveAlways(0);
	const first = await set.run(["login"]).ended;
	expect(first.stderr).toMatch(/^Successfully authenticated as dev$/m);
	return {
		...set,
		write: (changed: Readonly<Record<string, string>>, file = "atmos.yaml") =>
			writeFileSync(join(set.folder, file), yaml(changed)),
		/** What was asked of the cloud by `args`, with what the program said. */
		async asks(args: readonly string[], env?: Readonly<Record<string, string>>) {
			const before = set.cloud.requests.length;
			const ended = await set.run(args, env).ended;
			const requests = set.cloud.requests.slice(before);
			return { ...ended, requests, operations: requests.map(({ operation }) => operation) };
		},
	};
}

const credentialsFile = ({ home }: Program): string => join(home, ".config/atmos/test/aws/company-sso/credentials");
const stateFile = ({ home }: Program): string => join(home, ".cache/atmos/atmos-auth/state.json");

describe("stored credentials are used again only for what they were made for", () => {
	test("another role, account or region is another purpose, and the living session serves it", async () => {
		const it = await signedIn();
		expect((await it.asks(["login"])).stderr).toContain("(still valid)");
		for (const [changed, shown] of [
			[READ_ONLY, /^ {2}Account {3}123456789012 \(development\)$/m],
			[{ account: '{ id: "012345678901" }' }, /^ {2}Account {3}012345678901$/m],
			[{ account: "{ name: staging }" }, /^ {2}Account {3}012345678901 \(staging\)$/m],
			[{ account: "{ name: development }" }, /^ {2}Account {3}123456789012 \(development\)$/m],
			[{ region: "eu-west-1" }, /^ {2}Region {4}eu-west-1$/m],
			// And back: those credentials were overwritten, so they are made again.
			[{}, /^ {2}Region {4}us-east-2$/m],
		] as const) {
			it.write(changed);
			const { code, stderr, operations } = await it.asks(["login"]);
			expect(code).toBe(0);
			expect(stderr).toMatch(/^Successfully authenticated as dev$/m);
			expect(stderr).toMatch(shown);
			expect(operations.filter((operation) => operation !== "sso:ListAccounts")).toEqual(["sso:GetRoleCredentials"]);
		}
	}, 120_000);

	test("another start URL or region of the portal is another session too", async () => {
		const it = await signedIn();
		for (const changed of [{ startUrl: "https://other.awsapps.com/start" }, { portalRegion: "eu-central-1" }]) {
			it.write(changed);
			const { stderr, operations } = await it.asks(["login"]);
			expect(stderr).not.toContain("still valid");
			expect(operations).toEqual(expect.arrayContaining(["sso-oidc:CreateToken", "sso:GetRoleCredentials"]));
		}
	}, 120_000);

	test("identities of one name in two profiles each get their own", async () => {
		const it = await signedIn();
		for (const [profile, part] of [
			["dev", {}],
			["prod", { account: '{ id: "999999999999", name: production }', ...READ_ONLY }],
		] as const) {
			mkdirSync(join(it.folder, "profiles", profile), { recursive: true });
			it.write(part, join("profiles", profile, "atmos.yaml"));
		}
		for (const [profile, account] of [
			["dev", "123456789012 (development)"],
			["prod", "999999999999 (production)"],
			["dev", "123456789012 (development)"],
		]) {
			const { stderr } = await it.asks(["login", "--profile", profile ?? ""]);
			expect(stderr).toContain(`  Account   ${account}`);
		}
		const { requests, stdout } = await it.asks(["login", "--json", "--profile", "prod"]);
		expect(requests.map(({ facts }) => facts.account)).toEqual(["999999999999"]);
		expect(stdout).toContain("999999999999");
		expect(stdout).not.toContain("123456789012");
	}, 120_000);

	test("what another program wrote in their place is not used, nor anything once the state is lost", async () => {
		const it = await signedIn();
		const file = credentialsFile(it);
		const own = readFileSync(file, "utf8");
		writeFileSync(file, own.replace(/ASIA\w+/, "ASIAANOTHERPROGRAMXX"));
		expect((await it.asks(["login"])).operations).toEqual(["sso:GetRoleCredentials"]);
		rmSync(stateFile(it));
		expect((await it.asks(["login"])).operations).toEqual(["sso:GetRoleCredentials"]);
		expect((await it.asks(["login"])).operations).toEqual([]);
	});

	test("what an integration made with others is made again", async () => {
		const it = await signedIn({ provision: "true" });
		expect((await it.asks(["login"])).operations).toEqual([]);
		it.write({ provision: "true", ...READ_ONLY });
		const { requests } = await it.asks(["login"]);
		const signed = requests.filter(({ facts }) => facts.principal?.includes("ReadOnlyAccess"));
		expect(signed.map(({ operation }) => operation).sort()).toEqual([
			"ecr:GetAuthorizationToken",
			"eks:DescribeCluster",
		]);
	});

	test("the command for a registry does not use another role's", async () => {
		const it = await signedIn();
		it.write(READ_ONLY);
		const { requests, code } = await it.asks(["aws", "ecr", "login", "dev/ecr"]);
		expect(code).toBe(0);
		expect(requests.at(-1)?.facts.principal).toContain("ReadOnlyAccess");
	});

	test("a sign-in is remembered with its time", async () => {
		const before = Date.now();
		const it = await signedIn();
		const state = JSON.parse(readFileSync(stateFile(it), "utf8"));
		expect(state.lastUsed.test.dev).toBeGreaterThanOrEqual(before);
		await it.asks(["login"]);
		expect(JSON.parse(readFileSync(stateFile(it), "utf8")).lastUsed.test.dev).toBe(state.lastUsed.test.dev);
	});
});

describe("kubectl's plugin", () => {
	const ARGS = ["aws", "eks", "token", "--cluster-name", "dev-cluster", "--region", "us-east-2", "--identity=dev"];
	const entry = ({ folder }: Program, more: Readonly<Record<string, string>> = {}) => ({
		ATMOS_CONFIG: join(folder, "atmos.yaml"),
		ATMOS_AUTH_PROVIDER: "company-sso",
		...more,
	});
	const roleOf = ({ cloud }: Program, stdout: string): string =>
		cloud.sts.verifyEksToken(JSON.parse(stdout).status.token, "dev-cluster").assignment.role;

	/** Sets the times of a file and its folder, so that a change leaves no trace but the content. */
	function freeze(folder: string): void {
		for (const path of [join(folder, "atmos.yaml"), folder]) utimesSync(path, 1_700_000_000, 1_700_000_000);
	}

	test("reads no configuration while its files are as they were", async () => {
		const set = await program({ yaml: yaml() });
		set.cloud.approveAlways(0);
		freeze(set.folder);
		await set.run(["login"]).ended;
		const file = join(set.folder, "atmos.yaml");
		// Broken, of the same size and age: who reads it fails.
		writeFileSync(file, `{${"x".repeat(statSync(file).size - 1)}`);
		freeze(set.folder);
		const { code, stdout } = await set.run(ARGS, entry(set)).ended;
		expect(code).toBe(0);
		expect(roleOf(set, stdout)).toBe("AdministratorAccess");
		expect((await set.run(ARGS, entry(set, { ATMOS_PROFILE: "dev" })).ended).code).toBe(2);
		expect((await set.run([...ARGS, "--profile=dev"], entry(set)).ended).code).toBe(2);
	});

	test("answers for the role that is configured now", async () => {
		const it = await signedIn();
		it.write(READ_ONLY);
		const changed = await it.asks(ARGS, entry(it));
		expect(roleOf(it, changed.stdout)).toBe("ReadOnlyAccess");
		expect((await it.asks(ARGS, entry(it))).operations).toEqual([]);
	});

	test("answers for the configuration with files that came later", async () => {
		const it = await signedIn({ region: "" });
		mkdirSync(join(it.folder, "atmos.d"));
		// Only now is the folder known, and it is empty.
		expect((await it.asks(ARGS, entry(it))).operations).toEqual([]);
		const more = "auth: { identities: { dev: { principal: { region: eu-west-1 } } } }\n";
		writeFileSync(
			join(it.folder, "atmos.d", "more.yaml"),
			more.replace("region: eu-west-1", "name: Weaker, region: eu-west-1"),
		);
		expect((await it.asks(ARGS, entry(it))).operations).toEqual(["sso:GetRoleCredentials"]);
		expect((await it.asks(ARGS, entry(it))).operations).toEqual([]);
	});

	test("answers for a configuration that changed while its sign-in was under way", async () => {
		const set = await program({ yaml: yaml() });
		const running = set.run(["login"]);
		await running.saw(/approve: expires/);
		writeFileSync(join(set.folder, "atmos.yaml"), yaml(READ_ONLY));
		set.cloud.approve();
		expect((await running.ended).code).toBe(0);
		expect(roleOf(set, (await set.run(ARGS, entry(set)).ended).stdout)).toBe("ReadOnlyAccess");
	});

	test("looks again where a function has a say", async () => {
		const it = await signedIn({ role: '!env ROLE "AdministratorAccess"' });
		const { stdout } = await it.asks(ARGS, entry(it, { ROLE: "ReadOnlyAccess" }));
		expect(roleOf(it, stdout)).toBe("ReadOnlyAccess");
	});

	test("looks again where a file that is none of the configuration's own has a say", async () => {
		const it = await signedIn();
		const [providers = "", identities = ""] = yaml().split("  identities:\n");
		const part = (identities.split("  integrations:")[0] ?? "").replace(/^ {4}/gm, "");
		const shared = join(it.home, "shared.yaml");
		writeFileSync(shared, part);
		writeFileSync(join(it.folder, "atmos.yaml"), `${providers}  identities: !include ${shared}\n`);
		await it.asks(ARGS, entry(it));
		writeFileSync(shared, part.replace("AdministratorAccess", "ReadOnlyAccess"));
		expect(roleOf(it, (await it.asks(ARGS, entry(it))).stdout)).toBe("ReadOnlyAccess");
	});

	test("uses what another program wrote for nothing", async () => {
		const it = await signedIn();
		const file = credentialsFile(it);
		writeFileSync(file, readFileSync(file, "utf8").replace(/ASIA\w+/, "ASIAANOTHERPROGRAMXX"));
		const { stdout, operations } = await it.asks(ARGS, entry(it));
		expect(operations).toEqual(["sso:GetRoleCredentials"]);
		expect(roleOf(it, stdout)).toBe("AdministratorAccess");
	});

	test("looks once more after a change that made no difference, and not again", async () => {
		const it = await signedIn();
		const state = (): unknown =>
			JSON.parse(readFileSync(stateFile(it), "utf8")).sessions.test["company-sso"].dev.config;
		const before = state();
		writeFileSync(join(it.folder, "atmos.yaml"), `${yaml()}# a remark\n`);
		expect((await it.asks(ARGS, entry(it))).operations).toEqual([]);
		const after = state();
		expect(after).not.toEqual(before);
		await it.asks(ARGS, entry(it));
		expect(state()).toEqual(after);
	});

	test.each([
		["a dropped connection", { type: "drop" }],
		["a refused role", { type: "error", status: 403, name: "ForbiddenException", message: "No access" }],
	] as const)("does not take %s for the end of the session", async (_, behaviour) => {
		const it = await signedIn();
		it.write(READ_ONLY);
		it.cloud.script.always("sso:GetRoleCredentials", behaviour);
		const { code, stderr } = await it.asks(ARGS, entry(it));
		expect(code).toBe(1);
		expect(stderr).not.toMatch(/session of|has expired|without you/);
	});

	test("says which command signs in again, with the profile and the folder", async () => {
		const it = await signedIn();
		mkdirSync(join(it.folder, "profiles", "prod"), { recursive: true });
		it.write(READ_ONLY, "profiles/prod/atmos.yaml");
		it.cloud.revokeSessions();
		const env = entry(it, { ATMOS_PROFILE: "prod" });
		const { stderr } = await it.asks([...ARGS, "--chdir", it.home], env);
		expect(stderr).toContain('the session of "dev" has expired and cannot be renewed without you');
		expect(stderr).not.toContain("--device-code");
		expect(stderr).toContain(`atmos-auth login dev --profile prod --chdir ${it.folder}`);
	});
});
