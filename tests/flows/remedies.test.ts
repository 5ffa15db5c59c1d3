import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { program } from "./program.ts";
import { PROJECT } from "./project.ts";

/** What the program says to do, at the end of what it says. */
const remedyOf = (stderr: string): string =>
	/^ *(?:→|->|fix:|remedy:)? *(.*atmos-auth login.*)$/m.exec(stderr)?.[1] ?? stderr;

describe("the remedy names what was asked for", () => {
	test.each([
		[["login"], "atmos-auth login dev-admin"],
		[["login", "PROD-readonly"], "atmos-auth login prod-readonly"],
		[["login", "-p", "company-sso"], "atmos-auth login --provider=company-sso"],
	])("after a denial: %j", async (args, command) => {
		const { cloud, run } = await program();
		const running = run(args);
		await running.saw(/approve: expires/);
		cloud.deny();
		const { code, stderr } = await running.ended;
		expect(code).toBe(1);
		expect(remedyOf(stderr)).toMatch(new RegExp(`${command}$`));
	});

	test("after a session that is not accepted twice", async () => {
		const { cloud, run } = await program();
		cloud.approveAlways(0);
		cloud.script.always("sso:GetRoleCredentials", { type: "error", status: 401, name: "UnauthorizedException" });
		const { stderr } = await run(["login", "prod-readonly"]).ended;
		expect(remedyOf(stderr)).toMatch(/atmos-auth login prod-readonly --force$/);
	});

	test("where nobody can be asked", async () => {
		const { run } = await program();
		const { stderr } = await run(["login", "prod-readonly"], { CI: "true" }).ended;
		expect(remedyOf(stderr)).toMatch(/atmos-auth login prod-readonly$/);
	});

	test("after credentials that a service does not know, in a login and in a command of its own", async () => {
		const { cloud, run } = await program();
		cloud.approveAlways(0);
		cloud.script.always("ecr:GetAuthorizationToken", { type: "error", status: 403, name: "ExpiredTokenException" });
		const { stdout } = await run(["login", "--json"]).ended;
		const failed = stdout.split("\n").find((line) => line.includes("integration.failed") && line.includes("dev/ecr"));
		expect(JSON.parse(failed ?? "{}")).toMatchObject({
			error: {
				remedy: "sign in again: atmos-auth login dev-admin --force",
				command: ["atmos-auth", "login", "dev-admin", "--force"],
			},
			retry: "atmos-auth aws ecr login dev/ecr",
			retryCommand: ["atmos-auth", "aws", "ecr", "login", "dev/ecr"],
		});
		const { stderr } = await run(["aws", "ecr", "login", "dev/ecr"]).ended;
		expect(remedyOf(stderr)).toMatch(/atmos-auth login dev-admin --force$/);
	});

	test("and never the role that was refused", async () => {
		const { cloud, run } = await program();
		cloud.approveAlways(0);
		cloud.script.always("sso:GetRoleCredentials", { type: "error", status: 403, name: "ForbiddenException" });
		const { stderr, code } = await run(["login"]).ended;
		expect(code).toBe(1);
		expect(stderr).toContain("AdministratorAccess in account development (123456789012) was refused");
		expect(stderr).toContain("still being provisioned");
		expect(stderr).not.toMatch(/for example/);
	});

	test("by its name as a shell takes it", async () => {
		const { cloud, folder, run } = await program();
		writeFileSync(join(folder, "atmos.yaml"), PROJECT.replaceAll("dev-admin", '"it is mine"'));
		const running = run(["login"]);
		await running.saw(/approve: expires/);
		cloud.deny();
		expect((await running.ended).stderr).toContain("atmos-auth login 'it is mine'");
	});

	test("by its name as it is, for a program", async () => {
		const { cloud, folder, run } = await program();
		writeFileSync(join(folder, "atmos.yaml"), PROJECT.replaceAll("dev-admin", '"my dev\'s"'));
		const running = run(["login", "--json"]);
		await running.saw(/approval.required/);
		cloud.deny();
		const last = JSON.parse((await running.ended).stdout.trimEnd().split("\n").at(-1) ?? "{}");
		expect(last.error).toMatchObject({
			remedy: `sign in again and choose Allow: atmos-auth login 'my dev'\\''s'`,
			command: ["atmos-auth", "login", "my dev's"],
		});
	});

	test("the place of what is wrong, for a program", async () => {
		const { folder, run } = await program();
		writeFileSync(join(folder, "atmos.yaml"), PROJECT.replace("region:", "regoin:"));
		const { stdout } = await run(["login", "--json"]).ended;
		const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "{}");
		const line = PROJECT.split("\n").findIndex((text) => text.includes("region:")) + 1;
		expect(last.error).toMatchObject({
			remedy: "fix the file, then check it: atmos-auth validate",
			command: ["atmos-auth", "validate"],
			edit: { file: join(folder, "atmos.yaml"), line },
		});
	});
});
