import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sessionName } from "../../../../src/auth/aws/roles/session-name.ts";
import { roleArn } from "../../../cloud/iam.ts";
import { smallWorld } from "../../../cloud/world.ts";
import { role, scene, yaml } from "../chains.ts";

const DEPLOYER = "arn:aws:iam::123456789012:role/Deployer";
const PRODUCTION = "arn:aws:iam::999999999999:role/teams/platform/ProductionDeployer";

const IDENTITIES = [
	role("deployer", "identity: admin", `assume_role: ${DEPLOYER}`),
	role("own", "identity: ada", `assume_role: ${DEPLOYER}`),
	role("production", "identity: ada", `assume_role: ${PRODUCTION}, external_id: "acme:deploy", region: eu-west-1`),
	role("deep", "identity: own", `assume_role: ${PRODUCTION}, external_id: "acme:deploy"`),
].join("");

/** A scene with one role more, `it`, over the permission set if nothing else is said. */
const one = (principal: string, via = "identity: admin", more = "") =>
	scene(yaml(`${IDENTITIES}${role("it", via, principal)}`, more));

describe("a role", () => {
	test("over a permission set", async () => {
		const { cloud, ctx, signIn, facts } = await scene(yaml(IDENTITIES));
		const { credentials, isNew } = await signIn("deployer");
		expect(isNew).toBe(true);
		expect(credentials).toMatchObject({ accountId: "123456789012", role: "Deployer", region: "us-east-2" });
		const lifetime = (credentials.expiresAt ?? 0) - ctx.clock.now();
		expect(lifetime).toBeGreaterThan(3_590_000);
		expect(lifetime).toBeLessThanOrEqual(3_600_000);
		const [asked] = facts("sts:AssumeRole");
		expect(asked).toMatchObject({
			principal: expect.stringContaining(":assumed-role/AWSReservedSSO_AdministratorAccess_"),
			region: "us-east-2",
			role: DEPLOYER,
			session: expect.stringMatching(/^atmos-deployer-\d{10}$/),
		});
		expect(asked).not.toHaveProperty("duration");
		expect(await signIn("deployer")).toMatchObject({ isNew: false, credentials: { role: "Deployer" } });
		expect(cloud.count("sts:AssumeRole")).toBe(1);
	});

	test("over a user, with its external ID, in a region of its own", async () => {
		const { signIn, facts } = await scene(yaml(IDENTITIES));
		const { credentials } = await signIn("production");
		expect(credentials).toMatchObject({ accountId: "999999999999", role: "ProductionDeployer", region: "eu-west-1" });
		expect(facts("sts:AssumeRole")).toEqual([
			expect.objectContaining({ externalId: "given", region: "eu-west-1", role: PRODUCTION }),
		]);
	});

	test("over a role over a user", async () => {
		const { ctx, signIn, facts } = await scene(yaml(IDENTITIES));
		const { credentials, environment } = await signIn("deep");
		expect(credentials).toMatchObject({ accountId: "999999999999", role: "ProductionDeployer", region: "us-east-1" });
		expect(facts("sts:AssumeRole").map(({ principal }) => principal)).toEqual([
			"arn:aws:iam::123456789012:user/ada",
			expect.stringMatching(/:assumed-role\/Deployer\/atmos-own-\d+$/),
		]);
		// What the AWS CLI reads: the keys of what was asked for, below the first link's name, and none of the links on the way.
		const folder = join(ctx.home, ".config/atmos/test/aws/aws-user");
		const keys = readFileSync(join(folder, "credentials"), "utf8");
		expect(keys.match(/^\[.*\]$/gm)).toEqual(["[deep]"]);
		expect(keys).toContain(`aws_access_key_id     = ${credentials.accessKeyId}`);
		expect(keys).toMatch(/^; atmos: expiration=\d{4}-\d\d-\d\dT/m);
		expect(readFileSync(join(folder, "config"), "utf8")).toMatch(/\[profile deep\]\nregion\s*= us-east-1/);
		expect(environment.set).toMatchObject({
			AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
			AWS_PROFILE: "deep",
			AWS_REGION: "us-east-1",
		});
	});

	test("that another identity is already is taken as it is", async () => {
		const { cloud, signIn } = await one(`assume_role: ${DEPLOYER}, region: eu-west-1`, "identity: own");
		expect((await signIn("it")).credentials).toMatchObject({ role: "Deployer", region: "eu-west-1" });
		expect(cloud.count("sts:AssumeRole")).toBe(1);
	});

	test("is not taken for a permission set of the same name", async () => {
		const world = smallWorld();
		const [portal] = world.portals;
		if (portal === undefined) throw new Error("no portal");
		const same = { accountId: "123456789012", role: "Deployer", sessionSeconds: 3600 };
		const text = yaml(
			`    set: {kind: aws/permission-set, via: {provider: sso}, principal: {name: Deployer, account: {id: 123456789012}}}\n${role("it", "identity: set", `assume_role: ${DEPLOYER}`)}`,
		);
		const { cloud, signIn } = await scene(text, { portals: [{ ...portal, assignments: [same] }] });
		await signIn("it");
		expect(cloud.count("sts:AssumeRole")).toBe(1);
	});

	test("needs access keys, which a portal's session is not", async () => {
		const { refused, cloud } = await one(`assume_role: ${DEPLOYER}`, "provider: sso");
		expect(await refused("it")).toMatchObject({
			code: "config",
			message: '"it" needs access keys, or somebody who vouches for you',
			remedy: { say: expect.stringContaining('set `via.identity` of "it"') },
		});
		// Nobody was asked to approve a sign-in that leads nowhere.
		expect(cloud.requests).toEqual([]);
	});

	test("gives an ECR integration its login", async () => {
		const { ctx, cloud, signIn } = await scene(
			yaml(
				IDENTITIES,
				"  integrations:\n    ecr: {kind: aws/ecr, via: {identity: deployer}, spec: {registry: {account_id: 123456789012, region: us-east-2}}}\n",
			),
		);
		const { integrations } = await signIn("deployer", { integrations: ["ecr"] });
		expect(integrations).toMatchObject([{ state: "ok", target: "123456789012.dkr.ecr.us-east-2.amazonaws.com" }]);
		const { auths } = JSON.parse(readFileSync(join(ctx.home, ".docker/config.json"), "utf8"));
		const { auth } = auths["123456789012.dkr.ecr.us-east-2.amazonaws.com"];
		expect(cloud.ecr.accepts(Buffer.from(auth, "base64").toString().slice("AWS:".length))).toBe(true);
	});
});

