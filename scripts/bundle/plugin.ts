/**
 * What the bundle does differently from plain resolution, for the time to the first frame: Ink's text measuring gets a fast
 * path, Yoga's WebAssembly becomes a file, and React's devtools (never used here) are left out.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "rolldown";

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
const EMPTY = "\0empty";

/** @param chunkFolder of the output, where `yoga.wasm` lies beside the chunk that reads it */
export function fastStart(chunkFolder: string): Plugin {
	return {
		name: "fast-start",
		resolveId(id) {
			if (Object.hasOwn(STAND_INS, id)) return join(here, STAND_INS[id] as string);
			if (id.startsWith("original:")) {
				const original = ORIGINALS[id.slice("original:".length)];
				if (!original) throw new Error(`no original for ${id}`);
				return original();
			}
			return id === "react-devtools-core" ? EMPTY : null;
		},
		load(id) {
			if (id === EMPTY) return "export default undefined;";
			if (id.endsWith("yoga-wasm-base64-esm.js")) {
				const source = readFileSync(id, "utf8");
				const match = DATA_URL.exec(source);
				if (!match?.[1]) throw new Error(`no WebAssembly in ${id}`);
				this.emitFile({ type: "asset", fileName: `${chunkFolder}/yoga.wasm`, source: Buffer.from(match[1], "base64") });
				return source.replace(match[0], "yoga.wasm");
			}
			// meow brings npm's rules for package.json, with every licence there is. They are for a package.json that it
			// would look for on disk; it is given one, so a hundred kilobytes are left out.
			if (/meow[\\/]build[\\/]dependencies\.js$/.test(id)) {
				const source = readFileSync(id, "utf8");
				const code = source
					.replace("var normalizeExports = requireNormalize();", "")
					.replace(
						"const normalizePackageData = getDefaultExportFromCjs(normalizeExports);",
						"const normalizePackageData = () => {};",
					);
				if (code.includes("getDefaultExportFromCjs(normalizeExports)"))
					throw new Error("meow's dependencies have changed");
				return code;
			}
			return null;
		},
	};
}
