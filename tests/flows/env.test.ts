import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, test } from "vitest";
import { smallWorld } from "../cloud/world.ts";
import { BUILT, type Program, program } from "./program.ts";
import { PROJECT } from "./project.ts";

const start = (yaml = PROJECT): Promise<Program> =>
	program({ entry: BUILT, yaml, world: smallWorld({ pollSeconds: 0 }) });

/** What is known without credentials, too. */
function known({ home }: Program): Record<string, string> {
	const files = join(home, ".config/atmos/test/aws/company-sso");
	return {
		AWS_SHARED_CREDENTIALS_FILE: join(files, "credentials"),
		AWS_CONFIG_FILE: join(files, "config"),
		AWS_PROFILE: "dev-admin",
		AWS_SDK_LOAD_CONFIG: "1",
		AWS_EC2_METADATA_DISABLED: "true",
		AWS_REGION: "us-east-2",
		AWS_DEFAULT_REGION: "us-east-2",
	};
}

describe("env", () => {
	test("prints what leads to the credentials, in each format, and asks nobody", async () => {
		const it = await start();
		it.cloud.approveAlways(0);
		expect((await it.run(["login"]).ended).code).toBe(0);
		const before = it.cloud.requests.length;
		const json = await it.run(["env", "-f", "json"]).ended;
		expect({ ...json, stdout: JSON.parse(json.stdout) }).toMatchObject({ code: 0, stdout: known(it), stderr: "" });
		const dotenv = await it.run(["env", "--format", "DOTENV", "-i", "DEV-admin"]).ended;
		expect(dotenv).toMatchObject({ code: 0, stderr: "" });
		expect(parseEnv(dotenv.stdout)).toEqual(known(it));
		const bash = await it.run(["env"]).ended;
		expect(bash).toMatchObject({ code: 0, stderr: "" });
		for (const line of ["export AWS_PROFILE='dev-admin';", "unset AWS_ACCESS_KEY_ID;", "unset AWS_DEFAULT_PROFILE;"]) {
			expect(bash.stdout.split("\n")).toContain(line);
		}
		for (const [args, env] of [
			[["env", "-f", "zsh"], {}],
			[["env", "-f", "sh"], { ATMOS_AUTH_ENV_FORMAT: "json" }],
			[["env"], { ATMOS_AUTH_ENV_FORMAT: "bash" }],
		] as const) {
			expect((await it.run(args, env).ended).stdout).toBe(bash.stdout);
		}
		expect((await it.run(["env"], { ATMOS_AUTH_ENV_FORMAT: "json" }).ended).stdout).toBe(json.stdout);
		expect(it.cloud.requests.length).toBe(before);
		for (const secret of it.cloud.secrets()) expect(bash.stdout + dotenv.stdout + json.stdout).not.toContain(secret);
	});

	test("says in one line on stderr that there is no session, and prints what it knows", async () => {
		const it = await start();
		for (const [args, words] of [
			[["env", "-f", "json"], "sign in: atmos-auth login dev-admin"],
			[["env", "-f", "json", "-i", "dev-admin", "--profile", "x y"], undefined],
		] as const) {
			const { code, stdout, stderr } = await it.run(args).ended;
			if (words === undefined) {
				expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
				continue;
			}
			expect(code).toBe(0);
			expect(JSON.parse(stdout)).toEqual(known(it));
			expect(stderr).toBe(`there are no valid credentials of "dev-admin" on this machine; ${words}\n`);
		}
		expect(it.cloud.requests).toEqual([]);
	});

	test("takes the provider's region where the identity has none, and renews nothing", async () => {
		const it = await start(PROJECT.replace("        region: us-east-2\n", ""));
		const region = async () => JSON.parse((await it.run(["env", "-f", "json"]).ended).stdout).AWS_REGION;
		expect(await region()).toBe("us-east-1");
		it.cloud.approveAlways(0);
		expect((await it.run(["login"]).ended).code).toBe(0);
		expect(await region()).toBe("us-east-1");
		rmSync(join(it.home, ".config/atmos/test"), { recursive: true });
		const before = it.cloud.requests.length;
		expect((await it.run(["env"]).ended).stderr).toContain("there are no valid credentials");
		expect(it.cloud.requests.length).toBe(before);
	});

	test.each([
		[["env", "-i", "dev-admn"], /dev-admin/],
		[["env", "-f", "fish"], /--format is "fish", which is not a format/],
		[["env", "dev-admin"], /unexpected argument/],
	])("has nothing on stdout when it fails: %j", async (args, words) => {
		const it = await start();
		const { code, stdout, stderr } = await it.run(args).ended;
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toMatch(words);
	});

	test("refuses a format that the variable does not have", async () => {
		const it = await start();
		const { code, stdout, stderr } = await it.run(["env"], { ATMOS_AUTH_ENV_FORMAT: "powershell" }).ended;
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toContain('ATMOS_AUTH_ENV_FORMAT is "powershell"');
	});
});
