import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { watchSecrets } from "../../../../src/auth/credentials.ts";
import { columnsOf, standsAlone } from "../../../../src/auth/registry.ts";
import { roleArn } from "../../../cloud/iam.ts";
import type { KeyType } from "../../../helpers/pki.ts";
import { ANCHOR, ARNS, anywhere, FILES, FURTHER, identity, provider, ROLE } from "./scene.ts";

const HOUR = 3_600_000;

describe("an identity with a certificate", () => {
	test("gets the role's keys without anybody, and keeps them", async () => {
		const { cloud, ctx, own, signIn, sessions } = await anywhere(identity());
		const { credentials, environment, isNew } = await signIn("it", { reach: "nobody" });
		expect(isNew).toBe(true);
		expect(credentials).toMatchObject({
			accountId: "123456789012",
			role: "CiDeployer",
			roleArn: ROLE,
			region: "eu-central-1",
		});
		const lifetime = (credentials.expiresAt ?? 0) - ctx.clock.now();
		expect(lifetime).toBeGreaterThan(HOUR - 10_000);
		expect(lifetime).toBeLessThanOrEqual(HOUR);
		expect(sessions()).toEqual([
			{
				principal: `arn:aws:sts::123456789012:assumed-role/CiDeployer/${BigInt(own.serial).toString(16)}`,
				region: "eu-central-1",
				serial: own.serial,
				chain: "0",
				role: ROLE,
			},
		]);
		const folder = join(ctx.home, ".config/atmos/test/aws/aws-roles-anywhere");
		expect(readFileSync(join(folder, "credentials"), "utf8")).toContain(
			`[it]\naws_access_key_id     = ${credentials.accessKeyId}\n`,
		);
		expect(readFileSync(join(folder, "config"), "utf8")).toMatch(/\[profile it\]\nregion\s*= eu-central-1/);
		expect(environment.set).toMatchObject({ AWS_PROFILE: "it", AWS_REGION: "eu-central-1" });
		expect(await signIn("it")).toMatchObject({ isNew: false, credentials: { role: "CiDeployer" } });
		expect(cloud.count("rolesanywhere:CreateSession")).toBe(1);
	});

	test.each<KeyType>(["rsa", "prime256v1", "secp384r1", "secp521r1"])("with a key of type %s", async (key) => {
		const { signIn, sessions } = await anywhere(identity(), { certificate: { key } });
		await signIn("it");
		expect(sessions()).toEqual([expect.objectContaining({ role: ROLE })]);
	});

	test("sends what lies between it and the trust anchor, in order and without the root", async () => {
		const { root, issuer, own, put, signIn, sessions, warnings } = await anywhere(
			identity(`${FILES}, intermediates: between.pem`),
			{
				certificate: { key: "rsa" },
				by: (ca) => ca.issue({ ca: true, subject: { CN: "Acme One" } }),
			},
		);
		const two = issuer.issue({ ca: true, subject: { CN: "Acme Two" } });
		const leaf = two.issue({ key: own.key });
		put("certificate.pem", leaf.pem);
		put("between.pem", `${root.pem}${two.pem}# a remark\n${issuer.pem}`);
		await signIn("it");
		expect(sessions()).toEqual([expect.objectContaining({ chain: "2", serial: leaf.serial })]);
		expect(warnings()).toEqual([]);
	});

	test("finds its certificate in a bundle, wherever it stands, and leaves out what is no use", async () => {
		const { root, issuer, own, put, signIn, sessions, warnings } = await anywhere(identity(), {
			by: (ca) => ca.issue({ ca: true, subject: { CN: "Acme One" } }),
		});
		const stranger = root.issue({ ca: true, subject: { CN: "Stranger" } });
		put("certificate.pem", issuer.pem + stranger.pem + own.pem + root.pem);
		await signIn("it");
		expect(sessions()).toEqual([expect.objectContaining({ chain: "1", serial: own.serial })]);
		expect(warnings()).toEqual(["not sent, since the certificate was not issued by way of it: CN=Stranger"]);
	});

	test("of two certificates for its key, takes the one that is valid for longer", async () => {
		const { root, own, put, signIn, sessions } = await anywhere(identity());
		const now = Date.now();
		const old = root.issue({ key: own.key, from: now - 90 * 86_400_000, to: now - 86_400_000 });
		const next = root.issue({ key: own.key, from: now + 5 * 86_400_000, to: now + 90 * 86_400_000 });
		put("certificate.pem", old.pem + next.pem + own.pem);
		await signIn("it");
		expect(sessions()).toEqual([expect.objectContaining({ serial: own.serial })]);
	});

	test("has the configured duration, session name and region", async () => {
		const text = identity(`${FILES}, session_duration: 2h, role_session_name: build-42`).replace(
			"spec:",
			"region: eu-west-1, spec:",
		);
		const { ctx, signIn, sessions } = await anywhere(text, {
			profile: { durationSeconds: 7200, acceptsSessionNames: true },
		});
		const { credentials } = await signIn("it");
		expect(credentials.region).toBe("eu-west-1");
		expect((credentials.expiresAt ?? 0) - ctx.clock.now()).toBeGreaterThan(2 * HOUR - 10_000);
		expect(sessions()).toEqual([
			expect.objectContaining({
				duration: "7200",
				session: "build-42",
				// The service is that of the trust anchor, wherever programs work.
				region: "eu-central-1",
			}),
		]);
	});

	test("gets others for another role, another profile or another certificate, and not for another duration", async () => {
		const { cloud, put, root, write, signIn } = await anywhere(identity());
		await signIn("it");
		write("atmos.yaml", identity(`${FILES}, session_duration: 30m`));
		expect((await signIn("it")).isNew).toBe(false);
		// Renewed in its place.
		const renewed = root.issue();
		put("certificate.pem", renewed.pem);
		put("key.pem", renewed.keyPem);
		expect((await signIn("it")).isNew).toBe(false);
		put("other.pem", renewed.pem);
		write("atmos.yaml", identity("certificate: other.pem, private_key: key.pem"));
		expect((await signIn("it")).isNew).toBe(true);
		expect(cloud.count("rolesanywhere:CreateSession")).toBe(2);
	});

	test("renews what is about to end by itself", async () => {
		const { ctx, cloud, signIn } = await anywhere(identity());
		await signIn("it");
		const later = { ...ctx.clock, now: () => Date.now() + 50 * 60_000 };
		cloud.shiftClock(50 * 60_000);
		expect(await signIn("it", { ctx: { ...ctx, clock: later } })).toMatchObject({ isNew: true });
	});
});

