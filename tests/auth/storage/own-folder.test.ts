import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkOwnFolder } from "../../../src/auth/storage/own-folder.ts";
import { type Program, program } from "../../flows/program.ts";
import { PROJECT } from "../../flows/project.ts";

const YAML = PROJECT.replace("region: us-east-1", "region: us-east-1\n      spec: { files: { base_path: keys } }")
	.replaceAll("dev-admin", "default")
	.replace(/ {2}integrations:[\s\S]*/, "");

/** What the person has in ~/.aws: keys that any identity called "default" would find. */
const OWN = "[default]\naws_access_key_id = AKIAOWN\naws_secret_access_key = own/secret\n";

async function cloned(plant: (keys: string, aws: string) => void): Promise<Program & { readonly aws: string }> {
	const all = await program({ yaml: YAML });
	all.cloud.approveAlways(0);
	const aws = join(all.home, ".aws");
	mkdirSync(aws);
	writeFileSync(join(aws, "credentials"), OWN, { mode: 0o600 });
	writeFileSync(join(aws, "config"), "[default]\nregion = eu-west-1\n", { mode: 0o600 });
	plant(join(all.folder, "keys"), aws);
	// It is the project's own folder that it writes to: somebody has agreed to that.
	const run: Program["run"] = (args, env) => all.run(args, { ATMOS_AUTH_TRUST: "1", ...env });
	return { ...all, run, aws };
}

describe.skipIf(process.platform === "win32")("credentials below a base_path", () => {
	test("are kept in folders of one's own, which are made", async () => {
		const { folder, run } = await cloned(() => {});
		const { code, stderr } = await run(["login", "--plain"]).ended;
		expect(stderr).toContain("Successfully authenticated as default");
		expect(code).toBe(0);
		const made = join(folder, "keys/test/aws/company-sso");
		expect(readFileSync(join(made, "credentials"), "utf8")).toContain("[default]");
		expect(statSync(made).mode & 0o777).toBe(0o700);
	});

	test("may be kept where a link for the base leads", async () => {
		const { home, run } = await cloned((keys) => {
			mkdirSync(join(keys, "../../home/elsewhere"));
			symlinkSync("../home/elsewhere", keys);
		});
		expect((await run(["login", "--plain"]).ended).code).toBe(0);
		expect(readdirSync(join(home, "elsewhere/test/aws/company-sso")).sort()).toContain("credentials");
	});

	test.each([
		"test",
		"test/aws",
		"test/aws/company-sso",
		"test/aws/company-sso/credentials",
		"test/aws/company-sso/config",
	])("are neither used nor overwritten through a link at %s", async (name) => {
		const { aws, cloud, run } = await cloned((keys, aws) => {
			const link = join(keys, name);
			mkdirSync(dirname(link), { recursive: true });
			// As deep as it takes for the provider's folder to be ~/.aws.
			const target = { test: "tree", "test/aws": "tree/aws", "test/aws/company-sso": ".aws" }[name];
			mkdirSync(join(aws, "../tree/aws"), { recursive: true });
			symlinkSync("../../.aws", join(aws, "../tree/aws/company-sso"));
			symlinkSync(target === undefined ? join(aws, name.split("/").at(-1) as string) : join(aws, "..", target), link);
		});
		const before = readdirSync(aws).map((file) => [file, readFileSync(join(aws, file), "utf8")]);
		for (const args of [
			["login", "--plain"],
			["login", "--plain", "--force"],
			["aws", "ecr", "login"],
		]) {
			const { code, stdout, stderr } = await run(args).ended;
			if (args[0] === "login")
				expect(stderr).toMatch(/keys\/test.* cannot be used for credentials.*\n {2}it is a symbolic link/);
			expect(stdout + stderr).not.toContain("AKIAOWN");
			expect(code).not.toBe(0);
		}
		expect(readdirSync(aws).map((file) => [file, readFileSync(join(aws, file), "utf8")])).toEqual(before);
		expect(cloud.requests).toEqual([]);
	});

	test("are not kept in a folder of another user", async () => {
		const { folder } = await cloned((keys) => void mkdirSync(join(keys, "test/aws/company-sso"), { recursive: true }));
		const keys = join(folder, "keys");
		const { uid } = statSync(keys);
		const check = (user: number): Promise<void> =>
			checkOwnFolder(keys, join(keys, "test/aws/company-sso"), ["credentials", "config"], user);
		await check(uid);
		await expect(check(uid + 1)).rejects.toMatchObject({ code: "storage", reason: "it belongs to another user" });
	});
});
