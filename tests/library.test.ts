/** The package as somebody imports it: built, by its name, in a program of its own. */
import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { BUILT, program } from "./flows/program.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const PROGRAM = `import { isIdentityError, obtainIdentity } from "atmos-auth";
const lines = [];
try {
	const { name, account, role, set, unset, expiresAt } = await obtainIdentity(process.argv[2], { onLog: (line) => lines.push(line) });
	console.log(JSON.stringify({ name, account, role, set, unset, left: expiresAt - Date.now(), lines }));
} catch (error) {
	console.log(JSON.stringify({ known: isIdentityError(error), code: error.code, remedy: error.remedy }));
}`;

test("gives what leads to an identity's credentials, and says which login to run where a person is needed", async () => {
	const it = await program({ entry: BUILT });
	const modules = join(it.folder, "node_modules");
	mkdirSync(modules);
	symlinkSync(root, join(modules, "atmos-auth"));
	writeFileSync(join(it.folder, "main.mjs"), PROGRAM);
	const env = { PATH: process.env.PATH, HOME: it.home, AWS_ENDPOINT_URL: it.cloud.url, ATMOS_AUTH_REALM: "test" };
	const run = async (...names: readonly string[]) => {
		const options = { cwd: it.folder, env };
		const { stdout, stderr } = await promisify(execFile)(process.execPath, ["main.mjs", ...names], options);
		expect(stderr).toBe("");
		return JSON.parse(stdout);
	};
	expect(await run()).toEqual({
		known: true,
		code: "usage",
		remedy: { run: ["atmos-auth", "login", "dev-admin"] },
	});
	it.cloud.approveAlways(0);
	expect((await it.run(["login", "--plain"]).ended).code).toBe(0);
	const found = await run("DEV-ADMIN");
	expect(found).toMatchObject({
		name: "dev-admin",
		account: { id: "123456789012" },
		role: "AdministratorAccess",
		set: { AWS_PROFILE: "dev-admin", AWS_REGION: "us-east-2" },
		lines: [],
	});
	expect(found.unset).toContain("AWS_ACCESS_KEY_ID");
	expect(found.left).toBeGreaterThan(3_000_000);
	const secrets = it.cloud.secrets();
	expect(secrets.filter((secret) => JSON.stringify(found).includes(secret))).toEqual([]);
	// Another identity of the same portal, through the session.
	expect(await run("prod-readonly")).toMatchObject({ name: "prod-readonly", role: "ReadOnlyAccess" });
	expect(await run("nobody")).toMatchObject({ known: true, code: "usage" });
});
