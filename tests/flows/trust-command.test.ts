/** A project that wants something where nobody can be asked. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Program, program } from "./program.ts";
import { PROJECT } from "./project.ts";

const YAML = PROJECT.replace("account: { name: production }", 'account: { name: !exec "touch ran; echo production" }');

async function cloned(yaml = YAML): Promise<Program> {
	const p = await program({ yaml });
	mkdirSync(join(p.folder, ".git"));
	p.cloud.approveAlways(0);
	return p;
}

const ran = (p: Program): boolean => existsSync(join(p.folder, "ran"));

describe("where nobody can be asked", () => {
	test.each([["--plain"], ["--json"], ["--interactive=false"]])(
		"%s: exit 2 with what it wants and the command, nothing is run",
		async (face) => {
			const p = await cloned();
			const { code, stdout, stderr } = await p.run(["login", "prod-readonly", face]).ended;
			expect(code).toBe(2);
			expect(stdout + stderr).toContain("run: touch ran; echo production");
			expect(stdout + stderr).toContain("atmos-auth trust");
			expect(ran(p)).toBe(false);
			expect(p.cloud.requests).toEqual([]);
		},
	);

	test("another identity of the same project signs in", async () => {
		const p = await cloned(YAML.replace(/ {4}gone\/eks[\s\S]*/, ""));
		expect((await p.run(["login", "dev-admin", "--plain"]).ended).code).toBe(0);
	});

	test("an integration that is not trusted fails alone", async () => {
		const p = await cloned(PROJECT.replace("alias: gone-eks", 'alias: !exec "touch ran"'));
		const { code, stderr } = await p.run(["login", "dev-admin", "--plain"]).ended;
		expect(code).toBe(0);
		expect(stderr).toMatch(
			/gone\/eks: failed: this project's configuration wants to do things you have not agreed to yet/,
		);
		expect(ran(p)).toBe(false);
	});

	test("in CI it runs, and a line says what", async () => {
		const p = await cloned();
		const { code, stderr } = await p.run(["login", "prod-readonly", "--plain", "--device-code"], { CI: "true" }).ended;
		expect(code).toBe(0);
		expect(stderr).toContain("CI: trusting the project's configuration: run: touch ran; echo production");
		expect(ran(p)).toBe(true);
		const fork = await cloned();
		const env = { CI: "true", ATMOS_AUTH_TRUST: "0" };
		expect((await fork.run(["login", "prod-readonly", "--plain", "--device-code"], env).ended).code).toBe(2);
		expect(ran(fork)).toBe(false);
	});

	test("atmos-auth trust: exit 2 without a terminal, 0 with --yes, and then it runs", async () => {
		const p = await cloned();
		const nobody = await p.run(["trust"]).ended;
		expect(nobody.code).toBe(2);
		expect(nobody.stderr).toContain("run: touch ran; echo production");
		expect((await p.run(["trust", "--yes"]).ended).code).toBe(0);
		expect(ran(p)).toBe(false);
		expect((await p.run(["login", "prod-readonly", "--plain"]).ended).code).toBe(0);
		expect(ran(p)).toBe(true);
		expect((await p.run(["trust"]).ended).stderr).toContain("You have already agreed to everything (1)");
	});

	test("a project that only signs in has nothing to agree to", async () => {
		const p = await cloned(PROJECT);
		expect(await p.run(["trust"]).ended).toMatchObject({
			code: 0,
			stderr: expect.stringContaining("nothing to agree to"),
		});
		expect((await p.run(["trust", "--yes", "--list"]).ended).code).toBe(2);
	});
});
