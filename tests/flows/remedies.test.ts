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
		expect(JSON.parse(failed ?? "{}").error.remedy).toBe("sign in again: atmos-auth login dev-admin --force");
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
});