describe("files and variables", () => {
	test("a path is from the folder of the file that defines the entry, wherever the program is started", async () => {
		const set = await anywhere("import: [auth/*.yaml]\n");
		set.write("auth/ci.yaml", identity("certificate: pki/certificate.pem, private_key: ../key.pem"));
		set.put("auth/pki/certificate.pem", set.own.pem);
		await set.signIn("it", { ctx: { ...set.ctx, cwd: dirname(set.ctx.cwd) } });
		expect(set.sessions()).toHaveLength(1);
	});

	test("`~` is the home folder", async () => {
		const set = await anywhere(identity("certificate: ~/pki/certificate.pem, private_key: ~/pki/key.pem"));
		set.put(join(set.ctx.home, "pki/certificate.pem"), set.own.pem);
		set.put(join(set.ctx.home, "pki/key.pem"), set.own.keyPem);
		await set.signIn("it");
		expect(set.sessions()).toHaveLength(1);
	});

	test.each([
		["as it is", (pem: string) => pem],
		["with line breaks as two characters", (pem: string) => pem.replaceAll("\n", "\\n")],
	])("a variable may have the PEM itself, %s", async (_, written) => {
		const set = await anywhere(identity("certificate: !env CI_CERTIFICATE, private_key: !env CI_KEY"));
		Object.assign(set.env, { CI_CERTIFICATE: written(set.own.pem), CI_KEY: written(set.own.keyPem) });
		await set.signIn("it");
		expect(set.sessions()).toHaveLength(1);
	});

	test.skipIf(process.platform === "win32")(
		"a key that others can read is used, left as it is, and warned of",
		async () => {
			const set = await anywhere(identity("certificate: certificate.pem, private_key: open.pem"));
			const path = set.put("open.pem", set.own.keyPem, 0o644);
			await set.signIn("it");
			expect(set.warnings()).toEqual([`${path} can be read by other users (mode 0644): chmod 600 ${path}`]);
			expect(set.sessions()).toHaveLength(1);
		},
	);
});

