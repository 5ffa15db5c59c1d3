/** Builds `dist/`: one entry, and a chunk for whatever is loaded on demand, with every dependency inside that can be. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules as builtins } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { builtinModules } from "./bundle/builtins.ts";
import { declarations } from "./bundle/declarations.ts";
import { groups } from "./bundle/groups.ts";
import { LazyImports } from "./bundle/lazy-imports.ts";
import { thirdPartyNotices } from "./bundle/notices.ts";
import { fastStart } from "./bundle/plugin.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = join(root, "dist");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

const lazyImports = new LazyImports(join(root, "src"));
const bundle = await rolldown({
	cwd: root,
	input: { "atmos-auth": "src/cli.ts", library: "src/library.ts", "keyring-helper": "src/keyring-helper.ts" },
	platform: "node",
	// What has files of its own beside its code, and is loaded only where it is used.
	external: ["@napi-rs/keyring", /^playwright-core(?:\/|$)/],
	// ECMAScript modules where a package has them: of the AWS SDK, only what is used gets in then.
	resolve: {
		mainFields: ["module", "main"],
		// cosmiconfig would bring the other copy, for files that are none of ours.
		alias: { "js-yaml": fileURLToPath(import.meta.resolve("js-yaml")) },
	},
	transform: {
		target: "node22.18",
		define: {
			"process.env.NODE_ENV": '"production"',
			"process.env.DEV": '"false"',
			__VERSION__: JSON.stringify(version),
			__KEYRING_HELPER__: '"../keyring-helper.mjs"',
		},
		jsx: { runtime: "automatic" },
	},
	plugins: [fastStart("chunks"), builtinModules(builtins)],
	onLog(level, log, report) {
		if (!lazyImports.take(log)) report(level, log);
	},
});

rmSync(outdir, { recursive: true, force: true });
const { output } = await bundle.write({
	dir: outdir,
	format: "esm",
	minify: true,
	comments: false,
	// By its ending a file is known for a module; for `.js`, Node reads every package.json on the way up first.
	entryFileNames: "[name].mjs",
	chunkFileNames: "chunks/[name]-[hash].mjs",
	codeSplitting: { groups: groups(join(root, "src")) },
});
await bundle.close();
lazyImports.check();

const entry = join(outdir, "atmos-auth.mjs");
const source = readFileSync(entry, "utf8");
writeFileSync(entry, source.startsWith("#!") ? source : `#!/usr/bin/env node\n${source}`);
chmodSync(entry, 0o755);
writeFileSync(join(outdir, "library.d.ts"), declarations(join(root, "src", "library.ts")));
const modules = output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
writeFileSync(join(outdir, "THIRD-PARTY-NOTICES.txt"), thirdPartyNotices(modules));