describe("a session", () => {
	test.each([
		["ci_build/42", "ci-build-42"],
		["a+b=c,d.e@f-g", "a+b=c,d.e@f-g"],
		["ends in dashes-_/", "ends-in-dashes"],
		["größe 🚀", "gr--e"],
		["x".repeat(70), "x".repeat(64)],
		["___", "atmos-session"],
	])("%j is called %s", (wanted, name) => {
		expect(sessionName(wanted)).toBe(name);
	});

	test("has the configured name", async () => {
		const { signIn, facts } = await one(`assume_role: ${DEPLOYER}, session_name: ada_lovelace`);
		await signIn("it");
		expect(facts("sts:AssumeRole")).toEqual([expect.objectContaining({ session: "ada-lovelace" })]);
	});

	test.each([
		["2h", "7200"],
		["1h30m", "5400"],
		["5400", "5400"],
	])("lasts for %s", async (duration, seconds) => {
		const { signIn, facts } = await one(
			`assume_role: ${PRODUCTION}, external_id: "acme:deploy", duration: ${duration}`,
			"identity: ada",
		);
		await signIn("it");
		expect(facts("sts:AssumeRole")).toEqual([expect.objectContaining({ duration: seconds })]);
	});

	test.each(["admin", "own"])(
		"lasts for an hour at most over the role of %s, which is said before STS is asked",
		async (base) => {
			const { cloud, refused } = await one(
				`assume_role: ${PRODUCTION}, external_id: "acme:deploy", duration: 2h`,
				`identity: ${base}`,
			);
			const error = await refused("it");
			expect(error).toMatchObject({
				code: "config",
				message: '"it" asks for a session of 2h, and can have one hour',
				reason: expect.stringContaining("role chaining"),
				remedy: { say: 'set `principal.duration` of "it" to 1h or less' },
			});
			expect(cloud.count("sts:AssumeRole")).toBe(base === "admin" ? 0 : 1);
		},
	);

	test("cannot last longer than the role's own limit", async () => {
		const { refused } = await one(`assume_role: ${DEPLOYER}, duration: 2h`, "identity: ada");
		expect(await refused("it")).toMatchObject({
			code: "config",
			message: "Deployer in account 123456789012 does not have sessions of 2h",
			remedy: { say: expect.stringContaining("`principal.duration`") },
			service: { name: "ValidationError" },
		});
	});
});

