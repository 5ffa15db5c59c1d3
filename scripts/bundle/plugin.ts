/**
 * What the bundle does differently from plain resolution, for the time to the first frame: Ink's text measuring
 * gets a fast path, Yoga's WebAssembly becomes a file, and React's devtools (never used here) are left out. And one for
 * safety: cosmiconfig must not run what it finds in the working directory.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
// As Ink itself resolves them.
const require = createRequire(createRequire(import.meta.url).resolve("ink"));
const yogaFolder = dirname(dirname(require.resolve("yoga-layout")));

/** Packages with a stand-in of ours, by the name under which they are imported. */
const STAND_INS: Readonly<Record<string, string>> = {
	"string-width": "string-width.js",
	"wrap-ansi": "wrap-ansi.js",
	"cli-truncate": "cli-truncate.js",
	"yoga-layout": "yoga.js",
};

const ORIGINALS: Readonly<Record<string, () => string>> = {
	"string-width": () => require.resolve("string-width"),
	"wrap-ansi": () => require.resolve("wrap-ansi"),
	"cli-truncate": () => require.resolve("cli-truncate"),
	"yoga-layout/binary": () => join(yogaFolder, "binaries/yoga-wasm-base64-esm.js"),
	"yoga-layout/wrap": () => join(yogaFolder, "src/wrapAssembly.js"),
	"yoga-layout/enums": () => join(yogaFolder, "src/generated/YGEnums.js"),
};

const DATA_URL = /data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)/;

/** @param folder of the chunks, where `yoga.wasm` is written beside the one that reads it */
export function fastStart(folder: string): Plugin {
	return {
		name: "fast-start",
		setup(build) {
			build.onResolve({ filter: /^(string-width|wrap-ansi|cli-truncate|yoga-layout)$/ }, ({ path }) => ({
				path: join(here, STAND_INS[path] as string),
			}));
			build.onResolve({ filter: /^original:/ }, ({ path }) => {
				const original = ORIGINALS[path.slice("original:".length)];
				if (!original) throw new Error(`no original for ${path}`);
				return { path: original() };
			});
			build.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: "react-devtools-core", namespace: "empty" }));
			build.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "export default undefined;" }));
			// cosmiconfig looks for settings of its own in the working directory, among them `.config/config.js`, which it
			// would run. Nothing that a repository brings may be run, so there are no such places.
			build.onLoad({ filter: /cosmiconfig\/dist\/defaults\.js$/ }, ({ path }) => {
				const source = readFileSync(path, "utf8");
				const contents = source.replace(/(exports\.metaSearchPlaces = )\[[^\]]*\]/, "$1[]");
				if (contents === source) throw new Error("cosmiconfig's own search places have moved");
				return { contents, loader: "js" };
			});
			build.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => {
				const source = readFileSync(path, "utf8");
				const match = DATA_URL.exec(source);
				if (!match?.[1]) throw new Error(`no WebAssembly in ${pathToFileURL(path)}`);
				writeFileSync(join(folder, "yoga.wasm"), Buffer.from(match[1], "base64"));
				return { contents: source.replace(match[0], "yoga.wasm"), loader: "js" };
			});
		},
	};
}
