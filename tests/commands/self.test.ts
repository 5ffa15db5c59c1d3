/** By which names kubectl starts this program: those that installers make, in folders laid out as theirs. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { selfCommand } from "../../src/commands/self.ts";

/**
 * @param files paths below a fresh root: a file, or a link to another path (`-> …`)
 * @returns paths of this tree, and the choice that is made in it, its root left out
 */
function tree(files: readonly string[]) {
	const root = realpathSync(mkdtempSync(join(tmpdir(), "atmos-auth-test-")));
	onTestFinished(() => rmSync(root, { recursive: true, force: true }));
	const at = (path: string): string => join(root, path);
	for (const file of files) {
		const [path = "", target] = file.split(" -> ");
		mkdirSync(dirname(at(path)), { recursive: true });
		if (target === undefined) writeFileSync(at(path), "");
		else symlinkSync(at(target), at(path));
	}
	mkdirSync(at("home/infra"), { recursive: true });
	return (options: {
		node: string;
		entry: string;
		named?: string;
		path?: string;
		cwd?: string | undefined;
		env?: object;
	}) => {
		const { command, args } = selfCommand({
			env: {
				PATH: (options.path ?? "").split(":").map(at).join(":"),
				...Object.fromEntries(Object.entries(options.env ?? {}).map(([name, value]) => [name, at(value as string)])),
			},
			cwd: at(options.cwd ?? "home/infra"),
			home: at("home"),
			node: at(options.node),
			entry: at(options.entry),
			named: options.named === undefined ? undefined : at(options.named),
			temporary: [at("tmp")],
		});
		return [command, ...args].map((path) => path.slice(root.length + 1));
	};
}

const PACKAGE = "lib/node_modules/atmos-auth/dist/atmos-auth.mjs";

describe("names that stay", () => {
	test("npm's own folder: the links in bin", () => {
		const choose = tree(["usr/bin/node", `usr/${PACKAGE}`, `usr/bin/atmos-auth -> usr/${PACKAGE}`]);
		const usual = { node: "usr/bin/node", entry: `usr/${PACKAGE}` };
		expect(choose({ ...usual, path: "usr/bin" })).toEqual(["usr/bin/node", "usr/bin/atmos-auth"]);
		expect(choose({ ...usual, path: "", named: "usr/bin/atmos-auth" })).toEqual(["usr/bin/node", "usr/bin/atmos-auth"]);
		expect(choose({ ...usual, path: "" })).toEqual(["usr/bin/node", `usr/${PACKAGE}`]);
	});

	test("an atmos-auth on PATH that is another program is not taken", () => {
		const choose = tree(["usr/bin/node", "usr/bin/atmos-auth", `opt/${PACKAGE}`]);
		expect(choose({ node: "usr/bin/node", entry: `opt/${PACKAGE}`, path: "usr/bin" })[1]).toBe(`opt/${PACKAGE}`);
	});

	test("Homebrew: opt, not the release in the Cellar", () => {
		const choose = tree([
			"brew/Cellar/node/26.10.0/bin/node",
			"brew/opt/node -> brew/Cellar/node/26.10.0",
			"brew/Cellar/atmos-auth/1.2.3/libexec/atmos-auth.mjs",
			"brew/opt/atmos-auth -> brew/Cellar/atmos-auth/1.2.3",
		]);
		expect(
			choose({
				node: "brew/Cellar/node/26.10.0/bin/node",
				entry: "brew/Cellar/atmos-auth/1.2.3/libexec/atmos-auth.mjs",
			}),
		).toEqual(["brew/opt/node/bin/node", "brew/opt/atmos-auth/libexec/atmos-auth.mjs"]);
	});

	test("nvm: a name without a version goes before one with it, wherever PATH has them", () => {
		const version = "home/.nvm/versions/node/v26.10.0";
		const choose = tree([
			`${version}/bin/node`,
			`${version}/${PACKAGE}`,
			`${version}/bin/atmos-auth -> ${version}/${PACKAGE}`,
			`home/.nvm/current -> ${version}`,
		]);
		const running = { node: `${version}/bin/node`, entry: `${version}/${PACKAGE}` };
		expect(choose({ ...running, path: `${version}/bin` })).toEqual([
			`${version}/bin/node`,
			`${version}/bin/atmos-auth`,
		]);
		expect(choose({ ...running, path: `${version}/bin:home/.nvm/current/bin` })).toEqual([
			"home/.nvm/current/bin/node",
			"home/.nvm/current/bin/atmos-auth",
		]);
	});

	test("pnpm: the name that its shim uses, not the release in its store", () => {
		const store = "home/.local/share/pnpm/global/5/.pnpm/atmos-auth@1.2.3/node_modules/atmos-auth";
		const global = "home/.local/share/pnpm/global/5";
		const choose = tree([
			"usr/bin/node",
			`${global}/package.json`,
			`${store}/dist/atmos-auth.mjs`,
			`${global}/node_modules/atmos-auth -> ${store}`,
		]);
		const named = `${global}/node_modules/atmos-auth/dist/atmos-auth.mjs`;
		expect(choose({ node: "usr/bin/node", entry: `${store}/dist/atmos-auth.mjs`, named, path: "usr/bin" })).toEqual([
			"usr/bin/node",
			named,
		]);
	});

	test("npm link: the link, though it leads into the project", () => {
		const choose = tree([
			"usr/bin/node",
			"home/infra/dist/atmos-auth.mjs",
			"usr/lib/node_modules/atmos-auth -> home/infra",
			"usr/bin/atmos-auth -> usr/lib/node_modules/atmos-auth/dist/atmos-auth.mjs",
		]);
		expect(choose({ node: "usr/bin/node", entry: "home/infra/dist/atmos-auth.mjs", path: "usr/bin" })[1]).toBe(
			"usr/bin/atmos-auth",
		);
	});
});

