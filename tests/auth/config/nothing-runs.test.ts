/**
 * Reading a configuration runs nothing that a repository brings. In a process of its own, whose working directory is the
 * repository: that is where cosmiconfig would look for settings of its own.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { testContext } from "../../helpers/context.ts";
import { identity, project, withIdentities } from "./project.ts";

const SOURCE = fileURLToPath(new URL("../../../src/cli.ts", import.meta.url));
const BUILT = fileURLToPath(new URL("../../../dist/atmos-auth.mjs", import.meta.url));

/** Files that say so when they are run, whatever loads them. */
const COMMON_JS = 'require("node:fs").writeFileSync("RAN", __filename); module.exports = {};';
const MODULE = 'import { writeFileSync } from "node:fs"; writeFileSync("RAN", import.meta.url); export default {};';
const evil = (name: string): string => (/\.m[jt]s$/.test(name) ? MODULE : COMMON_JS);

/** `validate` in a folder with these files. @returns what it said, and whether any of them was run */
async function validate(
	entry: string,
	files: Readonly<Record<string, string>>,
): Promise<{ readonly said: string; readonly ran: boolean }> {
	const { cwd, home } = testContext();
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(dirname(join(cwd, name)), { recursive: true });
		writeFileSync(join(cwd, name), text);
	}
	const env = { PATH: process.env.PATH, HOME: home, USERPROFILE: home };
	const { stdout, stderr } = await promisify(execFile)(process.execPath, [entry, "validate"], { cwd, env }).catch(
		(error: { readonly stdout: string; readonly stderr: string }) => error,
	);
	return { said: stdout + stderr, ran: existsSync(join(cwd, "RAN")) };
}

const YAML = withIdentities(identity("real"));

describe.each([
	["from its sources", SOURCE],
	["as it is built", BUILT],
])("%s", (_, entry) => {
	test.each(["config.js", "config.cjs", "config.ts", "config.mjs"])(
		"cosmiconfig's own settings are not looked for: .config/%s",
		async (name) => {
			const { said, ran } = await validate(entry, { "atmos.yaml": YAML, [`.config/${name}`]: evil(name) });
			expect(ran).toBe(false);
			expect(said).toContain("is valid");
		},
	);

	test("nor in package.json, package.yaml and .config/config.yaml", async () => {
		const settings = { cosmiconfig: { searchPlaces: ["evil.yaml"] } };
		const places = ["package.json", "package.yaml", ".config/config.json", ".config/config.yaml", ".config/config.yml"];
		for (const place of places) {
			const { said } = await validate(entry, {
				"atmos.yaml": YAML,
				"evil.yaml": "auth: {providers: {sso: {kind: unknown}}}\n",
				[place]: JSON.stringify(settings),
			});
			expect(said, place).toContain("is valid");
		}
	});

	test.each(["evil.js", "evil.cjs", "evil.ts", "evil.cts", "evil.mjs"])("an import of %s is not run", async (name) => {
		const { ran } = await validate(entry, { "atmos.yaml": `import: [./${name}]\n${YAML}`, [name]: evil(name) });
		expect(ran).toBe(false);
	});

	test("nor is one by cosmiconfig's own key for imports", async () => {
		const files = { "part.json": '{"$import": "./evil.js"}', "evil.js": COMMON_JS };
		const { ran } = await validate(entry, {
			"atmos.yaml": `import: [part.json]\n$import: ./evil.js\n${YAML}`,
			...files,
		});
		expect(ran).toBe(false);
	});
});

describe("a file is read as YAML, whatever it is called", () => {
	test.each(["part.json", "part.conf", "part", "package.yaml", "package.json"])("%s", async (name) => {
		const p = project({
			"atmos.yaml": `import: [./${name}]\n`,
			[name]: JSON.stringify({ auth: { providers: { sso: { kind: "aws/iam-identity-center" } } } }),
		});
		expect((await p.load()).providers().map(({ name: provider }) => provider)).toEqual(["sso"]);
	});
});
