/** `user configure` in a job: the built program, without a terminal. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { lacking, startSecretService } from "../auth/storage/keyring/secret-service.ts";
import { iamUser } from "../cloud/iam.ts";
import { smallWorld } from "../cloud/world.ts";
import { BUILT, type Program, program } from "../flows/program.ts";

const ADA = iamUser({ accountId: "123456789012", name: "ada" });
const ADA_AGAIN = iamUser({ accountId: "123456789012", name: "ada" });
const GRACE = iamUser({ accountId: "123456789012", name: "grace" });
const PASSWORD = "correct horse";

const YAML = `auth:
  identities:
    ada: {kind: aws/user, default: true}
    Dev/Grace: {kind: aws/user}
    written: {kind: aws/user, credentials: {access_key_id: AKIAWRITTEN000000000, secret_access_key: s}}
    admin: {kind: aws/assume-role, via: {identity: ada}, principal: {assume_role: "arn:aws:iam::123456789012:role/Deployer"}}
`;

const keysOf = ({ accessKeyId, secretAccessKey }: typeof ADA) => ({
	AWS_ACCESS_KEY_ID: accessKeyId,
	AWS_SECRET_ACCESS_KEY: secretAccessKey,
});
const FILES = { ATMOS_KEYRING_TYPE: "file", ATMOS_KEYRING_PASSWORD: PASSWORD };

async function job() {
	const world = smallWorld({ users: [ADA, ADA_AGAIN, GRACE] });
	const p: Program = await program({ entry: BUILT, yaml: YAML, world });
	return {
		...p,
		files: (): string[] => {
			const folder = join(p.home, ".local/share/atmos/keyring");
			return existsSync(folder) ? readdirSync(folder) : [];
		},
		configure: (args: readonly string[], env: Record<string, string> = {}) =>
			p.run(["user", "configure", ...args, "--log-level", "trace"], { ...FILES, ...env }).ended,
	};
}

describe("user configure --from-env", () => {
	test("stores the keys under the name that both programs use, and says whose they are and where", async () => {
		const { configure, files, cloud } = await job();
		const stored = await configure(["dev/grace", "--from-env"], keysOf(GRACE));
		expect(stored.stderr).toContain(
			"These are the keys of arn:aws:iam::123456789012:user/grace, in account 123456789012.",
		);
		expect(stored.stderr).toContain(
			'Stored the keys of "Dev/Grace" in the file keyring in ~/.local/share/atmos/keyring.',
		);
		expect([stored.code, stored.stdout, files()]).toEqual([0, "", ["atmos_test_dev%2Fgrace"]]);
		expect(cloud.count("sts:GetCallerIdentity")).toBe(1);
		for (const secret of [GRACE.secretAccessKey, PASSWORD]) expect(stored.stderr.includes(secret)).toBe(false);
		const removed = await configure(["dev/grace", "--remove"]);
		expect([removed.code, files()]).toEqual([0, []]);
		expect(removed.stderr).toContain('Removed the keys of "Dev/Grace" from the file keyring');
		const none = await configure(["dev/grace", "--remove"]);
		expect(none.stderr).toContain('The keyring has no keys of "Dev/Grace".');
		expect(none.code).toBe(0);
	});

	test.each([
		[
			"that AWS does not know",
			{ AWS_ACCESS_KEY_ID: "AKIANOBODY0000000000", AWS_SECRET_ACCESS_KEY: "s" },
			1,
			"AWS does not know this access key",
		],
		[
			"with another's secret",
			{ ...keysOf(ADA), AWS_SECRET_ACCESS_KEY: GRACE.secretAccessKey },
			1,
			"the secret access key does not belong to this access key",
		],
		[
			"of a session",
			{ ...keysOf(ADA), AWS_ACCESS_KEY_ID: "ASIAEXAMPLE000000000" },
			2,
			"found that of temporary keys (ASIA…)",
		],
		["without their secret", { ...keysOf(ADA), AWS_SECRET_ACCESS_KEY: "" }, 2, "AWS_SECRET_ACCESS_KEY cannot be used"],
	] as const)("takes no keys %s", async (_, env, code, message) => {
		const { configure, files } = await job();
		const ended = await configure(["ada", "--from-env"], env);
		expect(ended.stderr).toContain(message);
		expect([ended.code, files()]).toEqual([code, []]);
		expect(ended.stderr.includes(GRACE.secretAccessKey)).toBe(false);
	});

	test("asks nobody whose they are with --no-verify", async () => {
		const { configure, files, cloud } = await job();
		expect((await configure(["ada", "--from-env", "--no-verify"], keysOf(ADA))).code).toBe(0);
		expect([cloud.requests.length, files()]).toEqual([0, ["atmos_test_ada"]]);
	});

	test("replaces a user's older keys, and another user's only with --yes", async () => {
		const { configure, home } = await job();
		const path = join(home, ".local/share/atmos/keyring/atmos_test_ada");
		expect((await configure(["ada", "--from-env"], keysOf(ADA))).code).toBe(0);
		expect((await configure(["ada", "--from-env"], keysOf(ADA_AGAIN))).code).toBe(0);
		const before = readFileSync(path, "utf8");
		const refused = await configure(["ada", "--from-env"], keysOf(GRACE));
		expect(refused.stderr).toContain(
			'The keyring has other keys for "ada": those of arn:aws:iam::123456789012:user/ada.',
		);
		expect(refused.stderr).toContain("atmos-auth user configure ada --from-env --yes");
		expect([refused.code, readFileSync(path, "utf8") === before]).toEqual([2, true]);
		expect((await configure(["ada", "--from-env", "--yes"], keysOf(GRACE))).code).toBe(0);
		expect(readFileSync(path, "utf8")).not.toBe(before);
	});

	test("says that keys in the configuration go before", async () => {
		const { configure } = await job();
		const { stderr, code } = await configure(["written", "--from-env"], keysOf(ADA));
		expect(stderr).toContain('has keys of "written" too. Those are used, and not the ones in the keyring');
		expect(code).toBe(0);
	});

	test("with a wrong password changes nothing", async () => {
		const { configure, home } = await job();
		await configure(["ada", "--from-env"], keysOf(ADA));
		const path = join(home, ".local/share/atmos/keyring/atmos_test_ada");
		const before = readFileSync(path, "utf8");
		const ended = await configure(["ada", "--from-env"], { ...keysOf(ADA), ATMOS_KEYRING_PASSWORD: "wrong horse" });
		expect(ended.stderr).toContain("the password does not open the file keyring in ~/.local/share/atmos/keyring");
		expect([ended.code, readFileSync(path, "utf8") === before]).toEqual([1, true]);
	});

	test("uses the system's keyring", async ({ skip }) => {
		skip(lacking !== undefined, `there is no ${lacking}`);
		const bus = await startSecretService();
		onTestFinished(() => bus.close());
		const { configure } = await job();
		const { DBUS_SESSION_BUS_ADDRESS = "" } = bus.env;
		const env = { ...keysOf(ADA), ATMOS_KEYRING_TYPE: "system", DBUS_SESSION_BUS_ADDRESS };
		const { stderr, code } = await configure(["ada", "--from-env"], env);
		expect(stderr).toContain('Stored the keys of "ada" in the system\'s keyring.');
		expect(code).toBe(0);
		expect(bus.lookup({ service: "atmos_test_ada", username: "atmos-auth" })).toBe(
			`{"type":"aws","data":{"access_key_id":"${ADA.accessKeyId}","secret_access_key":"${ADA.secretAccessKey}"}}`,
		);
	});

	test("fails where the system's keyring cannot be used, and says what to do", async () => {
		const { configure } = await job();
		const { stderr, code } = await configure(["ada", "--from-env"], { ...keysOf(ADA), ATMOS_KEYRING_TYPE: "system" });
		if (process.platform !== "linux") return;
		expect(stderr).toContain("the system's keyring cannot be used");
		expect(stderr).toContain("ATMOS_KEYRING_TYPE=file");
		expect(code).toBe(1);
	});
});

describe("user configure without a terminal", () => {
	test.each([
		["and without --from-env", ["ada"], 'entering the keys of "ada" needs a terminal'],
		["and without a name", ["--from-env"], "several identities have keys of their own"],
		["of another kind", ["admin", "--from-env"], '"admin" has no keys of its own'],
		["with two names", ["ada", "-i", "grace"], "two identities were given"],
		["with --remove and others", ["ada", "--remove", "--yes"], "--remove goes with none of the other flags"],
		["with a keyring that keeps nothing", ["ada", "--from-env"], "keeps nothing beyond this command"],
	] as const)("%s is an error of usage", async (what, args, message) => {
		const { configure, files } = await job();
		const env = what.includes("keeps nothing") ? { ATMOS_KEYRING_TYPE: "memory" } : {};
		const { stderr, code } = await configure(args, { ...keysOf(ADA), ...env });
		expect(stderr).toContain(message);
		expect([code, files()]).toEqual([2, []]);
	});

	test("takes the one that ATMOS_IDENTITY names", async () => {
		const { configure, files } = await job();
		expect((await configure(["--from-env"], { ...keysOf(ADA), ATMOS_IDENTITY: "ADA" })).code).toBe(0);
		expect(files()).toEqual(["atmos_test_ada"]);
	});
});