describe("a refusal", () => {
	test("names who asked, for what, and what to check", async () => {
		const { refused } = await one(`assume_role: ${PRODUCTION}, external_id: wrong`, "identity: ada");
		const error = await refused("it");
		expect(error).toMatchObject({
			code: "denied",
			message: `arn:aws:iam::123456789012:user/ada may not assume ${PRODUCTION}`,
			details: [
				"the role exists, and its trust policy names arn:aws:iam::123456789012:user/ada, or all of account 123456789012",
				`the permissions of the caller allow sts:AssumeRole on ${PRODUCTION}`,
				"`principal.external_id` is the one that the trust policy asks for, and it asks for no MFA, which `principal.mfa_arn` would have asked for",
			],
			remedy: {
				say: "ask an administrator of account 999999999999 to check them, then sign in again",
				run: ["atmos-auth", "login", "it"],
			},
			service: { name: "AccessDenied", requestId: expect.any(String), operation: "sts:AssumeRole" },
		});
	});

	test("calls a permission set as a trust policy has to", async () => {
		const { refused } = await one(`assume_role: ${PRODUCTION}`);
		const [trust, , condition] = (await refused("it")).details;
		expect(trust).toMatch(
			/names arn:aws:iam::123456789012:role\/aws-reserved\/sso\.amazonaws\.com\/…\/AWSReservedSSO_AdministratorAccess_\w{16}, or all of account 123456789012$/,
		);
		expect(condition).toContain("`principal.external_id` is not set");
	});

	test("without AWS's sentence says what is known here", async () => {
		const { cloud, refused } = await one(`assume_role: ${DEPLOYER}`);
		cloud.script.always("sts:AssumeRole", {
			type: "error",
			status: 403,
			name: "AccessDenied",
			message: "Access denied",
		});
		expect((await refused("it")).message).toBe(
			`AdministratorAccess of account 123456789012 may not assume ${DEPLOYER}`,
		);
	});

	test("of keys that were revoked has them renewed, once", async () => {
		const { cloud, signIn } = await scene(yaml(IDENTITIES));
		await signIn("ada");
		expect((await signIn("ada")).isNew).toBe(false);
		cloud.script.next("sts:AssumeRole", { type: "error", status: 403, name: "InvalidClientTokenId", message: "no" });
		expect((await signIn("own")).credentials).toMatchObject({ role: "Deployer" });
		expect(cloud.count("sts:GetSessionToken")).toBe(2);
		expect(cloud.count("sts:AssumeRole")).toBe(2);
	});

	test("of keys that stay refused ends it", async () => {
		const { cloud, signIn, refused } = await scene(yaml(IDENTITIES));
		await signIn("admin");
		cloud.script.always("sts:AssumeRole", { type: "error", status: 400, name: "ExpiredToken", message: "over" });
		expect(await refused("deployer")).toMatchObject({ code: "expired", service: { name: "ExpiredToken" } });
		expect(cloud.count("sts:AssumeRole")).toBe(2);
		expect(cloud.count("sso:GetRoleCredentials")).toBe(2);
	});
});

