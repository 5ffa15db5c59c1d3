/** The README says all that there is to set, and shows its picture wherever it is read. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { commonFlags, dashed, type Flag, type Flags } from "../src/commands/definition.ts";
import { commands } from "../src/commands/table.ts";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const sources = (folder: string): string[] =>
	readdirSync(join(root, "src", folder), { recursive: true, encoding: "utf8" })
		.filter((file) => /\.tsx?$/.test(file))
		.map((file) => readFileSync(join(root, "src", folder, file), "utf8"));

/** The rows of the table whose first column has this title, as cells. */
function rowsOf(title: string): string[][] {
	const lines = readme.split("\n");
	const start = lines.findIndex((line) => line.startsWith(`| ${title} |`));
	if (start < 0) return [];
	const end = lines.indexOf("", start);
	return lines.slice(start + 2, end).map((line) =>
		line
			.split("|")
			.slice(1, -1)
			.map((cell) => cell.trim()),
	);
}

const codes = (cell: string): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, code]) => code as string);

/** Variables that tell where the program runs: the system, the terminal or a CI service sets them, not a person for us. */
const FACTS =
	/^(?:BUILD_ID|CI|CI_NAME|CLOUD_SHELL|CODESPACES|CODESPACE_NAME|DEVCONTAINER|DISPLAY|FNM_DIR|GITHUB_\w+|GITPOD_WORKSPACE_ID|HOME|JENKINS_URL|KUBERNETES_\w+|LANG|LC_\w+|LOGNAME|MSYSTEM|PATH|PWD|REMOTE_CONTAINERS|SSH_\w+|SUDO_UID|TERM|TERM_PROGRAM|TMUX|USER|USERPROFILE|WAYLAND_DISPLAY|WSL_\w+|WT_SESSION|XDG_RUNTIME_DIR)$/;

describe("the README", () => {
	test("names every variable that is read", () => {
		const read = sources(".").flatMap((text) => [
			...Array.from(text.matchAll(/\benv\.([A-Z][A-Z0-9_]+)\b/g), ([, name]) => name as string),
			...Array.from(
				text.matchAll(/"((?:ATMOS|AWS|XDG|DOCKER|KUBE|HTTP|HTTPS|ALL|NO|NODE)_[A-Z0-9_]+)"/g),
				([, name]) => name as string,
			),
			// `XDG_${kind}_HOME`
			...Array.from(text.matchAll(/`((?:ATMOS_)?XDG)_\$\{kind\}_HOME`/g), ([, start]) =>
				["CONFIG", "CACHE", "DATA"].map((kind) => `${start}_${kind}_HOME`),
			).flat(),
		]);
		expect(read.length).toBeGreaterThan(50);
		const missing = [...new Set(read)].filter(
			(name) => !FACTS.test(name) && name !== "NO_DISCOVERY" && !new RegExp(`\\b${name}\\b`).test(readme),
		);
		expect(missing).toEqual([]);
	});

	test("lists the commands, with their arguments", () => {
		const listed = rowsOf("command").map(([command]) => command);
		const there = commands.map(({ words, argument }) => (argument ? `\`${words} [${argument}]\`` : `\`${words}\``));
		expect(listed.toSorted()).toEqual(there.toSorted());
	});

	test.each([
		{ title: "flag of every command", flags: commonFlags as Flags },
		...commands.map(({ words, flags }) => ({ title: `flag of \`${words}\``, flags })),
	])("has each $title with its letter, its value and its variables, and no others", ({ title, flags }) => {
		// A row may have several flags; their variables are one list then.
		const listed = rowsOf(title).map(([spelled = "", meaning = "", env = ""]) => ({
			spelled: codes(spelled),
			meaning: codes(meaning),
			env: codes(env),
		}));
		const spelled = Object.entries<Flag>(flags).flatMap(([name, { short, shown, value, alias }]) => [
			...(short === undefined ? [] : [`-${short}`]),
			shown ?? [`--${dashed(name)}`, value].filter((part) => part !== undefined).join(" "),
			...(alias === undefined ? [] : [`--${alias}`]),
			// Colours are wanted and not wanted alike.
			...(name === "color" ? ["--color"] : []),
		]);
		expect(listed.flatMap((row) => row.spelled).toSorted()).toEqual(spelled.toSorted());
		for (const row of listed) {
			const own = Object.entries<Flag>(flags).filter(([name, { shown }]) =>
				row.spelled.some((word) => word === shown || word.split(" ")[0] === `--${dashed(name)}`),
			);
			expect(row.env).toEqual(own.flatMap(([, { env = [] }]) => env));
			for (const [, { values }] of own) if (values !== undefined) expect(row.meaning).toEqual(values);
		}
	});

	test("says which Node each part needs before anything else is asked of a reader", () => {
		const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
		const first = readme.split("\n").slice(0, 16).join("\n");
		expect(first).toContain(`Node.js ${engines.node.replace(">=", "")}`);
		expect(first).toContain("Node.js from 20");
	});
});

describe("the package", () => {
	test("lets other programs import itself and its schemas, and nothing that is not meant for them", () => {
		for (const name of ["package.json", "schema/events.schema.json", "schema/atmos-auth.schema.json"]) {
			expect(createRequire(import.meta.url).resolve(`atmos-auth/${name}`)).toBe(join(root, name));
		}
		expect(createRequire(import.meta.url).resolve("atmos-auth")).toBe(join(root, "dist", "library.mjs"));
		for (const name of ["/dist/atmos-auth.mjs", "/src/cli.ts"]) {
			expect(() => createRequire(import.meta.url).resolve(`atmos-auth${name}`)).toThrow(
				expect.objectContaining({ code: "ERR_PACKAGE_PATH_NOT_EXPORTED" }),
			);
		}
	});

	test("runs nothing when it is installed, and has what the README shows and links to", async () => {
		const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
		// What npm runs, or warns of, where a package is installed.
		for (const name of ["preinstall", "install", "postinstall", "prepare"]) expect(scripts[name]).toBeUndefined();
		expect(existsSync(join(root, "binding.gyp"))).toBe(false);
		const { stdout } = await promisify(execFile)("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
			cwd: root,
			env: { ...process.env, npm_config_update_notifier: "false" },
		});
		// A list, or since npm 12 an object of packages.
		const [packed] = Object.values(JSON.parse(stdout)) as { files: { path: string }[] }[];
		const files = packed?.files.map(({ path }) => path) ?? [];
		const links = Array.from(readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g), ([, path]) => path as string);
		expect(links).toContain("docs/demo.gif");
		expect(links.filter((path) => !files.includes(path))).toEqual([]);
		const wanted =
			/^(?:dist\/(?:(?:atmos-auth|keyring-helper)\.mjs|library\.(?:mjs|d\.ts)|THIRD-PARTY-NOTICES\.txt|chunks\/[\w-]+\.(?:mjs|wasm))|schema\/[\w-]+\.schema\.json|docs\/[\w-]+\.(?:md|gif)|(?:README|CHANGELOG)\.md|LICENSE|package\.json)$/;
		expect(files.filter((path) => !wanted.test(path))).toEqual([]);
	});
});
