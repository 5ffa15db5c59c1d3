/** The built program with a certificate, where nobody is: as a job of a CI service runs it. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { smallWorld } from "../../../cloud/world.ts";
import { BUILT, type Program, program } from "../../../flows/program.ts";
import { authority } from "../../../helpers/pki.ts";
import { ANCHOR, DEPLOYER, FURTHER, identity, PROFILE, provider, ROLE } from "./scene.ts";

const PASSWORD = "correct-horse-battery";

function openssl(): boolean {
	try {
		execFileSync("openssl", ["version"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

async function start(yaml: string) {
	const root = authority();
	const own = root.issue();
	const place = { accountId: "123456789012", region: "eu-central-1" };
	const it = await program({
		entry: BUILT,
		yaml,
		world: smallWorld({
			trustAnchors: [{ ...place, id: ANCHOR.split("/")[1] as string, certificates: root.pem }],
			profiles: [{ ...place, id: PROFILE.split("/")[1] as string, roles: [ROLE] }],
			roles: [DEPLOYER, FURTHER],
		}),
	});
	const put = (name: string, content: string): void => writeFileSync(join(it.folder, name), content, { mode: 0o600 });
	put("certificate.pem", own.pem);
	const sealed = own.key
		.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSWORD })
		.toString();
	put("key.pem", sealed);
	return { ...it, own, sealed, put };
}

/** Everything that a run has written into the home folder. */
function written({ home }: Pick<Program, "home">): string {
	return readdirSync(home, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"))
		.join("\n");
}

const SEALED = "certificate: certificate.pem, private_key: key.pem, private_key_password: !env CI_PASSWORD";

describe("the program", () => {
	test("gives a command the credentials, and tells nobody the key or its password", async () => {
		const it = await start(identity(SEALED));
		const code = "process.stdout.write(process.env.AWS_PROFILE + ' ' + process.env.AWS_REGION)";
		const words = ["exec", "-i", "it", "--log-level", "trace", "--", process.execPath, "-e", code];
		const ran = await it.run(words, { CI: "true", CI_PASSWORD: PASSWORD }).ended;
		expect(ran).toMatchObject({ code: 0, stdout: "it eu-central-1" });
		expect(ran.stderr).toContain('service="rolesanywhere" action="CreateSession"');
		const json = await it.run(["login", "it", "--json", "--force", "--log-level", "trace"], { CI_PASSWORD: PASSWORD })
			.ended;
		expect(json.code).toBe(0);
		const secrets = [PASSWORD, it.sealed.split("\n")[1] as string, it.own.keyPem.split("\n")[1] as string];
		const said = [ran, json].map(({ stdout, stderr }) => stdout + stderr).join("\n");
		for (const secret of [...secrets, ...it.cloud.secrets()]) expect(said.includes(secret)).toBe(false);
		for (const secret of secrets) expect(written(it).includes(secret)).toBe(false);
	});

	test("makes kubectl's token of it, without anybody", async () => {
		const it = await start(identity(SEALED));
		const words = ["aws", "eks", "token", "--cluster-name", "dev-cluster", "--region", "us-east-2", "-i", "it"];
		const { code, stdout, stderr } = await it.run(words, { CI_PASSWORD: PASSWORD }).ended;
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		const { status } = JSON.parse(stdout);
		expect(it.cloud.sts.verifyEksToken(status.token, "dev-cluster").arn).toContain(":assumed-role/CiDeployer/");
	});

	test("says what to do where the key is encrypted and nobody is there", async () => {
		const it = await start(identity());
		const { code, stderr } = await it.run(["login", "it"]).ended;
		expect(code).toBe(2);
		expect(stderr).toContain('the private key of "it" is encrypted, and this session is not interactive');
		expect(stderr).toContain("`spec.private_key_password`");
		expect(it.cloud.requests).toEqual([]);
	});

	test.skipIf(!openssl())("reads PKCS#12, for a provider and a role over it", async () => {
		const it = await start(
			provider(
				'    far: {kind: aws/assume-role, via: {provider: ca}, principal: {assume_role: "arn:aws:iam::999999999999:role/Further"}}\n',
				"pkcs12: ci.p12, pkcs12_password: !env CI_PASSWORD",
			),
		);
		it.put("own.pem", it.own.pem + it.own.keyPem);
		const files = ["-in", join(it.folder, "own.pem"), "-out", join(it.folder, "ci.p12")];
		execFileSync("openssl", ["pkcs12", "-export", ...files, "-passout", `pass:${PASSWORD}`]);
		const { code, stderr } = await it.run(["login", "far", "--plain"], { CI_PASSWORD: PASSWORD }).ended;
		expect(code, stderr).toBe(0);
		expect(stderr).toContain("signed in as CiDeployer in 123456789012");
		expect(it.cloud.requests.map(({ operation }) => operation)).toEqual([
			"rolesanywhere:CreateSession",
			"sts:AssumeRole",
		]);
	});
});