describe("an answer", () => {
	const credentials = (changes: Readonly<Record<string, string>> = {}): string =>
		Object.entries({
			AccessKeyId: "ASIAEXAMPLEEXAMPLE00",
			SecretAccessKey: "s",
			SessionToken: "t",
			Expiration: "2099-01-01T00:00:00Z",
			...changes,
		})
			.map(([key, value]) => (value === "" ? "" : `<${key}>${value}</${key}>`))
			.join("");
	const answer = (arn: string, keys = credentials()): string =>
		`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>A:s</AssumedRoleId><Arn>${arn}</Arn></AssumedRoleUser><Credentials>${keys}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
	const SESSION = "arn:aws:sts::123456789012:assumed-role/Deployer/s";

	test.each([
		["the keys of another role", answer("arn:aws:sts::123456789012:assumed-role/Other/s"), "not a session of the role"],
		["the keys of another account", answer("arn:aws:sts::111111111111:assumed-role/Deployer/s"), "not a session of"],
		["no session token", answer(SESSION, credentials({ SessionToken: "" })), "SessionToken is missing"],
		["keys that are over", answer(SESSION, credentials({ Expiration: "2001-01-01T00:00:00Z" })), "is in the past"],
		["nothing", "", "is missing"],
	])("with %s is an error", async (_, body, reason) => {
		const { cloud, refused } = await scene(yaml(IDENTITIES));
		cloud.script.always("sts:AssumeRole", { type: "raw", status: 200, contentType: "text/xml", body });
		const error = await refused("own");
		expect(error).toMatchObject({ code: "service", service: { operation: "sts:AssumeRole" } });
		expect(error.reason).toContain(reason);
	});

	test("that promises keys for days is not believed", async () => {
		const { cloud, ctx, signIn } = await scene(yaml(IDENTITIES));
		cloud.script.always("sts:AssumeRole", { type: "raw", status: 200, contentType: "text/xml", body: answer(SESSION) });
		const { credentials: keys } = await signIn("own");
		expect((keys.expiresAt ?? 0) - ctx.clock.now()).toBeLessThanOrEqual(13 * 3_600_000);
	});

	test("that does not come is asked for again", async () => {
		const { cloud, signIn } = await scene(yaml(IDENTITIES));
		cloud.script.next("sts:AssumeRole", { type: "drop" });
		await signIn("own");
		expect(cloud.count("sts:AssumeRole")).toBe(2);
	});
});

describe("what keys are for", () => {
	const before = `assume_role: ${PRODUCTION}, external_id: "acme:deploy"`;
	const other = roleArn({ accountId: "123456789012", name: "Deployer" });

	test.each([
		["another role", `assume_role: ${other}, external_id: "acme:deploy"`, "identity: ada", true],
		["another external ID", `assume_role: ${PRODUCTION}, external_id: "acme:other"`, "identity: ada", true],
		["another session name", `${before}, session_name: other`, "identity: ada", true],
		["another region", `${before}, region: us-west-2`, "identity: ada", true],
		["another way there", before, "identity: admin", true],
		["another duration", `${before}, duration: 30m`, "identity: ada", false],
	])("%s", async (_, principal, via, isNew) => {
		const world = smallWorld();
		const roles = (world.roles ?? []).map((each) => ({ ...each, trust: { principals: each.trust.principals } }));
		const text = (given: string, way: string) => yaml(`${IDENTITIES}${role("it", way, given)}`);
		const { write, signIn } = await scene(text(before, "identity: ada"), { roles });
		const first = await signIn("it");
		write("atmos.yaml", text(principal, via));
		const second = await signIn("it");
		expect(second.isNew).toBe(isNew);
		expect(second.credentials.accessKeyId !== first.credentials.accessKeyId).toBe(isNew);
	});
});

describe("a configuration", () => {
	const lines = async (principal: string): Promise<string[]> =>
		(
			await scene(
				`auth:\n  identities:\n    ada: {kind: aws/user}\n    it:\n      kind: aws/assume-role\n      via: {identity: ada}\n      principal:\n${principal}`,
			)
		).problems();
	const ARN = "expected the ARN of a role, such as arn:aws:iam::123456789012:role/Deployer";
	const BOUNDS = "expected a duration between 15m and 12h: AWS issues no shorter or longer session of a role";
	const arn = `        assume_role: ${DEPLOYER}\n`;

	test.each([
		["        region: us-east-1\n", `atmos.yaml:7:7: auth.identities.it.principal.assume_role: missing; ${ARN}`],
		["        assume_role: Deployer\n", `atmos.yaml:8:9: auth.identities.it.principal.assume_role: ${ARN}`],
		[
			"        assume_role: arn:aws:iam::123456789012:user/ada\n",
			`atmos.yaml:8:9: auth.identities.it.principal.assume_role: ${ARN}`,
		],
		[`${arn}        duration: 14m\n`, `atmos.yaml:9:9: auth.identities.it.principal.duration: ${BOUNDS}`],
		[`${arn}        duration: 1d\n`, `atmos.yaml:9:9: auth.identities.it.principal.duration: ${BOUNDS}`],
		[`${arn}        duration: 43201\n`, `atmos.yaml:9:9: auth.identities.it.principal.duration: ${BOUNDS}`],
		[
			`${arn}        duration: soon\n`,
			"atmos.yaml:9:9: auth.identities.it.principal.duration: expected a duration such as 1h30m, 3600 (seconds) or 1d",
		],
		[
			`${arn}        external_id: "a b"\n`,
			"atmos.yaml:9:9: auth.identities.it.principal.external_id: expected an external ID of 2 to 1224 characters: letters, digits and _ + = , . @ : / -",
		],
		[
			`${arn}        session_name: x\n`,
			"atmos.yaml:9:9: auth.identities.it.principal.session_name: expected a session name of at least 2 characters",
		],
	])("%j is told with its place", async (principal, line) => {
		expect(await lines(principal)).toEqual([line]);
	});

	test.each(["arn:aws-cn:iam::123456789012:role/Deployer", "arn:aws-us-gov:iam::123456789012:role/teams/a/b/Deployer"])(
		"%s is a role",
		async (given) => {
			expect(await lines(`        assume_role: ${given}\n        duration: 12h\n`)).toEqual([]);
		},
	);

	test("a link that gives what no role is assumed with is told by validate, too", async () => {
		const { problems, refused } = await scene(
			`auth:
  providers:
    sso: {kind: aws/iam-identity-center, start_url: https://acme.awsapps.com/start, region: us-east-1}
  identities:
    it:
      kind: aws/assume-role
      via:
        provider: sso
      principal: {assume_role: "${DEPLOYER}"}
`,
		);
		expect(await problems()).toEqual([
			expect.stringMatching(
				/^atmos\.yaml:8:9: auth\.identities\.it\.via\.provider: "it" needs access keys.* gives none of them$/,
			),
		]);
		expect((await refused("it")).message).toBe('"it" needs access keys, or somebody who vouches for you');
	});

	test("a role that is left out is missed at a sign-in, with its place", async () => {
		const { refused, cloud } = await scene(
			`auth:\n  identities:\n    ada: {kind: aws/user, credentials: {access_key_id: AKIAIOSFODNN7EXAMPLE, secret_access_key: x}}\n    it:\n      kind: aws/assume-role\n      via: {identity: ada}\n      principal:\n        region: us-east-1\n`,
		);
		const error = await refused("it");
		expect(error).toMatchObject({ code: "config", remedy: { edit: { line: 7 } } });
		expect(error.message).toMatch(
			/atmos\.yaml:7:7: auth\.identities\.it\.principal\.assume_role: missing; expected the ARN/,
		);
		expect(cloud.requests).toEqual([]);
	});

	test("roles that lead in a circle are told by name", async () => {
		const { load } = await scene(
			yaml(role("a", "identity: b", `assume_role: ${DEPLOYER}`) + role("b", "identity: a", `assume_role: ${DEPLOYER}`)),
		);
		await expect((await load()).identity("a")).rejects.toThrow("identities refer to each other in a circle: a → b → a");
	});

	test("lists have account and role", async () => {
		const { load } = await scene(yaml(IDENTITIES));
		const rows = (await load()).identities();
		expect(rows.find(({ key }) => key === "production")).toMatchObject({
			account: "999999999999",
			role: "ProductionDeployer",
			region: "eu-west-1",
		});
	});
});

test("no secret gets into the log or an error", async () => {
	const { cloud, ctx, signIn, refused, user } = await scene(yaml(IDENTITIES));
	await signIn("deep");
	const denied = role("bad", "identity: own", `assume_role: ${PRODUCTION}`);
	writeFileSync(join(ctx.cwd, "atmos.yaml"), yaml(IDENTITIES + denied));
	const error = await refused("bad");
	const told = JSON.stringify([ctx.logged, { ...error, message: error.message }]);
	for (const secret of [...cloud.secrets(), user.secretAccessKey]) expect(told.includes(secret)).toBe(false);
});
