/**
 * Node's own modules by `process.getBuiltinModule` instead of `import`. An import makes an ECMAScript face for the module, and
 * for that reads every one of its properties, among them those that load a part of Node only when they are read: undici behind
 * `node:http`, Web Crypto behind `node:crypto`. https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
import type { Plugin } from "rolldown";

const IMPORT =
	/(?<=^|[;}\n])import(?:\s*([\w$]+)\s*,?)?\s*(?:\*\s*as\s+([\w$]+)|\{([^}]*)\})?\s*from\s*"(?:node:)?([a-z_/]+)";?/g;

export function builtinModules(names: readonly string[]): Plugin {
	return {
		name: "builtin-modules",
		renderChunk(code) {
			return code.replace(IMPORT, (whole, standard?: string, space?: string, named?: string, id?: string) => {
				if (id === undefined || !names.includes(id)) return whole;
				const load = `process.getBuiltinModule("node:${id}")`;
				const parts = [
					...(standard ? [`${standard}=${load}`] : []),
					...(space ? [`${space}=${load}`] : []),
					...(named ? [`{${named.replace(/\s+as\s+/g, ":")}}=${load}`] : []),
				];
				return parts.length > 0 ? `const ${parts.join(",")};` : whole;
			});
		},
	};
}