describe("names that do not stay", () => {
	const real = "home/.local/share/fnm/node-versions/v26.10.0/installation";
	const files = [`${real}/bin/node`, `${real}/${PACKAGE}`, `${real}/bin/atmos-auth -> ${real}/${PACKAGE}`];
	const running = { node: `${real}/bin/node`, entry: `${real}/${PACKAGE}` };
	const behind = [`${real}/bin/node`, `${real}/bin/atmos-auth`];

	test.each([
		["fnm's folder of one shell", "run/fnm_multishells/12_34", {}],
		["a project's devbox", "srv/other/.devbox/nix/profile/default", {}],
		["direnv's", "srv/other/.direnv/profile", {}],
		["a temporary folder", "tmp/nix-shell.abc", {}],
		["the runtime folder of a session", "run/user/1000/x", { XDG_RUNTIME_DIR: "run/user/1000" }],
		["the project itself", "home/infra/.tools", {}],
		["the repository around the working directory", "home/infra/.tools", { cwd: "home/infra/live/dev" }],
	])("%s", (_, folder, { cwd, ...env }: { cwd?: string; XDG_RUNTIME_DIR?: string }) => {
		const choose = tree([...files, `${folder} -> ${real}`, "home/infra/.git", "home/infra/live/dev/x"]);
		// As it is on PATH there, and with the entry's own place known.
		expect(choose({ ...running, path: `${folder}/bin:${real}/bin`, cwd, env })).toEqual(behind);
		expect(choose({ ...running, path: `${folder}/bin`, named: `${folder}/bin/atmos-auth`, cwd, env })).toEqual([
			`${real}/bin/node`,
			`${real}/${PACKAGE}`,
		]);
	});

	test("a project's node_modules, where there is an installed program too", () => {
		const choose = tree([
			"usr/bin/node",
			"srv/other/package.json",
			"srv/other/node_modules/node/bin/node -> usr/bin/node",
			"srv/other/node_modules/.bin/node -> srv/other/node_modules/node/bin/node",
			`usr/${PACKAGE}`,
			`srv/other/node_modules/atmos-auth/dist/atmos-auth.mjs -> usr/${PACKAGE}`,
		]);
		expect(
			choose({
				node: "usr/bin/node",
				entry: `usr/${PACKAGE}`,
				path: "srv/other/node_modules/.bin:srv/other/node_modules/node/bin",
				named: "srv/other/node_modules/atmos-auth/dist/atmos-auth.mjs",
			}),
		).toEqual(["usr/bin/node", `usr/${PACKAGE}`]);
	});

	test("fnm's default alias is one that does", () => {
		const choose = tree([...files, `home/fnm/aliases/default -> ${real}`]);
		expect(choose({ ...running, path: "", env: { FNM_DIR: "home/fnm" } })[0]).toBe("home/fnm/aliases/default/bin/node");
	});

	test("where there is nothing else, the files themselves are named", () => {
		const cache = "home/.npm/_npx/1a2b/node_modules/atmos-auth/dist/atmos-auth.mjs";
		const choose = tree(["home/infra/node", cache, `home/.npm/_npx/1a2b/node_modules/.bin/atmos-auth -> ${cache}`]);
		expect(
			choose({ node: "home/infra/node", entry: cache, path: "home/.npm/_npx/1a2b/node_modules/.bin:home/infra" }),
		).toEqual(["home/infra/node", cache]);
	});

	test("a home folder that is the working directory is no project", () => {
		const choose = tree(["home/bin/node", `home/${PACKAGE}`, `home/bin/atmos-auth -> home/${PACKAGE}`]);
		expect(choose({ node: "home/bin/node", entry: `home/${PACKAGE}`, path: "home/bin", cwd: "home" })).toEqual([
			"home/bin/node",
			"home/bin/atmos-auth",
		]);
	});
});
