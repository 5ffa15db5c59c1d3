/** Builds `dist/`: one entry and a chunk for whatever is loaded on demand, with every dependency inside. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { thirdPartyNotices } from "./bundle/notices.ts";
import { fastStart } from "./bundle/plugin.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = join(root, "dist");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

rmSync(outdir, { recursive: true, force: true });
mkdirSync(join(outdir, "chunks"), { recursive: true });

const result = await build({
	absWorkingDir: root,
	entryPoints: { "atmos-auth": "src/cli.ts" },
	outdir,
	bundle: true,
	splitting: true,
	format: "esm",
	platform: "node",
	target: "node22.18",
	jsx: "automatic",
	minify: true,
	metafile: true,
	legalComments: "none",
	logLevel: "warning",
	chunkNames: "chunks/[name]-[hash]",
	define: {
		"process.env.NODE_ENV": '"production"',
		"process.env.DEV": '"false"',
		__VERSION__: JSON.stringify(version),
	},
	// cosmiconfig loads TypeScript only for configuration files written in it, which atmos.yaml never is.
	external: ["typescript"],
	// ECMAScript modules where a package has them: of the AWS SDK, only what is used gets in then.
	mainFields: ["module", "main"],
	banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
	plugins: [fastStart(join(outdir, "chunks"))],
});

const entry = join(outdir, "atmos-auth.js");
writeFileSync(entry, `#!/usr/bin/env node\n${readFileSync(entry, "utf8")}`);
chmodSync(entry, 0o755);
writeFileSync(join(outdir, "THIRD-PARTY-NOTICES.txt"), thirdPartyNotices(root, result.metafile));