describe("a provider with a certificate", () => {
	const further = `    far: {kind: aws/assume-role, via: {provider: ca}, principal: {assume_role: "${roleArn(FURTHER)}"}}\n`;

	test("is what further roles are assumed over", async () => {
		const { ctx, signIn, sessions, facts } = await anywhere(provider(further));
		const { credentials } = await signIn("far", { reach: "nobody" });
		expect(credentials).toMatchObject({ accountId: "999999999999", role: "Further", region: "eu-central-1" });
		expect(sessions()).toHaveLength(1);
		expect(facts("sts:AssumeRole")).toEqual([
			expect.objectContaining({
				principal: expect.stringContaining(":assumed-role/CiDeployer/"),
				region: "eu-central-1",
			}),
		]);
		const keys = readFileSync(join(ctx.home, ".config/atmos/test/aws/ca/credentials"), "utf8");
		expect(keys.match(/^\[.*\]$/gm)).toEqual(["[far]"]);
	});

	test("is a role already: no session over it is longer than an hour", async () => {
		const { refused } = await anywhere(provider(further.replace("principal: {", "principal: {duration: 2h, ")));
		expect(await refused("far")).toMatchObject({ code: "config", reason: expect.stringContaining("role chaining") });
	});

	test("has its keys kept by an identity of its kind, under the identity's name", async () => {
		const { ctx, signIn, sessions } = await anywhere(
			provider("    kept: {kind: aws/roles-anywhere, via: {provider: ca}, region: eu-west-3}\n"),
		);
		const { credentials, environment } = await signIn("kept", { reach: "nobody" });
		expect(credentials).toMatchObject({ role: "CiDeployer", roleArn: ROLE, region: "eu-west-3" });
		const folder = join(ctx.home, ".config/atmos/test/aws/ca");
		expect(readFileSync(join(folder, "credentials"), "utf8")).toContain(credentials.accessKeyId);
		expect(environment.set).toMatchObject({ AWS_PROFILE: "kept", AWS_REGION: "eu-west-3" });
		expect(await signIn("kept")).toMatchObject({ isNew: false });
		expect(sessions()).toHaveLength(1);
	});

	test("has either a provider or a certificate", async () => {
		const both = `    it: {kind: aws/roles-anywhere, via: {provider: ca}, spec: {${ARNS}, ${FILES}}}\n`;
		const set = await anywhere(provider(both));
		expect(await set.refused("it")).toMatchObject({
			code: "config",
			message: '"it" has both `via.provider` and a `spec` of its own',
		});
		set.write("atmos.yaml", "auth:\n  identities:\n    it: {kind: aws/roles-anywhere}\n");
		expect(await set.refused("it")).toMatchObject({ code: "config", message: '"it" has no `spec`' });
		expect(set.cloud.requests).toEqual([]);
	});

	test("of another kind gives no such credentials", async () => {
		const { refused, cloud } = await anywhere(
			"auth:\n  providers:\n    sso: {kind: aws/iam-identity-center, start_url: https://acme.awsapps.com/start, region: us-east-1}\n  identities:\n    it: {kind: aws/roles-anywhere, via: {provider: sso}}\n",
		);
		expect(await refused("it")).toMatchObject({
			code: "config",
			message: '"it" needs a certificate: its own, or that of a provider',
		});
		expect(cloud.requests).toEqual([]);
	});
});

test("a list says the account, the role and the region", () => {
	const values: Readonly<Record<string, string>> = { "spec.role_arn": ROLE, "spec.trust_anchor_arn": ANCHOR };
	const text = (...path: readonly string[]): string | undefined => values[path.join(".")];
	expect(columnsOf("aws/roles-anywhere", text)).toEqual({
		account: "123456789012",
		role: "CiDeployer",
		region: "eu-central-1",
	});
	expect(columnsOf("aws/roles-anywhere", () => undefined)).toEqual({});
	expect(standsAlone("aws/roles-anywhere")).toBe(true);
});

test("a runner that masks secrets is told of the key and the password, and not of certificates", async () => {
	const text = identity(
		"certificate: !env CI_CERTIFICATE, private_key: key.pem, private_key_password: !env CI_PASSWORD",
	);
	const set = await anywhere(text);
	const sealed = set.own.key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" });
	set.put("key.pem", sealed.toString());
	Object.assign(set.env, { CI_CERTIFICATE: set.own.pem, CI_PASSWORD: "secret" });
	const told: string[] = [];
	onTestFinished(watchSecrets((value) => void told.push(value)));
	await set.signIn("it");
	expect(told).toContain("secret");
	expect(told.some((value) => sealed.toString().includes(value) && value.includes("PRIVATE KEY"))).toBe(true);
	expect(told.some((value) => value.includes("CERTIFICATE"))).toBe(false);
});

test("nothing of the private key, nor of a password, is anywhere but where it was", async () => {
	const text = identity(
		"certificate: certificate.pem, private_key: !env CI_KEY, private_key_password: !env CI_PASSWORD",
	);
	const set = await anywhere(text);
	const password = "correct horse battery staple";
	const pem = set.own.key
		.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: password })
		.toString();
	Object.assign(set.env, { CI_KEY: pem, CI_PASSWORD: password });
	await set.signIn("it");
	Object.assign(set.env, { CI_PASSWORD: `${password}!` });
	const error = await set.refused("it", { force: true });
	const plain = set.own.keyPem.split("\n")[1] as string;
	const sealed = pem.split("\n")[1] as string;
	const said = JSON.stringify([set.ctx.logged, error, error.details, error.message, error.remedy, String(error.stack)]);
	for (const secret of [plain, sealed, password]) expect(said.includes(secret)).toBe(false);
	const files = readdirSync(set.ctx.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	expect(files.length).toBeGreaterThan(2);
	for (const { parentPath, name } of files) {
		const content = readFileSync(join(parentPath, name), "utf8");
		for (const secret of [plain, sealed, password]) expect(content.includes(secret), name).toBe(false);
	}
	for (const secret of set.cloud.secrets()) expect(said.includes(secret)).toBe(false);
});
